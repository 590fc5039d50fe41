"""The audit as a pytest session: collects items, runs them, gathers the run, has it reported.

Registered by :mod:`pytest_reconaudit.plugin` only when there is a target. The one module that
knows every layer; what is worth a unit test lives in the layers.
"""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, cast

import pytest
from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit import beside, engine, kept, model, patterns, policy, subjects
from pytest_reconaudit.model import ItemResult, Outcome, Pillar, Run, Severity
from pytest_reconaudit.plugin import SUITE
from pytest_reconaudit.target import Target, TargetError

NAME = "reconaudit-session"
_CONTENT_WITH_RESULTS = (
    "terminalreporter", "logging-plugin", "lfplugin", "nfplugin", "stepwiseplugin", "session",
)  # fmt: skip
"""pytest's own plugins that hear of items and want no more than how each ended."""
_OF_SOURCES = ("db", "rust", "async", "query", "cache", "load", "web")
"""Domains that need what the scans of the sources find; neighbours have facts in common."""
_ROW = {
    domain: number
    for number, domain in enumerate(
        ("docker", "deploy", "k8s", "ci", "ports", "compose", "env", "docs", *_OF_SOURCES)
    )
}
"""The order in which domains are asked where several processes ask them."""
_MANY = 2_000
"""Files from which on memory counts more than to have every fact at hand for whoever asks late."""
_LARGE = 8_000
"""Files from which on the checks are asked in one process."""
_MOST_TOLD = 8
"""Slips that are told one by one."""
_OF_A_SERVER = frozenset({"db", "live"})
"""Domains whose answers depend on a server of this machine, unless nothing is replayed."""
_WORDS = {Outcome.ADVISORY: ("advisory", "a", ("ADVISORY", {"yellow": True}))}


def start(config: pytest.Config) -> None:
    """Open the target and register the session. Raises ``pytest.UsageError`` for a bad input."""
    option = config.option
    try:
        written = [*option.recon_report, option.recon_baseline, option.recon_write_baseline]
        target = Target(option.recon_target, without=filter(None, written))
    except TargetError as error:
        raise pytest.UsageError(f"--recon-target: {error}") from None
    fail_on = None if option.recon_fail_on == "never" else Severity[option.recon_fail_on.upper()]
    baseline = policy.Baseline()
    if option.recon_baseline:
        try:
            baseline = policy.Baseline.read(Path(option.recon_baseline))
        except policy.BaselineError as error:
            raise pytest.UsageError(f"--recon-baseline: {error}") from None
    own = [_checks_folder(folder) for folder in option.recon_checks]
    option.recon_checks = [str(folder) for folder in own]
    _quieten(config)
    _keep_cache_out_of(target, config)
    if option.recon_with:
        _prepare_linters(target, option)
    _refuse_dsn(option)
    _prepare_redis(target, option)
    if option.recon_web_build is not None:
        _prepare_web_build(target, option)
    if option.recon_sql_log:
        _prepare_logs(target, option)
    for pillar in Pillar:
        config.addinivalue_line("markers", f"pillar{int(pillar)}: {pillar.title}")
    audit = AuditSession(config, target, policy.Policy(fail_on, baseline), own)
    config.pluginmanager.register(audit, NAME)
    for folder in own:
        conftest = folder / "conftest.py"
        if conftest.is_file():
            config.pluginmanager.register(_module_of(conftest), f"recon-{conftest}")
    if not hasattr(config, "workerinput"):
        from pytest_reconaudit import delivery

        delivery.check_writable(option.recon_report, option.recon_write_baseline)


def _refuse_dsn(option: Any) -> None:
    """Refuse what is no connection string. It is not quoted: it may hold a password."""
    dsn = option.recon_dsn or os.environ.get("RECON_DSN")
    if dsn:
        from pytest_reconaudit.facts.db import database

        if reason := database.refused_dsn(dsn):
            raise pytest.UsageError(f"--recon-dsn: {reason}")


def _prepare_redis(target: Target, option: Any) -> None:
    url = option.recon_redis or os.environ.get("RECON_REDIS")
    if url:
        if not url.startswith(("redis://", "rediss://", "unix://")):  # it may hold a password
            raise pytest.UsageError(
                "--recon-redis: no Redis URL;"
                " write redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]"
            )
        from pytest_reconaudit.facts.compose import live_servers

        live_servers.configure_redis(target, url)


def _prepare_web_build(target: Target, option: Any) -> None:
    from pytest_reconaudit.facts.web import build

    given = option.recon_web_build
    folder = Path(given).expanduser().absolute()
    option.recon_web_build = str(folder)  # the folder that a parallel worker runs in is another
    try:
        build.configure_build(target, folder)
    except LookupError as error:
        raise pytest.UsageError(f"--recon-web-build: {given}: {error}") from None


