"""pytest's entry point: options, and nothing heavy unless an audit is asked for.

Without ``--recon-target`` this module is all that a normal pytest run pays for. With it,
:mod:`pytest_reconaudit.session` is registered and does the work.
"""

from __future__ import annotations

import copy
import gc
import os
import sys
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

import pytest

from pytest_reconaudit import hookspecs

SEVERITIES = ("critical", "high", "medium", "low", "info", "never")
SUITE = Path(__file__).with_name("audit.ini")
"""The one argument that pytest collects in an audit: it stands for the suite of all checks."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("recon", "platform audit (pytest-reconaudit)")
    group.addoption(
        "--recon-target",
        metavar="DIR",
        default=None,
        help="audit the repository in DIR (also: RECON_TARGET in the environment)",
    )
    group.addoption(
        "--recon-report",
        metavar="PATH",
        action="append",
        default=[],
        help="write a report: .md, .html or .json by suffix, all of them into a folder; repeatable",
    )
    group.addoption(
        "--recon-fail-on",
        metavar="SEVERITY",
        default="high",
        help="gate: critical, high (default), medium, low, info or never",
    )
    group.addoption(
        "--recon-checks",
        metavar="DIR",
        action="append",
        default=[],
        help="also run your own checks (test_*.py, conftest.py) from DIR; repeatable",
    )
    group.addoption(
        "--recon-dsn",
        metavar="URL",
        default=None,
        help="compare with a live PostgreSQL, read-only (also: RECON_DSN in the environment)",
    )
    group.addoption(
        "--recon-live-window",
        metavar="SECONDS",
        type=float,
        default=20.0,
        help="how long to watch sessions and statements of the live database (default 20; 0: not)",
    )
    group.addoption(
        "--recon-sql-log",
        metavar="FILE",
        action="append",
        default=[],
        help="judge the statements of a log recorded under load: PostgreSQL's (csvlog, jsonlog,"
        " stderr), Diesel's or sqlx's debug output, an export of pg_stat_statements; repeatable",
    )
    group.addoption(
        "--recon-redis",
        metavar="URL",
        default=None,
        help="ask a live Redis, read-only (also: RECON_REDIS in the environment)",
    )
    group.addoption(
        "--recon-web-build",
        metavar="DIR",
        default=None,
        help="measure the finished web build in DIR (Vite, Next.js, any index.html); without it"
        " dist, build, out and .next beside each package.json",
    )
    group.addoption(
        "--recon-no-replay",
        action="store_true",
        help="do not replay the migration history into a throw-away PostgreSQL",
    )
    group.addoption(
        "--recon-no-cache",
        action="store_true",
        help="ask every check again, although nothing changed since an earlier audit"
        " (also: RECON_NO_CACHE in the environment)",
    )
    group.addoption(
        "--recon-with",
        metavar="LINTERS",
        action="append",
        default=[],
        help="also run these linters of this machine (hadolint, actionlint, zizmor, squawk,"
        " kubeconform; comma-separated) and report what they find",
    )
    group.addoption(
        "--recon-with-config",
        action="store_true",
        help="let those linters obey the target's own configuration and comments",
    )
    group.addoption(
        "--recon-baseline",
        metavar="FILE",
        default=None,
        help="accept the findings listed in FILE",
    )
    group.addoption(
        "--recon-write-baseline",
        metavar="FILE",
        default=None,
        help="write the findings of this run to FILE, to be accepted from now on",
    )
    group.addoption(
        "--recon-cycle",
        metavar="N",
        type=int,
        default=1,
        help="number of the audit cycle, for the names of the reports in a folder",
    )
    group.addoption(
        "--recon-list", action="store_true", help="print the catalogue of checks and exit"
    )
    group.addoption(
        "--recon-explain",
        metavar="ID",
        default=None,
        help="print why a check exists, how it decides, what it cannot see, how to fix; and exit",
    )


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> None:
    """Keep the current folder's and the target's pytest configuration out of the audit."""
    space = early_config.known_args_namespace
    if not (space.recon_target or os.environ.get("RECON_TARGET")):
        return
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    if not _our_configuration(early_config):
        _drop_configuration(early_config, parser, args)
        space = early_config.known_args_namespace
    space.noconftest = True
    space.confcutdir = str(SUITE)
    # Positional arguments select items by id; pytest itself collects only our suite.
    chosen = list(space.file_or_dir)
    if chosen == [str(SUITE)]:  # an xdist worker, handed the controller's arguments
        return
    for word in chosen:
        if word in args:
            args.remove(word)
    early_config.option.recon_chosen = chosen
    args.append(str(SUITE))


def _our_configuration(config: pytest.Config) -> bool:
    """Whether pytest read our ini file, or one that the user named with ``-c``."""
    return config.known_args_namespace.inifilename is not None


def _drop_configuration(config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Undo what an ini file gave, when the guard at interpreter start could not keep it out.

    That is so when pytest is run inside another program (``pytest.main``). What ``-p`` in its
    ``addopts`` imported by then cannot be undone; everything that acts later can.
    """
    given = list(config.getini("addopts"))
    if given and args[: len(given)] == given:
        del args[: len(given)]
    for path in config.getini("pythonpath"):
        while str(path) in sys.path:
            sys.path.remove(str(path))
    for name in ("_inicfg", "inicfg", "_inicache"):  # pytest 9 / 8 / both: there is no public way
        table = vars(config).get(name)
        if isinstance(table, dict):
            table.clear()
    config.known_args_namespace = parser.parse_known_args(args, namespace=copy.copy(config.option))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    option = config.option
    if option.recon_target == "":  # --recon-target=$DIR with DIR unset
        raise pytest.UsageError("--recon-target: no directory given")
    if option.recon_cycle < 1:
        raise pytest.UsageError(f"--recon-cycle: {option.recon_cycle} is no cycle; count from 1")
    if not 0 <= option.recon_live_window <= 3600:
        raise pytest.UsageError(
            f"--recon-live-window: {option.recon_live_window:g} is not between 0 and 3600 seconds"
        )
    if option.recon_dsn == "":  # --recon-dsn=$DSN with DSN unset
        raise pytest.UsageError("--recon-dsn: no connection string given")
    target = option.recon_target or os.environ.get("RECON_TARGET")
    if option.recon_fail_on not in SEVERITIES:
        raise pytest.UsageError(_unknown("--recon-fail-on", option.recon_fail_on, SEVERITIES))
    if not target:
        _refuse_without_target(config)
        return
    option.recon_target = str(Path(target).expanduser().absolute())
    _pause_collector(config)
    _import_as_it_is(config)
    from pytest_reconaudit import session

    session.start(config)


