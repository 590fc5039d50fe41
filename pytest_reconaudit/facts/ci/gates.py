"""The gates of workflows: commands and actions that must stop a job, and what keeps them from it.

A gate is a test, lint, type check, build, audit, coverage or budget command, or a wait until
something is ready.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.ci.ci_paths import never_runs
from pytest_reconaudit.facts.ci.gate_kinds import action_kind, gate_kind, without_runner
from pytest_reconaudit.facts.ci.npm_calls import npm_calls, script_call
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.ci.stand_ins import is_stand_in
from pytest_reconaudit.facts.ci.steps import JobRun, job_runs
from pytest_reconaudit.facts.invocations import Invocation, workflow_invocations
from pytest_reconaudit.facts.packages import npm_at
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import ShellCommand, is_dynamic, read_shell, unwrapped
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.target import Target, once, within

__all__ = ["Gate", "IdleGate", "SelfFailing", "WorkflowGates", "soft_places", "workflow_gates"]


class Gate(Struct, frozen=True, eq=False):
    """One gate command or action."""

    place: Place
    job: str
    step: str
    kind: str
    """``test lint types build audit coverage load readiness health``."""
    text: str
    mask: str
    """What swallows its failure; empty when nothing does."""
    mask_place: Place | None
    reports: bool
    """It only writes a report to a file."""
    tool: str
    """What tells it from other gates: program and verb."""
    severity: Severity
    """What a mask on it costs."""
    elsewhere: Place | None
    """Another step of the same workflow that runs the same gate unmasked."""
    covers: bool = False
    """It stops its job for known holes in the dependencies of any language."""
    covered: Place | None = None
    """An unmasked step of the same workflow that stops for the same: another tool's."""
    baseline: bool = False
    """What is known already is taken out of what it says: somebody brings it in step by step."""


class IdleGate(Struct, frozen=True, eq=False):
    """A job's steps that are named like a gate or a deployment and only print."""

    place: Place
    job: str
    name: str
    deploys: bool
    text: str
    others: tuple[tuple[Place, str], ...]
    """The job's other steps of this sort."""


class SelfFailing(Struct, frozen=True, eq=False):
    """A grep over the repository that finds what it forbids in the repository itself."""

    place: Place
    job: str
    pattern: str
    text: str
    found: Place


class BlindProbe(Struct, frozen=True, eq=False):
    """The job's only health check, and it passes on a 404 or 500."""

    place: Place
    job: str
    text: str
    waits: bool
    """It is asked again and again until the server answers: a wait before work, no verdict."""


class WorkflowGates(Struct, frozen=True, eq=False):
    """One workflow's gates and what is wrong with them."""

    workflow: Workflow
    gates: tuple[Gate, ...]
    idle: tuple[IdleGate, ...]
    self_failing: tuple[SelfFailing, ...]
    blind_probes: tuple[BlindProbe, ...]


# -- masks ---------------------------------------------------------------------------------

_ADVISORY = regex(
    r"\b(?:informational|informative|advisory|experimental|optional|non-?blocking|nightly|canary"
    r"|allowed? (?:to )?fail\w*|allow-?fail\w*|best[ -]effort|flaky|beta|unstable|preview|soft)\b",
    re.IGNORECASE,
)
_EMPTY_FALLBACK = regex(r"(?:true|:|/bin/true|exit 0|(?:echo|printf)\b.*)", re.DOTALL)
_FAILING = regex(
    r"\b(?:exit|return)\s+(?:[1-9]|\"?\$)|\bfalse\b|\bkill\b|\bexit\s*(?:;|\}|$)|core\.setFailed"
)
_REMEMBERS = regex(r">>?\s*\S|(?<![\w-])[A-Za-z_]\w*=|\btee\b|\+\+|\(\(")
_REPORT = regex(
    r"--(?:json|output|output-file|out|report|reporter|format|sarif|junit\w*|outfile)\b|(?<!\S)-o(?!\S)"
)
_UNPIPED_OUTPUT = regex(r"/dev/(?:null|stderr|stdout|tty)")


def _mask(invocation: Invocation) -> str:
    command = invocation.command
    fallback = command.fallback.strip()
    body = fallback.strip("{}() \n;")
    if fallback and not _FAILING.search(fallback) and not _REMEMBERS.search(_quiet(fallback)):
        first = re.split(r"\s*(?:;|&&|\n)\s*", body)[0]
        if _EMPTY_FALLBACK.fullmatch(first):
            shown = " ".join(fallback.split())
            return f"|| {shown if len(shown) <= 40 else shown[:39] + '…'}"
    if fallback:
        return ""
    return _exit_zero(invocation) or _lost_in_pipe(invocation)


def _quiet(text: str) -> str:
    return re.sub(r"[12&]?>>?\s*(?:/dev/null|&[12]|/dev/std\w+)|'[^']*'|\"[^\"]*\"", "", text)