def _prepare_logs(target: Target, option: Any) -> None:
    from pytest_reconaudit.facts.db import statement_log

    paths = [Path(given).expanduser().absolute() for given in option.recon_sql_log]
    option.recon_sql_log = [str(path) for path in paths]  # a parallel worker's folder is another
    try:
        statement_log.configure_logs(target, paths)
    except LookupError as error:
        path, why = error.args
        raise pytest.UsageError(f"--recon-sql-log: {path}: {why}") from None


def _prepare_linters(target: Target, option: Any) -> None:
    from pytest_reconaudit.facts import linters

    names = [name.strip() for text in option.recon_with for name in text.split(",")]
    wanted = linters.LinterConfig(tuple(filter(None, names)), option.recon_with_config)
    try:
        linters.configure(target, wanted)
    except LookupError as error:
        given, known = error.args
        raise pytest.UsageError(
            f"--recon-with: unknown linter {given!r}; choose from {', '.join(sorted(known))}"
        ) from None


def _checks_folder(text: str) -> Path:
    folder = Path(text).expanduser().absolute()
    if not folder.is_dir():
        raise pytest.UsageError(f"--recon-checks: {text}: no such directory")
    return folder


def _quieten(config: pytest.Config) -> None:
    """Our summary takes the place of pytest's failure sections, which are quadratic besides."""
    option = config.option
    if option.tbstyle == "auto":
        option.tbstyle = "no"
    if option.reportchars == "fE":
        option.reportchars = ""
    option.importmode = "importlib"


