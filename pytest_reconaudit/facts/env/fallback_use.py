"""What becomes of a secret's default: is it refused at start, does anything read it, what uses it?

A search of texts, no flow of data: a helper that throws, a list of required keys, the name that a
value is put under. Where a name cannot be told the default counts as used.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from pytest_reconaudit.facts.applications import application_of, is_test_path
from pytest_reconaudit.facts.callers import indentation, uncalled
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["filled_from_file", "is_idle", "is_refused", "reaches_a_signer"]

_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts")
_FAMILIES = {**dict.fromkeys(_SCRIPTS, _SCRIPTS), ".py": (".py",), ".rs": (".rs",)}
_STOPS = regex(
    r"\b(?:throw|raise|panic!|bail!|process\.(?:exit|abort)|sys\.exit|std::process::exit"
    r"|process::exit|os\.Exit|log\.Fatal\w*)\b|\bexit\(1\)"
)
_PRODUCTION = regex(r"(?i)\bprod(?:uction)?\b|is_?prod")
_MOST_LINES = 60
_NEAR = 400
_LONG = 2500


def is_refused(target: Target, place: Place, key: str) -> bool:
    """Whether the program stops where the key is missing: the helper that is handed the default
    throws in production (or takes the name of a file there), or a check at start of the same
    application demands the key."""
    return _helper_throws(target, place, key) or _is_demanded(target, place.path, key)


# -- helpers -------------------------------------------------------------------------------


def _family(path: str) -> tuple[str, ...]:
    return _FAMILIES.get(posixpath.splitext(path)[1], ())


def _helper_throws(target: Target, place: Place, key: str) -> bool:
    family = _family(place.path)
    if not family or place.line is None:
        return False
    lines = target.text(place.path).split("\n")
    near = "\n".join(one[:400] for one in lines[max(0, place.line - 3) : place.line + 2])
    called = re.search(
        rf"([A-Za-z_$][\w$]{{2,60}})\s{{0,3}}(?:<[^<>()]{{0,60}}>)?\(\s{{0,20}}"
        rf"(?:[\"'][^\"'\n]{{0,80}}[\"']\s{{0,4}},\s{{0,20}})?[\"'`]{re.escape(key)}[\"'`]",
        near,
    )
    if called is None:
        return False
    name = called[1]
    body = _body(lines, name)
    if body is None:
        bodies = [
            found
            for path in _sources(target, family)
            if name in target.text(path)
            and (found := _body(target.text(path).split("\n"), name)) is not None
        ]
        if len(bodies) != 1:
            return False
        body = bodies[0]
    if _NAMES_A_FILE.search(body.partition("{")[0]):
        return True
    return _STOPS.search(body) is not None and _PRODUCTION.search(body) is not None


_NAMES_A_FILE = regex(
    r"\(\s{0,20}(?:self,\s{0,4})?\w+[^,()]{0,40},\s{0,20}\w*(?:[fF]ile|[pP]ath)\w*\b"
)
"""A second parameter that is no default: where the secret lies as a file."""


@lru_cache(maxsize=512)
def _defines(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"^\s*(?:(?:export|default|public|private|protected|static|async|pub(?:\([^)]{{0,30}}\))?)"
        rf"\s+){{0,5}}(?:(?:function|def|fn)\s+{re.escape(name)}\b"
        rf"|(?:const|let|var)\s+{re.escape(name)}\s*(?::[^=]{{1,80}})?=\s*(?:async\s*)?"
        rf"(?:\(|function\b|\w+\s*=>)"
        rf"|{re.escape(name)}\s*\([^()]{{0,200}}\)\s*(?::[^={{}}]{{1,80}})?\{{\s*$)"
    )


def _body(lines: list[str], name: str) -> str | None:
    """The text of the function of that name, by indentation."""
    pattern = _defines(name)
    for index, line in enumerate(lines):
        if name not in line or not pattern.match(line[:400]):
            continue
        depth, found = indentation(line), [line]
        for one in lines[index + 1 : index + 1 + _MOST_LINES]:
            if (
                one.strip()
                and indentation(one) <= depth
                and not one.lstrip().startswith((")", "{"))
            ):
                break
            found.append(one)
        return "\n".join(found)
    return None


# -- checks at start -----------------------------------------------------------------------

_REQUIRED = regex(r"(?i)\w*(?:requir|mandator|must_?have|needed|essential)\w*")
_LOOKS_UP = regex(r"process\.env\[|os\.environ|getenv|env::var|\benv\[|import\.meta\.env\[")
_SCHEMA = regex(r"\.(?:safeP|p)arse\(\s*process\.env|validationSchema|createEnv\(|cleanEnv\(")
_LENIENT = regex(r"optional|default|nullish|nullable|catch|allow\(|undefined")


def _is_demanded(target: Target, path: str, key: str) -> bool:
    family = _family(path)
    if not family:
        return False
    folder = application_of(target, path).folder
    return any(
        application_of(target, place.path).folder == folder and not uncalled(target, place)
        for place in _demands(target, family, key)
    )


def _demands(target: Target, family: tuple[str, ...], key: str) -> Iterator[Place]:
    """Where code stops unless the key is set."""
    name = re.escape(key)
    direct = re.compile(
        rf"!\s{{0,2}}process\.env\.{name}\b(?!\.)|!\s{{0,2}}process\.env\[[\"']{name}[\"']\]"
        rf"|\bprocess\.env\.{name}\s{{0,2}}===?\s{{0,2}}(?:undefined|null|\"\"|'')"
        rf"|\bnot\s+os\.(?:environ\.get|getenv)\(\s{{0,4}}[\"']{name}[\"']\s{{0,4}}\)"
        rf"|[\"']{name}[\"']\s+not\s+in\s+os\.environ"
        rf"|\benv::var\(\s{{0,4}}\"{name}\"\s{{0,4}}\)\s{{0,4}}\.is_err\(\)"
    )
    kept = re.compile(
        rf"\b(?:const|let|var)\s+(\w+)(?:\s*:[^=\n]{{1,60}})?\s*=[^;\n]{{0,80}}"
        rf"(?:\.|\[\s{{0,2}}[\"'`]|\(\s{{0,2}}[\"'`]){name}\b[^\n]{{0,80}}"
    )
    quoted = re.compile(rf"[\"'`]{name}[\"'`]\s{{0,4}}[,\]]")
    schema = re.compile(rf"\b{name}\s{{0,3}}:\s{{0,3}}(?:z|zod|Joi|joi|yup|str)\b[^\n]{{0,200}}")
    for path in _sources(target, family):
        text = target.text(path)
        if key not in text or not (_STOPS.search(text) or _SCHEMA.search(text)):
            continue
        for match in direct.finditer(text):
            if _STOPS.search(text, match.end(), match.end() + _NEAR):
                yield _place(path, text, match.start())
        for match in kept.finditer(text) if family is _SCRIPTS else ():
            if _is_missed(text[match.end() : match.end() + _LONG], match[1]):
                yield _place(path, text, match.start())
        for match in quoted.finditer(text):
            if _is_in_required(text, match.start()) and _after_list(text, match.end()):
                yield _place(path, text, match.start())
        if _SCHEMA.search(text):
            for match in schema.finditer(text):
                if not _LENIENT.search(match[0]):
                    yield _place(path, text, match.start())


def _is_missed(text: str, name: str) -> bool:
    """Whether code stops, in production at least, where a variable is empty:
    ``if (isProduction && !secret) { throw … }``."""
    missing = re.compile(
        rf"\bif\s*\([^(){{}}]{{0,120}}!\s?{re.escape(name)}\b[^{{}}]{{0,120}}\)\s*\{{?"
    )
    return any(
        _STOPS.search(text, match.end(), match.end() + _NEAR) is not None
        for match in missing.finditer(text)
    )


def _is_in_required(text: str, at: int) -> bool:
    """Whether a string stands in a list that is called ``required…``."""
    begin = text.rfind("[", max(0, at - _LONG), at)
    if begin < 0 or "]" in text[begin:at]:
        return False
    head = text[text.rfind("\n", 0, begin) + 1 : begin]
    return _REQUIRED.search(head) is not None


def _after_list(text: str, at: int) -> bool:
    end = text.find("]", at)
    if end < 0:
        return False
    # Up to the end of the function, as far as its indentation tells.
    after = text[end : end + _LONG]
    bound = re.search(r"\n(?:\}|\S*(?:def|class|function|fn|export)\b)", after)
    after = after[: bound.start()] if bound else after
    return _LOOKS_UP.search(after) is not None and _STOPS.search(after) is not None


def _place(path: str, text: str, at: int) -> Place:
    return Place(path, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


@once
def _by_family(target: Target) -> dict[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for path in target.files:
        family = _family(path)
        if family and not is_test_path(path) and not target.is_generated(path):
            found.setdefault(family, []).append(path)
    return {family: tuple(paths) for family, paths in found.items()}


def _sources(target: Target, family: tuple[str, ...]) -> tuple[str, ...]:
    return _by_family(target).get(family, ())


# -- settings that a file of the deployment overrides ------------------------------------------

_FILLS_ALL = regex(r"(?m)^[ \t]*(?:vars|globals|locals)\(\)\.update\(")
_LOADS = regex(r"\b(?:yaml|json|toml|tomllib)\.(?:safe_load|full_load|load)s?\(")
_NOT_LIVE = regex(r"(?i)(?:^|_)(?:test\w*|local\w*|dev\w*|ci|docs?)(?:_|$)")


def filled_from_file(target: Target, path: str) -> Place | None:
    """Where a Python settings module that takes all of this one with ``*`` lays what it loads from
    a file of the deployment over it: what production runs on comes from there."""
    if not path.endswith(".py"):
        return None
    stem = posixpath.basename(path).removesuffix(".py")
    return next(
        (place for names, place in _filling(target, posixpath.dirname(path)) if stem in names), None
    )


_STAR = regex(r"(?m)^from[ \t]+(?:\.|[\w.]{1,200}\.)?(\w{1,80})[ \t]+import[ \t]+\*")


@once
def _by_folder(target: Target) -> dict[str, tuple[tuple[frozenset[str], Place], ...]]:
    """Folder → what was found in it, as far as it was asked for."""
    return {}


def _filling(target: Target, folder: str) -> tuple[tuple[frozenset[str], Place], ...]:
    """(the modules taken with ``*``, where a file is laid over them) of a folder's modules."""
    known = _by_folder(target)
    if folder not in known:
        found = []
        for path in _sources(target, (".py",)):
            stem = posixpath.basename(path).removesuffix(".py")
            if posixpath.dirname(path) != folder or _NOT_LIVE.search(stem):
                continue
            text = target.text(path)
            match = _FILLS_ALL.search(text)
            if match is not None and _LOADS.search(text):
                names = frozenset(_STAR.findall(text))
                found.append((names, _place(path, text, match.start())))
        known[folder] = tuple(found)
    return known[folder]


