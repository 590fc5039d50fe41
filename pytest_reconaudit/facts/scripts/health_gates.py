"""Whether the health check at the end of a deployment script can stop it, and what happens then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.ci.deploys import act_of, compose_call, failing_curl, names_rollback
from pytest_reconaudit.facts.invocations import Invocation, script_invocations
from pytest_reconaudit.facts.network.routes import routes_of
from pytest_reconaudit.facts.network.services import Answering, answering, host
from pytest_reconaudit.facts.scripts.compose_calls import models_in_effect
from pytest_reconaudit.facts.scripts.failing import Ending, Fate, Mode, endings, fate
from pytest_reconaudit.facts.scripts.files import ScriptFile, script_files, sourced_tree, tree_of
from pytest_reconaudit.facts.scripts.hidden_errors import swallows
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import ShellCommand, unwrapped
from pytest_reconaudit.readers.shell_tree import ShellTree
from pytest_reconaudit.readers.urls import LocalUrl, urls_in
from pytest_reconaudit.target import Target, once

__all__ = ["GateFault", "HealthGates", "health_gates"]


class GateFault(Struct, frozen=True, eq=False):
    """One thing that is wrong with a deployment script's health checks."""

    clause: str
    """``a`` goes on, ``b`` asks what nobody serves, ``c`` rollback only printed, ``d`` down before
    up, ``e`` a status that the kind lacks, ``f`` any answer passes, ``g`` readiness wait masked,
    ``h`` each of several services asked once."""
    place: Place
    says: str
    evidence: str
    severity: Severity
    related: tuple[tuple[Place, str], ...] = ()
    stops: bool = False
    """Whether a failure of this check ends the script as one."""


class HealthGates(Struct, frozen=True, eq=False):
    """A deployment script with its health checks."""

    file: ScriptFile
    checks: int
    faults: tuple[GateFault, ...]


class _Probe(Struct, eq=False):
    """One question about health, asked by one or several commands."""

    key: str
    commands: list[ShellCommand]
    url: LocalUrl | None
    waits: bool
    """A tool that waits for readiness by itself."""
    fate: Fate = Fate.UNKNOWN
    ways: tuple[Ending, ...] = ()


_READY = frozenset({"pg_isready", "mysqladmin", "redis-cli", "valkey-cli", "nc", "ncat", "mongosh",
                    "rabbitmq-diagnostics", "rabbitmqctl", "cqlsh"})  # fmt: skip
_READY_WORDS = {"mysqladmin": {"ping", "status"}, "redis-cli": {"ping", "PING"},
                "valkey-cli": {"ping", "PING"}, "nc": {"-z", "-zv", "-vz", "-zw1"}}  # fmt: skip
_COMPLETE = regex(
    r"\b(?:complete[d]?|success(?:ful(?:ly)?)?|deployed|finished|done|ready|live|running|launched"
    r"|is up)\b|[✅🎉✔]",
    re.IGNORECASE,
)
_ASKED = regex(r"http_code|response_code")
_NO_REPAIR = regex(
    r"(?:echo|printf|true|:|sleep|exit|return|break|continue|date|cat|tail|head|\[|\[\[|test|let|local"
    r"|shift|log\w*|warn\w*|print\w*|info|err\w*|fail\w*|die|abort|msg|say|note|success|notify\w*|export"
    r"|show_\w+|dump_\w+|display_\w+|usage)$"
)
_LOOKS = regex(
    r"(?:docker(?:-compose| compose)?|podman|kubectl)\s+(?:\S+\s+)*?"
    r"(?:logs|ps|describe|get|inspect|events)\b"
    r"|journalctl|systemctl\s+status"
)
_PORT_FORWARD = regex(r"port-forward|ssh\s+.*-L|minikube\s+service|telepresence")
_FAILURE = regex(
    r"time[- ]?out|fail|unhealthy|not (?:ready|healthy|running|responding|avail)|still|may|warn"
    r"|[❌⚠✗]",
    re.IGNORECASE,
)
_SUBCOMMANDS = frozenset({"case", "if", "elif", "else"})
_MAX_PROBES = 40
_NO_PHASE = regex(
    r"services?|svc|deployments?(?:\.apps)?|deploy|statefulsets?|sts|daemonsets?|ds|ingress(?:es)?"
    r"|ing|configmaps?|cm|secrets?|replicasets?|rs|hpa|cronjobs?"
)
_GET_VALUES = frozenset({"-n", "--namespace", "-l", "--selector", "-o", "--output", "--context",
                         "--kubeconfig", "--field-selector"})  # fmt: skip
