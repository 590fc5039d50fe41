"""What the docs checks are run on."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.docs.ledger import judged_documents
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target


@subject("judged_document")
def _judged_documents(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in judged_documents(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no guide or README names anything that is judged")
