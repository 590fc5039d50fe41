"""Clients that are made for each call, wait without end, or carry a pool size that nothing uses."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from itertools import chain

from msgspec import Struct, structs

from pytest_reconaudit.facts.asynchronous.crates import (
    commands,
    crate_of,
    depends_on_arguments,
    serves,
    serving,
)
from pytest_reconaudit.facts.asynchronous.running import (
    before_serving,
    is_command,
    is_main,
    is_probe,
    is_spawned,
    only_at_start,
    per_request,
    span_of,
    starts,
    step_to,
)
from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.functions import Ref, callers_of, function_at, outlined, reached
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path, weighed
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.invocations import shell_script_paths
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.clients import ClientFile, ClientSite, SizeField, clients
from pytest_reconaudit.readers.scans.outline import OutlinedFunction, outline
from pytest_reconaudit.readers.scans.untimed import untimed
from pytest_reconaudit.target import Target, once

__all__ = ["ClientFault", "ClientUse", "client_uses"]

_MANAGING = frozenset(
    {"ManageConnection", "Manager", "ConnectionManager", "Default", "From", "TryFrom",
     "FromRequest", "FromRequestParts", "Builder", "CustomizeConnection"}
)  # fmt: skip
_REMEMBERED = regex(r"#\[\s*(?:\w+::)*(?:\w*cached|memoize|once)\b")
"""Macros whose functions run once for each argument: `cached`, `memoize`."""


class ClientFault(Struct, frozen=True):
    clause: str
    """``a``: an HTTP client per call. ``b``: a Redis connection per call. ``c``: a pool size that
    nothing reads. ``d``: no timeout."""
    name: str
    """The function, or the struct's field."""
    at: Place
    sites: tuple[Note, ...]
    caller: Note | None
    """The call by which requests come to it; ``None`` for a handler, or when none is known."""
    route: str
    evidence: str
    severity: Severity
    confidence: Confidence
    files: int = 1
    """In how many files its sites are."""
    by_hand: bool = False
    """Of ``d``: only a program that somebody starts for this waits."""
    beside: tuple[Note, ...] = ()
    """The clients of other functions of the file or folder, which are told with it."""
    others: int = 0
    """Of ``a`` how many functions these are, of ``d`` how many clients."""
    unawaited: bool = False
    """Of ``d``: no request waits for it, but the program's start or a task of its own."""
    killed: bool = False
    """Of ``d``: Gunicorn ends a worker that says nothing for some time."""
    rare: bool = False
    """Of ``a``: it is made when somebody signs in, or for administrators."""
    fix: str = ""
    """What to do, where the general words do not fit."""


class ClientUse(Struct, frozen=True, eq=False):
    """A file that makes clients or keeps the size of a pool beside one."""

    path: str
    faults: tuple[ClientFault, ...]


@once
def client_uses(target: Target) -> tuple[ClientUse, ...]:
    """The files of servers that make HTTP or Redis clients or ask without one, by path."""
    serves = serving(target)
    records: dict[str, ClientFile] = {}
    for path, record in scanned(target, clients).items():
        crate = crate_of(target, path)
        if crate is not None and crate.path in serves:
            records[path] = record
    found = []
    noted: dict[str, ClientFault] = {}
    for path, record in records.items():
        sized = [one for one in record.fields if one.use == "declared" and one.client]
        if not record.sites and not sized:
            continue
        faults = [*_per_call(target, path, record)]
        wasteful = any(one.clause == "b" for one in faults)
        faults += _unread(path, sized, record, records, wasteful)
        told = {one.place for fault in faults if not fault.rare for one in fault.sites}
        for fault in _endless(target, path, record, told):
            crate = crate_of(target, path)
            if not fault.by_hand or crate is None:
                # That a client waits for ever matters more than that it is made anew now and then.
                late = {one.place for one in fault.sites}
                faults = [one for one in faults if not (one.rare and one.at in late)]
                faults.append(fault)
            elif (known := noted.get(crate.path)) is None:
                noted[crate.path] = fault
            else:
                noted[crate.path] = structs.replace(
                    known, sites=(*known.sites, *fault.sites), files=known.files + 1
                )
        found.append(ClientUse(path, tuple(faults)))
    by_path = {one.at.path: one for one in noted.values()}
    found = [
        structs.replace(use, faults=(*use.faults, by_path[use.path]))
        if use.path in by_path
        else use
        for use in found
    ]
    found = _by_folder(found)
    found += _untimed(target)
    return tuple(found)