_PHASE = regex(r"status\.phase")
_CONDITION = regex(r"--for[= ](?:jsonpath=|condition=|\"?condition=)?(?P<condition>\w+)")
_CONDITIONS = {
    "deployment": {"available", "progressing", "replicafailure"},
    "deployments": {"available", "progressing", "replicafailure"},
    "deploy": {"available", "progressing", "replicafailure"},
    "deployment.apps": {"available", "progressing", "replicafailure"},
    "statefulset": set(), "statefulsets": set(), "sts": set(), "service": {"loadbalancer"},
    "svc": {"loadbalancer"}, "services": {"loadbalancer"},
    "pod": {"ready", "initialized", "containersready", "podscheduled", "podreadytostartcontainers",
            "disruptiontarget"},
    "pods": {"ready", "initialized", "containersready", "podscheduled", "podreadytostartcontainers",
             "disruptiontarget"},
    "job": {"complete", "failed", "suspended", "successcriteriamet", "failuretarget"},
    "jobs": {"complete", "failed", "suspended", "successcriteriamet", "failuretarget"},
}  # fmt: skip
"""Kind → the conditions that its status can have."""


@once
def health_gates(target: Target) -> tuple[HealthGates, ...]:
    """Every deployment script with a health check, a rollback, or a change of what runs."""
    by_script: dict[str, list[Invocation]] = {}
    for invocation in script_invocations(target):
        by_script.setdefault(invocation.origin, []).append(invocation)
    result = []
    for file in script_files(target):
        if not file.deploys or file.library:
            continue
        judged = _judge(target, file, by_script.get(file.path, []))
        if judged is not None:
            result.append(judged)
    return tuple(result)


def _judge(target: Target, file: ScriptFile, invocations: list[Invocation]) -> HealthGates | None:
    script = file.shell.script
    probes = _probes(file)
    acts = [(one, act_of(unwrapped(one.words))) for one in script.commands]
    deploys = [one for one, act in acts if act is not None and act.kind in ("deploy", "restart")]
    faults: list[GateFault] = []
    if probes and (deploys or names_rollback(file.path)):
        tree = tree_of(target, file.path)
        _play(target, file, tree, probes)
        faults += _ignored(file, probes, deploys)
        faults += _blind(target, file, tree, probes)
    faults += _unserved(target, file, probes, invocations)
    faults += _spoken_rollback(file)
    faults += _downtime(file)
    faults += _no_such_status(file)
    if not probes and not deploys and not faults:
        return None
    return HealthGates(file, len(probes), tuple(sorted(faults, key=lambda one: one.place.key())))


# -- probes --------------------------------------------------------------------------------


def _probes(file: ScriptFile) -> list[_Probe]:
    found: dict[str, _Probe] = {}
    variables = file.shell.trace.variables
    for command in file.shell.script.commands:
        words = unwrapped(command.words)
        if not words or command.name in ("echo", "printf"):
            continue
        key, url, waits = _question(command, words, variables)
        if key:
            known = found.setdefault(key, _Probe(key, [], url, waits))
            known.commands.append(command)
    return list(found.values())[:_MAX_PROBES]


