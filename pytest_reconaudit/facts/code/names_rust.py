"""Names in Rust: which function or type a path means, and what a method is called on.

Paths are followed as the compiler does, through the modules of the crates of the repository, their
imports and re-exports. Modules are where the file system has them (no ``#[path]``). Types of values
are followed through fields, parameters, ``let`` with a type or a constructor, and what functions
return; smart pointers, locks and extractors count as what they hold.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from sys import intern

from msgspec import Struct, field

from pytest_reconaudit.facts.code.expressions import Chain, chain_of, type_parts
from pytest_reconaudit.facts.code.names import MAX_DEPTH, OUTSIDE, Key, Outlines, Ref, Typed
from pytest_reconaudit.facts.packages import CargoPackage, cargo_at, cargo_packages
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import (
    FileOutline,
    OutlinedCall,
    OutlinedFunction,
    OutlinedType,
)
from pytest_reconaudit.target import Target

__all__ = ["RustNames"]

ModuleId = tuple[str, tuple[str, ...]]
"""(crate, modules from its root)."""

_HOLDERS = frozenset(
    {
        "Arc", "Rc", "Box", "Data", "State", "Extension", "ThinData", "Cow", "Pin", "Lazy",
        "LazyLock", "OnceCell", "OnceLock", "ReqData", "Ref", "RefMut", "MutexGuard",
        "RwLockReadGuard", "RwLockWriteGuard", "ManuallyDrop", "Inject",
    }
)  # fmt: skip
_CELLS = frozenset({"Mutex", "RwLock", "RefCell", "ArcSwap", "FairMutex", "Cell", "ArcSwapAny"})
_MAYBE = frozenset({"Option", "Result", "AppResult", "Weak", "Poll", "io::Result"})
_KEEP = frozenset(
    {
        "clone", "as_ref", "as_mut", "borrow", "borrow_mut", "get_ref", "get_mut", "into_inner",
        "to_owned", "deref", "deref_mut", "cloned", "as_deref", "by_ref", "as_deref_mut",
        "map_err", "ok_or", "ok_or_else", "ok", "context", "with_context", "copied", "into_owned",
        "load_full", "upgrade",
    }
)  # fmt: skip
_OPENS = frozenset({"lock", "read", "write", "borrow", "borrow_mut", "load", "load_full"})
_TAKES = frozenset(
    {"unwrap", "expect", "unwrap_or", "unwrap_or_else", "unwrap_or_default", "unwrap_unchecked"}
)
_WRAPS = frozenset({"new", "from", "clone", "pin"})
_MAKES = frozenset({"new", "default", "from"})
_MOST = 100
"""Implementations of a method that a call by its trait may mean; of more nobody can tell, and to
follow each of them from each call would take quadratic time."""
_DERIVED = frozenset({"default", "clone", "eq", "ne", "cmp", "partial_cmp", "fmt", "hash"})
_PRIMITIVE = frozenset(
    {
        "str", "String", "Vec", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32",
        "i64", "i128", "isize", "f32", "f64", "bool", "char", "Some", "Ok", "Err", "Default",
        "Option", "Result", "Box", "From", "Into", "Iterator", "Fn", "FnOnce", "FnMut", "ToString",
        "drop", "std", "core", "alloc", "AsRef", "Clone", "Drop", "Send", "Sync", "Sized",
    }
)  # fmt: skip
_TYPE_HEAD = regex(r"(?:&\s*|'\w+\s+|mut\s+|dyn\s+|impl\s+|\(|\*const\s+|\*mut\s+|for<[^<>]*>\s*)+")
_PATTERN = regex(r"(?:\w+::)*[A-Z]\w*\s*\(\s*(?:ref\s+|mut\s+)*([a-z_]\w*)\s*\)$")
_CALLABLE = regex(r"\b(?:Fn|FnMut|FnOnce)\s*\(|\bfn\s*\(")


class _Module(Struct, eq=False):
    """One module: what its names mean."""

    functions: dict[str, tuple[Ref, ...]] = field(default_factory=dict)
    types: dict[str, OutlinedType] = field(default_factory=dict)
    uses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    globs: tuple[tuple[str, ...], ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    parent_uses: ModuleId | None = None
    """Of an inline module the file's: its imports are kept there."""
    meanings: dict[str, _Entity | None] = field(default_factory=dict)
    """What names were found to mean here; with a ``!`` what is called by them."""