_LOOKS = regex(r"\b(?:grep|jq|awk|python3?|node|test|if)\b|\[\[?\s|PIPESTATUS")


_LATER = 40
"""Steps and commands after a pipe that are searched for a look at its file."""


def _lost_in_pipe(invocation: Invocation) -> str:
    """``| tee FILE`` at the end of a pipe whose shell has no ``pipefail``: GitHub's default shell
    is ``bash -e``, and only ``shell: bash`` sets it."""
    step, command = invocation.step, invocation.command
    if step is None or step.remote or command.following != "|" or command.tested:
        return ""
    shell = step.step.effective_shell.strip()
    commands = step.script.commands
    if "pipefail" in step.step.run or "pipefail" in shell or shell == "bash":
        return ""
    if command not in commands or "PIPESTATUS" in step.step.run:
        return ""
    after = commands[commands.index(command) + 1 :]
    if not after or after[0].name != "tee" or after[0].following == "|" or after[0].fallback:
        return ""
    files = [word for word in after[0].words[1:] if not word.startswith("-")]
    later = "\n".join(one.run for one in step.job.steps[step.step.index + 1 :][:_LATER])
    rest = "\n".join([*(one.text for one in after[1:][:_LATER]), later])
    for name in files:
        if any(name in line and _LOOKS.search(line) for line in rest.split("\n")):
            return ""
    return f"| tee {files[0]}, as the shell has no pipefail" if files else ""


def _exit_zero(invocation: Invocation) -> str:
    """``; exit 0`` in a shell that does not stop at the first failure."""
    step = invocation.step
    command = invocation.command
    if step is None or command.following in ("&&", "||", "|") or command.tested:
        return ""
    shell = step.step.effective_shell
    lenient = "+errexit" in step.script.sets or ("{0}" in shell and "-e" not in shell)
    commands = step.script.commands
    if not lenient or command not in commands:
        return ""
    after = commands[commands.index(command) + 1 :]
    ends = [one for one in after if one.words[:1] == ("exit",) and not one.conditions]
    asked = any("$?" in one.text or "PIPESTATUS" in one.text for one in after)
    asked = asked or any("$?" in one.value for one in step.script.assignments)
    if ends and ends[0].words[1:2] == ("0",) and not asked:
        return "; exit 0"
    return ""


def _continues(value: str) -> bool:
    return (
        value.strip().lower() == "true"
        or re.fullmatch(r"\$\{\{\s*true\s*\}\}", value.strip()) is not None
    )


def _outcome_used(job: Job, step: Step) -> bool:
    """Whether something later looks at what became of the step."""
    if not step.id:
        return False
    wanted = re.compile(rf"steps\.{re.escape(step.id)}\.(?:outcome|conclusion)")
    for other in job.steps:
        texts = [other.if_, other.run, *(v for v in other.with_.values() if isinstance(v, str))]
        texts += [v for v in other.env.values() if isinstance(v, str)]
        if any(wanted.search(text) for text in texts):
            return True
    return any(wanted.search(value) for value in job.outputs.values() if isinstance(value, str))


# -- all gates of a workflow ---------------------------------------------------------------


@once
def workflow_gates(target: Target) -> tuple[WorkflowGates, ...]:
    """Every workflow that GitHub runs with its gates, in path order."""
    by_job: dict[int, list[Invocation]] = {}
    for invocation in workflow_invocations(target):
        if invocation.job is not None:
            by_job.setdefault(id(invocation.job), []).append(invocation)
    runs: dict[str, list[JobRun]] = {}
    for run in job_runs(target):
        runs.setdefault(run.workflow.path, []).append(run)
    found = []
    for workflow in workflows(target):
        gates: list[Gate] = []
        idle: list[IdleGate] = []
        failing: list[SelfFailing] = []
        probes: list[BlindProbe] = []
        for run in runs.get(workflow.path, ()):
            if never_runs(run.job.if_):
                continue
            mine = by_job.get(id(run), [])
            own = list(_gates(target, run, mine))
            gates += own
            if not _by_hand(workflow) and not is_stand_in(target, run):
                idle += _idle(target, run, mine)
            failing += _self_failing(target, run, mine)
            probes += _blind_probes(run, mine, own)
        gates = [
            replace(gate, mask="") if gate.mask and _fails_later(target, gate) else gate
            for gate in gates
        ]
        settled = _settled(gates)
        if _by_hand(workflow):
            settled = tuple(
                replace(gate, severity=min(gate.severity, Severity.MEDIUM)) for gate in settled
            )
        found.append(WorkflowGates(workflow, settled, tuple(idle), tuple(failing), tuple(probes)))
    return tuple(found)


def _by_hand(workflow: Workflow) -> bool:
    """Whether only a person, or another program, starts it: such a job guards no change."""
    return bool(workflow.triggers) and all(
        one.event in ("workflow_dispatch", "repository_dispatch") for one in workflow.triggers
    )


