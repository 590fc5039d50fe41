"""Calls in TypeScript and JavaScript that keep Node's event loop waiting: ``…Sync`` functions."""

from __future__ import annotations

import re
from functools import lru_cache

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function
from pytest_reconaudit.readers.execution import ASYNC, SYNC
from pytest_reconaudit.readers.scanning import SCRIPT, scan
from pytest_reconaudit.readers.scans.blocking import (
    BlockingCall,
    BlockingFile,
    cost_of,
    grouped,
)

__all__ = ["blocking_script"]

_MODULES = {
    "fs": "file",
    "fs-extra": "file",
    "graceful-fs": "file",
    "child_process": "process",
    "bcrypt": "hash",
    "bcryptjs": "hash",
    "@node-rs/bcrypt": "hash",
    "crypto": "hash",
    "ssh2": "hash",
    "zlib": "compress",
}
_NAMES = {
    "file": frozenset(
        {"readFileSync", "writeFileSync", "appendFileSync", "copyFileSync", "readdirSync",
         "mkdirSync", "unlinkSync", "rmSync", "rmdirSync", "statSync", "lstatSync", "existsSync",
         "accessSync"}
    ),
    "process": frozenset({"execSync", "execFileSync", "spawnSync"}),
    # `genSaltSync` but draws some bytes.
    "hash": frozenset({"hashSync", "compareSync", "pbkdf2Sync", "scryptSync"}),
    "keys": frozenset({"generateKeyPairSync"}),
    "compress": frozenset(
        {"gzipSync", "gunzipSync", "deflateSync", "inflateSync", "brotliCompressSync",
         "brotliDecompressSync"}
    ),
}  # fmt: skip
_ASKING = frozenset({"statSync", "lstatSync", "existsSync", "accessSync"})
"""What asks for one entry: a few of them are nothing, one for each entry of a folder adds up."""
_ENTRIES = frozenset({"mkdirSync", "unlinkSync", "rmdirSync", "readdirSync"})
_WRITING = frozenset({"writeFileSync", "appendFileSync"})
_EACH = frozenset(
    {"map", "filter", "forEach", "reduce", "some", "every", "find", "flatMap", "findIndex"}
)
_SMALL_FILE = regex(
    r"\.(?:json5?|ya?ml|toml|ini|env|conf|cfg|properties|version|pid|lock|txt|crt|cer|key|pem|pub|hbs|ejs|mjml"
    r"|pug|liquid|njk|mustache|handlebars|graphql|sql|proto)[\"'`]"
)
_OTHER_FILE = regex(r"[\w)}]\.[A-Za-z][A-Za-z0-9]{1,5}[\"'`]\s*\)?\s*$")
_SMALL_WORD = regex(
    r"config|manifest|template|settings|certificate|certPath|keyPath|privateKey|publicKey", 2
)
_WRITTEN_OUT = regex(r"\b(?:stringify|dump|safeDump)\(")
_TAKEN_IN = regex(r"\b(?:parse|load|safeLoad|parseDocument|compile)\(\s*$")
_FIXED = regex(
    r"(?:(?:\w+\.)*(?:join|resolve)\(\s*(?:__dirname|process\.cwd\(\)|import\.meta\.\w+\b|[A-Z][A-Z0-9_]*\b"
    r"|['\"][^'\"\n]*['\"]|`[^`$\n]*`|[\s,])+\)|`(?:\$\{(?:__dirname|[A-Z][A-Z0-9_]*)\}|[^`$\n])*`)$"
)
"""A path of nothing but literals, constants and where the program lies."""
_LOOKED_UP = regex(
    r"^['\"`](?:which|where|command -v|(?:\$\{)?(?:which|where)\w*\}?)[\s'\"`]|\s--?version\b"
)
"""Programs that answer in no time: where another lies, which version it is."""
_BRIEF = regex(
    r"^['\"`](?:git (?:rev-parse|describe|symbolic-ref|config)|hostname|uname|whoami|id|pwd|nproc"
    r"|ip|date|kill|pkill)[\s'\"`]"
)
"""Programs that answer in some milliseconds: they tell one thing about where they run."""
_GROWING = regex(r"\.(?:log|jsonl|ndjson|csv|tsv|db|sqlite\d?|dump|bak|out)[\"'`]")
"""What grows as the program runs."""
_LATER = 600
"""Bytes after a file is read in which its content may be parsed."""
_REGISTERING = frozenset({"get", "post", "put", "patch", "delete", "all", "use", "options", "head"})
_ROUTE = regex(r"^['\"`]/")
_BLANKS = regex(r"\s+")


def _may_block(text: str, path: str) -> bool:
    return "Sync(" in text


