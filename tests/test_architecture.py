"""The one direction of ARCHITECTURE.md, read from the imports with ``ast``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = "pytest_reconaudit"

ALLOWED: dict[str, set[str]] = {
    "": set(),
    "_guard": set(),
    "model": set(),
    "masking": {"model"},
    "beside": set(),
    "deadline": set(),
    "patterns": set(),
    "likeness": set(),
    "git_objects": set(),
    "store": {"patterns"},
    "target": {"model", "likeness", "git_objects"},
    "readers": {"model", "readers"},
    "facts": {"model", "target", "readers", "facts", "likeness", "deadline", "copies"},
    "facts.db.kept_replays": {"store"},
    "facts.branch_point": {"target", "git_objects"},
    "facts.db.database": {
        "model", "target", "readers", "facts", "facts.db.kept_replays", "probes",
    },
    "facts.db.statement_log": {"model", "target", "readers", "facts", "probes"},
    "facts.k8s.chart_build": {"model", "target", "readers", "facts", "probes"},
    "facts.deployment": {"model", "target", "readers", "facts"},
    "facts.linters": {"model", "target", "facts", "probes"},
    "facts.code.kept_scans": {"store"},
    "facts.code.scanned": {
        "model", "target", "readers", "facts", "facts.code.kept_scans", "deadline",
    },
    "facts.web.build": {"model", "target", "readers", "facts", "probes"},
    "facts.compose.live_servers": {"target", "facts", "probes"},
    "probes": {"model", "readers", "probes", "probes.templates"},
    "probes.templates": {"store"},
    "subjects": {"model", "target", "readers", "facts", "subjects"},
    "audit": {"model", "masking"},
    "policy": {"model"},
    "copies": {"target"},
    "engine": {"model", "masking", "target", "subjects", "audit", "policy", "deadline", "copies"},
    "reports": {"model", "masking", "reports"},
    "api": {"audit", "model", "target", "readers", "facts", "subjects"},
    "checks": {"api"},
    "hookspecs": {"model", "target", "subjects"},
    "selection": set(),
    "kept": {"engine", "model", "store", "subjects", "target"},
    "delivery": {"model", "target", "policy", "reports"},
    "catalogue": {"engine", "model", "session"},
    "plugin": {"hookspecs", "session", "catalogue"},
    "session": {
        "beside", "engine", "model", "policy", "subjects", "plugin", "target", "facts.db.database",
        "facts.linters", "facts.compose.live_servers", "facts.deployment", "facts.code.scanned",
        "facts.web.build", "facts.db.statement_log", "kept", "reports", "delivery", "selection",
    },
}  # fmt: skip
"""Room → the rooms it may import from. The few facts that reach a probe are named, and load it lazily."""

STDLIB_OF_CHECKS = {"__future__", "re", "collections"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        inner = path.relative_to(ROOT / PACKAGE).with_suffix("")
        name = ".".join(part for part in inner.parts if part != "__init__")
        yield name, path
    for path in sorted((ROOT / "checks").rglob("*.py")):
        inner = path.relative_to(ROOT).with_suffix("")
        yield ".".join(part for part in inner.parts if part != "__init__"), path


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of every import in a file, those inside functions included."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            base = node.module or ""
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno


def room(module: str) -> str:
    if module in ALLOWED:
        return module
    return module.partition(".")[0]


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=[name for name, _ in modules()])
def test_imports_go_one_way(name: str, path: Path) -> None:
    wrong = []
    for imported, line in imports(path):
        if not imported.startswith(PACKAGE):
            continue
        inner = imported.removeprefix(PACKAGE).lstrip(".")
        if room(inner) in ("", "patterns") or inner == "__version__":
            continue
        if room(inner) not in ALLOWED[room(name)] and room(inner) != room(name):
            wrong.append(f"{path.name}:{line} imports {imported}")
    assert not wrong


def test_patterns_of_modules_come_from_the_cache() -> None:
    """Hundreds of patterns compiled at import would cost a third of an audit."""
    wrong = []
    for name, path in modules():
        if name in ("patterns", "_guard"):
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                continue
            wrong += [
                f"{path.name}:{one.lineno}"
                for one in ast.walk(node)
                if isinstance(one, ast.Call) and ast.unparse(one.func) == "re.compile"
            ]
    assert not wrong, "use pytest_reconaudit.patterns.regex"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "checks").rglob("*.py")), ids=lambda path: path.stem
)
def test_checks_import_only_the_api(path: Path) -> None:
    for imported, line in imports(path):
        first = imported.partition(".")[0]
        if first == PACKAGE:
            assert imported.startswith(f"{PACKAGE}.api"), f"{path}:{line}: {imported}"
        else:
            assert first in STDLIB_OF_CHECKS, f"{path}:{line}: {imported}"


@pytest.mark.parametrize(
    "path",
    [p for p in sorted((ROOT / "checks").rglob("*.py")) if p.name != "__init__.py"],
    ids=lambda path: path.stem,
)
def test_a_check_is_one_small_file(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("@audit(") == 1
    code = [line for line in text.splitlines() if line.strip()]
    assert len(code) <= 120, "parsing leaked in: move it to readers/ or facts/"
    assert not re.search(r"(?<![\w:.])open\(", text), "only target.py opens files"
    assert ".read_text" not in text


HEAVY = {
    "yaml", "sqlparse", "psycopg", "docker", "jinja2", "tree_sitter", "pathspec", "dotenv",
    "jsonschema", "xdist", "pytest_html",
}  # fmt: skip


@pytest.mark.parametrize("name", ["plugin", "hookspecs", "model", "_guard"])
def test_a_normal_run_imports_nothing_heavy(name: str) -> None:
    tree = ast.parse((ROOT / PACKAGE / f"{name}.py").read_text("utf-8"))
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        alias.name if isinstance(node, ast.Import) else f"{node.module}.{alias.name}"
        for node in top
        for alias in node.names
    }
    assert not {text.partition(".")[0] for text in names} & HEAVY
    ours = {text for text in names if text.startswith(PACKAGE)}
    assert ours <= {f"{PACKAGE}.hookspecs"}


LAZY = {
    "sqlparse",
    "psycopg",
    "docker",
    "jinja2",
    "tree_sitter",
    "pathspec",
    "dotenv",
    "jsonschema",
}


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=[name for name, _ in modules()])
def test_heavy_libraries_load_only_when_used(name: str, path: Path) -> None:
    """Only type-checking blocks and function bodies may name them."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            found = {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found = {(node.module or "").partition(".")[0]}
        else:
            continue
        assert not {n for n in found if n in LAZY or n.startswith("tree_sitter")}, name


def test_wheel_lists_every_package() -> None:
    import tomllib

    listed = set(
        tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"][
            "packages"
        ]
    )
    ours = {
        ".".join((PACKAGE, *path.parent.relative_to(ROOT / PACKAGE).parts))
        for path in (ROOT / PACKAGE).rglob("__init__.py")
    }
    checks = {
        f"{PACKAGE}." + ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "checks").rglob("__init__.py")
    }
    assert listed == ours | checks
