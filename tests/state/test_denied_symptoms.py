"""A symptom that a text says was not met is none of its symptoms; what nobody could do was met."""

from __future__ import annotations

import pytest

from pipeline.nlp import annotate, load
from pipeline.terms import Symptom


@pytest.fixture(scope="module")
def symptoms_of():
    nlp = load()
    return lambda text: annotate(nlp, {"id": "1", "kind": "status", "text": f"Acme Cloud outage. {text}"}).symptoms


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("Nothing was lost.", Symptom.DATA_LOSS),
        ("Data was not lost or corrupted.", Symptom.DATA_LOSS),
        ("We lost no data.", Symptom.DATA_LOSS),
        ("We can rule out data loss.", Symptom.DATA_LOSS),
        ("Your files were never lost.", Symptom.DATA_LOSS),
        ("Neither messages nor files were deleted.", Symptom.DATA_LOSS),
        ("Login is unaffected.", Symptom.LOGIN),
        ("Logins are not affected.", Symptom.LOGIN),
        ("Sign-in works as usual.", Symptom.LOGIN),
        ("Downloads were not slow.", Symptom.SLOW),
        ("Payments were never delayed.", Symptom.DELAYED),
    ],
)
def test_a_denied_symptom_is_none(symptoms_of, text, symptom) -> None:
    assert symptom not in symptoms_of(text)


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("Some data was lost.", Symptom.DATA_LOSS),
        ("Without warning, files were deleted.", Symptom.DATA_LOSS),
        ("No one can sign in.", Symptom.LOGIN),
        ("Nobody could log in for an hour.", Symptom.LOGIN),
        ("Login does not work.", Symptom.LOGIN),
        ("Users were not able to log in.", Symptom.LOGIN),
        ("Users are not currently able to sign in.", Symptom.LOGIN),
        ("It is not possible to log in.", Symptom.LOGIN),
        ("No customer could log in.", Symptom.LOGIN),
        ("None of us can sign in.", Symptom.LOGIN),
        ("Nobody was allowed to log in.", Symptom.LOGIN),
        ("The pages are not just slow, they are gone.", Symptom.SLOW),
        ("Not only were messages delayed, files were lost too.", Symptom.DELAYED),
    ],
)
def test_what_was_met_is_told(symptoms_of, text, symptom) -> None:
    assert symptom in symptoms_of(text)
