"""Words that mean the same in job advertisements: few, and only where one is as good as another.

A word asked for also finds those beside it, which count less than the word itself. A word in
quotation marks finds only itself.
"""

from __future__ import annotations

GROUPS = (
    # written in several ways
    ("nodejs", "node"),
    ("reactjs", "react"),
    ("vuejs", "vue"),
    ("angularjs", "angular"),
    (".net", "dotnet"),
    ("golang", "go"),
    ("javascript", "js"),
    ("typescript", "ts"),
    ("kubernetes", "k8s"),
    ("postgresql", "postgres"),
    # shortened
    ("dev", "developpeur", "developer"),
    ("rh", "hr"),
    ("rnd", "recherche", "research"),
    ("admin", "administrateur", "administrator"),
    ("qa", "test", "quality", "qualite"),
    # French and English
    ("ingenieur", "engineer"),
    ("donnee", "data"),
    ("logiciel", "software"),
    ("stage", "internship", "stagiaire", "intern"),
    ("alternance", "apprenticeship", "apprentissage", "alternant", "apprentice"),
    ("teletravail", "remote", "distance"),
    ("comptable", "accountant"),
    ("juriste", "lawyer", "avocat", "legal"),
    ("vente", "sales"),
    ("achat", "purchasing", "procurement", "acheteur", "buyer"),
    ("securite", "security"),
    ("reseau", "network"),
    ("infirmier", "nurse"),
    ("cuisinier", "cook"),
    ("technicien", "technician"),
    ("chercheur", "researcher"),
    ("cdi", "permanent"),
)