_MANY_FILES = 4


def _untimed(target: Target) -> Iterator[ClientUse]:
    """See :func:`_unbounded`; what many files do is one thing to mend: told at the first."""
    uses = list(_unbounded(target))
    faulty = [one.faults[0] for one in uses if one.faults]
    if len(faulty) < _MANY_FILES:
        yield from uses
        return
    for use in uses:
        if use.faults and use.faults[0] is not faulty[0]:
            yield ClientUse(use.path, ())
        elif use.faults:
            sites = tuple(site for one in faulty for site in one.sites)
            yield ClientUse(use.path, (structs.replace(faulty[0], sites=sites, files=len(faulty)),))
        else:
            yield use


def _unbounded(target: Target) -> Iterator[ClientUse]:
    """The files of Python code that ask by ``requests``, which knows no timeout of its own; told is
    what requests are known to come to."""
    for path, record in sorted(scanned(target, untimed).items()):
        sites = []
        beside = []
        asked: dict[Ref, tuple[bool, str | None]] = {}
        route = ""
        for call in record.calls:
            ref = function_at(target, path, call.function)
            if ref is None or is_off_path(path):
                continue
            if ref not in asked:
                known = per_request(target, ref)
                asked[ref] = known is not None or _is_hooked(target, ref), known
            served, known = asked[ref]
            if not served:
                beside.append(call)
                continue
            route = route or known or ""
            sites.append(call)
        faults = []
        if sites:
            first = sites[0]
            # Who mends one mends the others of the file as well; of those no route is said.
            sites += beside
            route = "" if beside else route
            faults.append(
                ClientFault(
                    clause="d",
                    name=path,
                    at=Place(path, first.line, first.column),
                    sites=tuple(
                        Note(Place(path, one.line, one.column), one.words) for one in sites
                    ),
                    caller=None,
                    route=route,
                    evidence=first.text,
                    severity=Severity.MEDIUM,
                    confidence=Confidence.CERTAIN,
                    killed=_is_killed(target),
                )
            )
        yield ClientUse(path, tuple(faults))


_HOOKS = regex(
    r"(?:Middleware|Serializer|Filter|FilterBackend|Permission|Authentication|Validator|ViewSet|View)$"
)
"""Classes whose methods Django and its REST framework call for each request."""
_VIEWS = regex(r"(?:^|/)(?:\w+_)?views?(?:_\w+)?(?:/|\.py$)")
_FILTERS = regex(
    r"@(?:\w+\.)+(?:filter|simple_tag|inclusion_tag|template_filter|template_global|context_processor"
    r"|before_request|after_request)\b"
)
"""Functions that a template calls, or each request."""
_UP = 5


def _is_hooked(target: Target, ref: Ref) -> bool:
    """Whether a function is a method of a class that a framework asks for each request, a view of
    Django, a filter of its templates, or is called by one; the methods of a class that a library
    calls back are called by what makes it."""
    seen = {ref}
    level = [ref]
    for _ in range(_UP):
        above = []
        for one in level:
            function = outlined(target, one)
            if _HOOKS.search(function.owner) and function.name != "__init__":
                return True
            first = function.parameters[0][0] if function.parameters else ""
            if not function.owner and first == "request" and _VIEWS.search(one.path):
                return True
            if any(_FILTERS.match(attribute) for attribute in function.attributes):
                return True
            callers = [caller for caller, _ in callers_of(target, one) if caller not in seen]
            if not callers and function.owner:
                makers = _makers(target).get(function.owner, ())
                callers = [maker for maker in makers if maker not in seen]
            seen.update(callers)
            above += [one for one in callers if not is_off_path(one.path)]
        level = above
    return False