class _Entity(Struct, frozen=True, gc=False):
    """What a path means."""

    kind: str
    """``module``, ``type``, ``function`` or ``outside``."""
    crate: str = ""
    words: tuple[str, ...] = ()
    """Modules from the crate's root; of a type and its name."""
    refs: tuple[Ref, ...] = ()


_OUTSIDE = _Entity("outside")
_UNKNOWN = _Entity("")
"""Nobody has asked yet."""


class RustNames:
    """The names of every Rust file of the target.

    Of a large repository they take more memory than all else, so what is equal is kept once.
    """

    def __init__(self, target: Target, outlines: Outlines) -> None:
        self.target = target
        self.outlines = outlines
        self.home: dict[str, ModuleId] = {}
        self.modules: dict[ModuleId, _Module] = {}
        self.methods: dict[Key, dict[str, tuple[Ref, ...]]] = {}
        self.traits_of: dict[Key, set[Key]] = {}
        self.implementors: dict[Key, dict[str, list[Ref]]] = {}
        self.method_names: set[str] = set()
        self.nested: dict[tuple[str, str], list[tuple[int, int, Ref]]] = {}
        self.within: set[Ref] = set()
        """Functions inside of other functions."""
        self.crates: dict[str, str] = {}
        """Crate name as code spells it → crate."""
        self.beside: dict[str, str] = {}
        """Crate of a binary → that of the library with the same source folder."""
        self.renamed: dict[str, dict[str, str]] = {}
        self._variables: dict[tuple[Ref, str], Typed | None] = {}
        self._reached: dict[ModuleId, tuple[ModuleId, ...]] = {}
        self._implementations: dict[tuple[Key, str], tuple[Ref, ...]] = {}
        self._once: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._crates()
        for path, one in outlines.items():
            self._add(path, one)
        for path, one in outlines.items():
            self._add_methods(path, one)

    def _same(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Equal words, kept once."""
        known = self._once.get(words)
        if known is None:
            known = tuple(map(intern, words))
            self._once[known] = known
        return known

    # -- crates and modules ------------------------------------------------------------------

    def _crates(self) -> None:
        for one in cargo_packages(self.target):
            manifest = one.manifest
            if not manifest.package:
                continue
            lib = next((lib.name for lib in manifest.of_kind("lib") if lib.name), "")
            crate = one.folder
            self.crates[(lib or manifest.package).replace("-", "_")] = crate
            self.crates.setdefault(manifest.package.replace("-", "_"), crate)
            renames = {
                dependency.name.replace("-", "_"): dependency.package.replace("-", "_")
                for dependency in manifest.dependencies
                if dependency.package != dependency.name
            }
            if renames:
                self.renamed[crate] = renames

    def _home_of(self, path: str) -> ModuleId:
        package = cargo_at(self.target, posixpath.dirname(path))
        if package is None:
            folder, _, inner = path.rpartition("src/")
            return (f"{folder}src", _module_words(inner))
        for _, binary in package.bins:
            if not binary or not binary.startswith(_joined(package.folder, "src/bin/")):
                continue
            if path == binary:
                return (f"{path}!", ())
            folder = posixpath.dirname(binary)
            if binary.endswith("/main.rs") and path.startswith(f"{folder}/"):
                return (f"{binary}!", _module_words(path[len(folder) + 1 :]))
        source = _source_folder(package)
        if path.startswith(source):
            inner = path[len(source) :]
            if package.lib and path == package.lib:
                return (package.folder, ())
            if package.lib and any(path == binary for _, binary in package.bins):
                # A crate of its own, whose modules may be the library's files.
                self.beside[f"{path}!"] = package.folder
                return (f"{path}!", ())
            return (package.folder, _module_words(inner))
        return (f"{path}!", ())

    def _module(self, where: ModuleId) -> _Module:
        known = self.modules.get(where)
        if known is None:
            known = self.modules[where] = _Module()
            crate, words = where
            if words:
                self._module((crate, words[:-1]))
        return known

    def _add(self, path: str, one: FileOutline) -> None:
        crate, words = self._home_of(path)
        words = self._same(words)
        home = self.home[path] = (crate, words)
        module = self._module(home)
        for name, used in one.imports:
            if name == "*":
                module.globs += (self._same(used),)
            elif name != "_":
                module.uses.setdefault(intern(name), self._same(used))
        for name, kind in one.variables:
            module.variables.setdefault(name, kind)
        for declared in one.types:
            where = (crate, words + declared.modules)
            inner = self._module(where)
            inner.types.setdefault(intern(declared.name), self._type(declared))
            if declared.modules:
                inner.parent_uses = home
        functions: dict[tuple[ModuleId, str], list[Ref]] = {}
        around: list[tuple[int, OutlinedFunction]] = []
        for index, function in enumerate(one.functions):
            while around and around[-1][0] < function.line:
                around.pop()
            holder = around[-1][1] if around else None
            around.append((function.end_line, function))
            if function.is_test or function.bodiless:
                continue
            ref = Ref(path, index)
            if (
                holder is not None
                and holder.owner == function.owner
                and holder.line < function.line <= holder.end_line
            ):
                self.within.add(ref)
                self.nested.setdefault((path, function.name), []).append(
                    (holder.line, holder.end_line, ref)
                )
            elif function.owner:
                self.method_names.add(function.name)
            else:
                where = (crate, words + function.modules)
                functions.setdefault((where, function.name), []).append(ref)
                if function.modules:
                    self._module(where).parent_uses = home
        for (where, name), refs in functions.items():
            known = self._module(where).functions
            known[intern(name)] = (*known.get(name, ()), *refs)

    def _type(self, declared: OutlinedType) -> OutlinedType:
        return OutlinedType(
            intern(declared.name),
            intern(declared.kind),
            self._same(declared.modules),
            declared.line,
            self._same(declared.bases),
            tuple([self._pair(*one) for one in declared.fields]),
        )

    def _pair(self, name: str, kind: str) -> tuple[str, str]:
        name, kind = self._same((name, kind))
        return name, kind

    def _add_methods(self, path: str, one: FileOutline) -> None:
        crate, words = self.home[path]
        methods: dict[tuple[Key, str], list[Ref]] = {}
        for index, function in enumerate(one.functions):
            if not function.owner or function.is_test:
                continue
            ref, where = Ref(path, index), (crate, words + function.modules)
            if ref in self.within:
                continue
            owner = self._owner(where, function.owner)
            trait = function.trait
            if not function.bodiless:
                methods.setdefault((owner, function.name), []).append(ref)
            if trait and trait != function.owner:
                entity = self.lookup(where, trait)
                if entity is not None and entity.kind == "type":
                    key = (entity.crate, *entity.words)
                    self.traits_of.setdefault(owner, set()).add(key)
                    self.implementors.setdefault(key, {}).setdefault(function.name, []).append(ref)
        for (owner, name), refs in methods.items():
            known = self.methods.setdefault(owner, {})
            known[intern(name)] = (*known.get(name, ()), *refs)

    def _owner(self, where: ModuleId, name: str) -> Key:
        entity = self.lookup(where, name)
        if entity is not None and entity.kind == "type":
            return self._unaliased((entity.crate, *entity.words))
        return (where[0], *where[1], name)

    def _unaliased(self, key: Key, depth: int = 0) -> Key:
        declared = self.type_at(key)
        if declared is None or declared.kind != "alias" or not declared.bases or depth > MAX_DEPTH:
            return key
        typed = self.typed(declared.bases[0], (key[0], key[1:-1]), depth=depth + 1)
        return typed.key if typed is not None and typed.key is not None else key

    # -- paths -------------------------------------------------------------------------------

    def type_at(self, key: Key) -> OutlinedType | None:
        module = self.modules.get((key[0], tuple(key[1:-1])))
        return module.types.get(key[-1]) if module is not None else None

    def lookup(self, where: ModuleId, name: str, value: bool = False) -> _Entity | None:
        """What a single name means in a module; ``None`` when it cannot be told.

        :param value: it is called: a module of the same name is not meant.
        """
        module = self.modules.get(where)
        if module is None:
            return None
        key = f"{name}!" if value else name
        known = module.meanings.get(key, _UNKNOWN)
        if known is not _UNKNOWN:
            return known
        key = intern(key)
        module.meanings[key] = None  # a name that means itself means nothing
        found = module.meanings[key] = self._look(where, module, name, value)
        return found

    def _look(self, where: ModuleId, module: _Module, name: str, value: bool) -> _Entity | None:
        found = self._declared(where, module, name, value)
        if found is not None:
            return found
        for other in self._globs(where):
            inside = self._declared(other, self.modules[other], name, value)
            if inside is not None and inside.kind != "outside":
                return inside
        if module.parent_uses is not None and module.parent_uses != where:
            return self.lookup(module.parent_uses, name, value)
        if where[0] in self.beside:
            return self.lookup((self.beside[where[0]], where[1]), name, value)
        return None

    def _declared(self, where: ModuleId, module: _Module, name: str, value: bool) -> _Entity | None:
        """What a name means in a module by what is declared or imported there by that name."""
        crate, words = where
        if value and name in module.functions:
            return _Entity("function", crate, words, module.functions[name])
        if name in module.types:
            return _Entity("type", crate, self._same((*words, name)))
        if not value and (crate, (*words, name)) in self.modules:
            return _Entity("module", crate, self._same((*words, name)))
        used = module.uses.get(name)
        return self.follow(where, used, imported=name, value=value) if used is not None else None

    def _globs(self, where: ModuleId) -> tuple[ModuleId, ...]:
        """The modules whose names a module imports by ``*``, directly or through others."""
        known = self._reached.get(where)
        if known is not None:
            return known
        self._reached[where] = ()
        found: dict[ModuleId, None] = {}
        todo = [where]
        for one in todo:
            for path in self.modules[one].globs:
                entity = self.follow(one, path)
                if entity is not None and entity.kind == "module":
                    other = (entity.crate, entity.words)
                    if other in self.modules and other != where and other not in found:
                        found[other] = None
                        todo.append(other)
        self._reached[where] = tuple(found)
        return tuple(found)

    def follow(
        self, where: ModuleId, path: tuple[str, ...], imported: str = "", value: bool = False
    ) -> _Entity | None:
        """What a path means that is written in a module.

        :param imported: the name that an import of this path gives: it cannot mean itself.
        :param value: its last word is called.
        """
        crate, words = where
        if not path:
            return None
        first, rest = path[0], path[1:]
        if first == "crate":
            entity: _Entity | None = _Entity("module", crate, ())
        elif first == "self":
            entity = _Entity("module", crate, words)
        elif first == "super":
            entity = _Entity("module", crate, words[:-1])
        elif first == imported and len(path) == 1:
            return self._crate(crate, first)
        elif first == imported or (imported and not rest):
            entity = self._child(where, first) or self._crate(crate, first)
        else:
            called = value and not rest
            entity = self.lookup(where, first, called) or self._crate(crate, first)
        for left, word in enumerate(rest, 1 - len(rest)):
            if entity is None or entity.kind == "outside":
                return entity
            if entity.kind != "module":
                return None  # a method or variant: see `meant`
            if word == "super":
                entity = _Entity("module", entity.crate, entity.words[:-1])
            elif word != "self":
                called = value and not left
                entity = self.lookup((entity.crate, entity.words), word, called)
        return entity

    def _child(self, where: ModuleId, name: str) -> _Entity | None:
        inner = (where[0], (*where[1], name))
        return _Entity("module", *inner) if inner in self.modules else None

    def _crate(self, crate: str, name: str) -> _Entity | None:
        """A crate by its name; one that is not of the repository is outside."""
        name = self.renamed.get(crate.rstrip("!"), {}).get(name, name)
        known = self.crates.get(name)
        if known is not None:
            return _Entity("module", known, ())
        return _OUTSIDE if name.islower() or name in _PRIMITIVE else None

    # -- calls -------------------------------------------------------------------------------

    def function(self, ref: Ref) -> OutlinedFunction:
        return self.outlines[ref.path].functions[ref.index]

    def place_of(self, ref: Ref) -> ModuleId:
        crate, words = self.home[ref.path]
        return (crate, words + self.function(ref).modules)

    def named(self, path: str, words: tuple[str, ...]) -> tuple[Ref, ...]:
        home = self.home.get(path)
        if home is None or not words:
            return ()
        return self._by_path(home, words, None, path, 0) or ()

    def meant(self, caller: Ref, call: OutlinedCall) -> tuple[Ref, ...] | None:
        function = self.function(caller)
        where = self.place_of(caller)
        if call.path:
            if len(call.path) == 1 and self._is_local(function, call.path[0]):
                return ()
            owner = self._owner(where, function.owner) if function.owner else None
            return self._by_path(where, call.path, owner, caller.path, call.line)
        if not call.receiver:
            return None
        if call.name not in self.method_names:
            return ()
        typed = self.expression(call.receiver, caller, 0)
        return None if typed is None else self.method(typed, call.name)

    def _is_local(self, function: OutlinedFunction, name: str) -> bool:
        return any(one == name and what in ("fn", "?") for one, what in function.locals) or any(
            one == name for one, _ in function.parameters
        )

    def _by_path(
        self, where: ModuleId, path: tuple[str, ...], owner: Key | None, file: str, line: int
    ) -> tuple[Ref, ...] | None:
        if len(path) == 1:
            for begin, end, ref in self.nested.get((file, path[0]), ()):
                if begin <= line <= end:
                    return (ref,)
            if path[0] == "Self":
                return ()
            entity = self.lookup(where, path[0], True)
            if entity is None:
                return () if path[0] in _PRIMITIVE else None
            return entity.refs if entity.kind == "function" else ()
        if path[0] == "Self":
            if owner is None or len(path) != 2:
                return None
            return self.method(Typed(owner), path[1])
        entity = self.follow(where, path[:-1])
        if entity is None:
            return () if path[0] in _PRIMITIVE else None
        if entity.kind == "outside":
            return ()
        if entity.kind == "module":
            inside = self.lookup((entity.crate, entity.words), path[-1], True)
            if inside is None:
                return None
            return inside.refs if inside.kind == "function" else ()
        if entity.kind == "type":
            key = self._unaliased((entity.crate, *entity.words))
            return self.method(Typed(key), path[-1])
        return None

    def method(self, typed: Typed, name: str) -> tuple[Ref, ...] | None:
        """What a method of a type means."""
        if typed.key is None or typed.maybe or (typed.locked and name in _OPENS):
            return ()
        declared = self.type_at(typed.key)
        own = self.methods.get(typed.key, {}).get(name, ())
        if declared is not None and declared.kind == "trait":
            every = self._implementations.get((typed.key, name))
            if every is None:
                found = self.implementors.get(typed.key, {}).get(name, [])
                every = tuple(dict.fromkeys((*own, *found)))
                self._implementations[typed.key, name] = every
            return every if 0 < len(every) <= _MOST else None
        if own:
            return own
        for trait in sorted(self.traits_of.get(typed.key, ())):
            default = self.methods.get(trait, {}).get(name)
            if default:
                return default
        return None if name in self.method_names and name not in _DERIVED else ()

    # -- types -------------------------------------------------------------------------------

    def typed(
        self, text: str, where: ModuleId, owner: Key | None = None, depth: int = 0
    ) -> Typed | None:
        """What a type that is written in a module means; ``None`` when it cannot be told."""
        if depth > MAX_DEPTH or text.endswith("…"):
            return None
        head = _TYPE_HEAD.match(text)
        if head is not None:
            text = text[head.end() :].rstrip(")")
        name, arguments = type_parts(text)
        if " + " in name:
            name = name.partition(" + ")[0]
        words = tuple(word.strip() for word in name.split("::") if word.strip())
        if not words:
            return None
        last = words[-1]
        inner = next((one for one in arguments if not one.startswith("'")), "")
        if last in _MAYBE and inner:
            found = self.typed(inner, where, owner, depth + 1)
            return Typed(found.key, found.locked, True) if found is not None else None
        if inner and (last in _HOLDERS or last in _CELLS):
            entity = self.lookup(where, words[0]) if len(words) == 1 else None
            if entity is None or entity.kind == "outside":
                found = self.typed(inner, where, owner, depth + 1)
                if found is None or last in _HOLDERS:
                    return found
                return Typed(found.key, True, found.maybe)
        if words == ("Self",):
            return Typed(owner) if owner is not None else None
        entity = self.lookup(where, last) if len(words) == 1 else self.follow(where, words)
        if entity is None:
            return OUTSIDE if last in _PRIMITIVE or last.islower() else None
        if entity.kind == "outside":
            return OUTSIDE
        if entity.kind != "type":
            return None
        key = (entity.crate, *entity.words)
        declared = self.type_at(key)
        if declared is not None and declared.kind == "alias" and declared.bases:
            base, given = type_parts(declared.bases[0])
            if inner and given and len(given[0]) == 1:  # `type AppResult<T> = Result<T, AppError>`
                return self.typed(f"{base}<{inner}>", where, owner, depth + 1)
            return self.typed(declared.bases[0], (key[0], key[1:-1]), None, depth + 1)
        return Typed(self._same(key))

    def expression(self, text: str, caller: Ref, depth: int) -> Typed | None:
        """What an expression in a function is; ``None`` when it cannot be told."""
        chain = chain_of(text)
        if chain is None or depth > MAX_DEPTH:
            return None
        typed = self._head(chain, caller, depth)
        for kind, word in chain.steps:
            if typed is None:
                return None
            typed = self._step(typed, kind, word, depth)
        return typed

    def _head(self, chain: Chain, caller: Ref, depth: int) -> Typed | None:
        function, where = self.function(caller), self.place_of(caller)
        path = chain.path
        owner = self._owner(where, function.owner) if function.owner else None
        if chain.form == "literal":
            return self.typed("::".join(path), where, owner, depth + 1)
        if chain.form == "call":
            if path[-1] in _WRAPS and len(path) > 1 and path[-2] in (_HOLDERS | _CELLS):
                return self.expression(chain.arguments, caller, depth + 1)
            if path in (("Some",), ("Ok",)):
                inside = self.expression(chain.arguments, caller, depth + 1)
                return Typed(inside.key, inside.locked, True) if inside is not None else None
            found = self._by_path(where, path, owner, caller.path, function.line)
            if found:
                return self._returned(found, depth)
            if len(path) > 1 and path[-1] in _MAKES:
                return self.typed("::".join(path[:-1]), where, owner, depth + 1)
            return OUTSIDE if found == () and len(path) > 1 else None
        if path == ("self",):
            return Typed(owner) if owner is not None else None
        if len(path) == 1:
            name = (caller, path[0])
            if name not in self._variables:
                self._variables[name] = None  # what is made of itself cannot be told
                self._variables[name] = self._variable(path[0], caller, where, owner, depth)
            return self._variables[name]
        entity = self.follow(where, path[:-1])
        if entity is not None and entity.kind == "module":
            home = (entity.crate, entity.words)
            kind = self.modules[home].variables.get(path[-1]) if home in self.modules else None
            return self.typed(kind, home, None, depth + 1) if kind else None
        return None

    def _variable(
        self, name: str, caller: Ref, where: ModuleId, owner: Key | None, depth: int
    ) -> Typed | None:
        function = self.function(caller)
        local = [what for one, what in function.locals if one == name]
        given = [kind for one, kind in function.parameters if _bound(one) == name]
        found: list[Typed | None] = []
        for what in local:
            if what.startswith("=?"):
                one = self._other(what[2:], name, caller, depth)
                found.append(Typed(one.key, one.locked) if one is not None else None)
            elif what.startswith("="):
                if len(local) + len(given) > 1 and _is_about(what[1:], name):
                    continue  # `let cache = cache.clone()`
                found.append(self._other(what[1:], name, caller, depth))
            elif what in ("fn", "?"):
                found.append(None)
            else:
                found.append(self.typed(what, where, owner, depth + 1))
        found += [
            OUTSIDE if _CALLABLE.search(kind) else self.typed(kind, where, owner, depth + 1)
            for kind in given
        ]
        if found:
            return found[0] if all(one == found[0] for one in found) else None
        return self._static(name, where, depth)

    def _other(self, text: str, name: str, caller: Ref, depth: int) -> Typed | None:
        """What a value is, one that speaks of the name that it is given to left out."""
        return None if _is_about(text, name) else self.expression(text, caller, depth + 1)

    def _static(self, name: str, where: ModuleId, depth: int) -> Typed | None:
        home = self.static_home(name, where)
        if home is None:
            return None
        return self.typed(self.modules[home].variables[name], home, None, depth + 1)

    def static_home(self, name: str, where: ModuleId) -> ModuleId | None:
        """The module that declares a static that is visible by its name."""
        module = self.modules.get(where)
        if module is None or not name[:1].isupper():
            return None
        if name in module.variables:
            return where
        used = module.uses.get(name)
        places: Iterable[tuple[str, ...]] = [used[:-1]] if used else module.globs
        for path in places:
            entity = self.follow(where, path)
            if entity is not None and entity.kind == "module":
                home = (entity.crate, entity.words)
                if home in self.modules and name in self.modules[home].variables:
                    return home
        return None

    def _step(self, typed: Typed, kind: str, word: str, depth: int) -> Typed | None:
        if kind == "await":
            return typed
        if kind == "?":
            return Typed(typed.key, typed.locked) if typed.maybe else typed
        if typed.key is None:
            return OUTSIDE
        if kind == "field":
            return None if typed.maybe else self.field(typed.key, word, depth)
        if kind != "call":
            return None
        if typed.maybe:
            if word in _TAKES:
                return Typed(typed.key, typed.locked)
            return typed if word in _KEEP else None
        if typed.locked and word in _OPENS:
            return Typed(typed.key)
        found = self.method(typed, word)
        if found:
            return self._returned(found, depth)
        # `.lock().unwrap()`, `.clone()` of what derives it
        return typed if word in _KEEP or word in _TAKES else None

    def field(self, key: Key, name: str, depth: int = 0) -> Typed | None:
        """The type of a struct's field."""
        declared = self.type_at(key)
        kind = next((kind for one, kind in declared.fields if one == name), "") if declared else ""
        return self.typed(kind, (key[0], key[1:-1]), key, depth + 1) if kind else None

    def field_text(self, key: Key, name: str) -> str:
        """The type of a struct's field as it is written; empty when it is not known."""
        declared = self.type_at(key)
        return next((kind for one, kind in declared.fields if one == name), "") if declared else ""

    def declared(self, text: str, caller: Ref) -> tuple[str, ModuleId] | None:
        """The type that a place (``self.stats``, ``cache``, ``CACHE``) is declared with, as it is
        written, and the module where that is; ``None`` when it cannot be told."""
        head, dot, last = text.rpartition(".")
        where = self.place_of(caller)
        if dot:
            typed = self.expression(head, caller, 0)
            if typed is None or typed.key is None or typed.maybe:
                return None
            kind = self.field_text(typed.key, last)
            return (kind, (typed.key[0], tuple(typed.key[1:-1]))) if kind else None
        words = tuple(text.split("::"))
        if words[-1][:1].isupper():
            home: ModuleId | None
            if len(words) == 1:
                home = self.static_home(text, where)
            else:
                entity = self.follow(where, words[:-1])
                home = (entity.crate, entity.words) if entity and entity.kind == "module" else None
            kind = self.modules[home].variables.get(words[-1], "") if home in self.modules else ""
            return (kind, home) if kind and home is not None else None
        function = self.function(caller)
        local = [what for one, what in function.locals if one == text]
        given = [kind for one, kind in function.parameters if _bound(one) == text]
        if len(local) + len(given) != 1:
            return None
        return (local or given)[0], where

    def origin(self, where: ModuleId, words: tuple[str, ...]) -> tuple[str, ...]:
        """A path with its first word replaced by what it was imported as in a module."""
        module = self.modules.get(where)
        used = module.uses.get(words[0]) if module is not None else None
        if used is None and module is not None and module.parent_uses is not None:
            used = self.modules[module.parent_uses].uses.get(words[0])
        return (*used, *words[1:]) if used is not None else words

    def _returned(self, refs: tuple[Ref, ...], depth: int) -> Typed | None:
        """What functions return, if they agree."""
        if depth > MAX_DEPTH:
            return None
        found: Typed | None = None
        for count, ref in enumerate(refs):
            function, where = self.function(ref), self.place_of(ref)
            owner = self._owner(where, function.owner) if function.owner else None
            typed = self.typed(function.returns, where, owner, depth + 1)
            if typed is None or (count and typed != found):
                return None
            found = typed
        return found


def _module_words(inner: str) -> tuple[str, ...]:
    """``("services", "cache")`` of ``services/cache.rs``."""
    parts = inner.removesuffix(".rs").split("/")
    if parts[-1] == "mod" or (len(parts) == 1 and parts[0] in ("main", "lib")):
        parts.pop()
    return tuple(parts)


def _source_folder(package: CargoPackage) -> str:
    if package.lib:
        folder = posixpath.dirname(package.lib)
        return f"{folder}/" if folder else ""
    return _joined(package.folder, "src/")


def _joined(folder: str, inner: str) -> str:
    return f"{folder}/{inner}" if folder else inner


def _bound(pattern: str) -> str:
    """The name that a parameter's pattern binds: ``state`` of ``State(state)``."""
    if pattern.isidentifier():
        return pattern
    if pattern.startswith(("mut ", "ref ")):
        return pattern[4:].strip()
    taken = _PATTERN.match(pattern)
    return taken[1] if taken is not None else ""


def _is_about(text: str, name: str) -> bool:
    chain = chain_of(text)
    if chain is None:
        return False
    return chain.path == (name,) or chain.arguments.lstrip("&* ") == name
