"""Calls of Python's requests without a timeout, on the way of a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from msgspec import structs

from pytest_reconaudit.facts.asynchronous.client_faults import ClientFault, ClientUse
from pytest_reconaudit.facts.asynchronous.python_hooks import is_uncalled_hook, on_thread
from pytest_reconaudit.facts.asynchronous.running import per_request
from pytest_reconaudit.facts.asynchronous.written_calls import written_call
from pytest_reconaudit.facts.code.functions import Ref, callers_of, function_at, outlined
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.invocations import shell_script_paths
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.readers.scans.untimed import UntimedCall, untimed
from pytest_reconaudit.target import Target, once

__all__ = ["untimed_requests"]

_MANY_FILES = 4


def untimed_requests(target: Target) -> Iterator[ClientUse]:
    """What many files do is one thing to mend: told at the first."""
    uses = list(_unbounded(target))
    wholes: dict[str, ClientFault | None] = {}
    for queued in (False, True):
        alike = [
            one.faults[0]
            for one in uses
            if one.faults and one.faults[0].queued is queued and not one.faults[0].threads
        ]
        if len(alike) >= _MANY_FILES:
            first = alike[0]
            wholes.update((one.name, None) for one in alike)
            wholes[first.name] = structs.replace(
                first, sites=tuple(site for one in alike for site in one.sites), files=len(alike)
            )
    for use in uses:
        told = [wholes.get(one.name, one) for one in use.faults]
        yield ClientUse(use.path, tuple(one for one in told if one is not None))


def _unbounded(target: Target) -> Iterator[ClientUse]:
    """The files of Python code that ask by ``requests``, which knows no timeout of its own; told is
    what requests are known to come to."""
    for path, record in sorted(scanned(target, untimed).items()):
        sites: list[UntimedCall] = []
        beside: list[UntimedCall] = []
        queued: list[UntimedCall] = []
        asked: dict[Ref, tuple[str, str | None]] = {}
        route = ""
        threads: dict[int, bool] = {}
        for call in record.calls:
            ref = function_at(target, path, call.function)
            if ref is None or is_off_path(path) or is_uncalled_hook(target, ref):
                continue
            if ref not in asked:
                known = per_request(target, ref)
                asked[ref] = "request" if known is not None else _asker(target, ref), known
            asker, known = asked[ref]
            threads[call.line] = asker == "request" and on_thread(target, ref)
            if asker == "request":
                route = route or known or ""
                sites.append(call)
            else:
                (queued if asker == "task" else beside).append(call)
        faults = []
        only_queued = bool(queued) and not sites and not _has_limit(target)
        if sites or only_queued:
            beside = sorted([*queued, *beside], key=lambda one: one.line) if sites else beside
            sites = sites or queued
            # What keeps whoever asks waiting comes before what only keeps a thread.
            sites.sort(key=lambda one: threads[one.line])
            first = sites[0]
            threaded = threads[first.line]
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
                    severity=Severity.LOW if only_queued or threaded else Severity.MEDIUM,
                    confidence=Confidence.CERTAIN,
                    # What is beside it may run in a worker of a queue, or by hand.
                    killed=not (only_queued or threaded or beside) and _is_killed(target),
                    threads=threaded,
                    queued=only_queued,
                    fix=_with_timeout(target, path, first, len(sites)),
                )
            )
        yield ClientUse(path, tuple(faults))


def _with_timeout(target: Target, path: str, call: UntimedCall, count: int) -> str:
    """The very call with a timeout, where it fits a line; else how one is added."""
    head = f"{call.words}("
    more = ", and likewise the others" if count > 1 else ""
    callee, given = written_call(target, path, call.line, call.column) or ("", [])
    code = f"{head}{', '.join([*given, 'timeout=(3, 20)'])})"
    if callee != call.words or len(code) > _LONGEST or any("#" in one for one in given):
        code = f"{head}…, timeout=(3, 20))  # beside what it is given now"
    told = "Say how long an answer may take, with room for the slowest that is meant to come"
    return f"{told}{more}:\n\n```python\n{code}\n```"


_LONGEST = 110

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


_TASK = regex(
    r"@(?:\w+\.)*(?:shared_task|task|actor|job|db_task|periodic_task|db_periodic_task|celery_task)\b"
)
"""Functions that a worker takes from a queue: Celery, Dramatiq, RQ, Huey."""
_TIME_LIMIT = regex(
    r"(?:\btask_|_task_|TASK_|TASKD_|--)(?:soft[_-]|SOFT_)?(?:time[_-]limit|TIME_LIMIT)\b"
)


@once
def _has_limit(target: Target) -> bool:
    """Whether the settings of the workers end what takes too long."""
    names = target.named("*.py", "*.toml", "*.y*ml", "*.sh", "Procfile", "*ockerfile*")
    return any(_TIME_LIMIT.search(target.text(path)) for path in names if not is_test_path(path))


def _asker(target: Target, ref: Ref) -> str:
    """``request``: a function is a method of a class that a framework asks for each request, a view
    of Django, a filter of its templates, or is called by one; the methods of a class that a library
    calls back are called by what makes it. ``task``: a worker runs it. Empty: neither is known."""
    queued = False
    seen = {ref}
    level = [ref]
    for _ in range(_UP):
        above = []
        for one in level:
            function = outlined(target, one)
            if _HOOKS.search(function.owner) and function.name != "__init__":
                return "request"
            first = function.parameters[0][0] if function.parameters else ""
            if not function.owner and first == "request" and _VIEWS.search(one.path):
                return "request"
            if any(_FILTERS.match(attribute) for attribute in function.attributes):
                return "request"
            queued = queued or any(
                _TASK.match(one) and "time_limit" not in one for one in function.attributes
            )
            callers = [caller for caller, _ in callers_of(target, one) if caller not in seen]
            if not callers and function.owner:
                makers = _makers(target).get(function.owner, ())
                callers = [maker for maker in makers if maker not in seen]
            seen.update(callers)
            above += [one for one in callers if not is_off_path(one.path)]
        level = above
    return "task" if queued else ""


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
    r"|GUNICORN_(?:THREADS|WORKER_CLASS)"
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