class _AsItIs:
    """Finds the modules of this package before pytest does.

    pytest takes all that an installed plugin brings for tests: it would rewrite each ``assert`` in
    hundreds of modules, keep them in a cache of its own if it may write there, and read that cache
    several times as slowly as Python reads its own.
    """

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name.startswith(f"{__package__}."):
            return PathFinder.find_spec(name, path, target)
        return None


def _import_as_it_is(config: pytest.Config) -> None:
    sys.meta_path.insert(0, _AsItIs)
    config.add_cleanup(_import_as_usual)


def _import_as_usual() -> None:
    # Whoever runs pytest within pytest may have put the list back before.
    with suppress(ValueError):
        sys.meta_path.remove(_AsItIs)


def _pause_collector(config: pytest.Config) -> None:
    """No cyclic garbage collection while auditing: records are many, alive and without cycles.

    Scanning them again and again, and once more in pytest's own collection at the end, costs a
    tenth of the run. Switched on again at the end, for a pytest that runs inside another program;
    what was made by then stays frozen, so that no later collection scans it either.
    """
    if gc.isenabled():
        gc.disable()
        config.add_cleanup(gc.enable)


def _refuse_without_target(config: pytest.Config) -> None:
    wanting = (
        "report",
        "checks",
        "baseline",
        "write_baseline",
        "dsn",
        "redis",
        "sql_log",
        "with",
        "web_build",
    )
    for name in wanting:
        if getattr(config.option, f"recon_{name}"):
            flag = "--recon-" + name.replace("_", "-")
            raise pytest.UsageError(f"{flag} needs --recon-target=DIR: which repository to audit?")


def _unknown(flag: str, given: str, known: tuple[str, ...]) -> str:
    import difflib

    near = difflib.get_close_matches(given.lower(), known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; choose one of {', '.join(known)}"
    return f"{flag}: unknown value {given!r}{hint}"


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    if config.option.recon_list:
        from pytest_reconaudit import catalogue

        print(catalogue.listing(config), end="")  # noqa: T201
        return 0
    if config.option.recon_explain is not None:
        from pytest_reconaudit import catalogue

        print(catalogue.explanation(config, config.option.recon_explain), end="")  # noqa: T201
        return 0
    return None