def _gates(target: Target, run: JobRun, mine: list[Invocation]) -> Iterator[Gate]:
    job = run.job
    lost = _lost_scripts(target)
    advisory = bool(_ADVISORY.search(f"{job.id} {job.name}")) or any(
        _HANDS_IN.match(step.uses) for step in job.steps
    )
    for step in job.steps:
        if not step.uses or never_runs(step.if_):
            continue
        kind = action_kind(step)
        if kind:
            mask, at = _continuing(job, step, advisory)
            if mask and (
                _excused(target, step, step.uses_place)
                or (kind == "audit" and _to_code_scanning(job, step))
            ):
                mask, at = "", None
            tool = f"uses {step.uses.partition('@')[0]} {step.with_.str('command')}".strip()
            gate = _gate(
                step.uses_place, job, step, kind, f"uses: {step.uses}", mask, at, False, tool
            )
            yield replace(gate, covers=_scans_all(step))
    for invocation in mine:
        one = invocation.step
        command = invocation.command
        if one is None or never_runs(one.step.if_) or command.captured:
            continue
        kind, tool = gate_kind(invocation.words)
        if not kind:
            kind, tool = _health_call(invocation)
        if not kind or command.tested or command.negated or _at(command.place) in lost:
            continue
        step = one.step
        mask = _mask(invocation)
        if mask.startswith("| tee") and kind not in ("test", "types", "build", "lint"):
            mask = ""
        at = None
        if mask:
            if advisory or _ADVISORY.search(f"{step.name} {step.id}"):
                mask = ""
        else:
            mask, at = _continuing(job, step, advisory)
        if not mask:
            mask, at = _script_mask(target, invocation)
        if mask and (
            _excused(target, step, command.place)
            or (kind == "audit" and _to_code_scanning(job, step))
        ):
            mask, at = "", None
        folder = invocation.folder or ""
        filtered = _filter_behind(invocation)
        gate = _gate(
            command.place, job, step, kind, command.text + filtered, mask, at, _reports(command),
            f"{tool} in {folder}",
        )  # fmt: skip
        yield replace(
            gate,
            covers=bool(_SCANS_ALL.match(" ".join(invocation.words))),
            baseline=bool(filtered) or _has_baseline(target, invocation),
        )


_HANDS_IN = regex(
    r"(?:autofix-ci/action|stefanzweifel/git-auto-commit-action|peter-evans/create-pull-request"
    r"|EndBug/add-and-commit)@",
    re.IGNORECASE,
)
"""What hands in the changes that a job has made to the code: it mends, and guards nothing."""

_BASELINE = regex(r"\bbaseline", re.IGNORECASE)


def _filter_behind(invocation: Invocation) -> str:
    """`` | mypy-baseline filter``: the filter behind a gate, whose status is the step's."""
    step, command = invocation.step, invocation.command
    if step is None or command.following != "|":
        return ""
    commands = step.script.commands
    at = next((n for n, one in enumerate(commands) if one is command), len(commands))
    after = commands[at + 1 : at + 2]
    return f" | {after[0].text}" if after and _BASELINE.search(after[0].text) else ""


def _has_baseline(target: Target, invocation: Invocation) -> bool:
    """Whether a file of errors that a gate's program is forgiven is committed."""
    return not _baselines(target).isdisjoint(without_runner(invocation.words)[:1])


@once
def _baselines(target: Target) -> frozenset[str]:
    """The words in the names of files with baselines."""
    names = (posixpath.basename(path).lower() for path in target.everything)
    return frozenset(
        word for name in names if _BASELINE_FILE.search(name) for word in _NAME_WORD.findall(name)
    )


_NAME_WORD = regex(r"[a-z0-9]+")


_BASELINE_FILE = regex(r"baseline[\w-]*(?:\.(?:txt|json|neon|xml|ya?ml|toml))?$")


def _at(place: Place) -> tuple[str, int | None]:
    return place.path, place.line


_SCANS_ALL = regex(
    r"(?:\S*/)?(?:trivy (?:[^\n]* )?(?:fs|filesystem|repo|repository) [^\n]*--exit-code[= ][1-9]"
    r"|osv-scanner\b)"
)
"""Scans of the whole tree that end with an error for a hole, whatever the language."""
_DEPENDENCIES = regex(r"(?:npm|pnpm|yarn|bun|cargo|pip|composer|bundle)\S*[ -]audit\b|pip-audit\b")
"""Tools that know the holes of one language's dependencies."""


def _scans_all(step: Step) -> bool:
    """Whether a scanning action stops the job for a hole in whatever the tree depends on."""
    name = step.uses.partition("@")[0].lower()
    if not name.endswith("/trivy-action"):
        return False
    given = {key: step.with_.str(key).strip() for key in ("exit-code", "scan-type", "scanners")}
    return (
        given["exit-code"] not in ("", "0")
        and given["scan-type"] in ("fs", "repo")
        and (not given["scanners"] or "vuln" in given["scanners"])
    )


