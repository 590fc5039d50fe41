"""Maps of the process that are used as caches, and types that are caches by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_records import CacheType, Store, Warmer
from pytest_reconaudit.readers.cache_words import pieces_at, shortened
from pytest_reconaudit.readers.code import Code, Function
from pytest_reconaudit.readers.scanning import SCRIPT

__all__ = ["StoreReader"]

_WARMS = regex(r"_?(?:pre_?)?(?:warm|preload|prefetch|prime)(?:_?up)?(?:$|_|[A-Z])", re.IGNORECASE)
_MAP_NAME = regex(r"cache|Cache|CACHE|memo")
_MAP_RUST = regex(
    r"\b(\w*(?:cache|CACHE|memo)\w*)\s*:\s*(?:[\w:]+<|&|'\w+|mut|\s){0,60}?"
    r"\b(HashMap|BTreeMap|DashMap|FxHashMap|AHashMap|IndexMap|HashSet|LruCache|SizedCache|TimedCache"
    r"|TimedSizedCache|Cache|SegmentedCache|ExpiringMap|TtlCache|OnceCell|Vec|VecDeque)\b\s*(?:<|::)"
)
_MAP_SCRIPT = regex(
    r"\b([\w$]*(?:[cC]ache|CACHE|memo)[\w$]*)\s*(?:[?!]?\s*:\s*(?:readonly\s+)?(Map|WeakMap|Record|Set|LRUCache|LRU|QuickLRU)\b[^=;\n]*"
    r"(?:=|;|\n)|(?::[^=;\n]{0,120})?=\s*(?:new\s+(Map|WeakMap|Set|LRUCache|LRU|LRUMap|QuickLRU|NodeCache|TTLCache|Keyv|InMemoryCache|ExpiryMap)\b|(\{)\s*\}))"
)
_MAP_PYTHON = regex(
    r"\b(\w*(?:cache|CACHE|memo)\w*)\s*(?::\s*[^=\n]{1,120})?=\s*(?:\w+\.)?"
    r"(\{\s*\}|dict\(|OrderedDict\(|defaultdict\(|TTLCache\(|LRUCache\(|LFUCache\(|WeakValueDictionary\()"
)
_LIMITED = frozenset(
    {
        "LruCache", "SizedCache", "TimedSizedCache", "Cache", "SegmentedCache", "WeakMap", "LRU",
        "LRUCache", "LRUMap", "QuickLRU", "TTLCache", "LFUCache", "WeakValueDictionary", "Keyv",
        "NodeCache", "OnceCell", "InMemoryCache", "TimedCache", "TtlCache", "ExpiringMap",
    }
)  # fmt: skip

_TYPE_NAME = regex(
    r"[cC]ach(?:e|ing)(?!Control|Config|Stat|Strateg|Entry|Key|Option|Error|Polic|Metric|Header|Item|Hit|Value)"
)


def _closing(text: str) -> int:
    """Where the parenthesis that was open before a text is closed."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return at
    return len(text)