@scan(*SCRIPT, record=BlockingFile, wants=_may_block)
def blocking_script(code: Code) -> BlockingFile | None:
    """The blocking calls of one file: of functions with ``sync`` as their context, since who calls
    them decides; of closures that are given to a route as ``async``, by the route's line."""
    found: dict[int, list[BlockingCall]] = {}
    folders = _Folders(code)
    is_dear = False
    for call in code.calls:
        if not call.name.endswith("Sync") or not call.path:
            continue
        kind, library = _kind(code, call)
        if not kind or (call.name in _ASKING and not folders.per_entry(call)):
            continue
        function = code.function_at(call.scope)
        if (function is not None and function.is_test) or _is_kept(code, call, function):
            continue
        size = _size(code, call, kind, folders)
        if kind == "hash" and call.name == "hashSync":
            is_dear = is_dear or not size
        handler = _route(code, call)
        if handler is None and function is None:
            continue
        place = code.place(call.name_at)
        words = f"{'.'.join(call.path)}"
        found.setdefault(function.index if function is not None else -1, []).append(
            BlockingCall(
                kind,
                words,
                place.line or 0,
                place.column or 0,
                _BLANKS.sub(" ", code.text(call.start, min(call.end, call.start + 120))),
                ASYNC if handler is not None else SYNC,
                (handler,) if handler is not None else (),
                size,
                library if kind == "hash" else "",
            )
        )
    return grouped(code, found, _is_main, 0, 0, is_dear=is_dear)


def _is_main(function: Function) -> bool:
    return function.name in ("main", "bootstrap") and not function.owner


def _kind(code: Code, call: Call) -> tuple[str, str]:
    """(kind, package) of a call; an empty kind for what is none of those looked for."""
    known = code.imported(call.path[0])
    module = ""
    if known is not None:
        module = known.path[0]
    else:
        binding = code.binding_of(call.path[0], call.start, call.scope)
        text = code.text(binding.value) if binding is not None else ""
        match = _REQUIRED.match(text)
        module = match[1] if match is not None else ""
    module = module.removeprefix("node:")
    kind = _MODULES.get(module, "")
    if kind == "hash" and call.name in _NAMES["keys"]:
        # An elliptic pair is made in no time.
        first = code.text(call.arguments[0]) if call.arguments else ""
        return "keys" if "rsa" in first.lower() or "'dh'" in first else "", module
    return kind if kind and call.name in _NAMES[kind] else "", module


# -- how long it takes ---------------------------------------------------------------------------


