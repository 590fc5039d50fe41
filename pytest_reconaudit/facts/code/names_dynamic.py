"""Names in scripts and Python: what both languages share.

A file is a module; what a name means is looked up in it and followed through imports and
re-exports. A method is resolved by what its receiver is known to be: ``self``/``this``, a class
that it was made of, the type that is written at a parameter, a field or a constant.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from pytest_reconaudit.facts.code.expressions import Chain, chain_of
from pytest_reconaudit.facts.code.names import MAX_DEPTH, Outlines, Ref
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import (
    FileOutline,
    OutlinedCall,
    OutlinedFunction,
    OutlinedType,
)
from pytest_reconaudit.target import Target

__all__ = ["DynamicNames", "Entity"]


class Entity(Struct, frozen=True):
    """What a name means."""

    kind: str
    """``module`` (a file), ``class``, ``instance``, ``object`` (a literal with functions),
    ``function`` or ``outside``."""
    path: str = ""
    name: str = ""
    refs: tuple[Ref, ...] = ()


OUTSIDE = Entity("outside")
_PROPERTY = regex(r"@(?:\w+\.)?(?:cached_|hybrid_)?property\b")


class _File(Struct, eq=False):
    functions: dict[str, list[Ref]] = field(default_factory=dict)
    methods: dict[tuple[str, str], list[Ref]] = field(default_factory=dict)
    objects: set[str] = field(default_factory=set)
    types: dict[str, OutlinedType] = field(default_factory=dict)
    imports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stars: list[tuple[str, ...]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)


class DynamicNames:
    """The names of every file of the languages."""

    me: tuple[str, ...] = ("self",)
    maker = "__init__"

    def __init__(self, target: Target, outlines: Outlines) -> None:
        self.target = target
        self.outlines = outlines
        self.files: dict[str, _File] = {}
        self._found: dict[tuple[str, str, bool], Entity | None] = {}
        self._variables: dict[tuple[Ref, str], Entity | None] = {}
        self._children: dict[tuple[str, str], list[tuple[str, str]]] | None = None
        self.words: set[str] = set()
        """Every name that something is declared or exported by."""
        for path, one in outlines.items():
            self.files[path] = self._file(path, one)

    def _file(self, path: str, one: FileOutline) -> _File:
        file = _File()
        for index, function in enumerate(one.functions):
            if function.is_test or function.bodiless:
                continue
            ref = Ref(path, index)
            self.words.add(function.name)
            if function.owner:
                file.methods.setdefault((function.owner, function.name), []).append(ref)
                file.objects.add(function.owner)
            else:
                file.functions.setdefault(function.name, []).append(ref)
        for declared in one.types:
            file.types.setdefault(declared.name, declared)
            self.words.add(declared.name)
        for name, used in one.imports:
            if name == "*":
                file.stars.append(used)
            else:
                file.imports.setdefault(name, used)
        for name, what in one.variables:
            file.variables.setdefault(name, what)
        for name, _, own in one.exports:
            file.exports.setdefault(name, own)
            self.words.add(name)
        return file

    # -- what a language says ----------------------------------------------------------------

    def follow(self, path: str, used: tuple[str, ...]) -> Entity | None:
        """What an import of a file means; ``None`` when it cannot be told."""
        raise NotImplementedError

    def star(self, path: str, used: tuple[str, ...]) -> str | None:
        """The file of the repository whose names are all imported."""
        raise NotImplementedError

    def type_name(self, text: str) -> tuple[str, ...] | None:
        """The words of the class that a type means; none when it is surely no class of ours."""
        raise NotImplementedError

    def own(self, path: str, name: str) -> Entity | None:
        """What a name means that stands for a file itself."""
        return None

    def imports_by_call(self, value: str) -> bool:
        """Whether a variable's value is an import: what it means is told there."""
        return False

    # -- names -------------------------------------------------------------------------------

    def lookup(self, path: str, name: str, exported: bool = False) -> Entity | None:
        """What a name means at the top of a file; ``None`` when it cannot be told."""
        key = (path, name, exported)
        if key in self._found:
            return self._found[key]
        self._found[key] = None
        found = self._found[key] = self._look(path, name, exported)
        return found

    def _look(self, path: str, name: str, exported: bool) -> Entity | None:
        file = self.files.get(path)
        if file is None:
            return None
        if exported and name in file.exports:
            own = file.exports[name]
            if own.startswith("="):
                return self._value(own[1:], path)
            if own != name:
                return self.lookup(path, own)
        if name in file.types:
            return Entity("class", path, name)
        if name in file.functions:
            refs = file.functions[name]
            # Several of one name lie in other functions, or are declared under conditions.
            return Entity("function", path, name, tuple(refs)) if len(refs) == 1 else None
        if name in file.objects:
            return Entity("object", path, name)
        if name in file.variables and not self.imports_by_call(file.variables[name]):
            what = file.variables[name]
            if what.startswith("="):
                return self._value(what[1:], path)
            return self.instance(what, path)
        if name in file.imports:
            return self.follow(path, file.imports[name])
        for used in file.stars:
            other = self.star(path, used)
            if other is not None and other != path:
                found = self.lookup(other, name, True)
                if found is not None:
                    return found
        return None

    def _value(self, text: str, path: str) -> Entity | None:
        chain = chain_of(text)
        return self._evaluated(chain, path, None) if chain is not None else None

    def instance(self, text: str, path: str) -> Entity | None:
        """What a value of a written type is."""
        words = self.type_name(text)
        if words is None:
            return None
        if not words:
            return OUTSIDE
        entity = self._dotted(path, words)
        for _ in range(MAX_DEPTH):
            if entity is None or entity.kind != "class":
                break
            declared = self.files[entity.path].types.get(entity.name)
            if declared is None or declared.kind != "alias":
                return Entity("instance", entity.path, entity.name)
            words = self.type_name(declared.bases[0]) if declared.bases else None
            entity = self._dotted(entity.path, words) if words else None
        return OUTSIDE if entity is not None and entity.kind == "outside" else None

    def _dotted(self, path: str, words: tuple[str, ...]) -> Entity | None:
        entity = self.lookup(path, words[0])
        for word in words[1:]:
            entity = self.attribute(entity, word) if entity is not None else None
        return entity

    # -- calls -------------------------------------------------------------------------------

    def function(self, ref: Ref) -> OutlinedFunction:
        return self.outlines[ref.path].functions[ref.index]

    def named(self, path: str, words: tuple[str, ...]) -> tuple[Ref, ...]:
        if path not in self.files or not words:
            return ()
        entity = self._dotted(path, words)
        if entity is not None and entity.kind == "function":
            return entity.refs
        if entity is not None and entity.kind == "class":  # a view class
            methods = self.files[entity.path].methods
            return tuple(
                ref for (owner, _), refs in methods.items() if owner == entity.name for ref in refs
            )
        return ()

    def meant(self, caller: Ref, call: OutlinedCall) -> tuple[Ref, ...] | None:
        if len(call.path) == 1 and not call.receiver:
            return self._by_name(caller, call)
        if call.name not in self.words:
            return ()
        receiver = call.receiver or ".".join(call.path[:-1])
        chain = chain_of(receiver)
        if chain is None:
            return None
        entity = self._evaluated(chain, caller.path, caller)
        return self._called(entity, call.name)

    def _by_name(self, caller: Ref, call: OutlinedCall) -> tuple[Ref, ...] | None:
        name, function = call.path[0], self.function(caller)
        if name not in self.words and name not in self.files[caller.path].imports:
            return ()
        if any(one == name and what in ("fn", "?") for one, what in function.locals):
            return self._inner(caller, name, call.line)
        if any(one == name for one, _ in function.parameters):
            return ()
        inner = self._inner(caller, name, call.line)
        if inner:
            return inner
        entity = self.lookup(caller.path, name)
        if entity is None:
            return None
        if entity.kind == "function":
            return entity.refs
        if entity.kind == "class":
            return self.members(entity.path, entity.name, self.maker, 0) or ()
        return () if entity.kind == "outside" else None

    def _inner(self, caller: Ref, name: str, line: int) -> tuple[Ref, ...]:
        """The function of that name that lies in a function around a call, the innermost."""
        file = self.files[caller.path]
        outer = self.function(caller)
        found = [
            ref
            for ref in file.functions.get(name, ())
            if outer.line <= self.function(ref).line <= outer.end_line and ref != caller
        ]
        return tuple(found) if len(found) == 1 else ()

    def _called(self, entity: Entity | None, name: str) -> tuple[Ref, ...] | None:
        """The functions that ``entity.name()`` calls."""
        if entity is None:
            return None
        if entity.kind == "outside":
            return ()
        if entity.kind in ("instance", "class"):
            found = self.members(entity.path, entity.name, name, 0)
            if not found or entity.kind == "class" or name == self.maker:
                return found
            return tuple(dict.fromkeys((*found, *self._overriding(entity, name))))
        if entity.kind == "object":
            own = self.files[entity.path].methods.get((entity.name, name))
            return tuple(own) if own else None
        if entity.kind == "module":
            inside = self.attribute(entity, name)
            if inside is None:
                return None
            if inside.kind == "function":
                return inside.refs
            if inside.kind == "class":
                return self.members(inside.path, inside.name, self.maker, 0) or ()
            return () if inside.kind == "outside" else None
        return None

    def members(self, path: str, owner: str, name: str, depth: int) -> tuple[Ref, ...] | None:
        """The methods of a class that a name means: its own, or those of a base; of an interface
        those of its implementors."""
        file = self.files.get(path)
        if file is None or depth > MAX_DEPTH:
            return None
        own = file.methods.get((owner, name))
        if own:
            return tuple(own)
        declared = file.types.get(owner)
        if declared is None:
            return None
        if declared.kind == "interface":
            found = [
                ref
                for other_path, other in self.children().get((path, owner), ())
                for ref in self.members(other_path, other, name, depth + 1) or ()
            ]
            return tuple(dict.fromkeys(found)) or None
        for base in declared.bases:
            words = self.type_name(base)
            entity = self._dotted(path, words) if words else None
            if entity is None:
                return None
            if entity.kind == "class":
                if self._is_interface(entity):
                    # It says what the class must have, and gives it nothing but what it holds
                    # itself: its other implementors are no kin of this one.
                    held = self.files[entity.path].methods.get((entity.name, name), [])
                    inherited: tuple[Ref, ...] | None = tuple(held)
                else:
                    inherited = self.members(entity.path, entity.name, name, depth + 1)
                if inherited or inherited is None:
                    return inherited
        if depth:
            return ()
        # An abstract method: that of the classes below.
        return tuple(self._overriding(Entity("class", path, owner), name))

    def _is_interface(self, entity: Entity) -> bool:
        declared = self.files[entity.path].types.get(entity.name)
        return declared is not None and declared.kind == "interface"

    def _overriding(self, entity: Entity, name: str) -> Iterator[Ref]:
        """The methods of the classes below that take the place of a class's own."""
        todo = [(entity.path, entity.name)]
        for one in todo:
            for path, owner in self.children().get(one, ()):
                if (path, owner) not in todo:
                    todo.append((path, owner))
                    yield from self.files[path].methods.get((owner, name), ())

    def children(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """Class or interface → the classes that say that they extend or implement it."""
        if self._children is None:
            self._children = {}
            for path, file in self.files.items():
                for declared in file.types.values():
                    if declared.kind != "class":
                        continue
                    for base in declared.bases:
                        words = self.type_name(base)
                        entity = self._dotted(path, words) if words else None
                        if entity is not None and entity.kind == "class":
                            self._children.setdefault((entity.path, entity.name), []).append(
                                (path, declared.name)
                            )
        return self._children

    # -- values ------------------------------------------------------------------------------

    def _evaluated(
        self, chain: Chain, path: str, caller: Ref | None, depth: int = 0
    ) -> Entity | None:
        if depth > MAX_DEPTH:
            return None
        entity = self._head(chain, path, caller, depth)
        for kind, word in self._steps(chain):
            if entity is None:
                return None
            if kind in ("await", "?"):
                continue
            if entity.kind == "outside":
                return OUTSIDE
            if kind == "field":
                entity = self.attribute(entity, word)
            elif kind == "call":
                entity = self._result(self._called(entity, word), depth)
            else:
                return None
        return entity

    def _steps(self, chain: Chain) -> Iterator[tuple[str, str]]:
        yield from chain.steps

    def _head(self, chain: Chain, path: str, caller: Ref | None, depth: int) -> Entity | None:
        words = chain.path
        function = self.function(caller) if caller is not None else None
        if chain.form == "literal":
            return None
        if len(words) == 1 and words[0] in self.me:
            if function is None or not function.owner:
                return None
            file = self.files[path]
            kind = "instance" if function.owner in file.types else "object"
            return Entity(kind, path, function.owner)
        entity: Entity | None
        if words == ("super",) and chain.form in ("call", "value"):
            return self._base(path, function.owner) if function is not None else None
        if caller is not None and len(words) == 1 and chain.form != "new":
            known = self._local(words[0], caller, depth)
            if known is not None:
                entity = known[0]
                return None if chain.form == "call" else entity
        entity = self.lookup(path, words[0]) or self.own(path, words[0])
        for word in words[1:]:
            entity = self.attribute(entity, word) if entity is not None else None
        if entity is None:
            return None
        if chain.form in ("call", "new"):
            if entity.kind == "class":
                return Entity("instance", entity.path, entity.name)
            if entity.kind == "function":
                return self._result(entity.refs, depth)
            return OUTSIDE if entity.kind == "outside" else None
        return entity

    def _base(self, path: str, owner: str) -> Entity | None:
        """The first base of a class, when it is of the repository."""
        declared = self.files[path].types.get(owner)
        words = self.type_name(declared.bases[0]) if declared and declared.bases else None
        entity = self._dotted(path, words) if words else None
        if entity is not None and entity.kind == "class":
            return Entity("instance", entity.path, entity.name)
        return OUTSIDE if entity is not None and entity.kind == "outside" else None

    def _local(self, name: str, caller: Ref, depth: int) -> tuple[Entity | None] | None:
        """What a local name or parameter is (in a tuple: ``(None,)`` when that cannot be told);
        ``None`` when the function has no such name."""
        function = self.function(caller)
        local = [what for one, what in function.locals if one == name]
        given = [kind for one, kind in function.parameters if one == name]
        if not local and not given:
            return None
        key = (caller, name)
        if key not in self._variables:
            self._variables[key] = None
            found: list[Entity | None] = []
            for what in local:
                if what in ("fn", "?"):
                    found.append(None)
                elif what.startswith("="):
                    chain = chain_of(what.lstrip("=?"))
                    found.append(
                        self._evaluated(chain, caller.path, caller, depth + 1)
                        if chain is not None and chain.path != (name,)
                        else None
                    )
                else:
                    found.append(self.instance(what, caller.path))
            found += [self.instance(kind, caller.path) if kind else None for kind in given]
            same = all(one == found[0] for one in found)
            self._variables[key] = found[0] if same else None
        return (self._variables[key],)

    def attribute(self, entity: Entity, name: str) -> Entity | None:
        """What ``entity.name`` is."""
        if entity.kind == "outside":
            return OUTSIDE
        if entity.kind == "module":
            return self.lookup(entity.path, name, True)
        if entity.kind in ("instance", "class"):
            return self._field(entity, name, 0)
        if entity.kind == "object":
            own = self.files[entity.path].methods.get((entity.name, name))
            return Entity("function", entity.path, name, tuple(own)) if own else None
        return None

    def _field(self, entity: Entity, name: str, depth: int) -> Entity | None:
        file = self.files[entity.path]
        own = file.methods.get((entity.name, name))
        if own:
            if any(map(_PROPERTY.search, self.function(own[0]).attributes)):
                return self._result(tuple(own), depth)
            return Entity("function", entity.path, name, tuple(own))
        declared = file.types.get(entity.name)
        if declared is None or depth > MAX_DEPTH:
            return None
        found = [
            self._value(what[1:], entity.path)
            if what.startswith("=")
            else self.instance(what, entity.path)
            for one, what in declared.fields
            if one == name
        ]
        if found:
            known = [one for one in found if one is not None]
            return known[0] if known and all(one == known[0] for one in known) else None
        for base in declared.bases:
            words = self.type_name(base)
            other = self._dotted(entity.path, words) if words else None
            if other is not None and other.kind == "class":
                inherited = self._field(other, name, depth + 1)
                if inherited is not None:
                    return inherited
        return None

    def _result(self, refs: tuple[Ref, ...] | None, depth: int) -> Entity | None:
        if refs is None:
            return None
        if not refs:
            return OUTSIDE
        found = []
        for ref in refs:
            function = self.function(ref)
            if not function.returns:
                return None
            found.append(self.instance(function.returns, ref.path))
        return found[0] if all(one == found[0] for one in found) else None