class StoreReader:
    """Reads the maps and the types of one file."""

    def __init__(self, code: Code, source: str) -> None:
        self.code = code
        self.source = source
        self.script = code.language in SCRIPT
        self.maps: dict[str, tuple[str, int]] = {}

    def find_maps(self) -> None:
        pattern = (
            _MAP_RUST
            if self.code.language == "rust"
            else _MAP_SCRIPT
            if self.script
            else _MAP_PYTHON
        )
        seen = -1
        for found in _MAP_NAME.finditer(self.source):
            if found.start() < seen:
                continue
            start = self.source.rfind("\n", 0, found.start()) + 1
            seen = self.source.find("\n", found.end())
            seen = len(self.source) if seen < 0 else seen
            line = self.source[start : min(seen + 1, start + 300)]
            match = pattern.search(line)
            if match is None or line.lstrip().startswith(("//", "#", "*")):
                continue
            kind = next(one for one in match.groups()[1:] if one)
            kind = "dict" if kind.startswith(("{", "dict", "defaultdict")) else kind.rstrip("(")
            self.maps.setdefault(match[1], (kind, self._line(start)))

    def stores(self) -> Iterator[Store]:
        for name, (kind, line) in sorted(self.maps.items()):
            if (
                not self._lives(name, kind, line)
                or kind in _LIMITED
                or kind in ("Set", "Vec", "VecDeque", "HashSet", "Record")
            ):
                continue
            shown = re.escape(name)
            if self.code.language == "rust":
                grows = (
                    rf"\b{shown}\b(?:\s*\.\s*(?:write|lock|borrow_mut|await|unwrap|get_mut|clone)\b"
                    r"(?:\(\))?|\?)*\s*\.\s*(?:insert|entry|or_insert\w*)\s*\("
                )
                local = (
                    rf"let\s+mut\s+(\w+)\s*=\s*[\w.&]*\b{shown}\b[^;\n]*(?:write|lock|borrow_mut)"
                )
            elif self.script:
                grows = rf"\b{shown}\s*(?:!?\.\s*set\s*\(|\[[^\]\n]{{1,80}}\]\s*=[^=])"
                local = ""
            else:
                grows = (
                    rf"\b{shown}\s*(?:\[[^\]\n]{{1,80}}\]\s*=[^=]|\.setdefault\s*\(|\.update\s*\()"
                )
                local = ""
            inserts = {
                self._line(m.start()): self._key_at(m.end() - 1)
                for m in re.finditer(grows, self.source)
            }
            names = {name}
            if local:
                for match in re.finditer(local, self.source):
                    guard = re.escape(match[1])
                    names.add(match[1])
                    near = self.source[match.end() : match.end() + 1_500]
                    for found in re.finditer(rf"\b{guard}\s*\.\s*(?:insert|entry)\s*\(", near):
                        at = match.end() + found.end() - 1
                        inserts[self._line(at)] = self._key_at(at)
            if not inserts:
                continue
            lines = sorted(inserts)[:20]
            yield Store(
                name,
                kind,
                line,
                tuple(lines),
                tuple([inserts[one] for one in lines]),
                self._bound(names),
            )

    def _key_at(self, bracket: int) -> str:
        """The key of an insert: the first argument, or what is in the brackets that end there."""
        if self.source[bracket] == "(":
            inside = self.source[bracket + 1 : bracket + 121].lstrip().partition("\n")[0]
            first = pieces_at(inside, ",")[0]
            if first.count(")") > first.count("("):
                first = first[: _closing(first)]
            return shortened(first, 60)
        start = self.source.rfind("[", 0, bracket)
        return shortened(self.source[start + 1 : bracket].rpartition("]")[0], 60)

    def _lives(self, name: str, kind: str, line: int) -> bool:
        """Whether a map lives as long as the process: a static, a shared field, a module's."""
        lines = self.source.split("\n")
        text = lines[line - 1] if line <= len(lines) else ""
        if self.code.language == "rust":
            declared = text.partition(name)[2]
            if re.match(r"\s*(?:pub(?:\([^)]*\))?\s+)?static\b", text) or "ref " + name in text:
                return True
            if re.search(r"\b(?:let|fn)\b", text):
                return False
            return bool(re.search(r"RwLock|Mutex|DashMap|RefCell", declared))
        if self.script:
            if re.match(r"(?:export\s+)?(?:const|let|var)\b", text):
                return True
            return bool(
                re.match(r"\s+(?:(?:private|protected|public|static|readonly)\s+)+", text)
            ) and any(
                one.owner
                and re.search(
                    r"(?:Service|Manager|Client|Cache|Repository|Provider|Registry|Store)$",
                    one.owner,
                )
                and any(name in self.code.text(one.body) for _ in (0,))
                for one in self.code.functions
            )
        return text[:1] not in ("", " ", "\t")

    def _bound(self, names: set[str]) -> str:
        """What keeps a map small: a look at its size, something taken out again."""
        shown = "|".join(sorted(re.escape(one) for one in names))
        match = re.search(
            rf"\b(?:{shown})\b(?:[^;\n]|\n\s*(?=\.)){{0,80}}(?:\.\s*(?:remove|retain|clear|shrink_to|pop|popitem|delete|drain|pop_front|truncate|evict\w*|pop_first)\s*\(|\.size\b|\.len\(\))"
            rf"|len\(\s*(?:self\.)?(?:{shown})\s*\)|\bdel\s+(?:self\.)?(?:{shown})\s*\[|delete\s+(?:this\.)?(?:{shown})\s*\[",
            self.source,
        )
        return shortened(match[0], 60) if match else ""

    def _line(self, offset: int) -> int:
        return self.source.count("\n", 0, offset) + 1

    def types(self) -> Iterator[CacheType]:
        code = self.code
        owners: dict[str, list[Function]] = {}
        for function in code.functions:
            if function.owner and not function.is_test and _TYPE_NAME.search(function.owner):
                owners.setdefault(function.owner, []).append(function)
        for owner, functions in owners.items():
            methods = tuple(
                (
                    one.name,
                    code.line(one.name_at),
                    one.exported or self.code.language != "rust",
                    one.trait if self.code.language == "rust" else self._interface(owner),
                )
                for one in functions
            )
            yield CacheType(owner, code.line(functions[0].name_at), methods)

    def _interface(self, owner: str) -> str:
        """The interface that a class of a script is written for; empty for none."""
        if not self.script or "implements" not in self.source:
            return ""
        match = re.search(
            rf"\bclass\s+{re.escape(owner)}\b[^{{]{{0,200}}?\bimplements\s+(\w+)", self.source
        )
        return match[1] if match is not None else ""

    def warmers(self) -> Iterator[Warmer]:
        for one in self.code.functions:
            if one.is_test or one.body[1] <= one.body[0] or not _WARMS.match(one.name):
                continue
            if "ache" in one.name or _TYPE_NAME.search(one.owner):
                yield Warmer(
                    one.name, one.owner, self.code.line(one.name_at), self._only_strings(one)
                )

    def _only_strings(self, function: Function) -> bool:
        """Whether a body does nothing but build strings."""
        start, end = function.body
        if end <= start:
            return False
        for call in self.code.calls_in(start, end):
            if call.macro and call.name in (
                "format",
                "info",
                "debug",
                "trace",
                "log",
                "println",
                "warn",
            ):
                continue
            if call.name in ("Ok", "Some", "to_string", "into", "from", "clone", "join"):
                continue
            if call.path[:-1] and call.path[-2] in (
                "keys",
                "Keys",
                "CacheKeys",
                "cache_keys",
                "CacheKey",
            ):
                continue
            if call.name.lower().endswith("key"):
                continue
            return False
        return bool(re.search(r"[\"'`]|keys?::|Keys?\.", self.code.text(start, end)))
