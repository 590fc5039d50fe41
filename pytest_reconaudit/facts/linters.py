"""What linters that the user asked for say about the target: which files each is given.

The only fact beside ``facts.db.database`` that reaches a probe, and only for ``--recon-with``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from weakref import WeakKeyDictionary

from msgspec import Struct

from pytest_reconaudit.facts.ci.pipelines import actions, workflows
from pytest_reconaudit.facts.db.migrations import migration_roots
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.k8s.manifests import manifest_files
from pytest_reconaudit.model import Confidence, Place, Severity
from pytest_reconaudit.target import Target, once

__all__ = ["Linted", "LinterConfig", "LinterRemark", "configure", "linted", "same_checks"]


class LinterConfig(Struct, frozen=True):
    """Which linters the user wants, and whether the target's configuration counts."""

    names: tuple[str, ...] = ()
    configured: bool = False


class LinterRemark(Struct, frozen=True):
    """One finding of a linter, with the line that it is about."""

    place: Place
    rule: str
    message: str
    severity: Severity
    confidence: Confidence
    url: str
    evidence: str


class Linted(Struct, frozen=True):
    """One linter's run on the target."""

    name: str
    judges: str
    """What it judges: ``Dockerfile``, ``workflow`` …"""
    files: tuple[str, ...]
    remarks: tuple[LinterRemark, ...]
    failed: str = ""
    """Why there is no verdict: it is missing, crashed, or took too long."""

    def groups(self) -> Iterator[tuple[LinterRemark, ...]]:
        """The remarks by file, rule and level: what a person mends in one go."""
        found: dict[tuple[str, str, Severity, Confidence], list[LinterRemark]] = {}
        for one in self.remarks:
            key = (one.place.path, one.rule, one.severity, one.confidence)
            found.setdefault(key, []).append(one)
        return map(tuple, found.values())


_CONFIGS: WeakKeyDictionary[Target, LinterConfig] = WeakKeyDictionary()


def configure(target: Target, config: LinterConfig) -> None:
    """Say what is wanted, before the first look. Raises ``LookupError`` for an unknown name."""
    if config.names:
        from pytest_reconaudit.probes.linters import LINTERS

        for name in config.names:
            if name not in LINTERS:
                raise LookupError(name, tuple(LINTERS))
    _CONFIGS[target] = config


def same_checks(name: str, rule: str) -> tuple[str, ...]:
    """Checks of ours that say what a rule of a linter says."""
    from pytest_reconaudit.probes.linters import LINTERS

    return LINTERS[name].same.get(rule, ())


@once
def linted(target: Target) -> tuple[Linted, ...]:
    """Every linter that was asked for, by name."""
    config = _CONFIGS.get(target, LinterConfig())
    return tuple(_run(target, name, config.configured) for name in sorted(set(config.names)))


def _run(target: Target, name: str, configured: bool) -> Linted:
    from pytest_reconaudit.probes.linters import LINTERS, LinterFailed, run_linter

    linter = LINTERS[name]
    paths = _INPUTS[name](target)
    if not paths:
        return Linted(name, linter.judges, (), ())
    texts = [(path, target.text(path)) for path in paths]
    beside = [(one.path, target.text(one.path)) for one in actions(target)]
    try:
        remarks = run_linter(
            linter,
            texts,
            target.root,
            configured=configured,
            beside=beside if name == "actionlint" else (),
        )
    except LinterFailed as failure:
        return Linted(name, linter.judges, paths, (), str(failure))
    return Linted(
        name,
        linter.judges,
        paths,
        tuple(
            LinterRemark(
                one.place,
                one.rule,
                one.message,
                one.severity,
                one.confidence,
                one.url,
                target.line(one.place.path, one.place.line).strip() if one.place.line else "",
            )
            for one in remarks
        ),
    )


def _dockerfiles(target: Target) -> tuple[str, ...]:
    return tuple(one.path for one in dockerfiles(target))


def _workflows(target: Target) -> tuple[str, ...]:
    return tuple(one.path for one in workflows(target))


def _pipelines(target: Target) -> tuple[str, ...]:
    return (*_workflows(target), *(one.path for one in actions(target)))


def _newest_migrations(target: Target) -> tuple[str, ...]:
    """The last migration of each history: what a history has applied is past linting."""
    newest = (root.migrations[-1].path for root in migration_roots(target) if root.tool != "dump")
    return tuple(dict.fromkeys(path for path in newest if path.endswith(".sql")))


def _manifests(target: Target) -> tuple[str, ...]:
    return tuple(one.path for one in manifest_files(target) if one.objects and not one.templated)


_INPUTS: Mapping[str, Callable[[Target], tuple[str, ...]]] = {
    "hadolint": _dockerfiles,
    "actionlint": _workflows,
    "zizmor": _pipelines,
    "squawk": _newest_migrations,
    "kubeconform": _manifests,
}