@once
def _lost_scripts(target: Target) -> frozenset[tuple[str, int | None]]:
    """Lines that call scripts which their package lacks: no gates, and told as such."""
    return frozenset(
        (call.place.path, call.place.line)
        for one in npm_calls(target)
        for call in one.calls
        if not call.there and call.manifest
    )


@once
def soft_places(target: Target) -> frozenset[Place]:
    """Commands and actions of workflows that fail and leave their job green."""
    soft = set()
    for run in job_runs(target):
        for step in run.job.steps:
            if step.uses and _continuing(run.job, step, False)[0]:
                soft.add(step.uses_place)
    for invocation in workflow_invocations(target):
        ran, job = invocation.step, invocation.job
        if ran is None or job is None:
            continue
        if _mask(invocation) or _continuing(job.job, ran.step, False)[0]:
            soft.add(invocation.command.place)
    return frozenset(soft)


def _health_call(invocation: Invocation) -> tuple[str, str]:
    """``curl --fail …/health`` outside of a loop that waits and of steps that look for reasons."""
    command, step = invocation.command, invocation.step
    if invocation.name != "curl" or step is None or step.remote or command.blocks:
        return "", ""
    if _ALWAYS.search(step.step.if_) or not _asks(invocation.words, invocation):
        return "", ""
    words = [word for word in invocation.words[1:] if "://" in word or word[:9] == "localhost"]
    if len(words) != 1 or not _HEALTH_URL.search(words[0].strip("\"'")[:500]):
        return "", ""
    return "health", f"curl {words[0]}"


def _excused(target: Target, step: Step, place: Place) -> bool:
    """Whether a comment at the step or on the command's line calls it advisory."""
    path, line = place.path, place.line or 0
    if _ADVISORY.search(_comment(target.line(path, line))):
        return True
    first = step.place.line or 0
    inside = range(first, (step.run_place.line or first) + 1)
    if any(_ADVISORY.search(_comment(target.line(path, number))) for number in inside):
        return True
    above = first - 1
    while above > 0 and target.line(path, above).lstrip().startswith("#"):
        if _ADVISORY.search(target.line(path, above)):
            return True
        above -= 1
    return False


def _comment(line: str) -> str:
    return line[line.index("#") :] if re.search(r"(?:^|\s)#", line) else ""


def _to_code_scanning(job: Job, step: Step) -> bool:
    """Whether a scanner's findings go to code scanning, which is the gate then."""
    text = " ".join([step.run, *(v for v in step.with_.values() if isinstance(v, str))])
    if "sarif" not in text.lower():
        return False
    later = job.steps[step.index + 1 :]
    return any("upload-sarif" in other.uses for other in later)


def _gate(
    place: Place, job: Job, step: Step, kind: str, text: str, mask: str, at: Place | None,
    reports: bool, tool: str,
) -> Gate:  # fmt: skip
    severity = Severity.MEDIUM if kind in ("lint", "health") else Severity.HIGH
    return Gate(place, job.id, step.label, kind, text, mask, at, reports, tool, severity, None)


def _continuing(job: Job, step: Step, advisory: bool) -> tuple[str, Place | None]:
    if advisory or _ADVISORY.search(f"{step.name} {step.id}"):
        return "", None
    if _continues(step.continue_on_error):
        if _outcome_used(job, step):
            return "", None
        return "continue-on-error: true", None
    if _continues(job.continue_on_error):
        return "continue-on-error: true on the job", job.raw.key_place("continue-on-error")
    return "", None


def _reports(command: ShellCommand) -> bool:
    written = any(
        one.writes and not _UNPIPED_OUTPUT.match(one.target) and not one.op.startswith("2")
        for one in command.redirects
    )
    return written or _REPORT.search(command.text) is not None or command.following == "|"


def _script_mask(target: Target, invocation: Invocation) -> tuple[str, Place | None]:
    """The mask inside the package.json script that a gate command runs."""
    if "--passWithNoTests" in invocation.words and invocation.folder is not None:
        if _no_tests(target, invocation.folder):
            return "--passWithNoTests, and there is no test", None
        return "", None
    call = script_call(without_runner(invocation.words))
    if call is None or invocation.folder is None or call.folder or is_dynamic(call.script):
        return "", None
    package = npm_at(target, invocation.folder)
    script = package.script(call.script) if package else None
    if package is None or script is None:
        return "", None
    text = script.command
    if "--passWithNoTests" in text and _no_tests(target, package.folder):
        return (
            f"--passWithNoTests without a test in {package.folder or 'the repository'}",
            script.place,
        )
    if "||" not in text and not re.match(r"\s*(?:echo|true|exit 0|:)", text):
        return "", None
    place = script.command_place
    commands = read_shell(text, place.path, place.line or 1, place.column or 1).commands
    if commands and all(
        one.name in _PRINTING or one.words[:2] == ("exit", "0") for one in commands
    ):
        return f"script {call.script!r} of {package.path}, which only prints", script.place
    kinds = [(one, gate_kind(unwrapped(one.words))[0]) for one in commands]
    masked = [
        one for one, kind in kinds
        if kind and one.fallback and _EMPTY_FALLBACK.fullmatch(one.fallback.strip())
        and not _FAILING.search(one.fallback)
    ]  # fmt: skip
    if masked and len(masked) == sum(1 for _, kind in kinds if kind):
        return f"|| {masked[0].fallback.strip()} in script {call.script!r}", script.place
    return "", None