@once
def _makers(target: Target) -> Mapping[str, tuple[Ref, ...]]:
    """Name of a class of Python that extends one of a library → the functions that make it, or a
    class of the repository that extends it."""
    modules = set()
    bases: dict[str, set[str]] = {}
    foreign = set()
    files = [
        (path, file)
        for path, file in scanned(target, outline).items()
        if path.endswith(".py") and not is_test_path(path)
    ]
    for path, _ in files:
        modules.update(path.removesuffix(".py").split("/"))
    for _, file in files:
        imported = {name: where[0] for name, where in file.imports if where}
        for one in file.types:
            words = {base.partition("[")[0] for base in one.bases}
            bases.setdefault(one.name, set()).update(word.rpartition(".")[2] for word in words)
            if any(
                (known := imported.get(word.partition(".")[0])) and known not in modules
                for word in words
            ):
                foreign.add(one.name)
    makes: dict[str, list[Ref]] = {}
    for path, file in files:
        for index, function in enumerate(file.functions):
            for called in {call.name for call in function.calls if call.name in bases}:
                makes.setdefault(called, []).append(Ref(path, index))
    below: dict[str, set[str]] = {}
    for name, above in bases.items():
        for base in above:
            below.setdefault(base, set()).add(name)
    called_back = set().union(*(_lineage(below, name) for name in foreign))
    return {
        name: tuple(
            dict.fromkeys(
                chain.from_iterable(makes.get(one, ()) for one in sorted(_lineage(below, name)))
            )
        )
        for name in sorted(called_back)
    }


def _lineage(below: Mapping[str, set[str]], name: str) -> set[str]:
    """A class and all that extend it, by name."""
    found = {name}
    waiting = [name]
    while waiting:
        new = below.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


_GUNICORN = regex(r"(?:^|[\s;&\"'\[/])gunicorn[\s\"']")
_OTHER_WORKERS = regex(
    r"--worker-class|worker_class|--threads|\bthreads\s*=|gunicorn[^\n]*\s-k\b|--timeout[\s=]+0\b"
)


@once
def _is_killed(target: Target) -> bool:
    """Whether all that is known of the server is Gunicorn with workers that do one request at a
    time, and which it ends when they do not answer."""
    texts = [
        target.text(path)
        for path in (
            *shell_script_paths(target),
            *target.named("Procfile", "*ockerfile*", "*compose*.y*ml", "gunicorn*.py"),
        )
    ]
    known = [text for text in texts if _GUNICORN.search(text)]
    return bool(known) and not any(_OTHER_WORKERS.search(text) for text in texts)


def _per_call(target: Target, path: str, record: ClientFile) -> Iterator[ClientFault]:
    by_function: dict[tuple[int, str], list[ClientSite]] = {}
    for site in record.sites:
        if site.function and not site.kept and not site.guarded:
            by_function.setdefault((site.function, site.kind), []).append(site)
    for (line, kind), sites in sorted(by_function.items()):
        ref = function_at(target, path, line)
        if ref is None:
            continue
        # `redis::Client::open` connects to nothing yet: it matters where a connection follows.
        connecting = [one for one in sites if "open" not in one.words]
        if kind == "redis" and not connecting:
            continue
        judged = _how_often(target, ref, any(one.looped for one in sites))
        if judged == _SHARED and _hands_out(outlined(target, ref)):
            judged = _as_called(target, ref, _UP_TO_CALLERS)
        if judged is None:
            continue
        route, certain = judged
        function = outlined(target, ref)
        first = connecting[0] if connecting else sites[0]
        severity = Severity.HIGH if kind == "redis" else Severity.MEDIUM
        if is_probe(route):
            severity = Severity.MEDIUM
        rare = kind != "redis" and _is_rare(target, ref, route)
        if rare or (not certain and _is_mapped(target, path)) or _SAMPLE.search(path):
            # Listeners, jobs and senders call now and then; nobody waits for them. Sign-ins by
            # another service and pages of administrators are as rare.
            severity = Severity.INFO
        yield ClientFault(
            clause="b" if kind == "redis" else "a",
            name=f"{function.owner}::{function.name}" if function.owner else function.name,
            at=Place(path, first.line, first.column),
            sites=tuple(
                Note(Place(path, one.line, one.column), one.words)
                for one in sorted(sites, key=lambda one: (one is not first, one.line))
            ),
            caller=step_to(target, ref),
            route=route,
            evidence=first.text,
            severity=weighed(severity, path),
            confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
            rare=rare,
            fix=_BUILT_ONCE if kind == "http" and "builder" in first.text.lower() else "",
        )


_BUILT_ONCE = """
Build it once at start-up, with the settings that it has here, and keep it where the handlers get
their state from: clones are cheap, and share its connections.
"""