def _keep_cache_out_of(target: Target, config: pytest.Config) -> None:
    """``--lf`` needs a cache; it must not lie in the target or in site-packages."""
    key = hashlib.sha256(str(target.root).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    folder = patterns.cache_folder() / key
    if folder.is_relative_to(target.root):
        folder = Path(tempfile.gettempdir(), f"pytest-reconaudit-{os.getuid()}", key)
    cache = getattr(config, "_inicache", None)
    if isinstance(cache, dict) and "cache_dir" not in _overridden(config):
        cache["cache_dir"] = str(folder)


def _overridden(config: pytest.Config) -> set[str]:
    return {text.partition("=")[0] for text in config.option.override_ini or ()}


def _module_of(path: Path) -> ModuleType:
    """Import a user's conftest.py by path, without touching ``sys.path``."""
    import importlib.util

    name = "recon_user_" + hashlib.sha256(str(path).encode()).hexdigest()[:12]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise pytest.UsageError(
            f"--recon-checks: {path} cannot be imported: {type(error).__name__}: {error}"
        ) from None
    return module


# -- collection ----------------------------------------------------------------------------


class AuditSuite(pytest.File):
    """All items of the audit: the built-in checks, then the user's."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        audit = session_of(self.config)
        items = audit.planned_builtin()
        for domain in sorted({planned.meta.domain for planned in items}):
            self.config.addinivalue_line("markers", f"{domain}: audit checks of this domain")
        for planned in items:
            yield CheckItem.of(self, planned)
        for folder in audit.own_checks:
            for path in sorted(folder.rglob("test_*.py")):
                if "__pycache__" not in path.parts:
                    nodeid = f"{folder.name}/{path.relative_to(folder).as_posix()}"
                    yield UserModule.from_parent(self, path=path, nodeid=nodeid)


class UserModule(pytest.Module):
    """A user's ``test_*.py``: a normal module, its name stable whatever the directory."""

    def funcnamefilter(self, name: str) -> bool:
        return name.startswith("test")


@lru_cache(maxsize=64)
def _mark(word: str) -> pytest.MarkDecorator:
    return cast(pytest.MarkDecorator, getattr(pytest.mark, word))


class CheckItem(pytest.Item):
    """One built-in check on one subject.

    A plain Item rather than a Function: the check's function takes no fixtures, and an item
    costs a third less (0.26 against 0.39 ms), which is what large repositories are made of.
    """

    planned: engine.PlannedItem

    @classmethod
    def of(cls, parent: AuditSuite, planned: engine.PlannedItem) -> CheckItem:
        nodeid = f"{planned.module}::{planned.name}"
        item = cls.from_parent(parent, name=planned.name, nodeid=nodeid)
        item.planned = planned
        meta = planned.meta
        for word in (f"pillar{int(meta.pillar)}", meta.domain):
            mark = _mark(word)
            item.own_markers.append(mark.mark)
            item.keywords[word] = mark
        item.extra_keyword_matches.update((meta.id, meta.id.replace("-", "_")))
        return item

    @property
    def location(self) -> tuple[str, int | None, str]:
        return (self.planned.module, None, self.name)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name

    def runtest(self) -> None:
        raise NotImplementedError("AuditSession.pytest_runtest_protocol runs built-in items")

    def report(
        self,
        when: Literal["call", "teardown"],
        outcome: Literal["passed", "failed", "skipped"],
        longrepr: Any = None,
    ) -> pytest.TestReport:
        """One of the two reports that an item gives; durations and findings are added to it."""
        words: Mapping[str, Literal[1]] = {}
        if when == "call":
            words = dict.fromkeys(self.keywords, 1)
        return pytest.TestReport(self.nodeid, self.location, words, outcome, longrepr, when)


class GateFailed(Exception):
    """The item fails: a finding at or above the gate, or a crashed check."""


def _raise_for(result: ItemResult) -> None:
    if result.outcome is Outcome.SKIPPED:
        pytest.skip(result.reason)
    if result.outcome is Outcome.ERROR:
        raise GateFailed(result.reason)
    if result.outcome is Outcome.FAILED:
        raise GateFailed(findings_text(result))


def findings_text(result: ItemResult) -> str:
    """The findings of an item as a person reads them in JUnit or pytest-html."""
    return "\n".join(
        f"{f.place}: {f.severity.label}: {f.message}"
        + (f"\n    {f.evidence}" if f.evidence else "")
        + "".join(f"\n    see {note.place} {note.message}".rstrip() for note in f.related[:5])
        for f in result.findings
        if not f.suppressed
    )


class _Beside(Struct):
    """What another process that asks checks sends back."""

    answers: list[engine.Answer]
    on_disk: dict[str, bool]
    """What it asked of the disk."""
    slow: tuple[str, ...]
    """The sources that its scan has given up."""


# -- the session ---------------------------------------------------------------------------


def session_of(config: pytest.Config) -> AuditSession:
    """The session registered for this run."""
    found = config.pluginmanager.get_plugin(NAME)
    assert isinstance(found, AuditSession)
    return found


class AuditSession:
    """pytest's hooks during an audit, in a worker, on the controller, or both in one process."""

    def __init__(
        self, config: pytest.Config, target: Target, rules: policy.Policy, own: list[Path]
    ) -> None:
        self.config = config
        self.target = target
        self.policy = rules
        self.own_checks = own
        self.results: dict[tuple[str, str], ItemResult] = {}
        self.run: Run | None = None
        self.written: list[str] = []
        self.errors: list[str] = []
        self._subjects: dict[str, subjects.SubjectProvider] | None = None
        self._user_items: dict[str, engine.PlannedItem] = {}
        self._is_followed: bool | None = None
        self._key = ""
        self._begun = 0
        self._kept: kept.Kept | None = None
        self._expected = 0
        self._answers: dict[tuple[str, str], engine.PlannedItem] = {}
        self._shared = ""
        self._owns_shared = False

    # .. planning ..........................................................................

    def providers(self) -> dict[str, subjects.SubjectProvider]:
        """Subjects that hooks add."""
        if self._subjects is None:
            self._subjects = {}
            hook = self.config.hook.pytest_recon_subjects
            for added in hook(target=self.target, config=self.config):
                self._subjects.update(added or {})
        return self._subjects

    def planned(self, checks: Iterable[tuple[model.CheckMeta, str]]) -> list[engine.PlannedItem]:
        self._prepare_database()
        return engine.plan(self.target, checks, self.providers())

    def planned_builtin(self) -> list[engine.PlannedItem]:
        """The plan of all built-in checks, with the answers of an earlier run on this content."""
        self._begun = kept.now()
        self._key = self._key_of_answers()
        self._kept = kept.load(self._key, self.target) if self._key else None
        if self._kept is None:
            items = self._planned_by_all()
            self._expected = sum(self._keeps(item.meta) for item in items)
            return items
        checks = [(one.meta(), one.module) for one in self._kept.checks]
        items = engine.with_heard(checks, [one.answer() for one in self._kept.answers])
        if self._asks_server():
            self._recall_scans()
            items += self.planned(engine.builtin_checks(_OF_A_SERVER))
        self._announce(
            f"nothing changed since an earlier audit: {len(self._kept.answers)} answers reused"
            " (--recon-no-cache asks again)"
        )
        return sorted(items, key=lambda item: item.meta.id)

    def _key_of_answers(self) -> str:
        """The name of what the answers depend on; empty when they are not to be kept."""
        option = self.config.option
        outside = option.recon_with or option.recon_web_build or option.recon_sql_log
        if self._keeps_nothing() or self._is_live() or outside or self.providers():
            return ""
        replays = "replays" if self._asks_server() else "no replay"
        return kept.key_of(self.target, replays, *_programs(), *_hidden_builds(self.target))

    def _keeps_nothing(self) -> bool:
        return bool(self.config.option.recon_no_cache or os.environ.get("RECON_NO_CACHE"))

    def _is_live(self) -> bool:
        option = self.config.option
        given = option.recon_dsn or option.recon_redis
        return bool(given or os.environ.get("RECON_DSN") or os.environ.get("RECON_REDIS"))

    def _asks_server(self) -> bool:
        return not self.config.option.recon_no_replay

    def _keeps(self, meta: model.CheckMeta) -> bool:
        return not (self._asks_server() and meta.domain in _OF_A_SERVER)

    def _keep(self, map_: model.DeploymentMap | None) -> None:
        """Remember what the sources hold and what was answered, for the next run."""
        if self._is_worker() or self._keeps_nothing():
            return
        if self._kept is None:
            if kept.changed_since(self.target, self._begun):
                return
            from pytest_reconaudit.facts.code import scanned

            scanned.keep(self.target)
        if self._key:
            self._keep_answers(map_)

    def _keep_answers(self, map_: model.DeploymentMap | None) -> None:
        """Remember what was answered, when every check was asked about everything."""
        if self._kept is not None:
            if map_ is not None and self._kept.deployment is None:
                whole = replace(self._kept, deployment=map_)
                kept.save(self._key, whole, self.target.root)
            return
        asked = [item for item in self._answers.values() if self._keeps(item.meta)]
        if len(asked) != self._expected or any(one.error for one in asked):
            return
        if any(one.heard is not None and one.heard.crash for one in asked):
            return
        from pytest_reconaudit.facts.code import scanned

        if scanned.slow_files(self.target):
            return
        asked.sort(key=lambda item: item.meta.id)
        lay = tuple(sorted(self.target.asked_on_disk.items()))
        kept.save(self._key, kept.Kept.of(asked, map_, lay), self.target.root)

    def _recall_scans(self) -> None:
        """Use what an earlier run found in the sources, and let this one add to it."""
        if not self._keeps_nothing():
            from pytest_reconaudit.facts.code import scanned

            scanned.configure(self.target, kept.key_of_scans(self.target))

    def _planned_by_all(self) -> list[engine.PlannedItem]:
        """The plan of the built-in checks; other processes scan the sources, and one shares the
        checks with this one.

        That one is started when a processor is free for it, as late as can be: what this process
        knows by then need not be found twice. The two take what is left from the two ends.
        """
        alone = self.config.option.collectonly or self._is_worker()
        self._prepare_database()
        from pytest_reconaudit.facts.code import scanned

        self._recall_scans()
        if not alone:
            from pytest_reconaudit.facts.db import database

            database.begin_live(self.target, beside.start)
            scanned.begin(self.target, beside.start, beside.processors())
        checks = engine.builtin_checks()
        if alone or beside.processors() < 2:
            return self.planned(checks)
        mine: list[engine.PlannedItem] = []
        row = [pair for pair in checks if self._shared_out(pair[0])]
        row.sort(key=lambda pair: _ROW.get(pair[0].domain, 0), reverse=True)
        while row and not self._asks_server():  # a server is started while others work
            if row[-1][0].domain in _OF_SOURCES or scanned.is_ready(self.target):
                break
            mine += self._asked(row.pop())
        turns = beside.Turns(len(row))
        # Both would hold the names of the whole code base: where it is large, memory counts more.
        small = len(self.target.files) < _LARGE
        work = beside.start(lambda: self._heard_beside(row, turns)) if small else None
        own = [pair for pair in checks if not self._shared_out(pair[0])]
        watched = [pair for pair in own if pair[0].watched]
        mine += self.planned([pair for pair in own if pair not in watched])
        while turns.take():
            mine += self._asked(row.pop())
        turns.close()
        mine += self.planned(watched)
        done = work.result() if work is not None else None
        if done is None:
            for pair in row:
                mine += self._asked(pair)
        else:
            mine += engine.with_heard(row, done.answers)
            self.target.asked_on_disk.update(done.on_disk)
            scanned.note_slow(self.target, done.slow)
        if len(self.target.files) > _MANY and not self.own_checks:
            self.target.slim()  # room for pytest's items and reports, two for each file
        order = {meta.id: number for number, (meta, _) in enumerate(checks)}
        return sorted(mine, key=lambda item: order[item.meta.id])

    def _shared_out(self, meta: model.CheckMeta) -> bool:
        """Whether another process may ask a check: it starts no server and no program."""
        return meta.domain != "lint" and not meta.watched and self._keeps(meta)

    def _asked(self, check: tuple[model.CheckMeta, str]) -> list[engine.PlannedItem]:
        """The items of a check, with what it says unless some items may not be wanted."""
        ask = engine.plan if self._is_part() else engine.asked
        return ask(self.target, [check], self.providers())

    def _heard_beside(
        self, checks: Iterable[tuple[model.CheckMeta, str]], turns: beside.Turns
    ) -> _Beside:
        """What another process sends back."""
        from pytest_reconaudit.facts.code import scanned

        answers: list[engine.Answer] = []
        for pair in checks:
            if not turns.take():
                break
            answers += engine.heard_all(self.target, [pair], self.providers())
        slow = scanned.slow_files(self.target)
        patterns.save(self.target.root)
        return _Beside(answers, self.target.asked_on_disk, slow)

    def _is_worker(self) -> bool:
        return hasattr(self.config, "workerinput")

    def judge(self, planned: engine.PlannedItem, call: Any = None) -> ItemResult:
        if self._key and call is None:
            if planned.subject and not planned.error and planned.heard is None:
                planned = replace(planned, heard=engine.hear(planned, self.target))
            subject = planned.subject.id if planned.subject else ""
            self._answers[planned.meta.id, subject] = planned
        if planned.meta.domain != "lint" or planned.subject is None:
            return engine.judge(planned, self.target, self.policy, self._severity, call)
        said = self._said_already(planned.subject.id)
        return engine.judge(planned, self.target, self.policy, self._severity, call, said)

    def _said_already(self, linter: str) -> Callable[[model.Finding], bool]:
        """Whether a check of ours says of the same line what a linter's finding says.

        The checks that could are judged here, whoever else runs them: a worker of xdist does not
        know what another one found.
        """
        places: dict[str, set[tuple[str, int | None]]] = {}
        by_id = {meta.id: (meta, module) for meta, module in engine.builtin_checks()}

        def places_of(check: str) -> set[tuple[str, int | None]]:
            if check not in places:
                found = places[check] = set()
                for planned in self.planned([by_id[check]] if check in by_id else []):
                    for one in engine.judge(planned, self.target, self.policy).findings:
                        for place in (one.place, *(note.place for note in one.related)):
                            found.add((place.path, place.line))
            return places[check]

        def said(finding: model.Finding) -> bool:
            mine = [finding.place, *(note.place for note in finding.related)]
            checks = linters.same_checks(linter, finding.clause)
            return all(
                any((place.path, place.line) in places_of(check) for check in checks)
                for place in mine
            )

        from pytest_reconaudit.facts import linters

        return said

    def _severity(self, finding: model.Finding) -> model.Finding:
        answer = self.config.hook.pytest_recon_severity(finding=finding, config=self.config)
        if answer is None:
            return finding
        if not isinstance(answer, Severity):
            try:
                answer = Severity[str(answer).upper()]
            except KeyError:
                raise ValueError(
                    f"pytest_recon_severity returned {answer!r}; it is no severity"
                ) from None
        return finding if answer is finding.severity else replace(finding, severity=answer)

    def _prepare_database(self) -> None:
        from pytest_reconaudit.facts.db import database

        option = self.config.option
        shared = self._shared
        worker = getattr(self.config, "workerinput", None)
        if worker is not None:
            shared = worker.get("recon_shared", "")
        database.configure(
            self.target,
            database.DatabaseConfig(
                dsn=option.recon_dsn or os.environ.get("RECON_DSN") or None,
                window=option.recon_live_window,
                replay=not option.recon_no_replay,
                shared=shared or None,
                announce=self._announce if worker is None else None,
                kept=not self._keeps_nothing(),
            ),
        )

    def _announce(self, text: str) -> None:
        """A line for what takes longer than a second."""
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and self.config.get_verbosity() >= 0:
            capture = self.config.pluginmanager.get_plugin("capturemanager")
            shown = capture.global_and_fixture_disabled() if capture else nullcontext()
            with shown:  # while pytest collects, it keeps for itself what is written
                if reporter._tw.width_of_current_line:  # in the middle of the progress dots
                    reporter._tw.line()
                reporter.write_line(text)

    # .. pytest: collection ................................................................

    @pytest.hookimpl
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Any:
        if file_path == SUITE:
            return AuditSuite.from_parent(parent, path=file_path)
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A user's check: parametrize it over its subject, hand it its facts."""
        subjects.load_providers()
        names = list(metafunc.fixturenames)
        providers = {**subjects.SUBJECTS, **self.providers()}
        mine = [name for name in names if name in providers or name in subjects.FACTS]
        if not any(name in providers for name in mine):
            return
        function = metafunc.function
        meta = engine.meta_for(function, mine, metafunc.definition.iter_markers())
        try:
            items = self.planned([(meta, metafunc.module.__name__)])
        except engine.CheckError as error:
            raise pytest.UsageError(str(error)) from None
        values, ids = [], []
        for planned in items:
            given = engine.arguments(planned, self.target) if planned.subject else {}
            row = [given.get(name) for name in mine]
            values.append(row if len(row) > 1 else row[0])
            ids.append(planned.subject.id if planned.subject else "nothing")
        unique = _unique(ids)
        metafunc.parametrize(",".join(mine), values, ids=unique)
        for name, planned in zip(unique, items, strict=True):
            self._user_items[f"{metafunc.definition.nodeid}[{name}]"] = planned

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        chosen = list(getattr(config.option, "recon_chosen", ()))
        for item in items:
            planned = self._plan_of(item)
            if planned is not None and not isinstance(item, CheckItem):
                item.add_marker(f"pillar{int(planned.meta.pillar)}")
        if not chosen:
            return
        from pytest_reconaudit import selection

        kept, dropped, unknown = selection.split(chosen, items)
        if unknown:
            raise pytest.UsageError(unknown)
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept

    def _plan_of(self, item: pytest.Item) -> engine.PlannedItem | None:
        if isinstance(item, CheckItem):
            return item.planned
        return self._user_items.get(item.nodeid)

    # .. pytest: running ...................................................................

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Built-in items alone need none of what pytest wraps around a test: half the cost."""
        plain = all(isinstance(item, CheckItem) for item in session.items)
        distributed = self._is_worker() or self.config.pluginmanager.hasplugin("dsession")
        broken = session.testsfailed and not self.config.option.continue_on_collection_errors
        if not plain or distributed or broken or self.config.option.collectonly or self._followed():
            return None
        for item in session.items:
            assert isinstance(item, CheckItem)
            self._run_item(item)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """A built-in item needs no set-up, no fixtures and no output capture."""
        if not isinstance(item, CheckItem):
            return None
        self._run_item(item)
        return True

    def _run_item(self, item: CheckItem) -> None:
        hook = self.config.hook
        followed = self._followed()
        if followed:
            hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        start = time.perf_counter()
        try:
            result = self.judge(item.planned)
        except Exception as error:  # a hook of the user's: shown as this item's own error
            meta = item.planned.meta
            result = ItemResult(
                meta.id,
                meta.pillar,
                meta.title,
                item.planned.subject.id if item.planned.subject else "",
                Outcome.ERROR,
                engine.crash_text(error),
            )
        outcome, longrepr = _outcome_of(result)
        report = item.report("call", outcome, longrepr)
        report.duration = time.perf_counter() - start
        _attach(report, result)
        hook.pytest_runtest_logreport(report=report)
        if followed:  # JUnit and pytest-html finish an item when it is torn down
            hook.pytest_runtest_logreport(report=item.report("teardown", "passed"))
            hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def _followed(self) -> bool:
        """Whether somebody listens who needs more of an item than its one result.

        pytest's own terminal does not, unless it prints a line for each item.
        """
        if self._is_followed is None:
            manager = self.config.pluginmanager
            known = {manager.get_plugin(name) for name in _CONTENT_WITH_RESULTS} | {self}
            hooks = self.config.hook
            listeners = {
                one.plugin
                for hook in (
                    hooks.pytest_runtest_logstart,
                    hooks.pytest_runtest_logreport,
                    hooks.pytest_runtest_logfinish,
                )
                for one in hook.get_hookimpls()
            }
            self._is_followed = self.config.get_verbosity() > 0 or not listeners <= known
        return self._is_followed

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        planned = self._user_items.get(pyfuncitem.nodeid)
        if planned is None:
            return None
        names = pyfuncitem._fixtureinfo.argnames
        given = {name: pyfuncitem.funcargs[name] for name in names}
        result = self.judge(planned, lambda: pyfuncitem.obj(**given))
        pyfuncitem.stash[_RESULT] = result
        _raise_for(result)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        report = yield
        if call.when != "call":
            return report
        result = item.stash.get(_RESULT, None)
        if result is not None:
            _attach(report, result)
            if report.failed:
                report.longrepr = findings_text(result) or result.reason
        return report

    def pytest_report_teststatus(self, report: Any) -> Any:
        given = getattr(report, "recon", None)
        if given is None:
            return None
        return _WORDS.get(Outcome(given["outcome"]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        if hasattr(self.config, "workerinput"):
            return
        given = getattr(report, "recon", None)
        if given is not None:
            result = ItemResult.from_dict(given)
            self.results[result.check, result.subject] = result

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give each xdist worker one folder in which the replay's result is shared."""
        if not self._shared:
            self._shared = tempfile.mkdtemp(prefix="recon-")
            self._owns_shared = True
        node.workerinput["recon_shared"] = self._shared

    # .. pytest: the end ...................................................................

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and self.config.get_verbosity() == 0:
            reporter.showfspath = False  # one line of dots, not one line a check

    def pytest_report_header(self) -> str | None:
        if self.config.get_verbosity() < 0:
            return None
        kind = "git checkout" if self.target.tracked is not None else "folder"
        return f"audit: {self.target.root} ({kind}, {len(self.target.files)} files)"

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(self.config, "workerinput") or self.config.option.collectonly:
            return
        from pytest_reconaudit import delivery

        unreached = tuple(self._unreached())
        self.run = Run(
            target=self.target.name,
            fail_on=self.policy.fail_on,
            items=tuple(self.results[key] for key in sorted(self.results)),
            cycle=self.config.option.recon_cycle,
            interrupted=self._interrupted(session),
            unreached=unreached,
        )
        for text in unreached:
            self._complain(f"{text}; nothing was compared with it")
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if self.results and all(one.outcome is Outcome.SKIPPED for one in self.results.values()):
            self._complain(
                "nothing of what was selected (-k, -m, an id) could be judged here"
                if self._is_part()
                else "nothing was judged: is this the repository's folder?"
            )
            session.exitstatus = session.exitstatus or pytest.ExitCode.NO_TESTS_COLLECTED
        if not self.results and not self.run.interrupted and self._is_part():
            self._complain("the selection (-k, -m, an id) chose no item: see --recon-list")
        self._tell_stale_baseline()
        self._tell_waivers_with_a_slip()
        self.config.hook.pytest_recon_report(run=self.run, config=self.config)
        option = self.config.option
        part = self._is_part() or self.run.interrupted
        older = self.policy.baseline.entries if part else ()  # which of them are gone is not known
        map_ = self._deployment() if option.recon_report else None
        if not self.run.interrupted:
            self._keep(map_)
        try:
            self.written = delivery.deliver(
                self.run, self.target, map_, option.recon_report, option.recon_write_baseline, older
            )
        except delivery.DeliveryError as error:
            self._complain(str(error))
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def _deployment(self) -> model.DeploymentMap:
        """The map that reports draw."""
        if self._kept is not None and self._kept.deployment is not None:
            return self._kept.deployment
        from pytest_reconaudit.facts import deployment

        return deployment.deployment_map(self.target)

    def _complain(self, text: str) -> None:
        """An error of the run: the last words on the screen, however quiet it is."""
        self.errors.append(text)

    def _interrupted(self, session: pytest.Session) -> bool:
        """Ctrl-C, ``-x`` or a crash ended the session before its last item."""
        return bool(
            session.exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)
            or session.shouldstop
            or session.shouldfail
        )

    def _is_part(self) -> bool:
        """Whether some items of the audit may not be wanted."""
        option = self.config.option
        return bool(option.keyword or option.markexpr or getattr(option, "recon_chosen", ()))

    def _tell_stale_baseline(self) -> None:
        """Accepted findings that are gone: the list should shrink with the debt."""
        option = self.config.option
        assert self.run is not None
        if not option.recon_baseline or self._is_part() or self.run.interrupted:
            return
        met = {one.fingerprint for one in (*self.run.findings, *self.run.suppressed)}
        gone = len(self.policy.baseline.accepted - met)
        if gone:
            self._announce(
                f"baseline: {gone} accepted finding{'s are' if gone > 1 else ' is'} gone;"
                f" --recon-write-baseline {option.recon_baseline} takes them off the list"
            )

    def _tell_waivers_with_a_slip(self) -> None:
        """Waivers beside a finding that they do not name, and those that name no check at all."""
        from pytest_reconaudit.reports.text import one_line

        assert self.run is not None
        met = {(one.place.path, one.place.line) for one in self.run.suppressed}
        missed = (
            policy.missed_waiver(one, self.target)
            for one in self.run.findings
            if (one.place.path, one.place.line) not in met
        )
        told = list(dict.fromkeys(filter(None, missed)))
        places = {text.rpartition(": ignore[")[0] for text in told}
        given = [
            one
            for path in self.target.files
            for one in policy.waivers(path, self.target.data(path))
            if str(one.place) not in places
        ]
        if given:
            import difflib

            known = {meta.id for meta, _ in engine.builtin_checks()}
            known |= {check for check, _ in self.results}
            known |= {item.meta.id for item in self._user_items.values()}
            wrong = [(one.place, name) for one in given for name in one.checks if name not in known]
            told += [
                f"{one.place}: names no check; write ignore[check-id] and the reason"
                for one in given
                if not one.checks
            ]
            for place, name in wrong[:_MOST_TOLD]:
                near = difflib.get_close_matches(name[:60], sorted(known), n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                told.append(f"{place}: no check is called {name[:60]!r}{hint}")
            told += [""] * len(wrong[_MOST_TOLD:])
        for text in told[:_MOST_TOLD]:
            self._announce(f"waiver: {one_line(text)}")
        if len(told) > _MOST_TOLD:
            self._announce(f"waiver: and {len(told) - _MOST_TOLD} more like these")

    def _unreached(self) -> Iterator[str]:
        """Who names a server wants it asked: not reaching it is no quiet skip."""
        dsn = self.config.option.recon_dsn or os.environ.get("RECON_DSN")
        redis = self.config.option.recon_redis or os.environ.get("RECON_REDIS")
        from pytest_reconaudit.facts.db import database

        said: set[str] = set()
        for result in self.results.values() if dsn or redis else ():
            if result.outcome is Outcome.SKIPPED and result.reason.startswith("no-server"):
                reason = result.reason.partition(": ")[2]
                server = "--recon-redis" if reason.startswith("--recon-redis") else "--recon-dsn"
                if server in said or not (redis if server == "--recon-redis" else dsn):
                    continue
                if server == "--recon-dsn" and not database.is_unreached(reason):
                    continue  # it was: a part of it may not be read, or there is no private server
                said.add(server)
                yield f"{server}: {reason.removeprefix(f'{server}: ')}"

    @staticmethod
    def _collection_errors(reporter: Any) -> None:
        """What could not be collected: a user's module that does not import, say."""
        for report in reporter.stats.get("error", ()):
            lines = [line for line in report.longreprtext.splitlines() if line.strip()]
            reporter.write_line(f"ERROR {report.nodeid}", red=True, bold=True)
            for line in lines[-4:]:
                reporter.write_line(f"  {line[:200]}")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.config.option.tbstyle == "no":
            self._collection_errors(terminalreporter)
        if self.run is None:
            return
        from pytest_reconaudit.reports import terminal

        lines = terminal.summary(
            self.run,
            width=terminalreporter._tw.fullwidth,
            height=_screen_height(),
            color=terminalreporter.hasmarkup,
            reports=self.written,
            verbose=self.config.get_verbosity(),
        )
        for line in lines:
            for text, styles in line.spans:
                terminalreporter.write(text, **dict.fromkeys(styles, True))
            terminalreporter.write("\n")
        for text in self.errors:
            terminalreporter.write_line(f"ERROR: {text}", red=True, bold=True)

    def pytest_unconfigure(self) -> None:
        patterns.save(self.target.root)
        if not gc.isenabled():
            gc.freeze()
        if self._owns_shared:
            shutil.rmtree(self._shared, ignore_errors=True)

    # .. pytest-html .......................................................................

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        from pytest_reconaudit.reports import pytest_html_cells

        cells[1:1] = pytest_html_cells.header_cells()

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: Any, cells: list[str]) -> None:
        from pytest_reconaudit.reports import pytest_html_cells

        cells[1:1] = pytest_html_cells.row_cells(getattr(report, "recon", None))

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        from pytest_reconaudit.reports import pytest_html_cells

        if self.run is not None:
            prefix.append(pytest_html_cells.summary_html(self.run))


