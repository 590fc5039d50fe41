"""Names in TypeScript and JavaScript: which function a call means."""

from __future__ import annotations

from pytest_reconaudit.facts.code.expressions import type_parts
from pytest_reconaudit.facts.code.names_dynamic import OUTSIDE, DynamicNames, Entity
from pytest_reconaudit.facts.web.modules import resolve
from pytest_reconaudit.patterns import regex

__all__ = ["ScriptNames"]

_WRAPPERS = frozenset({"Promise", "Readonly", "NonNullable", "Required", "Partial", "Awaited"})
_BUILTIN = frozenset(
    {
        "Map", "Set", "Array", "Record", "Date", "Error", "RegExp", "WeakMap", "WeakSet", "Buffer",
        "URL", "URLSearchParams", "Function", "Object", "String", "Number", "Response", "Request",
        "Headers", "FormData", "AbortController", "ReadableStream", "Uint8Array", "Blob", "File",
        "ArrayBuffer", "Event", "HTMLElement", "Window", "Document", "WebSocket", "Worker",
    }
)  # fmt: skip
_GLOBAL = _BUILTIN | {
    "console", "JSON", "Math", "Promise", "window", "document", "localStorage", "sessionStorage",
    "process", "globalThis", "performance", "fetch", "navigator", "Intl", "Symbol", "Reflect",
    "crypto", "Atomics", "BigInt", "Boolean", "Proxy", "history", "location", "caches", "alert",
}  # fmt: skip
_NAME = regex(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$")
_COMMONJS = regex(r"\bmodule\.exports\s*=")
_REQUIRES = regex(r"=(?:await )?(?:require|import)\(")
_EMPTY = regex(r"\s*\|\s*(?:undefined|null)\b|\b(?:undefined|null)\s*\|\s*")


class ScriptNames(DynamicNames):
    """The names of every script of the target."""

    me = ("this",)
    maker = "constructor"

    def lookup(self, path: str, name: str, exported: bool = False) -> Entity | None:
        found = super().lookup(path, name, exported)
        return OUTSIDE if found is None and name in _GLOBAL and not exported else found

    def follow(self, path: str, used: tuple[str, ...]) -> Entity | None:
        if len(used) < 2:
            return None
        meant = resolve(self.target, path, used[0])
        if meant.kind in ("builtin", "package") and not meant.path:
            return OUTSIDE
        if meant.path not in self.files:
            return None
        if used[1] == "*":
            return self._whole(meant.path)
        found = self.lookup(meant.path, used[1], True)
        if found is None and used[1] == "default":
            return Entity("module", meant.path) if not self.files[meant.path].exports else None
        return found

    def _whole(self, path: str) -> Entity:
        """What a file is as a whole: what ``module.exports`` was given, or its names."""
        given = self.files[path].exports.get("default", "")
        if given and _COMMONJS.search(self.target.text(path)) is not None:
            found = self.lookup(path, "default", True)
            if found is not None and found.kind in ("class", "instance", "object", "function"):
                return found
        return Entity("module", path)

    def own(self, path: str, name: str) -> Entity | None:
        return Entity("module", path) if name in ("exports", "module") else None

    def attribute(self, entity: Entity, name: str) -> Entity | None:
        if name == "exports" and entity.kind == "module":
            return entity  # `module.exports.other()`
        return super().attribute(entity, name)

    def imports_by_call(self, value: str) -> bool:
        return _REQUIRES.match(value) is not None

    def star(self, path: str, used: tuple[str, ...]) -> str | None:
        meant = resolve(self.target, path, used[0]) if used else None
        return meant.path if meant is not None and meant.path in self.files else None

    def type_name(self, text: str) -> tuple[str, ...] | None:
        text = _EMPTY.sub("", text.strip().removeprefix(":").strip())
        for _ in range(4):
            name, arguments = type_parts(text)
            if name not in _WRAPPERS or not arguments:
                break
            text = _EMPTY.sub("", arguments[0])
        if text.endswith("[]") or name in _BUILTIN or name.islower():
            return ()
        return tuple(name.split(".")) if _NAME.match(name) else None