_TEST_FILE = regex(r"(?:^|/)(?:__tests__|tests?|spec|e2e)/.*\.\w+|[._-](?:test|spec)\.\w+$")


def _no_tests(target: Target, folder: str) -> bool:
    return not any(_TEST_FILE.search(path) for path in target.below(folder))


_WRITES = regex(
    r"(?:\s-o|--output(?:-file)?|--(?:sarif|json)-output|--out|>)[\s=]*[\"']?([\w./-]+\.\w+)"
)
_FAILS = regex(
    r"\b(?:sys\.)?exit\(\s*1\s*\)|\bexit\s+1\b|\bsetFailed\(|\bprocess\.exitCode\s*=\s*1"
)
_MOST_BEHIND = 8_000


def _fails_later(target: Target, gate: Gate) -> bool:
    """Whether what a masked gate writes is read further down, by what ends the job for it."""
    written = _WRITES.search(gate.text)
    if written is None:
        return False
    lines = target.lines(gate.place.path)
    behind = "\n".join(lines[gate.place.line or 1 :])[:_MOST_BEHIND]
    at = behind.find(written[1])
    return at >= 0 and _FAILS.search(behind, at) is not None


def _settled(gates: list[Gate]) -> tuple[Gate, ...]:
    """The gates with what depends on their neighbours: severity, and the same gate unmasked."""
    by_job: dict[str, list[Gate]] = {}
    for gate in gates:
        by_job.setdefault(gate.job, []).append(gate)
    result = []
    for gate in gates:
        if not gate.mask:
            result.append(gate)
            continue
        twin = next(
            (one for one in gates if not one.mask and one.tool == gate.tool and one is not gate),
            None,
        )
        if twin is not None and gate.kind == "health" and twin.job != gate.job:
            twin = None  # another environment's
        if twin is not None and gate.kind == "build":
            continue  # it builds for the tests behind it; the gate is the other one
        job = by_job[gate.job]
        severity = gate.severity
        covered = None
        if gate.kind == "audit" and twin is None and _DEPENDENCIES.match(gate.tool):
            covered = next((one.place for one in gates if one.covers and not one.mask), None)
        whole = all(one.mask for one in job) and len(job) > 1
        core = any(one.kind in ("test", "types", "build") for one in job)
        alone = all(one.kind == "audit" for one in job)
        if gate.baseline:
            severity = Severity.LOW
        elif gate.kind == "audit" and alone and gate.mask.endswith("on the job"):
            severity = Severity.LOW  # a job of its own that tells of advisories and stops nobody
        elif _only_reports(job) or _is_beside_tests(gate, gates) or covered is not None:
            severity = Severity.LOW
        elif twin is not None:
            severity = Severity.MEDIUM
        elif whole and core and gate.kind != "lint" and not gate.mask.endswith("on the job"):
            severity = Severity.CRITICAL
        result.append(
            replace(
                gate,
                severity=severity,
                elsewhere=twin.place if twin is not None else None,
                covered=covered,
            )
        )
    return tuple(result)


_THRESHOLD = regex(r"--fail-under|--min-|--threshold|--check-coverage")


def _only_reports(job: list[Gate]) -> bool:
    """Whether a job only gathers what scanners say, in files that somebody reads."""
    asks = [one for one in job if one.mask or one.kind not in ("build", "readiness")]
    return len(asks) > 1 and all(
        one.mask and one.reports and one.kind in ("audit", "coverage") for one in asks
    )


def _is_beside_tests(gate: Gate, gates: list[Gate]) -> bool:
    """Whether a run without a threshold counts lines for a report, after the tests were gates."""
    return (
        gate.kind == "coverage"
        and gate.reports
        and _THRESHOLD.search(gate.text) is None
        and any(one.kind == "test" and not one.mask for one in gates if one.job == gate.job)
    )


# -- (b) gates that only print -------------------------------------------------------------

