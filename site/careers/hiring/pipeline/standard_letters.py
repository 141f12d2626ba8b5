"""Letters to begin with, for companies that have written none of their own yet."""

# ruff: noqa: E501  a no-break space is written in four letters

from __future__ import annotations

from typing import Final

LETTERS: Final = (
    {
        "name": "Invitation",
        "subject_en": "Let’s talk: {job}",
        "text_en": "Hello {name},\n\nwe have read your application for “{job}” with interest, and "
        "would like to get to know you. Which days of the next two weeks suit you for a talk of "
        "about 45 minutes?\n\nKind regards\n{recruiter}\n{company}",
        "subject_fr": "Parlons-en\xa0: {job}",
        "text_fr": "Bonjour {name},\n\nNous avons lu votre candidature au poste «\xa0{job}\xa0» avec "
        "intérêt et souhaitons faire votre connaissance. Quels jours des deux prochaines semaines "
        "vous conviendraient pour un échange d’environ 45 minutes\xa0?\n\nBien à vous,\n{recruiter}\n"
        "{company}",
    },
    {
        "name": "A little more time / Encore un peu de temps",
        "subject_en": "Your application for {job}: we need a little longer",
        "text_en": "Hello {name},\n\nyou haven’t heard from us for a while. We are still reading "
        "applications for “{job}”, and will write again within two weeks.\n\nKind regards\n"
        "{recruiter}\n{company}",
        "subject_fr": "Votre candidature au poste {job}\xa0: encore un peu de patience",
        "text_fr": "Bonjour {name},\n\nVous êtes sans nouvelles de nous depuis quelque temps. Nous "
        "lisons encore les candidatures au poste «\xa0{job}\xa0» et vous récrirons d’ici deux semaines."
        "\n\nBien à vous,\n{recruiter}\n{company}",
    },
    {
        "name": "Declined / Refus",
        "subject_en": "Your application for {job}",
        "text_en": "Hello {name},\n\nthank you for applying for “{job}”, and for the time you gave "
        "it. We go on with other candidates this time. We would be glad to hear from you again."
        "\n\nKind regards\n{recruiter}\n{company}",
        "subject_fr": "Votre candidature au poste {job}",
        "text_fr": "Bonjour {name},\n\nMerci de votre candidature au poste «\xa0{job}\xa0» et du temps "
        "que vous y avez consacré. Nous poursuivons cette fois avec d’autres personnes. Nous "
        "serions heureux de vous relire.\n\nBien à vous,\n{recruiter}\n{company}",
    },
    {
        "name": "Offer / Proposition",
        "subject_en": "We would like you to join us: {job}",
        "text_en": "Hello {name},\n\nwe would like to work with you as “{job}”. {recruiter} will "
        "call you in the coming days to go through the details.\n\nKind regards\n{company}",
        "subject_fr": "Nous aimerions vous accueillir\xa0: {job}",
        "text_fr": "Bonjour {name},\n\nNous aimerions travailler avec vous au poste «\xa0{job}\xa0». "
        "{recruiter} vous appellera ces prochains jours pour en voir les détails.\n\nBien à vous,\n"
        "{company}",
    },
)
