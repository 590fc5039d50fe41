"""Modules of Python with routers or blueprints that no other one imports: nothing mounts them."""

from __future__ import annotations

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["is_never_imported"]

_ROUTER = regex(r"(?m)^\w+\s*(?::[^=\n]{1,60})?=\s*(?:\w+\.)?(?:APIRouter|Blueprint)\(")
_SERVER = regex(r"\b(?:FastAPI|Flask|Starlette|Sanic|Quart|Litestar)\(")
_FROM = regex(
    r"(?m)^[ \t]*from[ \t]+(\.*+)([\w.]*+)[ \t]+import[ \t]+"
    r"(\((?:[^()#]|#[^\n]*+\n){0,8000}+\)|(?:[^\\\n]|\\\n?)*+)"
)
_IMPORT = regex(r"(?m)^[ \t]*import[ \t]+([\w.]+(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[^\n]*)?)")
_NAME = regex(r"(?:^|,)[\s\\]*+([A-Za-z_]\w*)")
_REMARK = regex(r"#[^\n]*")
_DYNAMIC = regex(
    r"\b(?:import_module|iter_modules|walk_packages|__import__|find_modules|spec_from_file_location"
    r"|import_string|exec_module)\s*\("
)

_MOUNTS = regex(r"(?i)router|blueprint|\bbp\b")


def is_never_imported(target: Target, path: str) -> bool:
    """Whether a module makes a router or blueprint, and surely is never imported: no file of the
    repository names it, others with routers are, and none imports by names that are put together.
    """
    return path in _idle(target)


@once
def _idle(target: Target) -> frozenset[str]:
    known = _imported(target)
    if known is None:
        return frozenset()
    routers = [path for path in target.files if _is_router(target, path)]
    idle = [path for path in routers if not _is_named(path, known)]
    return frozenset(idle) if len(idle) < len(routers) else frozenset()


def _is_router(target: Target, path: str) -> bool:
    if not path.endswith(".py") or path.endswith("__init__.py") or is_test_path(path):
        return False
    text = target.text(path)
    return (
        _ROUTER.search(text) is not None and _SERVER.search(text) is None and "__main__" not in text
    )


def _is_named(path: str, known: frozenset[tuple[str, ...]]) -> bool:
    parts = tuple(path.removesuffix(".py").split("/"))
    return any(parts[at:] in known for at in range(len(parts)))


@once
def _imported(target: Target) -> frozenset[tuple[str, ...]] | None:
    """The modules that some module imports, with the names that it takes out of them; ``None``
    where some are imported by names that are put together."""
    found: set[tuple[str, ...]] = set()
    for path in target.files:
        if not path.endswith(".py") or is_test_path(path):
            continue
        text = target.text(path)
        mounts = _DYNAMIC.search(text) is not None and _MOUNTS.search(text) is not None
        if mounts and ("__main__" not in text or _SERVER.search(text) is not None):
            return None
        folder = path.split("/")[:-1]
        for one in _FROM.finditer(text):
            dots, module = len(one[1]), [word for word in one[2].split(".") if word]
            base = [*folder[: len(folder) - dots + 1], *module] if dots else module
            found.add(tuple(base))
            names = _NAME.findall(_REMARK.sub("", one[3].strip("()")))
            found.update((*base, name) for name in names)
        for one in _IMPORT.finditer(text):
            for each in one[1].split(","):
                found.add(tuple(each.split()[0].split(".") if each.split() else ()))
    return frozenset(found)