_RARE = regex(
    r"(?:^|[/_.\s-])(?:oauth\d?|oidc|openid\w*|sso|saml|log_?in|sign_?in|sign_?up|register|admin|backups?"
    r"|restore|onboarding|set_?up|install)(?:[/_.\s{}-]|$)",
    2,
)
_EXCHANGES = frozenset({"exchange_code", "exchange_device_access_token"})
"""What a sign-in by another service ends with."""
_OFTEN = regex(r"middleware|introspect|guard|extract|verif|validat|from_request", 2)
"""What looks at the token of each request."""
_SAMPLE = regex(r"(?:^|/)(?:examples?|samples?|demos?)/")


def _is_rare(target: Target, ref: Ref, route: str) -> bool:
    """Whether a function runs when somebody signs in by another service, or for administrators, as
    its route, the path of its file or the names of the functions say by which requests come."""
    found = reached(target).get(ref)
    names = [outlined(target, one).name for one in found.chain] if found is not None else []
    if any(call.name in _EXCHANGES for call in outlined(target, ref).calls):
        return True
    said = (route, ref.path, *names)
    return any(_RARE.search(one) for one in said) and not any(_OFTEN.search(one) for one in said)


_MANY_ALIKE = 3


def _by_folder(uses: list[ClientUse]) -> list[ClientUse]:
    """What several files of a folder do seldom (the providers of sign-ins) is one thing to mend, as
    are their clients without a timeout, and what three and more functions of a file do: it is told
    at the first of them."""
    kin: dict[str, list[ClientFault]] = {}
    for use in uses:
        alike = [one for one in use.faults if one.clause == "a"]
        for fault in alike:
            if fault.severity is Severity.INFO:
                kin.setdefault(posixpath.dirname(use.path), []).append(fault)
            elif len(alike) >= _MANY_ALIKE:
                kin.setdefault(use.path, []).append(fault)
        for fault in use.faults:
            if fault.clause == "d" and fault.severity is Severity.LOW:
                kin.setdefault(f"d {posixpath.dirname(use.path)}", []).append(fault)
    wholes: dict[tuple[str, Place], ClientFault] = {}
    told: set[tuple[str, Place]] = set()
    for alike in kin.values():
        first, *rest = alike
        if rest:
            beside = tuple(site for one in rest for site in one.sites)
            count = len(beside) if first.clause == "d" else len(rest)
            wholes[first.clause, first.at] = structs.replace(first, beside=beside, others=count)
            told.update((one.clause, one.at) for one in rest)
    return [
        ClientUse(
            use.path,
            tuple(
                wholes.get((one.clause, one.at), one)
                for one in use.faults
                if (one.clause, one.at) not in told
            ),
        )
        for use in uses
    ]


def _is_mapped(target: Target, path: str) -> bool:
    """Whether it is known of some function of a file's crate that requests run it; else what they
    do not reach cannot be told."""
    crate = crate_of(target, path)
    return crate is not None and crate.path in _mapped(target)


@once
def _mapped(target: Target) -> frozenset[str]:
    paths = {ref.path for ref in reached(target)}
    return frozenset(crate.path for path in paths if (crate := crate_of(target, path)) is not None)


def _how_often(target: Target, ref: Ref, looped: bool) -> tuple[str, bool] | None:
    """(route or nothing, whether it is certain) of a function that makes a client over and over;
    ``None`` when it may well do so once."""
    function = outlined(target, ref)
    if is_main(function) or function.trait in _MANAGING:
        return None
    if any(_REMEMBERED.match(one) for one in function.attributes):
        return None
    if "ClientBuilder" in function.returns:
        return None  # a builder costs nothing: its callers make the client
    reason = per_request(target, ref)
    if reason is not None:
        return reason, True
    crate = crate_of(target, ref.path)
    if only_at_start(target, ref) or (crate is not None and crate.path in commands(target)):
        return None
    if looped and function.is_async:
        return "", False
    is_shared = any(name == "self" and "&" in kind for name, kind in function.parameters)
    if not is_shared or starts(function.name) or crate is None or not serves(target, crate):
        return None
    if "Self" in function.returns:
        return None
    return _SHARED


_SHARED = ("", False)
"""Of :func:`_how_often`: a method of a shared object, by whomever it is called."""
_CONNECTIONS = regex(r"(?:Connection|Conn|Client)\b")
_CONNECTS = regex(r"(?:\w+_)?(?:conn|connection|connect|client|reconnect)(?:_\w+)?$")
_UP_TO_CALLERS = 3
_LOOPS = regex(r"\s*(?:'\w+:\s*)?(?:loop\s*\{|while\b|for\b[^;]*\bin\b)")