def _question(
    command: ShellCommand, words: tuple[str, ...], variables: Mapping[str, str]
) -> tuple[str, LocalUrl | None, bool]:
    """(what is asked, its URL, whether it waits by itself); empty for other commands."""
    if command.heredoc is None:
        for index, word in enumerate(words):
            name = word.rpartition("/")[2]
            if name in _READY and _READY_WORDS.get(name, set(words)) & set(words):
                if name in ("mongosh", "rabbitmqctl", "cqlsh") and "ping" not in command.text:
                    continue
                if name in ("nc", "ncat"):
                    return f"{name} {' '.join(words[index + 1 : index + 5])}", None, False
                return name, None, False
    act = act_of(words)
    if act is None or act.kind != "health":
        return "", None, False
    if not act.url:
        if act.tool in ("docker", "systemd") and not (command.tested or command.captured):
            return "", None, False
        if words[1:3] == ("rollout", "history"):
            return "", None, False
        return " ".join(words[:8]), None, act.waits
    urls = urls_in(" ".join(words), variables)
    url = urls[0] if urls else None
    if not act.surely:
        looked = command.tested or command.negated or _ASKED.search(command.text)
        if not looked or url is None or not url.local:
            return "", None, False
    return f"{act.url.rstrip('/')}", url, False


def _play(target: Target, file: ScriptFile, tree: ShellTree, probes: list[_Probe]) -> None:
    sourced = sourced_tree(target, file)
    for probe in probes:
        modes = {id(one): Mode.FAILS for one in probe.commands}
        ways = endings(tree, modes, sourced)
        probe.fate = fate(ways)
        probe.ways = ways or ()


# -- (a), (g): the script goes on ----------------------------------------------------------


def _ignored(
    file: ScriptFile, probes: list[_Probe], deploys: list[ShellCommand]
) -> Iterator[GateFault]:
    gates = [probe for probe in probes if probe.fate is Fate.STOPS]
    first_deploy = min((one.place.line or 0 for one in deploys), default=0)
    for probe in probes:
        if probe.fate is not Fate.GOES_ON or _informs(probe, gates):
            continue
        commands = [
            one for one in probe.commands if one.function or (one.place.line or 0) >= first_deploy
        ]
        if not commands or _repairs(file, commands):
            continue
        first = commands[0]
        masked = all(one.fallback and swallows(one.fallback) for one in commands)
        masked = masked and not any(_loops(one) for one in commands)
        plain = not any(one.tested or one.fallback or one.captured for one in commands)
        if plain and "errexit" not in file.shell.script.sets and first.function == "":
            how = "the script has no `set -e` and goes on after"
        elif masked:
            how = f"`|| {' '.join(first.fallback.split())[:40]}` hides"
        elif all(_each(one) for one in commands):
            how = "the loop over the services only prints something after"
        elif any(_loops(one) for one in commands):
            how = "when the attempts run out the script goes on after"
        else:
            how = "the script only prints something after"
        claim = _claim(probe.ways)
        ends = f", up to `{claim[0]}` (line {claim[1].line})" if claim else ", and ends with 0"
        severity = Severity.HIGH
        if masked and "|| true" not in first.text:
            severity = Severity.MEDIUM
        each = not masked and all(_each(one) for one in commands)
        if gates or each:
            severity = Severity.MEDIUM
        related = [(one.place, "the check") for one in commands[1:]]
        related += [(at, "what is printed then") for at in _said(file, commands)]
        if claim:
            related.append((claim[1], "goes on to this"))
        yield GateFault(
            "g" if masked else "h" if each else "a", first.place,
            f"{how} a failed health check `{_short(first)}`{ends}", first.text, severity,
            tuple(related),
        )  # fmt: skip


def _loops(command: ShellCommand) -> bool:
    return any(block.kind in ("while", "until", "for") for block in command.blocks)


_COUNT = regex(
    r"\$\(|`|\{\d+\.\.|\d+$|\$\{?\w*(?:max|attempt|retr|tries|count|limit)", re.IGNORECASE
)
"""What a loop goes through that only counts its attempts."""


def _each(command: ShellCommand) -> bool:
    """Whether the only loop around goes through names: each is asked once, not again."""
    around = [block for block in command.blocks if block.kind in ("while", "until", "for")]
    return bool(around) and all(
        block.kind == "for"
        and block.items
        and not any(_COUNT.match(item.text) for item in block.items)
        for block in around
    )


