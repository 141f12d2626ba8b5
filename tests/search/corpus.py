"""Jobs as companies write them, in French and English, and what people who search mean.

Each job: key, language, title, facts, text. Each query: the jobs that answer it, 3 for what was
meant, 2 for what is nearly it, 1 for what one would not mind seeing. Judged by hand from the texts;
a change here must be argued with the reader's eyes, not with a score.
"""

from __future__ import annotations

from careers.base.search import Document

_JOBS = """
dev-back-lyon | fr | Développeur·se back-end Python (H/F) | Plateforme · Lyon · Python, Django, PostgreSQL · hybrid hybride · permanent CDI | Au cœur de l’équipe Plateforme, vous développez les services qui relient nos compteurs au réseau. Vous maîtrisez Python et SQL, vous aimez les tests et la revue de code. Des astreintes partagées, un salaire affiché, deux jours de télétravail par semaine.
dev-front-paris | fr | Développeuse ou développeur front-end React | Produit · Paris · React, TypeScript · hybrid hybride · permanent CDI | Vous construisez l’interface que nos clients ouvrent chaque matin. React, TypeScript, accessibilité : vous savez pourquoi un bouton est un bouton. Vous travaillez avec deux designers et une équipe de six.
dev-full-nantes | fr | Développeur full-stack Node.js / Vue.js | Produit · Nantes · Node.js, Vue.js · permanent CDI | Du navigateur à la base de données, vous prenez en charge une fonctionnalité entière. Node.js côté serveur, Vue.js côté client. Équipe de cinq, livraison chaque jour.
dev-mobile | fr | Ingénieur·e mobile Android et iOS | Produit · Paris · Kotlin, Swift · permanent CDI | Notre application mobile est lue par cent mille foyers. Vous la ferez grandir en Kotlin et en Swift, hors connexion comprise.
dev-cpp | fr | Ingénieur(e) logiciel embarqué C++ | Matériel · Grenoble · C++, Linux · on-site · permanent CDI | Vous écrivez le micrologiciel de nos passerelles : C et C++ sur microcontrôleur, radio longue portée, mises à jour à distance sans jamais bloquer un appareil.
dev-csharp | fr | Développeur C# .NET (H/F) | Systèmes internes · Lille · C#, .NET, Azure · permanent CDI | Vous faites évoluer nos outils de facturation, écrits en C# sur .NET. Azure, SQL Server, intégration continue.
dev-alternance | fr | Alternance – Développement web (H/F) | Produit · Nantes · apprenticeship alternance | Étudiant en école d’informatique, vous rejoignez l’équipe Produit en alternance pour un ou deux ans et livrez votre première fonctionnalité le premier mois.
data-eng-fr | fr | Ingénieur·e données | Données · Lyon · Spark, Airflow, Python · hybrid hybride · permanent CDI | Vous concevez les flux qui transportent les relevés de deux millions de compteurs. Spark, Airflow, Python. La qualité des données est votre affaire.
data-eng-en | en | Senior Data Engineer | Data · London, Paris · Spark, Kafka, dbt · hybrid hybride · permanent CDI | You design pipelines that carry two million meter readings a night. Spark, Kafka, dbt and a taste for boring, well-tested software.
data-sci | en | Data Scientist, Forecasting | Data · London · Python, R · permanent CDI | Forecast the load of a whole city a day ahead. Python or R, time series, honest error bars. You publish what you learn.
data-analyst | fr | Analyste de données (H/F) | Données · Paris · SQL, Power BI · permanent CDI | Vous répondez aux questions des métiers avec SQL, Power BI et de la patience. Vous formez vos collègues à lire un graphique.
data-intern | fr | Stage – Data science, prévision de consommation | Données · Lyon · Python, R · internership stage | Stage de fin d’études de six mois : apprentissage statistique, séries temporelles, R ou Python. Encadrement par deux chercheuses.
ml-eng | en | Machine Learning Engineer | Data · Berlin · Python, PyTorch · remote télétravail · permanent CDI | Bring models to production and keep them honest there. PyTorch, monitoring, feature stores. Fully remote within Europe. You enjoy AI without the hype.
sre | en | Site Reliability Engineer | Platform · London · Kubernetes, Terraform, Go · remote télétravail · permanent CDI | Keep the platform boring: Kubernetes, Terraform, Prometheus, on-call one week in six. You write postmortems people want to read.
devops-fr | fr | Ingénieur DevOps (H/F) | Plateforme · Toulouse · Kubernetes, Ansible · permanent CDI | Vous automatisez nos déploiements : Kubernetes, Ansible, GitLab CI. Culture de la fiabilité, astreinte rémunérée.
sysadmin | fr | Administrateur·rice systèmes et réseaux | Systèmes internes · Lille · Linux, VMware · on-site · permanent CDI | Vous exploitez nos serveurs Linux et notre réseau, de la salle machine au poste de travail. Sauvegardes, annuaires, sécurité.
net-eng | en | Network Engineer | Platform · Dublin · BGP, Cisco · on-site · permanent CDI | Run the backbone between our sites: BGP, MPLS, firewalls. You document what you change.
sec-eng | en | Security Engineer | Security · London · AWS, Python · remote télétravail · permanent CDI | Threat models, code review, detection. You would rather fix a class of bugs than a bug. Penetration tests twice a year.
rssi | fr | Responsable de la sécurité des systèmes d’information | Sécurité · Paris · permanent CDI | Vous portez la politique de sécurité, les audits et la réponse aux incidents. ISO 27001, gestion des risques, pédagogie.
it-support | en | IT Support Technician | Internal systems · London · on-site · fixed-term CDD | First line for two hundred colleagues: laptops, accounts, meeting rooms. IT made kind.
tech-support-fr | fr | Technicien·ne support informatique | Systèmes internes · Lyon · fixed-term CDD | Vous dépannez nos collègues, au téléphone et sur place : postes, comptes, imprimantes. Six mois, remplacement de congé maternité.
product-manager | en | Product Manager, Billing | Product · London · permanent CDI | Own the bill that a million households read. Discovery, trade-offs, plain words. You work with engineering, design and the call centre.
chef-projet | fr | Chef·fe de projet raccordement | Opérations · Lyon · permanent CDI | Vous pilotez des chantiers de raccordement au réseau, du devis à la mise en service. Coordination d’entreprises, budget, sécurité.
project-manager-en | en | Project Manager, Grid Connections | Operations · Dublin · permanent CDI | Lead connection projects from quote to commissioning. Contractors, budget, safety.
scrum | fr | Chef de produit senior | Produit · Paris · permanent CDI | Vous décidez avec les équipes de ce que nous ne ferons pas. Entretiens avec les clients, mesures, feuille de route.
designer | en | Senior Product Designer (UX/UI) | Design · Paris · Figma · hybrid hybride · permanent CDI | Design the screens where people understand their energy. UX research, prototypes in Figma, a design system shared with engineering.
ux-fr | fr | Designer UX (H/F) | Design · Nantes · Figma · permanent CDI | Vous menez les entretiens, dessinez les parcours et vérifiez qu’ils tiennent. Accessibilité, Figma, ateliers.
writer | en | Technical Writer | Product · remote · remote télétravail · freelance | Write documentation that people finish. APIs, guides, release notes. English native or as good.
redactrice | fr | Rédacteur ou rédactrice technique | Produit · Rennes · fixed-term CDD | Vous écrivez les notices de nos appareils et l’aide en ligne. Une phrase, une idée.
comptable | fr | Comptable fournisseurs (H/F) | Finance · Lyon · Excel, SAP · on-site · permanent CDI | Vous enregistrez les factures, préparez les règlements et la clôture mensuelle. SAP, Excel, rigueur.
accountant | en | Senior Accountant | Finance · London · permanent CDI | Month end, audits, consolidation of three entities. Qualified accountant (ACA or ACCA).
controle-gestion | fr | Contrôleur·euse de gestion | Finance · Paris · Excel · permanent CDI | Budget, prévisions, écarts : vous expliquez les chiffres à ceux qui les font.
acheteuse | fr | Acheteuse / Acheteur travaux | Achats · Lyon · permanent CDI | Vous négociez les marchés de travaux et de matériel électrique, et suivez les fournisseurs.
buyer | en | Strategic Buyer, Electronics | Purchasing · Dublin · permanent CDI | Source components for meters and gateways. Contracts, suppliers, shortages.
juriste | fr | Juriste droit social (H/F) | Juridique · Paris · permanent CDI | Vous conseillez les ressources humaines : contrats de travail, négociations, contentieux.
lawyer | en | Commercial Lawyer | Legal · London · permanent CDI | Draft and negotiate supply contracts, advise sales, keep us out of court.
rh | fr | Chargé(e) de recrutement | Ressources humaines · Lyon · permanent CDI | Vous recrutez nos techniciens et nos ingénieures, de l’annonce à l’accueil. Entretiens structurés, réponses à tous.
hr-en | en | HR Business Partner | People · London · permanent CDI | Support managers on human resources matters: hiring, pay, hard conversations.
paie | fr | Gestionnaire de paie et administration du personnel | Ressources humaines · Lille · permanent CDI | Vous établissez les bulletins de huit cents salariés et répondez à leurs questions. Déclarations sociales, SIRH.
commercial | fr | Commercial·e grands comptes | Ventes · Paris · permanent CDI | Vous vendez nos services aux collectivités et aux industriels. Cycle long, négociation, suivi des clients.
sales-en | en | Account Executive | Sales · London · permanent CDI | Sell to cities and industry. Long cycles, careful promises, quota you help to set.
sales-intern | en | Sales Operations Intern | Sales · London · internship stage | A six-month internship in sales operations: CRM hygiene, reports, a first client call.
vendeuse | fr | Vendeur·se en boutique | Ventes · Bordeaux · temporary intérim | Vous accueillez nos clients en boutique et les conseillez sur leur contrat. Temps partiel possible.
marketing | fr | Responsable marketing et communication | Marketing · Paris · permanent CDI | Campagnes, relations presse, réseaux sociaux : vous dites simplement ce que nous faisons.
community | en | Social Media Manager | Marketing · remote · remote télétravail · freelance | Run our channels in English and French. Calendar, replies, short videos.
elec | fr | Électricien·ne réseau basse tension | Opérations · Grenoble · on-site · permanent CDI | Vous posez et entretenez compteurs et coffrets. Habilitation électrique, permis B, astreinte.
technicien-maint | fr | Technicienne ou technicien de maintenance | Opérations · Toulouse · on-site · permanent CDI | Vous réparez nos passerelles sur site et en atelier. Électronique, métrologie, déplacements à la journée.
field-en | en | Field Service Technician | Operations · Dublin · on-site · permanent CDI | Install and repair meters at customers’ homes. Van, tools and training provided.
conseil-client | fr | Conseiller·ère clientèle | Relation client · Bordeaux · hybrid hybride · permanent CDI | Au téléphone et par écrit, vous aidez nos clients à comprendre leur facture. Formation de six semaines.
customer-support | en | Customer Support Advisor (French speaking) | Customer care · Dublin · permanent CDI | Help customers understand their bill, by phone and mail, in French and English.
infirmier | fr | Infirmier·ière de santé au travail | Santé · Lyon · on-site · permanent CDI | Vous suivez la santé de nos équipes de terrain : visites, prévention, premiers secours.
cuisinier | fr | Cuisinier (H/F) | Restauration · Lyon · on-site · permanent CDI | Vous préparez le déjeuner de trois cents collègues. Produits frais, cuisine de saison.
chauffeur | fr | Conducteur de camion-nacelle | Opérations · Lille · on-site · temporary intérim | Permis C, CACES nacelle. Vous conduisez les équipes sur les chantiers.
research | en | Research Engineer, R&D | Research · Grenoble · R&D | Explore what meters could measure next. Signal processing, prototypes, patents, papers.
phd | fr | Thèse CIFRE – Vieillissement des batteries | Recherche · Grenoble · fixed-term CDD | Thèse de trois ans avec un laboratoire : modèles de vieillissement, essais, données de terrain.
qa | en | QA Automation Engineer | Product · Berlin · Playwright · hybrid hybride · permanent CDI | Automate tests that catch what people would. Playwright, CI, exploratory sessions.
office | fr | Assistant·e de direction | Direction · Paris · permanent CDI | Agenda, déplacements, comptes rendus : vous tenez le fil des journées de la direction.
rse | fr | Responsable développement durable | Direction · Paris · permanent CDI | Bilan carbone, achats responsables, rapport annuel. Vous faites avancer l’entreprise sans discours.
cto | en | Head of Engineering | Platform · London · permanent CDI | Lead eight teams. Hire well, say no kindly, keep architecture small.
formatrice | fr | Formateur·rice sécurité électrique | Opérations · Toulouse · permanent CDI | Vous formez les équipes de terrain aux gestes qui sauvent et aux habilitations électriques.
go-dev | en | Backend Developer (Go) | Platform · Berlin · Go, PostgreSQL · remote télétravail · permanent CDI | Write small services in Go. PostgreSQL, queues, careful migrations.
java-dev | en | Java Developer | Platform · Dublin · Java, Spring · hybrid hybride · permanent CDI | Maintain and modernise our metering core in Java and Spring.
js-dev | en | Frontend Engineer (TypeScript) | Product · Berlin · TypeScript, React · remote télétravail · permanent CDI | Build accessible interfaces with React and TypeScript, with designers at the next desk.
"""


