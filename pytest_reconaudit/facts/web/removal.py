"""How the package manager of a repository takes dependencies out, and in."""

from __future__ import annotations

from pytest_reconaudit.facts.npm_locks import manager_in_use
from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.facts.web.dependency import Dependency
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["addition", "manager_of", "removal"]


def removal(target: Target, package: NpmPackage, found: tuple[Dependency, ...]) -> str:
    """The command that takes dependencies out of a package, as its package manager has it."""
    root = package.workspace_root
    manager = manager_of(target, package)
    names = [one.name for one in found]
    said = " ".join(names) if all(_SAFE.fullmatch(one) for one in names) else "NAME"
    folder = package.folder if _SAFE.fullmatch(package.folder) else "FOLDER"
    member = root is not None and root != package.folder
    where = f" in `{folder}`" if package.folder else ""
    if manager == "pnpm":
        at = f"--filter ./{folder[len(root) :].lstrip('/')} " if member and root is not None else ""
        run = f"`pnpm {at}remove {said}`" + ("" if member else where)
    elif manager == "yarn" and member and _SAFE.fullmatch(package.manifest.name or "-"):
        run = f"`yarn workspace {package.manifest.name} remove {said}`"
    elif manager == "rush":
        run = f"`rush remove {' '.join(f'-p {one}' for one in said.split())}`{where}"
    elif manager == "bun":
        run = f"`bun remove {said}`{where}"
    elif manager == "npm":
        run = f"`npm uninstall {said}`{where}"
    else:
        install = f"run `{manager} install`" if manager else "install anew"
        lines = "the line" if len(found) == 1 else "these lines"
        return f"Take {lines} out, and {install}.{_cataloged(target, found)}"
    return f"Take {'it' if len(found) == 1 else 'them'} out: {run}.{_cataloged(target, found)}"


def addition(target: Target, package: NpmPackage, names: tuple[str, ...]) -> str:
    """The command that lists packages in a package, as its package manager has it."""
    said = " ".join(names) if all(_SAFE.fullmatch(one) for one in names) else "NAME"
    folder = package.folder if _SAFE.fullmatch(package.folder) else "FOLDER"
    where = f" in `{folder}`" if package.folder else ""
    manager = manager_of(target, package) or "npm"
    verb = "install" if manager == "npm" else "add"
    if manager == "rush":
        said = " ".join(f"-p {one}" for one in said.split())
    them = "it" if len(names) == 1 else "them"
    return (
        f"List {them}: `{manager} {verb} {said}`{where}; or take out what imports {them}, where"
        " it is not needed."
    )


def manager_of(target: Target, package: NpmPackage) -> str:
    """Who installs a package: ``npm``, ``pnpm``, ``yarn``, ``bun``, ``rush``; empty where nothing
    tells."""
    if package.folder in _of_rush(target):
        return "rush"
    used = manager_in_use(target, package)
    if used is not None:
        return used.manager
    root = package.workspace_root
    top = next((one for one in npm_packages(target) if one.folder == root), package)
    manager = package.manifest.package_manager or top.manifest.package_manager or package.manager
    if manager == "npm" and any(
        version.startswith("workspace:") for _, _, version, _ in package.manifest.dependencies
    ):
        return ""  # npm does not know such versions: whose lockfile there is misleads
    return manager


@once
def _of_rush(target: Target) -> frozenset[str]:
    """The folders of the packages that Rush manages."""
    return frozenset(_PROJECTS.findall(target.text("rush.json")))


_PROJECTS = regex(r"[\"']projectFolder[\"']\s*:\s*[\"']([^\"'\n]{1,200})[\"']")


def _cataloged(target: Target, found: tuple[Dependency, ...]) -> str:
    """What to do about the lines of a catalog that nobody else asks for."""
    names = {one.name for one in found if one.version.startswith("catalog:")}
    if not names:
        return ""
    others: dict[str, int] = dict.fromkeys(names, 0)
    for path in (*target.named("package.json"), *target.named("pnpm-workspace.yaml")):
        for name in _CATALOGED.findall(target.text(path)):
            if name in others:
                others[name] += 1
    left = [name for name in sorted(names) if others[name] == 1 and _SAFE.fullmatch(name)]
    if not left:
        return ""
    lines = "its line" if len(left) == 1 else "the lines"
    said = ", ".join(f"`{name}`" for name in left)
    return f" Nobody else asks the catalog for {said}: take {lines} out of it too."


_SAFE = regex(r"(?:[\w@.~][\w@./~-]*)?")
"""What a command line takes as it is."""
_CATALOGED = regex(
    r"(?<![\w@./~-])([\w@.~][\w@./~-]{0,213})['\"]?[ \t]{0,9}:[ \t]{0,9}['\"]?catalog:"
)
