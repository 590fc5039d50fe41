"""Named build contexts: what ``FROM`` and ``--from=`` may name that is neither stage nor image."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from pytest_reconaudit.facts.ci.pipelines import callers
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Job, Workflow
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["action_contexts", "command_contexts", "given_somewhere"]

_NAMED = regex(r"^[ \t]*[\"']?([\w./:-]{1,200})[ \t]*=", re.MULTILINE)
_INPUT = regex(r"\$\{\{[^{}\n]{0,200}?\binputs\.([\w-]{1,100})[^{}\n]{0,200}\}\}")
_MATRIX = regex(r"\$\{\{\s{0,9}matrix\.([\w-]{1,100})\s{0,9}\}\}")
_GIVES = regex(r"build[-_]contexts?|additional_contexts|\bcontexts\s{0,20}=")
_GIVERS = (".yml", ".yaml", ".sh", ".bash", ".hcl", ".toml", ".just", ".mk", ".md", ".py")
_GIVERS_BY_NAME = frozenset({"justfile", "makefile", "gnumakefile", ".justfile"})


def command_contexts(words: Iterable[str]) -> tuple[str, ...]:
    """The names that a build command gives: ``--build-context NAME=…``."""
    found: list[str] = []
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if option == "--build-context":
            found.append((value if equals else next(rest, "")).partition("=")[0])
    return tuple(name for name in found if name and "$" not in name)


def action_contexts(target: Target, workflow: Workflow, job: Job, text: str) -> tuple[str, ...]:
    """The names in the ``build-contexts:`` of a build action.

    An input of a reusable workflow counts with its default and with all that its callers give,
    a value of the matrix with all that it takes.
    """
    texts = [text]
    for match in _INPUT.finditer(text):
        texts += _given(target, workflow, match[1])
    for match in _MATRIX.finditer(text):
        values = [*job.matrix.seq(match[1])]
        values += [entry.get(match[1]) for entry in job.matrix.maps("include")]
        texts += [value for value in values if isinstance(value, str)]
    return tuple(dict.fromkeys(match[1] for one in texts for match in _NAMED.finditer(one)))


def _given(target: Target, workflow: Workflow, name: str) -> Iterator[str]:
    """The texts that an input of a workflow is known to have."""
    for trigger in workflow.triggers:
        if isinstance(trigger.spec, Map):
            yield trigger.spec.map("inputs").map(name).str("default")
    for call in callers(target, workflow):
        yield call.job.with_.str(name)


@once
def _giving(target: Target) -> tuple[str, ...]:
    """The files that speak of named contexts at all."""
    return tuple(
        path
        for path in target.files
        if (path.endswith(_GIVERS) or posixpath.basename(path).lower() in _GIVERS_BY_NAME)
        and _GIVES.search(target.text(path))
    )


def given_somewhere(target: Target, name: str) -> bool:
    """Whether some file gives builds a named context of this name, whoever reads it."""
    given = re.compile(rf"(?<![\w.-]){re.escape(name)}[\"']?\s{{0,20}}[=:]")
    return any(given.search(target.text(path)) for path in _giving(target))