_PRINTING = frozenset({"echo", "printf", "date", "sleep", "true", ":"})
_LOOKING = frozenset({"ls", "cat", "pwd", "tree"})
_PREPARING = frozenset(
    {"npm", "cd", "export", "set", "cat", "ls", "mkdir", "cp", "chmod", "tee", "pwd"}
)
"""Commands that deploy nothing."""
_GATE_NAME = regex(
    r"\b(?:gates?|quality|checks?|coverage|thresholds?|verify|verification|validate|validation"
    r"|smoke[ _-]?tests?|tests?|scan|audit|lint)\b",
    re.IGNORECASE,
)
_DEPLOY_NAME = regex(r"\b(?:deploy(?:ment)?|rollback|roll[ _-]back)\b", re.IGNORECASE)
_TELLING = regex(
    r"\b(?:notif\w*|announce\w*|summary|info|information|message|url|urls|log|print|show|display|status"
    r"|report|comment|label|skip\w*|start\w*|begin\w*|complete[d]?|finish\w*|success|debug|list"
    r"|output|outputs|set|get|determine|resolve|compute|name|version|result|results|link|details?|welcome"
    r"|clean\w*|artifacts?|upload|download|install|set ?up|prepare|cache|login"
    r"|done|wait|trigger|if|whether|changes|context|event|environment variables)\b",
    re.IGNORECASE,
)
_CLAIM = regex(
    r"\b(?:pass(?:ed|es|ing)?|met|ok|success\w*|check\w*|valid\w*|verif\w*|complete\w*|runn?ing|healthy"
    r"|scann?\w*|test\w*|gate\w*|good|clean|deploy\w*|roll\w*)\b|[✅✔]",
    re.IGNORECASE,
)
_ALWAYS = regex(r"always\(\)|!\s*cancelled\(\)|failure\(\)")
_FETCHES = regex(r"actions/(?:checkout|download-artifact)@")
"""What a job does first that means to work on something."""
_OWN_ACTIONS = regex(
    r"actions/(?:checkout|setup-[\w-]+|cache|upload-artifact|download-artifact|github-script)@"
    r"|8398a7/action-slack@|slackapi/|rtCamp/action-slack-notify@|docker/(?:login|setup-\w+)-action@"
    r"|aws-actions/configure-aws-credentials@|azure/login@|google-github-actions/auth@|dawidd6/action-send-mail@"
    r"|azure/setup-\w+@|hashicorp/setup-\w+@|google-github-actions/setup-gcloud@",
    re.IGNORECASE,
)
"""Actions that neither check nor deploy anything."""


def _idle(target: Target, run: JobRun, mine: list[Invocation]) -> Iterator[IdleGate]:
    job = run.job
    by_step: dict[int, list[Invocation]] = {}
    for invocation in mine:
        if invocation.step is not None and not invocation.command.captured:
            by_step.setdefault(invocation.step.step.index, []).append(invocation)
    shell = [step for step in job.steps if step.run and not never_runs(step.if_)]
    idle = [
        step
        for step in shell
        if _only_prints(
            by_step.get(step.index, []), looks=_DEPLOY_NAME.search(step.name) is not None
        )
    ]
    if not idle:
        return
    real = [step for step in shell if step not in idle]
    acting = [s for s in job.steps if s.uses and not _OWN_ACTIONS.match(s.uses)]
    job_name = f"{job.name or job.id}"
    if job.needs and not _ALWAYS.search(job.if_) and not real and not acting and len(idle) == 1:
        named = f"{job.id} {job.name}"
        works = job.services or any(_FETCHES.match(step.uses) for step in job.steps)
        if not works and not _DEPLOY_NAME.search(named):
            return  # the one status that branch protection asks for: green when its needs are
    deploys, gates = [], []
    whole = not real and not acting
    for step in idle:
        name = step.name or (job_name if len(shell) == 1 else "")
        if not name or _TELLING.search(name):
            continue
        words = by_step[step.index]
        if _DEPLOY_NAME.search(name) and not acting and not _deployed(real, by_step):
            deploys.append(step)
        elif (_GATE_NAME.search(name) and _claims(words)) or (
            whole and _GATE_NAME.search(job_name) and _claims(words) and not step.name
        ):
            gates.append(step)
    if deploys:
        yield _idle_record(job, deploys[0], [*deploys[1:], *gates], by_step, deploys=True)
    elif gates:
        yield _idle_record(job, gates[0], gates[1:], by_step, deploys=False)


def _deployed(real: list[Step], by_step: dict[int, list[Invocation]]) -> bool:
    """Whether another step of the job does something that may well be the deployment."""
    return any(
        invocation.name not in _PRINTING and invocation.name not in _PREPARING
        for step in real
        for invocation in by_step.get(step.index, ())
    )


def _only_prints(invocations: list[Invocation], *, looks: bool = False) -> bool:
    """Whether a step only prints; a deployment may also look at files (``looks``)."""
    if not invocations:
        return False
    printing = _PRINTING | _LOOKING if looks else _PRINTING
    for invocation in invocations:
        command = invocation.command
        if invocation.name not in printing or command.following == "|":
            return False
        if any(one.writes and "/dev/" not in one.target for one in command.redirects):
            return False
        if "::" in command.text and re.search(
            r"::(?:error|set-output|add-mask|warning)", command.text
        ):
            return False
    return any(invocation.name in ("echo", "printf") for invocation in invocations)


