"""Keeps the target's pytest configuration out, before pytest reads it.

pytest obeys the ini file it finds around the current folder *before* any plugin is loaded: its
``pythonpath`` and ``addopts = -p name`` import code, and ``--disable-plugin-autoload`` would
switch this plugin off. Where that folder is the target, that is the target's code. So a ``.pth``
file beside the package imports this module at interpreter start, only when an audit is asked for,
and this module puts our own empty ini file first through pytest's documented ``PYTEST_ADDOPTS``.

``python -m pytest`` would also put the current folder in front of ``sys.path``; it is started again
with ``-P``, which leaves it out.

Imports nothing but ``os`` and ``sys``: it runs before anything can be trusted to be what it says.
"""

import os
import sys

_PROGRAMS = ("pytest", "pytest.exe", "py.test", "pytest-script.py")
ADDOPTS_MARK = "audit.ini"


def asks_for_audit(argv: list[str], environ: "os._Environ[str] | dict[str, str]") -> bool:
    """Whether this command line is ``pytest`` with a target."""
    if "--recon-target" in argv or any(a.startswith("--recon-target=") for a in argv):
        return True
    return bool(environ.get("RECON_TARGET"))


def runs_pytest(orig_argv: list[str]) -> str:
    """``"script"``, ``"module"`` (``python -m pytest``) or ``""``."""
    takes_value = False
    for index, word in enumerate(orig_argv[1:], 1):
        if takes_value:
            takes_value = False
        elif word in ("-X", "-W", "--check-hash-based-pycs"):
            takes_value = True
        elif word == "-m":
            module = orig_argv[index + 1] if index + 1 < len(orig_argv) else ""
            return "module" if module == "pytest" else ""
        elif word == "-mpytest":
            return "module"
        elif word == "-c":
            return ""
        elif not word.startswith("-"):
            return "script" if os.path.basename(word) in _PROGRAMS else ""
    return ""


def addopts(existing: str, package: str, folder: str) -> str:
    """``PYTEST_ADDOPTS`` with our ini file and a root that holds no configuration in front."""

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "'\"'\"'") + "'"

    ini = os.path.join(package, ADDOPTS_MARK)
    return f"-c {quoted(ini)} --rootdir {quoted(folder)} {existing}".strip()


def engage() -> None:
    """Take effect on this process, if it is one that audits."""
    orig = list(getattr(sys, "orig_argv", ()))
    if not asks_for_audit(orig, os.environ):
        return
    kind = runs_pytest(orig)
    if not kind or ADDOPTS_MARK in os.environ.get("PYTEST_ADDOPTS", ""):
        return
    os.environ["PYTHONSAFEPATH"] = "1"  # the workers of pytest-xdist, too
    if kind == "module" and not sys.flags.safe_path and os.name == "posix":
        os.execv(sys.executable, [sys.executable, "-P", *orig[1:]])
    os.environ["PYTEST_ADDOPTS"] = addopts(
        os.environ.get("PYTEST_ADDOPTS", ""), os.path.dirname(__file__), os.getcwd()
    )


engage()