def _informs(probe: _Probe, gates: list[_Probe]) -> bool:
    """Whether it only repeats, for the reader, what a real gate has asked before."""
    plain = all(
        not (one.tested or one.negated or one.fallback) or one.following == "|"
        for one in probe.commands
    )
    for gate in gates:
        if gate.url is not None and probe.url is not None:
            same = (gate.url.host, gate.url.port) == (probe.url.host, probe.url.port)
            if same or plain:
                return True
        elif plain or {one for one in gate.key.split() if "/" in one} & set(probe.key.split()):
            return True
    return False


def _repairs(file: ScriptFile, commands: Sequence[ShellCommand]) -> bool:
    """Whether the failing branch does something about it: the check is a question, not a gate."""
    functions = {function.name for function in file.shell.script.functions}
    for command in commands:
        for one in file.shell.script.commands:
            if not _on_failure(one, command):
                continue
            name = one.name
            if _NO_REPAIR.match(name) or _LOOKS.match(one.text):
                continue
            if name in functions and _only_speaks(file, name):
                continue
            return True
        fallback = command.fallback.strip("{}() \n;")
        first = fallback.split()[0] if fallback else ""
        if first and not _NO_REPAIR.match(first) and first not in functions:
            return True
    return False


def _on_failure(one: ShellCommand, check: ShellCommand) -> bool:
    """Whether a command runs only when the check has failed."""
    if not one.conditions or (one.place.line or 0) < (check.place.line or 0):
        return False
    text = check.text
    for condition in one.conditions:
        denied = condition.startswith("! ")
        body = condition[2:].lstrip("( ") if denied else condition.lstrip("( ")
        if body.startswith(text) and denied != check.negated:
            return True
    return False


def _only_speaks(file: ScriptFile, function: str) -> bool:
    return all(
        _NO_REPAIR.match(one.name) or _LOOKS.match(one.text)
        for one in file.shell.script.function(function)
    )


def _said(file: ScriptFile, commands: Sequence[ShellCommand]) -> list[Place]:
    """Where the script says that the check failed."""
    found = []
    start = min(one.place.line or 0 for one in commands)
    for one in file.shell.script.commands:
        line = one.place.line or 0
        if (
            start < line <= start + 25
            and one.name in ("echo", "printf")
            and _FAILURE.search(one.text)
        ):
            found.append(one)
    denied = [one for one in found if any(part.startswith("!") for part in one.conditions)]
    return [one.place for one in (denied or found)[:3]]


def _claim(ways: Sequence[Ending]) -> tuple[str, Place] | None:
    """The last thing that is said on the way, when it claims success."""
    for way in ways:
        for command in reversed(way.after):
            if command.name not in ("echo", "printf"):
                continue
            text = " ".join(word for word in command.words[1:] if not word.startswith("-"))
            if _COMPLETE.search(text) and "http" not in text and ":" not in text[-2:]:
                clean = re.sub(r"\$\{?\w+\}?|\\033\[[\d;]*m|\\n|\\e\[[\d;]*m", "", text).strip()
                return " ".join(clean.split())[:50], command.place
    return None


def _short(command: ShellCommand) -> str:
    text = " ".join(command.text.split())
    return text if len(text) <= 70 else text[:69] + "…"


# -- (f): any answer passes ----------------------------------------------------------------


def _blind(
    target: Target, file: ScriptFile, tree: ShellTree, probes: list[_Probe]
) -> Iterator[GateFault]:
    http = [probe for probe in probes if probe.url is not None or "://" in probe.key]
    if not http or any(probe.fate is Fate.STOPS for probe in probes if probe not in http):
        return
    if any(not _takes_anything(one) for probe in http for one in probe.commands):
        return
    stopping = [probe for probe in http if probe.fate is Fate.STOPS]
    if not stopping:
        return
    sourced = sourced_tree(target, file)
    for probe in stopping:
        modes = {id(one): Mode.ERROR_PAGE for one in probe.commands}
        if fate(endings(tree, modes, sourced)) is not Fate.GOES_ON:
            return
    first = stopping[0].commands[0]
    others = [one for probe in http for one in probe.commands if one is not first]
    yield GateFault(
        "f", first.place,
        "the only health check is curl without --fail: an answer of 404 or 500 passes",
        first.text, Severity.MEDIUM, tuple((one.place, "the same") for one in others),
    )  # fmt: skip