def _programs() -> list[str]:
    """Programs of this machine that an answer depends on, with what tells their version."""
    found = []
    for name in ("helm",):
        path = shutil.which(name)
        info = Path(path).stat() if path else None
        found.append(f"{name} {info.st_size} {info.st_mtime_ns}" if info else f"no {name}")
    return found


def _hidden_builds(target: Target) -> list[str]:
    """Finished builds in folders that no listing of the target enters, with their state."""
    from pytest_reconaudit.facts.web import build

    return build.hidden_builds(target)


_RESULT: pytest.StashKey[ItemResult | None] = pytest.StashKey()


def _outcome_of(
    result: ItemResult,
) -> tuple[Literal["passed", "failed", "skipped"], Any]:
    """(pytest's outcome, what it shows for it)."""
    if result.outcome is Outcome.SKIPPED:
        return "skipped", (result.check, 0, f"Skipped: {result.reason}")
    if result.outcome is Outcome.ERROR:
        return "failed", result.reason
    if result.outcome is Outcome.FAILED:
        return "failed", findings_text(result)
    return "passed", None


def _attach(report: Any, result: ItemResult) -> None:
    """Hang the result on the report: an attribute, since properties would end up in JUnit."""
    report.recon = result.to_dict()
    if result.findings:
        worst = result.findings[0].place
        report.location = (worst.path, (worst.line or 1) - 1, report.location[2])
        if result.outcome is not Outcome.FAILED:
            report.sections.append(("audit", findings_text(result)))
            report.user_properties.append((result.outcome.value, findings_text(result)))


def _unique(ids: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for text in ids:
        count = seen[text] = seen.get(text, 0) + 1
        out.append(text if count == 1 else f"{text}#{count}")
    return out


def _screen_height() -> int:
    return shutil.get_terminal_size((80, 40)).lines