# -- use -----------------------------------------------------------------------------------

_VARIABLE = regex(
    r"^\s*(?P<kind>const|let|var)?\s*(?P<name>[A-Za-z_$][\w$]*)\s*(?::[^=]{1,80})?=(?!=)"
)
_PROPERTY = regex(r"^\s*(?P<name>[A-Za-z_$][\w$]*)\s*:\s*")
_GETTER = regex(
    r"^\s*(?:(?:public|private|protected|static|async|get|readonly)\s+){0,4}(?P<name>\w+)\s*\("
    r"[^()]{0,100}\)\s*(?::[^={}]{1,80})?\{\s*$|^\s*(?:async\s+)?def\s+(?P<python>\w+)"
)
_OBJECT = regex(
    r"^\s*(?:export\s+)?(?:const|let|var)\s+(?P<name>\w+)\s*(?::[^=]{1,80})?=\s*(?:Object\.freeze\()?"
    r"\{\s*$"
)
_MEASURES = regex(
    r"(?i)(?:entropy|measure|score|strength|estimate|length|len|is_?weak|analy[sz]e|print|console\.\w+)"
    r"\w*\(\s{0,3}$"
)
_MEASURED = regex(r"\s{0,3}(?:\.length\b|\?(?!\?|\.)|===?|!==?|<|>)")