def _takes_anything(command: ShellCommand) -> bool:
    words = unwrapped(command.words)
    return (
        words[:1] != () and words[0].rpartition("/")[2] == "curl"
        and not failing_curl(words) and not _ASKED.search(command.text)
    )  # fmt: skip


# -- (b): what nobody serves ---------------------------------------------------------------


def _unserved(
    target: Target, file: ScriptFile, probes: list[_Probe], invocations: list[Invocation]
) -> Iterator[GateFault]:
    asked = [probe for probe in probes if probe.url is not None and probe.url.local]
    if not asked or any(_PORT_FORWARD.search(one.text) for one in file.shell.script.commands):
        return
    services = _deployed(target, invocations)
    if services is None:
        return
    for probe in asked:
        url = probe.url
        if url is None or not url.known or url.port is None:
            continue
        first = probe.commands[0]
        related = [(one.place, "the same") for one in probe.commands[1:]]
        there = [one for one in services if any(p.number == url.port for p in one.published)]
        if not there:
            if any(not one.all_published or one.on_host for one in services):
                continue
            if url.port in host(target).ports:
                continue
            numbers = sorted({port.number for one in services for port in one.published})
            listed = ", ".join(str(number) for number in numbers[:8])
            yield GateFault(
                "b", first.place,
                f"the health check asks port {url.port}, which no service of"
                f" {services[0].stack.id} publishes (published: {listed or 'none'})",
                first.text, Severity.HIGH, tuple(related), probe.fate is Fate.STOPS,
            )  # fmt: skip
            continue
        verdicts = []
        for one in there:
            table = routes_of(target, one.program) if one.program is not None else None
            verdicts.append((one, table, table.serves(url.path or "/") if table else None))
        if any(served is not False for _, _, served in verdicts):
            continue
        service, table, _ = verdicts[0]
        if table is None:
            continue
        near = table.nearest(url.path)
        if near is not None:
            related.append((near.place, f"serves {near.path}"))
        hint = f"; it serves {near.path}" if near is not None else ""
        yield GateFault(
            "b", first.place,
            f"the health check asks {url.path or '/'} on port {url.port}, and service"
            f" {service.service.name} ({table.framework}) has no such route{hint}",
            first.text, Severity.HIGH, tuple(related), probe.fate is Fate.STOPS,
        )  # fmt: skip


def _deployed(target: Target, invocations: list[Invocation]) -> list[Answering] | None:
    """The services that the script's `compose up` starts; ``None`` when that cannot be told."""
    wanted: set[tuple[str, ...]] = set()
    for invocation in invocations:
        call = compose_call(invocation.words)
        if call is None or call[0] not in ("up", "start", "restart"):
            continue
        models = models_in_effect(target, invocation)
        if len(models) != 1:
            return None
        wanted.add(models[0].files)
    found = [one for one in answering(target) if one.stack.files in wanted]
    return found or None


# -- (c): a rollback that only speaks ------------------------------------------------------

_ROLLS_BACK = regex(
    r"\b(?:rolling back|initiating (?:a )?roll[- ]?back|starting (?:a )?roll[- ]?back"
    r"|roll[- ]?back (?:initiated|started|complete[d]?|successful))\b",
    re.IGNORECASE,
)