def documents() -> list[Document]:
    """The jobs as documents to search."""
    found = []
    for line in _JOBS.strip().splitlines():
        key, language, title, facts, text = (part.strip() for part in line.split(" | "))
        found.append(Document("thing", key, language, title, text, facts))
    return found


# query: {key: grade}
JUDGED: dict[str, dict[str, int]] = {
    # -- trades, in French ---------------------------------------------------------------------
    "développeur": {
        "dev-back-lyon": 3,
        "dev-front-paris": 3,
        "dev-full-nantes": 3,
        "dev-csharp": 3,
        "go-dev": 2,
        "java-dev": 2,
    },
    "developpeur": {
        "dev-back-lyon": 3,
        "dev-front-paris": 3,
        "dev-full-nantes": 3,
        "dev-csharp": 3,
        "go-dev": 2,
        "java-dev": 2,
    },
    "développeuse": {
        "dev-back-lyon": 3,
        "dev-front-paris": 3,
        "dev-full-nantes": 3,
        "dev-csharp": 3,
        "go-dev": 2,
        "java-dev": 2,
    },
    "développeuse python": {"dev-back-lyon": 3},
    "développeur back-end": {"dev-back-lyon": 3, "go-dev": 2},
    "developpeur front end": {"dev-front-paris": 3},
    "développeur fullstack": {"dev-full-nantes": 3},
    "développeur web": {"dev-alternance": 3},
    "ingénieur données": {"data-eng-fr": 3, "data-eng-en": 3, "data-intern": 1, "ml-eng": 1},
    "ingenieure donnees": {"data-eng-fr": 3, "data-eng-en": 3, "data-intern": 1, "ml-eng": 1},
    "analyste données": {"data-analyst": 3},
    "ingénieur devops": {"devops-fr": 3},
    "administrateur système": {"sysadmin": 3},
    "administratrice réseau": {"sysadmin": 3},
    "responsable sécurité": {"rssi": 3},
    "chef de projet": {"chef-projet": 3, "project-manager-en": 1},
    "cheffe de projet": {"chef-projet": 3, "project-manager-en": 1},
    "chef de produit": {"scrum": 3, "product-manager": 1},
    "comptable": {"comptable": 3, "accountant": 2},
    "contrôleuse de gestion": {"controle-gestion": 3},
    "acheteur": {"acheteuse": 3, "buyer": 2},
    "acheteuse": {"acheteuse": 3, "buyer": 2},
    "juriste": {"juriste": 3, "lawyer": 2},
    "ressources humaines": {"rh": 3, "paie": 3, "juriste": 1, "hr-en": 2},
    "RH": {"rh": 3, "paie": 3, "juriste": 1, "hr-en": 2},
    "chargée de recrutement": {"rh": 3},
    "paie": {"paie": 3},
    "commerciale": {"commercial": 3, "lawyer": 1},
    "vendeuse": {"vendeuse": 3},
    "vendeur boutique": {"vendeuse": 3},
    "électricienne": {"elec": 3, "formatrice": 1, "acheteuse": 1},
    "technicien maintenance": {"technicien-maint": 3},
    "technicienne": {
        "technicien-maint": 3,
        "tech-support-fr": 3,
        "rh": 1,
        "field-en": 2,
        "it-support": 2,
    },
    "conseillère clientèle": {"conseil-client": 3},
    "infirmière": {"infirmier": 3},
    "cuisinière": {"cuisinier": 3},
    "assistante de direction": {"office": 3},
    "rédactrice": {"redactrice": 3},
    "formatrice": {"formatrice": 3},
    "développement durable": {"rse": 3},
    "thèse": {"phd": 3},
    # -- trades, in English --------------------------------------------------------------------
    "data engineer": {"data-eng-en": 3, "data-eng-fr": 3, "ml-eng": 1, "data-intern": 1},
    "data scientist": {"data-sci": 3},
    "machine learning": {"ml-eng": 3},
    "software engineer": {"dev-cpp": 3, "data-eng-en": 1},
    "site reliability": {"sre": 3},
    "network engineers": {"net-eng": 3, "elec": 1},
    "security engineer": {"sec-eng": 3},
    "IT support": {"it-support": 3},
    "product manager": {"product-manager": 3},
    "project manager": {"project-manager-en": 3},
    "product designer": {"designer": 3},
    "designer": {"designer": 3, "ux-fr": 3},
    "technical writer": {"writer": 3},
    "accountant": {"accountant": 3, "comptable": 2},
    "lawyer": {"lawyer": 3, "juriste": 2},
    "buyer": {"buyer": 3, "acheteuse": 2},
    "customer support french": {"customer-support": 3},
    "frontend engineer": {"js-dev": 3},
    "qa": {"qa": 3},
    "research": {"research": 3, "designer": 1, "phd": 2},
    "head of engineering": {"cto": 3},
    # -- skills, written in all ways -----------------------------------------------------------
    "c++": {"dev-cpp": 3},
    "C#": {"dev-csharp": 3},
    ".net": {"dev-csharp": 3},
    "R": {"data-sci": 3, "data-intern": 3},
    "node.js": {"dev-full-nantes": 3},
    "nodejs": {"dev-full-nantes": 3},
    "react typescript": {"dev-front-paris": 3, "js-dev": 3},
    "golang": {"go-dev": 3, "sre": 2},
    "kubernetes": {"sre": 3, "devops-fr": 3},
    "k8s": {"sre": 3, "devops-fr": 3},
    "R&D": {"research": 3, "phd": 2},
    "java": {"java-dev": 3},
    "figma": {"designer": 3, "ux-fr": 3},
    # -- kinds of contract, places, ways of working --------------------------------------------
    "alternance": {"dev-alternance": 3},
    "stage data": {"data-intern": 3},
    "internship": {"sales-intern": 3, "data-intern": 2},
    "télétravail": {
        "ml-eng": 3,
        "sre": 3,
        "sec-eng": 3,
        "writer": 3,
        "community": 3,
        "go-dev": 3,
        "js-dev": 3,
        "dev-back-lyon": 2,
    },
    "remote engineer": {"ml-eng": 3, "sre": 3, "sec-eng": 3, "js-dev": 3},
    "comptable lyon": {"comptable": 3},
    "designer nantes": {"ux-fr": 3},
    "cdd lyon": {"tech-support-fr": 3},
    "freelance": {"writer": 3, "community": 3},
    # -- phrases and refusals ------------------------------------------------------------------
    '"chef de projet"': {"chef-projet": 3},
    '"time series"': {"data-sci": 3},
    '"séries temporelles"': {"data-intern": 3},
    "figma -ux": {},
    "engineer -remote london": {"data-eng-en": 3, "product-manager": 1, "cto": 2},
    "kubernetes -ansible": {"sre": 3},
    # -- how people type -----------------------------------------------------------------------
    "l'accessibilité": {"dev-front-paris": 3, "ux-fr": 3},
    "d’exploitation réseau": {"sysadmin": 3},
    "coeur": {"dev-back-lyon": 3},
    "DATA SCIENTIST (H/F)": {"data-sci": 3},
    "ingénieur(e) logiciel": {"dev-cpp": 3, "data-eng-en": 1},
    "conducteur nacelle": {"chauffeur": 3},
    "vente en boutique": {"vendeuse": 3},
}

# What nobody should find, and what they may have meant.
MISSPELT: dict[str, str] = {
    "developeur": "développeur",
    "kuberntes": "kubernetes",
    "ingeneur": "ingénieur",
    "comptble": "comptable",
    "acountant": "accountant",
    "desinger": "designer",
    "infirmiere lyno": "infirmiere lyon",
    "electricein": "électricien",
    "securty engineer": "security engineer",
    "grenobel": "grenoble",
    "recrutemnt": "recrutement",
    "datascientist": "data scientist",
}