def is_idle(target: Target, place: Place) -> bool:
    """Whether the value is only measured or shown, or nobody reads it."""
    if not _family(place.path) or place.line is None or place.path.endswith(".rs"):
        return False
    lines = target.text(place.path).split("\n")
    line = lines[place.line - 1][:400] if place.line <= len(lines) else ""
    found = _VARIABLE.match(line)
    if found is not None and (found["kind"] or place.path.endswith(".py")):
        return indentation(line) > 0 and _is_measured(lines, place.line - 1, found["name"])
    found = _PROPERTY.match(line)
    if found is not None and place.path.endswith(_SCRIPTS):
        return _is_unread(target, place.path, lines, place.line - 1, found["name"])
    return False


def _is_measured(lines: list[str], index: int, name: str) -> bool:
    """Whether a variable of a function is only asked about in the rest of its block."""
    depth = indentation(lines[index])
    block = []
    for line in lines[index + 1 :]:
        if line.strip() and indentation(line) < depth:
            break
        block.append(line)
    text = "\n".join(block)
    if not text.strip():
        return False
    for match in re.finditer(rf"(?<![\w$.]){re.escape(name)}(?![\w$])", text):
        before = text[max(0, match.start() - 60) : match.start()]
        if not _MEASURES.search(before) and not _MEASURED.match(text, match.end()):
            return False
    return True