def _claims(invocations: list[Invocation]) -> bool:
    """Whether the text says that something was checked, rather than showing values."""
    texts = [" ".join(one.words[1:]) for one in invocations if one.name in ("echo", "printf")]
    return any(_CLAIM.search(text) and not is_dynamic(text) for text in texts)


def _idle_record(
    job: Job, first: Step, others: list[Step], by_step: dict[int, list[Invocation]], *,
    deploys: bool,
) -> IdleGate:  # fmt: skip
    command = by_step[first.index][0].command
    text = "; ".join(one.command.text for one in by_step[first.index])
    return IdleGate(
        command.place, job.id, first.label, deploys, text,
        tuple((by_step[one.index][0].command.place, one.label) for one in others),
    )  # fmt: skip


# -- (c) greps that find themselves --------------------------------------------------------

_REGEX_CHARS = regex(r"[\\\[\]()*+?{}|^$]")


def _self_failing(target: Target, run: JobRun, mine: list[Invocation]) -> Iterator[SelfFailing]:
    for invocation in mine:
        words = invocation.words
        if not words or invocation.folder is None or invocation.command.captured:
            continue
        search = _recursive_search(words)
        if search is None or not _forbids(invocation):
            continue
        pattern, folders, options = search
        if len(pattern) < 3 or is_dynamic(pattern) or _REGEX_CHARS.search(pattern):
            continue
        found = _first_hit(target, invocation, pattern, folders, options)
        if found is not None:
            yield SelfFailing(
                invocation.command.place, run.job.id, pattern, invocation.command.text, found
            )


def _recursive_search(
    words: tuple[str, ...],
) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    """(pattern, folders, options) of ``grep -r`` or ``git grep`` over folders."""
    if words[:2] == ("git", "grep"):
        rest, recursive, folder = words[2:], True, "."
    elif words[0] in ("grep", "egrep", "fgrep"):
        rest, recursive, folder = words[1:], False, ""
    else:
        return None
    options: list[str] = []
    plain: list[str] = []
    index = 0
    while index < len(rest):
        word = rest[index]
        if word in ("--include", "--exclude", "--exclude-dir") and index + 1 < len(rest):
            options.append(f"{word}={rest[index + 1]}")
            index += 1
        elif word == "-e" and index + 1 < len(rest):
            plain.insert(0, rest[index + 1])
            index += 1
        elif word.startswith("--"):
            options.append(word)
            recursive = recursive or word in ("--recursive", "--dereference-recursive")
        elif word.startswith("-") and len(word) > 1:
            if set("fvLP") & set(word[1:]):
                return None
            recursive = recursive or bool(set("rR") & set(word[1:]))
        else:
            plain.append(word)
        index += 1
    if not recursive or not plain:
        return None
    folders = tuple(word for word in plain[1:] if word != "--") or ((folder or "."),)
    return plain[0], folders, tuple(options)


def _forbids(invocation: Invocation) -> bool:
    """Whether a hit fails the job: ``! grep``, ``grep && exit 1``, ``if grep; then exit 1``."""
    command = invocation.command
    script = invocation.trace.script
    text = command.text
    if command.negated and not command.tested:
        # `set -e` does not stop at `! grep`: only the script's last status counts.
        return not command.fallback and command is script.commands[-1]
    if command.negated:
        return False
    for other in script.commands:
        ends = other.words[:1] in (("exit",), ("false",), ("return",))
        if ends and other.words[1:2] != ("0",) and other.conditions[-1:] == (text,):
            return True
    return False


def _first_hit(
    target: Target, invocation: Invocation, pattern: str, folders: tuple[str, ...],
    options: tuple[str, ...],
) -> Place | None:  # fmt: skip
    """Where a committed file in the search's reach holds the pattern: the workflow itself, or an
    example environment file."""
    assert invocation.job is not None
    candidates = [invocation.job.workflow.path]
    candidates += [
        path for path in target.everything if path.endswith((".example", ".sample", ".template"))
    ]
    roots: list[str] = []
    for folder in folders:
        root = invocation.resolve(folder)
        if root is None:
            return None
        roots.append(root)
    for path in candidates:
        if not any(within(path, root) for root in roots) or not _reached(path, options):
            continue
        at = target.text(path).find(pattern)
        if at >= 0:
            return Place(path, target.text(path).count("\n", 0, at) + 1)
    return None


def _reached(path: str, options: Iterable[str]) -> bool:
    name = posixpath.basename(path)
    includes = [one[10:].strip("'\"") for one in options if one.startswith("--include=")]
    if includes and not any(
        fnmatch.fnmatchcase(name, glob) for one in includes for glob in _braces(one)
    ):
        return False
    for one in options:
        if one.startswith("--exclude="):
            if any(fnmatch.fnmatchcase(name, glob) for glob in _braces(one[10:].strip("'\""))):
                return False
        elif one.startswith("--exclude-dir="):
            for glob in _braces(one[14:].strip("'\"")):
                if any(
                    fnmatch.fnmatchcase(part, glob.rstrip("/")) for part in path.split("/")[:-1]
                ):
                    return False
    return True


