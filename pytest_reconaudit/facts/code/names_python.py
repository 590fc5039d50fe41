"""Names in Python: which function a call means."""

from __future__ import annotations

import posixpath
import sys

from pytest_reconaudit.facts.code.expressions import type_parts
from pytest_reconaudit.facts.code.names import Outlines, Ref
from pytest_reconaudit.facts.code.names_dynamic import OUTSIDE, DynamicNames, Entity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["PythonNames"]

_WRAPPERS = frozenset({"Optional", "Annotated", "Type", "type", "Awaitable", "ClassVar", "Final"})
_BUILTIN = frozenset(
    {
        "str", "int", "float", "bool", "bytes", "list", "dict", "set", "tuple", "Any", "List",
        "Dict", "Set", "Tuple", "None", "object", "Callable", "Iterable", "Iterator", "Sequence",
        "Mapping", "datetime", "UUID", "Path", "Decimal", "Literal", "Union", "AsyncIterator",
        "Generator", "AsyncGenerator", "frozenset", "complex", "bytearray",
    }
)  # fmt: skip
_NAME = regex(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$")
_LONGEST_UNION = 400
_EMPTY = regex(r"\s*\|\s*None\b|\bNone\s*\|\s*")


class PythonNames(DynamicNames):
    """The names of every Python file of the target."""

    me = ("self", "cls")
    maker = "__init__"

    def __init__(self, target: Target, outlines: Outlines) -> None:
        super().__init__(target, outlines)
        self.folders: set[str] = set()
        for path in self.files:
            folder = posixpath.dirname(path)
            while folder and folder not in self.folders:
                self.folders.add(folder)
                folder = posixpath.dirname(folder)
        self._roots: dict[tuple[str, str], str | None] = {}

    def follow(self, path: str, used: tuple[str, ...]) -> Entity | None:
        folder = posixpath.dirname(path)
        words = list(used)
        if words[:1] == ["."]:
            words.pop(0)
            while words[:1] == ["."]:
                folder = posixpath.dirname(folder)
                words.pop(0)
        elif not words:
            return None
        else:
            root = self._root(folder, words[0])
            if root is None:
                return OUTSIDE
            folder = root
        return self._inside(folder, words)

    def _inside(self, folder: str, words: list[str]) -> Entity | None:
        """What dotted words mean below a folder."""
        entity: Entity | None = None
        current = folder
        for index, word in enumerate(words):
            package = f"{current}/{word}" if current else word
            file = f"{package}.py"
            if file in self.files:
                entity = Entity("module", file)
                for rest in words[index + 1 :]:
                    entity = self.attribute(entity, rest) if entity is not None else None
                return entity
            if package not in self.folders:
                break
            current = package
            continue
        else:
            init = posixpath.join(current, "__init__.py")
            return Entity("module", init) if init in self.files else Entity("package", current)
        init = posixpath.join(current, "__init__.py")
        if init in self.files and index == len(words) - 1:
            return self.lookup(init, words[-1], True)
        return None

    def attribute(self, entity: Entity, name: str) -> Entity | None:
        if entity.kind == "package":
            return self._inside(entity.path, [name])
        found = super().attribute(entity, name)
        if found is None and entity.kind == "module" and entity.path.endswith("__init__.py"):
            inner = self._inside(posixpath.dirname(entity.path), [name])
            return inner if inner is not None and inner.kind in ("module", "package") else None
        return found

    def _root(self, folder: str, word: str) -> str | None:
        """The folder that holds a package or module that is imported by its full name."""
        key = (folder, word)
        if key in self._roots:
            return self._roots[key]
        found: str | None = None
        if word not in sys.stdlib_module_names:
            above = [folder]
            while above[-1]:
                above.append(posixpath.dirname(above[-1]))
            # A folder of a package is not where its own modules are imported from.
            plain = [one for one in above if posixpath.join(one, "__init__.py") not in self.files]
            for one in (*plain, *(posixpath.join(one, "src") for one in plain)):
                inner = posixpath.join(one, word)
                if inner in self.folders or f"{inner}.py" in self.files:
                    found = one
                    break
        self._roots[key] = found
        return found

    def star(self, path: str, used: tuple[str, ...]) -> str | None:
        words = used[:-1] if used[-1:] == ("*",) else used
        entity = self.follow(path, words)
        return entity.path if entity is not None and entity.kind == "module" else None

    def instance(self, text: str, path: str) -> Entity | None:
        """Of a union of classes that one of them is the base of: an instance of that one."""
        bare = _EMPTY.sub("", text.strip().strip("\"'"))
        if "|" not in bare or len(bare) > _LONGEST_UNION:
            return super().instance(text, path)
        parts = [super(PythonNames, self).instance(one.strip(), path) for one in bare.split("|")]
        known = [one for one in parts if one is not None and one.kind == "instance"]
        if len(known) < len(parts):
            return None
        for one in known:
            if all(other == one or self._descends(other, one) for other in known):
                return one
        return None

    def _descends(self, entity: Entity, base: Entity) -> bool:
        """Whether a class is below another one."""
        todo = [(base.path, base.name)]
        for at in todo:
            for child in self.children().get(at, ()):
                if child == (entity.path, entity.name):
                    return True
                if child not in todo:
                    todo.append(child)
        return False

    def inherits(self, path: str, owner: str, name: str, ref: Ref) -> bool:
        """Whether a class, and every one below it, has a method from a base: that and no other."""
        return self.members(path, owner, name, 0) == (ref,) and not any(
            self._overriding(Entity("class", path, owner), name)
        )

    def type_name(self, text: str) -> tuple[str, ...] | None:
        text = _EMPTY.sub("", text.strip().strip("\"'"))
        name = text
        for _ in range(4):
            name, arguments = type_parts(text, "[")
            if name.rpartition(".")[2] not in _WRAPPERS or not arguments:
                break
            text = _EMPTY.sub("", arguments[0].strip("\"'"))
        if name.rpartition(".")[2] in _BUILTIN:
            return ()
        return tuple(name.split(".")) if _NAME.match(name) else None