def _is_unread(target: Target, path: str, lines: list[str], index: int, name: str) -> bool:
    """Whether no code reads a property of an object that is declared by itself."""
    depth = indentation(lines[index])
    holder = ""
    for line in reversed(lines[max(0, index - 400) : index]):
        if line.strip() and indentation(line) < depth:
            match = _OBJECT.match(line[:400])
            holder = match["name"] if match else ""
            break
    if not holder:
        return False
    stem = posixpath.splitext(posixpath.basename(path))[0]
    stem = posixpath.basename(posixpath.dirname(path)) if stem == "index" else stem
    owner, wanted = re.escape(holder), re.escape(name)
    read = re.compile(
        rf"(?<!process\.env)(?<!import\.meta\.env)\??\.{wanted}(?![\w$])"
        rf"|[{{,]\s{{0,4}}{wanted}\s{{0,4}}[,}}]|[\"']{wanted}[\"']\s{{0,2}}\]"
        rf"|\bget\w*\s{{0,2}}(?:<[^<>()]{{0,40}}>)?\(\s{{0,2}}[\"'](?:\w+\.)?{wanted}[\"']"
    )
    whole = re.compile(
        rf"\.\.\.{owner}\b|[(=,:?]\s{{0,4}}{owner}\s{{0,4}}[),;\]}}]|(?<![\w$.]){owner}\["
        rf"|\breturn\s+{owner}\b|\bexport\s+default\s+{owner}\b|=\s{{0,4}}{owner}\s{{0,3}}$",
        re.MULTILINE,
    )
    taken = re.compile(
        rf"\b(?:from|require\(|import\(?)\s{{0,4}}[\"'][^\"'\n]{{0,200}}\b{re.escape(stem)}(?:\.\w+)?[\"']"
    )
    for other in _sources(target, _SCRIPTS):
        text = target.text(other)
        if name in text and read.search(text):
            return False
        mine = other == path or (holder in text and taken.search(text) is not None)
        if mine and whole.search(text):
            return False
    return True


# -- what uses it --------------------------------------------------------------------------

_SIGNS = regex(
    r"\bjwt\b|jsonwebtoken|\bjose\b|\.sign\(|\.verify\(|[sS]ignAsync|[cC]reateHmac|create(?:De)?[cC]ipher"
    r"|\b[hH]mac\b|\bHMAC\b|Fernet|EncodingKey|DecodingKey|cookieParser|cookie-(?:session|parser)"
    r"|express-session|\bsession\(|SessionMiddleware|itsdangerous|Serializer\(|secretOrKey|JwtModule"
    r"|JwtStrategy|NextAuth|[bB]etterAuth|iron-session|(?:un)?sealData|SECRET_KEY\b|secret_key\b"
    r"|\b(?:en|de)crypt|[aA]es_?\w{0,10}[gG]cm|aes-\d|\bcipher\b|Cookie(?:Session)?Store|Keyring"
    r"|fastify-?[jJ]wt|passport|\bpasetors?\b|jwt_"
)


def reaches_a_signer(target: Target, place: Place) -> bool:
    """Whether the value may come to what signs, verifies, encrypts or keeps sessions.

    Told by what stands in the file that reads it, and in files that name what it is put into.
    """
    family = _family(place.path)
    if not family or place.line is None:
        return True
    lines = target.text(place.path).split("\n")
    head = "\n".join(one for index, one in enumerate(lines) if index != place.line - 1)
    if _SIGNS.search(head) or place.path.endswith(".py"):
        return True
    names = set(_names(lines, place.line - 1))
    if not names:
        return True
    pattern = re.compile(rf"(?<![\w$])(?:{'|'.join(map(re.escape, sorted(names)))})(?![\w$])")
    for path in _sources(target, family):
        text = target.text(path)
        if path != place.path and pattern.search(text) and _SIGNS.search(text):
            return True
    return False


def _names(lines: list[str], index: int) -> Iterator[str]:
    """The variable, property or method that gives the value of a line."""
    line = lines[index][:400]
    for pattern in (_VARIABLE, _PROPERTY):
        found = pattern.match(line)
        if found is not None:
            yield found["name"]
            return
    for at in range(index - 1, max(-1, index - 6), -1):
        found = _GETTER.match(lines[at][:400])
        if found is not None:
            yield found["name"] or found["python"]
            return
