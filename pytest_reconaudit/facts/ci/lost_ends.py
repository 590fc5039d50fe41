"""Where a value that a workflow never gets ends: in a command, or only in a text for people.

An empty text in a tag or a condition changes what the job does. One in an image's labels, a
message or a variable that nothing reads changes nothing; told by the workflow's own lines, and for
variables by the name, which no file of the repository may have.
"""

from __future__ import annotations

import re
from functools import cached_property

from msgspec import Struct

from pytest_reconaudit.facts.env.keys import is_platform_key, is_third_party_key
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target

__all__ = ["Ask", "End", "Ends"]


class Ask(Struct, frozen=True):
    """One place of a job that asks for a value."""

    path: tuple[str, ...]
    place: Place
    text: str
    """Its line, stripped."""
    prints: bool
    """It is only printed."""
    step: int
    """The index of the step that asks; -1 above the steps."""
    condition: bool = False


class End(Struct, frozen=True, order=True):
    """What becomes of a value at one place."""

    kind: str
    """``print``; ``label`` of an image; ``told``: a message, comment or displayed name;
    ``output``: of the job, that no other job asks for; ``unread``: a variable or a step's output
    that nothing reads; ``env``: a variable of an action that its own text does not name; empty:
    it may matter."""
    name: str = ""


_PUT_IN = End("")
_KEY = regex(r"([A-Za-z_][\w-]*)\s*:\s")
_EXPRESSION = regex(r"\$\{\{.{1,2000}?\}\}")
_JOB_OUTPUT = regex(
    r"\bneeds\.[\w-]+\.outputs\.[\w-]+|\bneeds\[|\bneeds\s*\)|\bneeds\.[\w-]+\.outputs\b"
)
"""Where some job reads an output of another; those without a name may read any."""
_ALL_STEPS = regex(r"\bsteps\s*[\[)]|\bsteps\.[\w-]+\.outputs(?!\.[\w-])|\bsteps\.\*")
"""Outputs of steps that are asked for without a name."""
_BUILDS_IMAGE = regex(r"[\w.-]+/(?:build-push-action|buildah-build|build-image-action)\b")
_LABELS = frozenset({"labels", "annotations"})
_TELLS = regex(r"comment|slack|discord|telegram|mattermost|teams|notif|announce", re.IGNORECASE)
_WORDS = regex(
    r"(?:\w{1,40}[_-])?(?:body|message|msg|text|title|comment|content|description|footer)",
    re.IGNORECASE,
)
_ASSIGNED = regex(
    r"(?:-\s)?\s{0,8}(?:run:\s)?\s{0,8}([A-Za-z_]\w{0,80})="
    r"(?:\"[^\"`;&|()<>]*\"|'[^']*'|[^\s\"'`;&|()<>]*)$"
)
"""A variable of the shell, with a value that runs nothing."""
_HANDED = regex(
    r"(?:-\s)?\s{0,8}(?:run:\s)?\s{0,8}echo\s([\"']?)([A-Za-z_][\w-]{0,80})=((?:(?!\$\(|`).){0,400}?)\1"
    r"\s{0,8}>>\s{0,8}[\"']?\$\{?GITHUB_(ENV|OUTPUT)\}?[\"']?$"
)
"""``echo "NAME=value" >> "$GITHUB_ENV"``."""
_PLAIN_ECHO = regex(r"(?:echo|printf)\s[^|>`]{0,400}$")
_EXPORTS_ALL = regex(r"\bset\s+-\w*a\b|allexport")
_TOOLS = regex(
    r"(?:AWS|AZURE|ARM|GOOGLE|GCLOUD|GCP|CLOUDSDK|DOCKER|BUILD[XK]\w*|COMPOSE|TF|TERRAFORM|PULUMI"
    r"|VAULT|KUBE\w*|HELM|NPM|NODE|YARN|PNPM|PIP|UV|POETRY|TWINE|MATURIN|PY\w*|CARGO|RUST\w*|GO"
    r"|CGO|JAVA|JVM|MAVEN|GRADLE|SENTRY|CLOUDFLARE|CF|FLY|VERCEL|NETLIFY|HEROKU|DATABASE|PG\w*"
    r"|MYSQL|REDIS|GH|GIT|CODECOV|SONAR|SLACK|DISCORD|SSH|ANSIBLE|PACKER|SNYK|TRIVY|COSIGN|LD|CC"
    r"|CXX|CFLAGS|LDFLAGS|CMAKE|MAKE\w*|PATH|HOME|SHELL|CI|TZ|LANG|ANDROID|XCODE|FASTLANE|EXPO)"
    r"(?:_.*)?",
    re.IGNORECASE,
)
"""Names that a program looks up by itself."""
_MOST_LINES = 300