def _braces(glob: str) -> list[str]:
    match = re.fullmatch(r"([^{}]*)\{([^{}]*)\}([^{}]*)", glob)
    return [match[1] + one + match[3] for one in match[2].split(",")] if match else [glob]


# -- (d) health checks that any answer satisfies -------------------------------------------

_HEALTH_URL = regex(
    r"/(?:[\w-]+/)*(?:healthz?|health[_-]?check|readyz?|readiness|livez?|liveness|ping|status|up|alive)/?(?:[?#].*)?$",
    re.IGNORECASE,
)
_HEALTH_STEP = regex(r"\b(?:health|smoke|verify|verification|sanity|probe|uptime)\b", re.IGNORECASE)
_FAIL_FLAG = regex(r"--fail(?:-with-body)?|--fail-early|-[a-zA-Z]*f[a-zA-Z]*")
_OTHER_PROBES = regex(
    r"\b(?:rollout status|kubectl wait|wait-on|wait-for-it|pg_isready|newman|playwright|cypress"
    r"|httpie|k6)\b"
)


def _blind_probes(run: JobRun, mine: list[Invocation], gates: list[Gate]) -> Iterator[BlindProbe]:
    blind: list[tuple[Invocation, str]] = []
    for invocation in mine:
        step = invocation.step
        if step is None or step.remote:
            continue
        words, command = invocation.words, invocation.command
        if _OTHER_PROBES.search(command.text) or invocation.name in ("wget", "http", "grpcurl"):
            return
        if invocation.name != "curl":
            continue
        url = next(
            (word for word in words[1:] if "://" in word or word.startswith("localhost")), ""
        )
        named = _HEALTH_STEP.search(f"{step.step.name} {step.step.id}")
        if not url or not (_HEALTH_URL.search(url.strip("\"'")[:500]) or named):
            continue
        if _asks(words, invocation):
            return
        blind.append((invocation, url.strip("\"'")))
    verdicts = [one for one, _ in blind if not _waits(one, mine)]
    if verdicts:
        yield BlindProbe(verdicts[0].command.place, run.job.id, verdicts[0].command.text, False)
    elif blind and not any(_asked_later(one, url, mine, gates) for one, url in blind):
        command = blind[-1][0].command
        yield BlindProbe(command.place, run.job.id, command.text, True)


_LOOPS = ("for", "while", "until")


def _waits(invocation: Invocation, mine: list[Invocation]) -> bool:
    """Whether a command is the test of a loop, or stands in one, that sleeps between its rounds."""
    command = invocation.command
    around = tuple(block for block in command.blocks if block.kind in _LOOPS)
    for other in mine:
        if other.step is not invocation.step or other.name != "sleep":
            continue
        blocks = other.command.blocks
        if around and around[-1] in blocks:
            return True
        tests = [block.test for block in blocks if block.kind in ("while", "until")]
        if command.tested and any(command.text in test for test in tests):
            return True
    return False


def _asked_later(
    invocation: Invocation, url: str, mine: list[Invocation], gates: list[Gate]
) -> bool:
    """Whether the job goes on to use what it waited for: with tests, or under the same address."""
    step, line = invocation.step, invocation.command.place.line or 0
    if step is None:
        return False
    if any(
        gate.kind in ("test", "coverage", "load", "health") and (gate.place.line or 0) > line
        for gate in gates
    ):
        return True
    host = re.sub(r"^\w+://", "", url).partition("/")[0]
    if not host:
        return False
    if any(
        one.command.place.line is not None
        and one.command.place.line > line
        and host in one.command.text
        for one in mine
        if one.step is step
    ):
        return True
    for later in step.job.steps[step.step.index + 1 :]:
        if _ALWAYS.search(later.if_):
            continue
        values = (*later.env.values(), *later.with_.values())
        texts = (later.run, *(value for value in values if isinstance(value, str)))
        if any(host in text for text in texts):
            return True
    return False


def _asks(words: tuple[str, ...], invocation: Invocation) -> bool:
    """Whether a curl fails on an error status, or its status or body is looked at."""
    command = invocation.command
    for word in words[1:]:
        if word.startswith("--fail") and _FAIL_FLAG.fullmatch(word):
            return True
        if word.startswith("-") and not word.startswith("--") and "f" in word[1:]:
            cluster = re.match(r"-([a-zA-Z#]*?)(?=[oHdXuAbcemtwKTFEr]|$)", word)
            if cluster and "f" in cluster[1]:
                return True
    if "http_code" in command.text or "response_code" in command.text:
        return True
    if command.captured or command.following == "|":
        return True
    if {"-X", "-d", "--data", "--request", "--upload-file", "-T", "-F"} & set(words):
        return True  # an upload or a call, not a look
    return any(one.writes and "/dev/null" not in one.target for one in command.redirects) or any(
        word in ("-o", "--output") and target != "/dev/null" for word, target in pairwise(words)
    )