def _hands_out(function: OutlinedFunction) -> bool:
    """Whether a function makes a connection for its callers: they know how often."""
    if function.returns in ("", "()") or "<()" in function.returns.replace(" ", ""):
        return False
    return bool(_CONNECTIONS.search(function.returns) or _CONNECTS.match(function.name))


def _as_called(target: Target, ref: Ref, steps: int) -> tuple[str, bool] | None:
    """As :func:`_how_often`, of a function that hands out connections, by its callers: those that
    bind one before a loop, or renew the one they use, do so seldom."""
    for caller, call in callers_of(target, ref):
        function = outlined(target, caller)
        looped = _is_renewed(target, caller, call.line)
        if looped is None or is_test_path(caller.path) or function.is_test:
            continue
        judged = _how_often(target, caller, looped)
        if judged == _SHARED and _hands_out(function):
            judged = _as_called(target, caller, steps - 1) if steps else None
        if judged is not None:
            return judged
    return None


def _is_renewed(target: Target, caller: Ref, line: int) -> bool | None:
    """Whether a line stands in a loop of its function; ``None`` when a loop follows, or what the
    line binds is given to a variable that was there before."""
    lines = target.text(caller.path).split("\n")
    function = outlined(target, caller)
    below = lines[line : function.end_line]
    if any(_LOOPS.match(one) for one in below):
        return None
    depth = indentation(lines[line - 1])
    for one in reversed(lines[function.line : line]):
        if not one.strip() or indentation(one) > depth:
            continue
        depth = indentation(one)
        if _LOOPS.match(one):
            start = "\n".join(lines[max(function.line, line - _STATEMENT) : line])
            bound = _BOUND.findall(start)
            if not bound:
                return True
            kept, name = bound[-1]
            if not kept:
                return None
            given = re.compile(rf"=\s*(?:{name}\b|Ok\({name}\b)")
            return None if any(given.search(later) for later in below) else True
    return False


_STATEMENT = 6
_BOUND = regex(r"(?m)^\s*(let\s+(?:mut\s+)?)?([\w.]+)\s*(?::[^=\n]{1,80})?=(?![=>])")


def _unread(
    path: str,
    sized: list[SizeField],
    record: ClientFile,
    records: Mapping[str, ClientFile],
    wasteful: bool,
) -> Iterator[ClientFault]:
    for field in sized:
        if any(_reads(one, field, here=True) for one in record.fields):
            continue
        if any(
            _reads(one, field, here=False)
            for other, file in records.items()
            if other != path
            for one in file.fields
        ):
            continue
        others = {
            one.holder
            for file in records.values()
            for one in file.fields
            if one.use == "declared" and one.name == field.name and one.holder != field.holder
        }
        loose = any(
            one.use == "read" and one.name == field.name and not one.holder.startswith("self@")
            for file in records.values()
            for one in file.fields
        )
        if loose and not others:
            continue
        sites = [
            one
            for one in record.fields
            if one.use == "set" and one.name == field.name and one.holder == field.holder
        ]
        places = [Note(Place(path, field.line, None), f"{field.holder} declares {field.name}")]
        places += [Note(Place(path, one.line, None), f"{one.name} is set") for one in sites]
        yield ClientFault(
            clause="c",
            name=f"{field.holder}.{field.name}",
            at=places[0].place,
            sites=tuple(places),
            caller=None,
            route="",
            evidence=f"{field.name} beside {field.client}",
            severity=weighed(Severity.HIGH if wasteful else Severity.MEDIUM, path),
            confidence=Confidence.LIKELY if loose else Confidence.CERTAIN,
        )


def _reads(one: SizeField, field: SizeField, *, here: bool) -> bool:
    """Whether a use reads a struct's field: surely elsewhere, possibly in the same file."""
    if one.use != "read" or one.name != field.name:
        return False
    if one.holder.startswith("self@"):
        return one.holder == f"self@{field.holder}"
    if here or not one.holder:
        return True
    last = one.holder.rpartition(".")[2].lower().strip("_")
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in field.holder).strip("_")
    return last in snake or snake in last