class _Folders:
    """Which functions of a file list folders, and which call themselves."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._listing: dict[int, bool] = {}
        self._recursive: dict[int, bool] = {}

    def per_entry(self, call: Call) -> bool:
        """Whether a call is made for each entry of a folder that the same function lists."""
        function = self._code.function_at(call.scope)
        if function is None:
            return False
        if function.index not in self._listing:
            found = self._code.source.find(b"readdir", *function.body)
            self._listing[function.index] = found >= 0
        return self._listing[function.index] and self.repeats(call)

    def repeats(self, call: Call) -> bool:
        """Whether a call stands in a loop, or in a function that calls itself."""
        code = self._code
        for scope in code.around(call.scope):
            if scope.kind == "loop":
                return True
            if scope.kind == "function":
                break
            if scope.kind == "closure":
                given = code.calls[scope.call] if scope.call >= 0 else None
                if given is not None and given.name in _EACH:
                    return True
        function = code.function_at(call.scope)
        if function is None:
            return False
        if function.index not in self._recursive:
            itself = ((function.name,), ("this", function.name))
            self._recursive[function.index] = any(
                one.path in itself for one in code.calls_in(*function.body)
            )
        return self._recursive[function.index]


def _size(code: Code, call: Call, kind: str, folders: _Folders) -> str:
    """See ``BlockingCall.size``."""
    if kind == "hash" and call.name == "hashSync":
        return cost_of(code, call, call.arguments[1]) if len(call.arguments) > 1 else ""
    if kind == "compress":
        first = _start_of(code, call.arguments[0]) if call.arguments else ""
        return "little" if first.startswith("JSON.stringify(") else ""
    if kind == "process" and call.arguments:
        first = _start_of(code, call.arguments[0])
        if _LOOKED_UP.search(first):
            return "little"
        return "brief" if _BRIEF.search(first) else ""
    if kind != "file" or not call.arguments or call.name in _ASKING:
        return ""
    if call.name == "rmSync":
        options = _start_of(code, call.arguments[1]) if len(call.arguments) > 1 else ""
        if folders.repeats(call):
            return ""
        return "removal" if "recursive" in options or options.isidentifier() else "entry"
    if call.name in _ENTRIES:
        return "" if folders.repeats(call) else "entry"
    path = _value(code, call, 0)
    if _SMALL_FILE.search(path):
        return "little"
    named = _start_of(code, call.arguments[0])
    known = _OTHER_FILE.search(path) is not None
    if not known and _SMALL_WORD.search(named):
        return "little"
    if call.name in _WRITING and len(call.arguments) > 1:
        content = _start_of(code, call.arguments[1])
        if _WRITTEN_OUT.search(_value(code, call, 1)) or (
            not known and content.replace(".", "_").isidentifier() and _SMALL_WORD.search(content)
        ):
            return "little"
    if call.name == "readFileSync" and (_is_parsed(code, call) or _is_of_settings(code, call)):
        return "little"
    if path.startswith("require.resolve(") or (_FIXED.match(path) and not _GROWING.search(path)):
        return "fixed"
    return "written" if call.name in _WRITING and not folders.repeats(call) else ""


def _start_of(code: Code, span: tuple[int, int]) -> str:
    start, end = span
    return code.text(start, min(end, start + 300))


def _value(code: Code, call: Call, index: int) -> str:
    """Source of an argument; of a variable that of its value."""
    text = _start_of(code, call.arguments[index])
    if text.isidentifier():
        binding = code.binding_of(text, call.start, call.scope)
        if binding is not None and 0 < binding.value[1] - binding.value[0] < 300:
            return code.text(binding.value)
    return text


_OF_SETTINGS = regex(
    r"(?i)^(?:read|load|get|parse|resolve)_?\w*(?:secret|credential|certificate|config|settings|manifest|private_?key|public_?key|template)s?$"
)


def _is_of_settings(code: Code, call: Call) -> bool:
    """Whether the function around a call is there to read a key, a template or settings."""
    function = code.function_at(call.scope)
    return function is not None and _OF_SETTINGS.search(function.name) is not None


def _is_parsed(code: Code, call: Call) -> bool:
    """Whether what is read is a document that is taken in as a whole, or a template."""
    if _TAKEN_IN.search(code.text(max(0, call.start - 40), call.start)):
        return True
    given = _GIVEN.search(code.text(max(0, call.start - 60), call.start))
    names = [given[1]] if given is not None else []
    names += [
        binding.name
        for binding in code.bindings_around(call.start, call.end)
        if binding.name.isidentifier() and binding.start >= call.start - 120
    ]
    after = code.text(call.end, call.end + _LATER) if names else ""
    return any(
        _TAKEN_IN.search(part[-40:] + "(") is not None
        for name in names
        for part in after.split(f"({name}")[:-1]
    )


_GIVEN = regex(r"(?:^|[\s;{}])(\w+)\s*=\s*$")
"""A variable that was there before is given what follows."""


_ASSIGNED = regex(r"(?:^|[\s;{}(])(\w+)\s*(?:\?\?=|\|\|=)\s*(?:[\w.]+\(\s*)?$")
_EMPTY = regex(r"\bif\s*\(\s*(?:!\s*(\w+)\s*\)|(\w+)\s*={2,3}\s*(?:null|undefined)\s*\))\s*\{?")
_FILLED = regex(r"\bif\s*\(\s*(\w+)(?:\s*!={1,2}\s*(?:null|undefined))?\s*\)\s*\{?\s*return\b")
_DECLARED = regex(rb"(?m)^(?:export\s+)?(?:let|var)\s+(\w+)")
_BRACE = regex(r"[{}]")
_NEAR = 4_000
"""Characters before and behind a call that are looked at."""
_MOST_NAMES = 5


def _is_kept(code: Code, call: Call, function: Function | None) -> bool:
    """Whether what is made goes into a variable of the module, and only while that is empty: it is
    made once."""
    around = (one for one in code.around(call.scope) if one.kind == "closure")
    closure = next(around, None)
    if function is not None:
        start, end = function.body
    elif closure is not None:
        start, end = closure.start, closure.end
    else:
        return False
    known = _of_module(code.source)
    if not known:
        return False
    start, end = max(start, call.start - _NEAR), min(end, call.start + _NEAR)
    before = code.text(start, call.start)
    match = _ASSIGNED.search(before[-120:])
    if match is not None:
        return match[1] in known
    names = {one[1]: None for one in _FILLED.finditer(before) if one[1] in known}
    open_ = _open_braces(before)
    stated = before.rfind(";")
    for one in _EMPTY.finditer(before):
        name = one[1] or one[2]
        within = one.end() - 1 in open_ if one[0].endswith("{") else one.end() > stated
        if within and name in known:
            names[name] = None
    given = r"(?:^|[\s;{{}}(]){}\s*(?:\.\w+\s*)?(?:\?\?=|\|\|=|=(?![=>]))"
    body = code.text(start, end)
    return any(re.search(given.format(name), body) is not None for name in [*names][-_MOST_NAMES:])


def _open_braces(text: str) -> frozenset[int]:
    """Where the blocks begin that go on after a text."""
    open_: list[int] = []
    for one in _BRACE.finditer(text):
        if one[0] == "{":
            open_.append(one.start())
        elif open_:
            open_.pop()
    return frozenset(open_)


@lru_cache(maxsize=1)
def _of_module(source: bytes) -> frozenset[str]:
    """The variables of a module."""
    return frozenset(name.decode("utf-8", "replace") for name in _DECLARED.findall(source))


_REQUIRED = regex(r"^require\(\s*['\"]([\w:@./-]+)['\"]\s*\)")


def _route(code: Code, call: Call) -> str | None:
    """``GET /path`` when the call stands in a closure that a route is given."""
    for scope in code.around(call.scope):
        if scope.kind == "function":
            return None
        if scope.kind == "closure" and scope.call >= 0:
            given = code.calls[scope.call]
            if given.name in _REGISTERING and given.arguments and len(given.arguments) > 1:
                first = code.text(given.arguments[0])
                if _ROUTE.match(first):
                    return f"{given.name.upper()} {first[1:-1]}"
            return None
    return None