def _spoken_rollback(file: ScriptFile) -> Iterator[GateFault]:
    script = file.shell.script
    if file.open_source:
        return
    functions = {function.name: function for function in script.functions}
    called = {one.words[0] for one in script.commands if one.words}
    for name, function in functions.items():
        if not names_rollback(name):
            continue
        body = script.function(name)
        if not body or not any(one.name in ("echo", "printf") for one in body):
            continue
        acting = [
            one for one in body
            if not _NO_REPAIR.match(one.name)
            and not (one.name in functions and _only_speaks(file, one.name))
        ]  # fmt: skip
        assigns = any(one.function == name and "$(" in one.value for one in script.assignments)
        if not acting and not assigns and name in called:
            yield GateFault(
                "c", function.place,
                f"the rollback `{name}` only prints: nothing is taken back",
                body[0].text, Severity.MEDIUM,
            )  # fmt: skip
            return
    for one in script.commands:
        if one.name not in ("echo", "printf") or names_rollback(one.function):
            continue
        if not _ROLLS_BACK.search(" ".join(one.words[1:])):
            continue
        if any(names_rollback(other.text) for other in script.commands
               if other.name not in ("echo", "printf")):  # fmt: skip
            return
        beside = [
            other for other in script.commands
            if other.blocks[-1:] == one.blocks[-1:] and other.function == one.function
            and (other.place.line or 0) >= (one.place.line or 0)
        ]  # fmt: skip
        if one.blocks and all(_NO_REPAIR.match(other.name) for other in beside):
            yield GateFault(
                "c", one.place, "the rollback is only printed: nothing is taken back", one.text,
                Severity.MEDIUM,
            )  # fmt: skip
            return


# -- (d): down before up -------------------------------------------------------------------


def _downtime(file: ScriptFile) -> Iterator[GateFault]:
    script = file.shell.script
    downs = [one for one in script.commands if _compose_verb(one) == "down"]
    ups = [one for one in script.commands if _compose_verb(one) == "up"]
    for down in downs:
        after = [
            up for up in ups
            if up.function == down.function and (up.place.line or 0) > (down.place.line or 0)
            and _together(down, up)
        ]  # fmt: skip
        if not after:
            continue
        words = unwrapped(down.words)
        data = (
            " and removes the volumes with their data" if {"-v", "--volumes"} & set(words) else ""
        )
        yield GateFault(
            "d", down.place,
            f"everything is stopped{data} before the new version is up (line"
            f" {after[0].place.line}): an outage each time, and nothing to go back to if it fails",
            down.text, Severity.MEDIUM, ((after[0].place, "starts again"),),
        )  # fmt: skip
        return


def _compose_verb(command: ShellCommand) -> str:
    call = compose_call(unwrapped(command.words))
    return call[0] if call is not None else ""


def _together(down: ShellCommand, up: ShellCommand) -> bool:
    """Whether one run executes both: neither is another branch, nor cleaning up after a failure."""
    own = [block for block in down.blocks if block.kind in _SUBCOMMANDS]
    other = [block for block in up.blocks if block.kind in _SUBCOMMANDS]
    return all(block in other for block in own) and all(
        not condition.startswith("!") for condition in down.conditions
    )


# -- (e): a status that the kind does not have ---------------------------------------------


def _asked_kind(words: tuple[str, ...]) -> str:
    """What ``kubectl get`` is asked for."""
    rest = list(words[words.index("get") + 1 :]) if "get" in words[1:6] else []
    while rest:
        word = rest.pop(0)
        if word in _GET_VALUES and rest:
            rest.pop(0)
        elif not word.startswith("-"):
            return word.partition("/")[0].lower()
    return ""


def _no_such_status(file: ScriptFile) -> Iterator[GateFault]:
    for command in file.shell.script.commands:
        words = unwrapped(command.words)
        if not words or words[0] not in ("kubectl", "oc"):
            continue
        text = " ".join(words)[:1000]
        kind_asked = _asked_kind(words)
        if _NO_PHASE.fullmatch(kind_asked) and _PHASE.search(text):
            yield GateFault(
                "e", command.place,
                f"{kind_asked} have no status.phase: this asks nothing and cannot fail",
                command.text, Severity.LOW,
            )  # fmt: skip
        elif "wait" in words[1:4]:
            condition = _CONDITION.search(text)
            kind = next(
                (word.partition("/")[0].lower() for word in words[words.index("wait") + 1 :]
                 if word.partition("/")[0].lower() in _CONDITIONS), "",
            )  # fmt: skip
            if condition is None or not kind or "condition=" not in condition[0]:
                continue
            if condition["condition"].lower() not in _CONDITIONS[kind]:
                yield GateFault(
                    "e", command.place,
                    f"a {kind} has no condition {condition['condition']!r}: the wait always ends"
                    " in its time-out",
                    command.text, Severity.LOW,
                )  # fmt: skip