def _endless(
    target: Target, path: str, record: ClientFile, told: set[Place]
) -> Iterator[ClientFault]:
    if record.timeouts or is_off_path(path):
        return
    crate = crate_of(target, path)
    if crate is not None and crate.path in _timed(target):
        return
    own = crate is not None and serves(target, crate)
    judged = []
    noted = []
    beside = unawaited = rare = unseen = True
    fixes: list[str] = []
    # A function that is there twice, for one feature and for another, is told once.
    twins = {
        outlined(target, ref).name
        for site in record.sites
        if Place(path, site.line, site.column) in told
        and site.function
        and (ref := function_at(target, path, site.function)) is not None
    }
    known: dict[str, int] = {}
    for site in record.sites:
        place = Place(path, site.line, site.column)
        if site.kind != "http" or place in told:
            continue
        ref = function_at(target, path, site.function) if site.function else None
        if site.function and ref is None:
            continue
        if ref is not None:
            # What `main` makes in a branch serves one command, not the requests.
            if is_main(outlined(target, ref)) and (site.nested or _asks(target, ref)):
                continue
            if per_request(target, ref) is None and (not own or is_command(path)):
                continue
            name = outlined(target, ref).name
            if name not in ("new", "default") and (
                known.setdefault(name, site.function) != site.function or name in twins
            ):
                continue
        elif not own:
            continue
        if crate is not None and (
            crate.path in commands(target) or (ref is not None and _is_subcommand(target, ref))
        ):
            noted.append(Note(place, site.words))
            continue
        judged.append(Note(place, site.words))
        beside = beside and ref is not None and _is_beside(target, ref)
        unawaited = (
            unawaited
            and ref is not None
            and (_is_unawaited(target, ref) or _is_detached(target, ref, site.line))
        )
        unseen = unseen and ref is not None and _is_unseen(target, ref)
        fixes.append(_limits(target, ref, site))
        route = per_request(target, ref) if ref is not None else None
        rare = rare and ref is not None and route is not None and _is_rare(target, ref, route)
    if judged:
        first = judged[0]
        yield ClientFault(
            clause="d",
            name=path,
            at=first.place,
            sites=tuple(judged),
            caller=None,
            route="",
            evidence=first.message,
            severity=Severity.INFO
            if beside or unawaited or unseen
            else Severity.LOW
            if rare
            else weighed(Severity.MEDIUM, path),
            confidence=Confidence.LIKELY,
            unawaited=unawaited,
            fix=fixes[0],
        )
    if noted:
        yield ClientFault(
            clause="d",
            name=f"{path} by hand",
            at=noted[0].place,
            sites=tuple(noted),
            caller=None,
            route="",
            evidence=noted[0].message,
            severity=Severity.INFO,
            confidence=Confidence.LIKELY,
            by_hand=True,
        )


_BUILDER = """
Say how long an answer may take; add to the builder, which keeps its other settings:
```rust
.connect_timeout(Duration::from_secs(3))
.timeout(Duration::from_secs(10)) // streams: `.read_timeout(…)` instead
```
"""
_NEW = """
Say how long an answer may take:
```rust
let client = reqwest::Client::builder()
    .connect_timeout(Duration::from_secs(3))
    .timeout(Duration::from_secs(10)) // streams: `.read_timeout(…)` instead
    .build()ENDS;
```
"""


def _limits(target: Target, ref: Ref | None, site: ClientSite) -> str:
    """How a client gets a timeout, in a function that returns a ``Result`` and in others."""
    if "builder" in site.words.lower():
        return _BUILDER
    fails = ref is not None and not site.kept and "Result" in outlined(target, ref).returns
    # `Client::new` panics where `build` fails.
    return _NEW.replace("ENDS", "?" if fails else '.expect("TLS is there")')


_DETACHED = regex(r"\s*(?:\w+::)*spawn(?:_local)?\s*\(")


def _is_detached(target: Target, ref: Ref, line: int) -> bool:
    """Whether a line runs in a task that is started there and that nobody waits for."""
    span = span_of(target, ref.path, line)
    return (
        span is not None
        and is_spawned(target, ref, [line])
        and _DETACHED.match(target.line(ref.path, span.first)) is not None
    )


def _is_unseen(target: Target, ref: Ref) -> bool:
    """Whether a client is kept in an object to none of whose methods requests are known to come,
    while they are known to come to other code of its crate."""
    function = outlined(target, ref)
    if not function.owner or per_request(target, ref) is not None:
        return False
    if not _is_mapped(target, ref.path):
        return True
    return not any(
        one.path == ref.path
        and outlined(target, one).owner == function.owner
        and _SAMPLE.search(found.handler.path) is None
        for one, found in reached(target).items()
    )


