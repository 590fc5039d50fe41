"""Specialised linters of the machine: run on copies of a few files, their own output taken in.

A linter is looked up on PATH and never downloaded. It sees copies of the files that it is to
judge, in a private folder, so that no configuration of the target reaches it; comments in the files
that switch rules off are disabled too. When the user asks for the target's configuration
(``--recon-with-config``), the linter runs in the target itself.

What each prints, and which exit codes mean "findings", is in its own manual; output that is not
as documented makes the run a :class:`LinterFailed`, never a pass.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from pytest_reconaudit.model import Confidence, Place, Severity
from pytest_reconaudit.patterns import regex

__all__ = ["LINTERS", "Linter", "LinterFailed", "Remark", "run_linter"]

TIME_LIMIT = 120.0
"""Seconds that one linter may take for all files together."""
_OUTPUT_LIMIT = 64 * 1024 * 1024


class Remark(Struct, frozen=True):
    """One finding of a linter, in our words."""

    place: Place
    rule: str
    """The linter's own name for its rule: ``DL3008``, ``unpinned-uses``."""
    message: str
    severity: Severity
    confidence: Confidence = Confidence.CERTAIN
    url: str = ""
    """The page that explains the rule; empty when the linter names none."""


class LinterFailed(Exception):
    """The linter is missing, crashed, took too long or printed what cannot be read."""


class Linter(Struct, frozen=True):
    """How one linter is called and understood."""

    name: str
    """Its program, and what the user writes after ``--recon-with``."""
    judges: str
    """What it judges, for messages."""
    command: Callable[[bool], list[str]]
    """Arguments before the files; told whether the target's configuration is wanted."""
    parse: Callable[[Any], Iterator[Remark]]
    """Its decoded JSON → remarks; raises LookupError, TypeError or ValueError on anything else."""
    findings: frozenset[int]
    """Exit codes of a run that worked."""
    same: Mapping[str, tuple[str, ...]]
    """Rule → checks of ours that say the same thing."""
    pragma: re.Pattern[str] | None = None
    """Comments that switch rules off, when no option of the linter ignores them."""


def run_linter(
    linter: Linter,
    files: Sequence[tuple[str, str]],
    root: Path,
    *,
    configured: bool,
    beside: Sequence[tuple[str, str]] = (),
) -> tuple[Remark, ...]:
    """Run a linter on files of the target; its remarks in file order.

    :param files: (path relative to the target, text).
    :param root: the target's folder; used only when ``configured``.
    :param configured: let the target's own configuration and comments have their say.
    :param beside: files that the linter may look up, but is not to judge.

    Raises :class:`LinterFailed`, whose message is for a person.
    """
    program = shutil.which(linter.name)
    if program is None:
        raise LinterFailed(f"{linter.name} is not on PATH")
    with tempfile.TemporaryDirectory(prefix="recon-lint-") as private:
        base = root if configured else Path(private).resolve() / "target"
        if not configured:
            _copy(linter, [*files, *beside], base)
        paths = [str(base / path) for path, _ in files]
        text = _output(linter, [program, *linter.command(configured), *paths], base)
    try:
        remarks = list(linter.parse(json.loads(text) if text.strip() else []))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise LinterFailed(
            f"{linter.name} printed what it does not document ({type(error).__name__}: {error})"
        ) from None
    known = {path for path, _ in files}
    found = []
    for one in remarks:
        path = os.path.relpath(os.path.join(base, one.place.path), base).replace(os.sep, "/")
        if path in known:
            found.append(_at(one, Place(path, one.place.line or None, one.place.column or None)))
    return tuple(sorted(found, key=lambda one: (one.place.key(), one.rule, one.message)))


def _at(remark: Remark, place: Place) -> Remark:
    from msgspec.structs import replace

    return replace(remark, place=place)