class Ends:
    """What a workflow's own lines tell of where values end."""

    def __init__(self, target: Target, workflow: Workflow, lines: list[str]) -> None:
        self.target = target
        self.workflow = workflow
        self.lines = lines
        self._named: dict[str, bool] = {}

    @cached_property
    def heard(self) -> frozenset[str]:
        """How the expressions ask for outputs of jobs."""
        return frozenset(_JOB_OUTPUT.findall("\n".join(self.lines).lower()))

    def of(self, job: Job, asks: list[Ask]) -> tuple[End, ...]:
        """The ends of a value, each once."""
        return tuple(sorted({self._end(job, ask) for ask in asks}))

    def _end(self, job: Job, ask: Ask) -> End:
        if ask.condition:
            return _PUT_IN
        if ask.prints:
            return End("print")
        if ask.step < 0:
            return self._of_job(job, ask)
        step = job.steps[ask.step]
        if self._line(step.run_place) <= (ask.place.line or 0) and step.run and step.run_literal:
            return self._of_run(job, step, ask)
        key = self._key_at(step.with_, ask.place)
        if key:
            if key in _LABELS and _BUILDS_IMAGE.match(step.uses):
                return End("label", key)
            told = _TELLS.search(step.uses) and _WORDS.fullmatch(key)
            return End("told", "a message") if told else _PUT_IN
        key = self._key_at(step.env, ask.place)
        if key:
            return self._of_env(job, step, key)
        named = ask.text.removeprefix("- ").lstrip().startswith("name:") and "${{" in step.name
        return End("told", "the displayed name") if named else _PUT_IN

    def _of_job(self, job: Job, ask: Ask) -> End:
        line = ask.place.line
        if "name" in job.raw and line == job.raw.key_place("name").line:
            return End("told", "the displayed name")
        key = self._key_at(job.env, ask.place)
        if key:
            return End("unread", f"`{key}`") if self._idle(job, key, writing=False) else _PUT_IN
        match = _KEY.match(ask.text)
        if match is None or match[1] not in job.outputs or "workflow_call" in self.workflow.events:
            return _PUT_IN
        if any(one.count(".") < 3 for one in self.heard):
            return _PUT_IN  # all outputs at once, or one that is named at run time
        asked = f"needs.{job.id}.outputs.{match[1]}".lower() in self.heard
        return _PUT_IN if asked else End("output")

    def _of_env(self, job: Job, step: Step, key: str) -> End:
        """A variable of one step: a program that a command starts reads what it likes."""
        if step.run:
            return End("unread", f"`{key}`") if self._idle(job, key, writing=False) else _PUT_IN
        start, end = self._line(step.place), job.end
        if step.index + 1 < len(job.steps):
            end = (job.steps[step.index + 1].place.line or end) - 1
        if end - start > _MOST_LINES:
            return _PUT_IN
        named = sum(key in line for line in self.lines[start - 1 : end])
        return End("env") if named == 1 else _PUT_IN

    def _of_run(self, job: Job, step: Step, ask: Ask) -> End:
        if ask.text.endswith("\\") or _EXPORTS_ALL.search(step.run):
            return _PUT_IN
        bare = _EXPRESSION.sub("", ask.text)
        handed = self._handed(job, step, bare)
        if handed is not None:
            return handed
        match = _ASSIGNED.match(bare)
        if match is None or _is_a_tools(match[1]):
            return _PUT_IN
        word = re.compile(rf"\b{match[1]}\b")
        ends = []
        for line in step.run.split("\n"):
            text = _EXPRESSION.sub("", line.strip())
            if text.startswith(f"{match[1]}=") and _ASSIGNED.match(text):
                continue
            if word.search(text):
                plain = End("print") if _PLAIN_ECHO.match(text) else None
                ends.append(self._handed(job, step, text) or plain or _PUT_IN)
        if not ends:
            return End("unread", f"`{match[1]}`")
        return ends[0] if all(end.kind for end in ends) else _PUT_IN

    def _handed(self, job: Job, step: Step, text: str) -> End | None:
        """``None`` when the line is no plain one that hands a value on to later steps."""
        match = _HANDED.match(text)
        if match is None:
            return None
        name = match[2]
        if match[4] == "ENV":
            idle = self._idle(job, name, writing=True)
        else:
            asked = "\n".join(self.lines[self._line(job.place) - 1 : job.end]).lower()
            ours = f"steps.{step.id}.outputs.{name}".lower()
            idle = not step.id or not (
                _ALL_STEPS.search(asked) or re.search(rf"{re.escape(ours)}(?![\w-])", asked)
            )
        return End("unread", f"`{name}`") if idle else _PUT_IN

    def _idle(self, job: Job, name: str, *, writing: bool) -> bool:
        """Whether a variable of the environment is one that nobody reads.

        :param writing: commands write it, else one line of YAML does.
        """
        if _is_a_tools(name):
            return False
        word = re.compile(rf"\b{re.escape(name)}\b")
        using = [
            line
            for line in self.lines[self._line(job.place) - 1 : job.end]
            if word.search(line) and not (writing and _writes(line, name))
        ]
        return len(using) <= (0 if writing else 1) and not self._is_named(name)

    def _is_named(self, name: str) -> bool:
        """Whether a file of the repository has the name; other workflows have their own."""
        if name not in self._named:
            self._named[name] = any(
                name in self.target.text(path)
                for path in self.target.files
                if not path.startswith(".github/workflows/")
            )
        return self._named[name]

    def _line(self, place: Place) -> int:
        return place.line or 1

    def _key_at(self, held: Map, place: Place) -> str:
        """The key of a mapping in whose value a line stands."""
        line = self._line(place)
        text = self.lines[line - 1]
        if not held or not held.line <= line <= held.end:
            return ""
        # A block ends, for its reader, where the next one begins.
        if line > held.line and len(text) - len(text.lstrip()) < held.column - 1:
            return ""
        starts = ((self._line(held.key_place(key)), f"{key}") for key in held)
        return max((one for one in starts if one[0] <= line), default=(0, ""))[1]


def _writes(line: str, name: str) -> bool:
    match = _HANDED.match(_EXPRESSION.sub("", line.strip()))
    return match is not None and match[2] == name and match[3].count(name) == 0


def _is_a_tools(name: str) -> bool:
    return is_platform_key(name) or is_third_party_key(name) or bool(_TOOLS.fullmatch(name))