_SENDS = regex(r"\.\s*send\s*\(\s*\)")
_STARTS = regex(r"[;{}]")
_ASKS = regex(r"\.\s*(?:get|post|put|patch|delete|head|request)\s*\(")
_LIMITED = regex(r"\.\s*timeout\s*\(")
_EXECUTES = regex(r"\b\w*(?:client|http)\w*\s*\.\s*execute\s*\(")
_CHAIN = 1_500


@once
def _timed(target: Target) -> frozenset[str]:
    """The crates with one client for which every request, of those that are sent, says how long it
    may take: ``http.get(url).timeout(limit).send()``."""
    made: dict[str, int] = {}
    for path, record in scanned(target, clients).items():
        crate = crate_of(target, path)
        if crate is not None and not is_test_path(path):
            count = sum(1 for one in record.sites if one.kind == "http")
            made[crate.path] = made.get(crate.path, 0) + count
    single = {name for name, count in made.items() if count == 1}
    if not single:
        return frozenset()
    limited: dict[str, bool] = {}
    for path in scanned(target, outline):
        if not path.endswith(".rs") or is_test_path(path):
            continue
        crate = crate_of(target, path)
        if crate is None or crate.path not in single:
            continue
        text = target.text(path)
        if "reqwest" not in text:
            continue
        for sent in _chains(text):
            asks = _ASKS.search(sent) is not None and _LIMITED.search(sent) is not None
            limited[crate.path] = limited.get(crate.path, True) and asks
        if _EXECUTES.search(text) is not None:
            limited[crate.path] = False
    return frozenset(name for name, all_are in limited.items() if all_are)


def _chains(text: str) -> Iterator[str]:
    """The statements that end in ``.send()``, up to there."""
    for match in _SENDS.finditer(text):
        before = text[max(0, match.start() - _CHAIN) : match.start()]
        yield _STARTS.split(before)[-1]


_GIVEN = regex(r"(?:Args|Arguments|Command|Cmd|Subcommand|Opts?|Cli)\b")
"""Types of what a command line holds."""


def _is_subcommand(target: Target, ref: Ref) -> bool:
    """Whether a function does what one command of a program says, and no request comes to it."""
    crate = crate_of(target, ref.path)
    return (
        crate is not None
        and depends_on_arguments(target, crate)
        and per_request(target, ref) is None
        and any(_GIVEN.search(kind) for _, kind in outlined(target, ref).parameters)
        and before_serving(target, ref)
    )


def _asks(target: Target, ref: Ref) -> bool:
    """Whether a function itself sends requests: a program that asks once and ends."""
    return any(call.name == "send" and call.awaited for call in outlined(target, ref).calls)


def _is_unawaited(target: Target, ref: Ref) -> bool:
    """Whether what a client is made for keeps no request waiting: its function asks itself, before
    the program serves; or it is kept in an object whose methods ask in tasks of their own, while no
    request is known to come to them."""
    function = outlined(target, ref)
    if per_request(target, ref) is not None:
        return False
    if _asks(target, ref):
        return only_at_start(target, ref) or before_serving(target, ref)
    if not function.owner or not _is_mapped(target, ref.path):
        return False
    file = scanned(target, outline).get(ref.path)
    own = [
        (Ref(ref.path, index), one)
        for index, one in enumerate(file.functions if file is not None else ())
        if one.owner == function.owner
    ]
    # What the methods that start tasks call on a clone of their object runs in these.
    started = {
        call.name
        for _, one in own
        if any("spawn" in call.name and "blocking" not in call.name for call in one.calls)
        for call in one.calls
    }
    asking = [(at, one) for at, one in own if any(call.name in _SENDING for call in one.calls)]
    return bool(asking) and all(
        at not in reached(target) and (one.name in started or is_spawned(target, at, [one.line]))
        for at, one in asking
    )


_SENDING = frozenset({"send", "execute"})


def _is_beside(target: Target, ref: Ref) -> bool:
    """Whether only jobs and workers call a function."""
    callers = callers_of(target, ref)
    return bool(callers) and all(is_off_path(caller.path) for caller, _ in callers)
