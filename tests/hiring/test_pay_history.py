"""Nobody is asked what they earned before."""

from __future__ import annotations

import pytest

from careers.hiring.pay_history import asks_past_pay


@pytest.mark.parametrize(
    "text",
    [
        "What is your current salary?",
        "Current gross annual salary (EUR)",
        "Please tell us your last base pay",
        "Salary history",
        "What was your previous employer's compensation for you?",
        "How much do you earn today?",
        "What did you make in your last job?",
        "How much are you currently paid?",
        "Upload your payslips",
        "Your salary at your last company",
        "Compensation: current",
        "Your present CTC",
        "Quel est votre salaire actuel ?",
        "Votre rémunération actuelle (fixe + variable)",
        "Dernier salaire brut annuel",
        "Salaire précédent",
        "Combien gagnez-vous aujourd’hui ?",
        "Combien touchiez-vous dans votre dernier poste ?",
        "Historique de rémunération",
        "Vos trois derniers bulletins de paie",
        "Joignez une fiche de paie",
        "Votre ancien salaire",
    ],
)
def test_a_question_about_past_pay_is_known(text):
    assert asks_past_pay(text)


@pytest.mark.parametrize(
    "text",
    [
        "What salary do you expect?",
        "How much would you like to earn?",
        "Vos prétentions salariales ?",
        "Quelle rémunération souhaitez-vous ?",
        "Have you seen the salary range of this job?",
        "Do you have a driving licence?",
        "What are you working on at present?",
        "Which history of science book did you read last?",
        "Have you built payment systems before?",
        "Quel est votre poste actuel ?",
        "Êtes-vous prêt à vous déplacer ?",
        "How many people did you lead in your last role?",
        "When can you start?",
        "",
    ],
)
def test_other_questions_are_free(text):
    assert not asks_past_pay(text)