def _copy(linter: Linter, files: Iterable[tuple[str, str]], base: Path) -> None:
    (base / ".git").mkdir(parents=True)  # what actionlint knows the root of a repository by
    for path, text in files:
        copy = base / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        if linter.pragma is not None:
            text = linter.pragma.sub(lambda found: "-" * len(found[0]), text)
        copy.write_text(text, "utf-8", errors="replace", newline="\n")


def _output(linter: Linter, command: list[str], folder: Path) -> str:
    """What the linter printed. Ended as a whole group when it takes too long."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise LinterFailed(f"{linter.name} does not start ({error.strerror})") from None
        try:
            code = process.wait(TIME_LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise LinterFailed(f"{linter.name} took longer than {TIME_LIMIT:.0f} s") from None
        if code not in linter.findings:
            err.seek(0)
            said = err.read(2000).decode("utf-8", "replace").strip().partition("\n")[0][:200]
            raise LinterFailed(f"{linter.name} failed with exit code {code}: {said or 'no word'}")
        if out.tell() > _OUTPUT_LIMIT or os.fstat(out.fileno()).st_size > _OUTPUT_LIMIT:
            raise LinterFailed(f"{linter.name} printed more than {_OUTPUT_LIMIT >> 20} MiB")
        out.seek(0)
        return out.read().decode("utf-8", "replace")


# -- hadolint ------------------------------------------------------------------------------

_HADOLINT = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "info": Severity.LOW,
    "style": Severity.INFO,
}


def _hadolint(data: Any) -> Iterator[Remark]:
    for one in data:
        code = one["code"]
        page = "https://www.shellcheck.net/wiki/" if code.startswith("SC") else _HADOLINT_WIKI
        yield Remark(
            place=Place(one["file"], int(one["line"]), int(one["column"])),
            rule=code,
            message=one["message"],
            severity=_HADOLINT.get(one["level"], Severity.LOW),
            url=page + code,
        )


_HADOLINT_WIKI = "https://github.com/hadolint/hadolint/wiki/"

# -- actionlint ----------------------------------------------------------------------------

_ACTIONLINT_FATAL = frozenset(
    {"syntax-check", "job-needs", "events", "expression", "id", "matrix", "workflow-call"}
)


def _actionlint(data: Any) -> Iterator[Remark]:
    for one in data or ():
        kind = one["kind"]
        severity = Severity.HIGH if kind in _ACTIONLINT_FATAL else Severity.MEDIUM
        if kind in ("shellcheck", "pyflakes"):
            severity = Severity.LOW
        yield Remark(
            place=Place(one["filepath"], int(one["line"]), int(one["column"])),
            rule=kind,
            message=one["message"],
            severity=severity,
            url="https://github.com/rhysd/actionlint/blob/main/docs/checks.md",
        )


# -- zizmor --------------------------------------------------------------------------------

_ZIZMOR = {
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "informational": Severity.INFO,
}
_ZIZMOR_SURE = {
    "high": Confidence.CERTAIN,
    "medium": Confidence.LIKELY,
    "low": Confidence.POSSIBLE,
}


def _zizmor(data: Any) -> Iterator[Remark]:
    for one in data:  # what a comment ignores is only there when comments do not count
        places = one["locations"]
        main = next((p for p in places if p["symbolic"].get("kind") == "Primary"), places[0])
        start = main["concrete"]["location"]["start_point"]
        symbolic = main["symbolic"]
        said = symbolic.get("annotation", "")
        grades = one["determinations"]
        yield Remark(
            place=Place(
                symbolic["key"]["Local"]["verbatim_path"],
                int(start["row"]) + 1,
                int(start["column"]) + 1,
            ),
            rule=one["ident"],
            message=f"{one['desc']}: {said}" if said else one["desc"],
            severity=_ZIZMOR.get(str(grades["severity"]).lower(), Severity.LOW),
            confidence=_ZIZMOR_SURE.get(str(grades["confidence"]).lower(), Confidence.LIKELY),
            url=one.get("url", ""),
        )


# -- squawk --------------------------------------------------------------------------------


def _squawk(data: Any) -> Iterator[Remark]:
    for one in data:
        rule = one["rule_name"]
        fatal = str(one["level"]).lower() == "error"
        yield Remark(
            place=Place(one["file"], int(one["line"]) + 1, int(one["column"]) + 1),
            rule=rule,
            message=" ".join(filter(None, (one["message"], one.get("help")))),
            severity=Severity.HIGH if fatal else Severity.MEDIUM,
            url=f"https://squawkhq.com/docs/{rule}",
        )


# -- kubeconform ---------------------------------------------------------------------------


def _kubeconform(data: Any) -> Iterator[Remark]:
    for one in data["resources"] or () if data else ():
        if one["status"] not in ("statusInvalid", "statusError"):
            continue
        what = " ".join(filter(None, (one.get("kind"), one.get("name"))))
        reasons = one.get("validationErrors") or [{"path": "", "msg": one["msg"]}]
        for reason in reasons:
            at = f" at {reason['path']}" if reason.get("path") else ""
            yield Remark(
                place=Place(one["filename"]),
                rule="invalid" if one["status"] == "statusInvalid" else "error",
                message=f"{what or 'the file'}{at}: {reason['msg']}",
                severity=Severity.HIGH,
            )


LINTERS: Mapping[str, Linter] = {
    one.name: one
    for one in (
        Linter(
            name="hadolint",
            judges="Dockerfile",
            command=lambda configured: (
                ["--no-color", "--no-fail", "--format", "json"]
                + ([] if configured else ["--disable-ignore-pragma"])
            ),
            parse=_hadolint,
            findings=frozenset({0, 1}),
            same={
                "DL1000": ("docker-syntax-valid", "deploy-config-parses"),
                "DL3002": ("docker-user-nonroot",),
                "DL3006": ("docker-base-pinned",),
                "DL3007": ("docker-base-pinned",),
                "DL3022": ("docker-syntax-valid",),
                "DL3057": ("docker-healthcheck-present",),
                "DL3021": ("docker-syntax-valid",),
                "DL3061": ("docker-syntax-valid",),
                "DL3064": ("docker-secret-free",),
                "SC2015": ("docker-build-errors-visible",),
            },
        ),
        Linter(
            name="actionlint",
            judges="workflow",
            command=lambda configured: (
                ["-no-color", "-format", "{{json .}}"]
                + ([] if configured else ["-config-file", os.devnull])
            ),
            parse=_actionlint,
            findings=frozenset({0, 1}),
            same={
                "action": ("ci-actions-supported", "ci-paths-exist"),
                "job-needs": ("ci-jobs-reachable",),
                "events": ("ci-workflow-triggerable",),
                "syntax-check": ("deploy-config-parses",),
                "workflow-call": ("ci-paths-exist",),
                "if-cond": ("ci-jobs-reachable",),
            },
        ),
        Linter(
            name="zizmor",
            judges="workflow",
            command=lambda configured: (
                ["--offline", "--no-progress", "--quiet", "--format", "json"]
                + ([] if configured else ["--no-config", "--no-ignores"])
            ),
            parse=_zizmor,
            findings=frozenset({0, 10, 11, 12, 13, 14}),
            same={
                "unpinned-uses": ("ci-actions-pinned",),
                "archived-uses": ("ci-actions-supported",),
                "typosquat-uses": ("ci-actions-pinned",),
                "excessive-permissions": ("ci-workflow-bounded",),
                "concurrency-limits": ("ci-workflow-bounded",),
            },
        ),
        Linter(
            name="squawk",
            judges="migration",
            command=lambda configured: (
                ["--reporter", "json"] + ([] if configured else ["--config", os.devnull])
            ),
            parse=_squawk,
            findings=frozenset({0, 1}),
            same={},
            pragma=regex(r"squawk-ignore(?:-file)?"),
        ),
        Linter(
            name="kubeconform",
            judges="manifest",
            command=lambda configured: ["-output", "json", "-ignore-missing-schemas"],
            parse=_kubeconform,
            findings=frozenset({0, 1}),
            same={},
        ),
    )
}
