"""Commands that a document tells its reader to run: scripts, npm, make, cargo, compose files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from pytest_reconaudit.facts.compose.stacks import compose_files
from pytest_reconaudit.facts.created import created
from pytest_reconaudit.facts.docs.clones import (
    CLONED,
    inside_another,
    is_of_another,
    is_own_clone,
)
from pytest_reconaudit.facts.docs.near import nearest_note, other_ending
from pytest_reconaudit.facts.docs.paths import MADE, somewhere
from pytest_reconaudit.facts.docs.wording import (
    Held,
    is_aside,
    is_aside_block,
    is_elsewhere,
    is_gone,
    leaves,
    makes,
)
from pytest_reconaudit.facts.invocations import makefiles
from pytest_reconaudit.facts.packages import cargo_packages
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.markdown import CodeSpan, Document
from pytest_reconaudit.readers.package_json import read_package_json
from pytest_reconaudit.target import Target, once

__all__ = ["DEFINED", "command_claims"]

DEFINED = "is defined here"
"""How a note ends that shows where what is asked for is, under another name or in another file."""

_SHELLS = frozenset({"sh", "bash", "shell", "zsh", "console", "shell-session", "terminal"})
_START = regex(
    r"(?:\./[\w./-]+\.(?:sh|ps1|py)|(?:bash|sh|python3?|node|npm|pnpm|yarn|make|cargo|docker-compose"
    r"|docker|cd|chmod|source|\.)\s)"
)
_SPLIT = regex(r"&&|\|\||[;|]")
_SCRIPT = regex(r"(?:\./)?((?:[\w.-]+/)*[\w.-]+\.(?:sh|py|ps1|js|ts|mjs))")
_NAME = regex(r"[\w:.-]+")
_COMPOSE = regex(r"(?:\./)?((?:[\w.-]+/)*[\w.-]+\.ya?ml)")
_PLACE = regex(r"(?i)your|my[-_]|example|foo|xxx|\bxx\b|name>|<|\.\.\.|\{|\*|\$")
_NPM_FLAGS = frozenset({"--prefix", "-w", "--workspace", "--filter", "-C", "--cwd", "-F"})


def command_claims(target: Target, document: Document) -> Iterator[Held]:
    """Every command of a document that names something of the repository."""
    whole = target.text(document.path)
    home = posixpath.dirname(document.path)
    names = {one.lower() for one in CLONED.findall(whole)} if "git clone" in whole else set()
    cloned: frozenset[str] | None = None
    shown = _shown(document)
    others = inside_another(target, document)
    for fence in document.fences:
        lines = [line for _, line in fence.lines]
        if fence.language not in _SHELLS and (fence.language or not _are_commands(lines)):
            continue
        if is_elsewhere(lines) or is_aside_block(fence.before, fence.headings):
            continue
        if lines and lines[0].startswith("#!"):
            continue  # a script for the reader to write
        if fence.lines and is_of_another(target, document, fence.lines[0][0]):
            continue
        made: set[str] = set()
        away = False
        inside = _Folders(target, home, names)
        for number, line in fence.lines:
            text = line.strip().removeprefix("$ ").removeprefix("> ")
            if text.startswith("#") or number in others:
                continue
            if "git clone" in text:
                if cloned is None:
                    cloned = frozenset(one.lower() for one in CLONED.findall(whole))
                away = not is_own_clone(target, document.path, text, cloned)
            if leaves(text):
                away = True  # what follows is typed elsewhere
            if away:
                break
            if makes(text):
                claim = _copied(target, text, Place(document.path, number, 1))
                if claim is not None and not (claim[3] and made.intersection(_words(claim[1]))):
                    yield claim
                made.update(_words(text))
                continue
            for claim in _command(target, text, Place(document.path, number, 1), inside):
                if claim[0] == "script" and posixpath.basename(claim[1].split()[-1]) in shown:
                    continue
                if not (claim[3] and made.intersection(_words(claim[1]))):
                    yield claim
    for span in document.spans:
        if span.place.line in others:
            continue
        if _START.match(span.text) and not _is_aside(span):
            inside = _Folders(target, home, names)
            yield from _command(target, span.text, span.place, inside)


_PROGRAM = regex(
    r"(?:\$ |> )?(?:sudo )?(?:[A-Z_]+=\S+ )*(?:cd|cp|mkdir|git|npm|npx|pnpm|yarn|bun|make|cargo"
    r"|docker|docker-compose|python3?|pip3?|uv|poetry|node|bash|sh|source|export|chmod|curl|psql|brew"
    r"|apt(?:-get)?|rustup|kubectl|helm|\./[\w./-]+)(?:\s|$)"
)


def _are_commands(lines: Sequence[str]) -> bool:
    """Whether a block that names no language is commands, each on a line of its own."""
    said = [line.strip() for line in lines if line.strip()]
    return bool(said) and all(
        line.startswith("#") or _PROGRAM.match(line) is not None for line in said
    )


class _Folders:
    """Where the reader of a block of commands is, as far as it is told: which folder it begins in
    is not known, nor whether a second terminal is meant."""

    def __init__(self, target: Target, home: str, cloned: Collection[str]) -> None:
        self._target = target
        self._starts = ("", home)
        self._cloned = cloned
        self.known: tuple[str, ...] = ()
        """Packages that may be meant; empty where that is not known."""

    def enter(self, word: str) -> None:
        """``cd word``. A name that was cloned is the root, though a folder may be called so."""
        if word.startswith(("/", "~", "-")) or word.strip("./").lower() in self._cloned:
            self.known = ()
            return
        above = () if ".." in word.split("/") else self._starts
        found = {posixpath.normpath(posixpath.join(one, word)) for one in (*self.known, *above)}
        there = {one for one in found if self._target.has(posixpath.join(one, "package.json"))}
        self.known = tuple(sorted(there))


_LISTING = frozenset(
    {"js", "javascript", "ts", "typescript", "mjs", "py", "python", "ruby", "go", "sql", "yaml",
     "yml", "dockerfile", "php", "perl", "powershell", "ps1"}
)  # fmt: skip
_FILE_NAME = regex(r"[\w-]{1,80}(?:\.[\w-]{1,40}){0,3}\.(?:sh|py|ps1|m?js|ts|ya?ml)\b")
_LISTED = 3
"""Lines of a block that is more than an example of a call."""


def _shown(document: Document) -> frozenset[str]:
    """The files whose text the document itself gives, under their names, for the reader to save."""
    found: set[str] = set()
    for fence in document.fences:
        first = fence.lines[0][1] if fence.lines else ""
        if len(fence.lines) < _LISTED:
            continue
        if fence.language in _LISTING or first.startswith("#!"):
            above = " ".join((fence.before, *fence.headings[-1:], first))
            found.update(_FILE_NAME.findall(above))
    return frozenset(found)


def _words(text: str) -> list[str]:
    return re.findall(r"[\w.-]+", text)


def _is_aside(span: CodeSpan) -> bool:
    """Whether a command in a sentence is no instruction. What stands behind the command that an
    item or a row begins with tells what it does: ``| `npm run format` | Format the code |``."""
    if _ITEM.match(span.line) is None or not _ITEM.sub("", span.line).startswith(span.text):
        return is_aside(span.around, span.headings)
    return is_gone(span.around) or is_aside("", span.headings)


_ITEM = regex(r"\s*(?:[-*+]|\d+[.)]|\|)\s+(?:\*\*)?`")
_WENT = regex(r"(?:^|&&|;)\s*cd\s+(?:\./)?([\w.-]{1,80}(?:/[\w.-]{1,80}){0,6}/?)\s*(?=&&|;|$)")
_COPIED = regex(
    r"(?:^|&&|;|\s\|\|)\s*(?:cp|copy)\s+(?:-\w+\s+)?(?:\./)?((?:[\w.-]{1,80}/){0,12}[\w.-]{0,80}"
    r"(?:example|sample|template|dist)[\w.-]{0,80})\s+(?:[\w./-]{1,300})\s*(?:$|#|&&|;)"
)


def _copied(target: Target, text: str, place: Place, entered: Collection[str] = ()) -> Held | None:
    """``cp .env.example .env``: what is copied has to be there."""
    match = _COPIED.search(text)
    if match is None or match[1].endswith("/") or "." not in posixpath.basename(match[1]):
        return None
    inside = [*entered, *_WENT.findall(text[: match.start()])]
    claim = _file(target, match[1], match[1], place)
    if claim is None:
        return _kept_out(target, match[1], place, [one.strip("/") for one in inside])
    if not claim[3]:
        return _lies_elsewhere(target, match[1], place, inside) or claim
    # `env.example` and `.env.local.example` for `.env.example`.
    words = frozenset(_words_of_name(match[1]))
    close = [one for one in target.everything if words <= frozenset(_words_of_name(one))]
    near = min(close, key=lambda one: (one.count("/"), len(one), one), default=None)
    if near is None:
        return claim
    kind, text, at, says, _ = claim
    return kind, text, at, f"{says}; there is {near}", Note(Place(near, 1, 1), "meant, probably")


def _lies_elsewhere(
    target: Target, path: str, place: Place, entered: Collection[str]
) -> Held | None:
    """A template that only folders have of which the document does not speak."""
    clean = posixpath.normpath(path)
    home = posixpath.dirname(place.path)
    if clean.startswith("../") or created(target).by(clean) is not None:
        return None
    if any(target.on_disk(posixpath.join(folder, clean)) for folder in ("", home, *entered)):
        return None
    named = target.named(posixpath.basename(clean))
    holders = [one for one in named if one.endswith(f"/{clean}")]
    if not holders:
        return None
    said = _said(target, place.path)
    if any(posixpath.basename(posixpath.dirname(one)) in said for one in holders):
        return None
    near = min(holders, key=lambda one: (one.count("/"), one))
    says = f"neither the root nor {home or 'any folder it names'} has it; there is {near}"
    return "script", path, place, says, Note(Place(near, 1, 1), "one of the name")


def _said(target: Target, path: str) -> frozenset[str]:
    """The words of a document."""
    known = _words_of_documents(target)
    if path not in known:
        known[path] = frozenset(_words(target.text(path)))
    return known[path]


@once
def _words_of_documents(target: Target) -> dict[str, frozenset[str]]:
    """Document → :func:`_said`, which fills it."""
    return {}


def _kept_out(target: Target, path: str, place: Place, entered: Collection[str]) -> Held | None:
    """A template that an ignore rule keeps out of every clone: only who wrote it has it.

    :param entered: folders that the reader may be in, beside the root and the document's.
    """
    clean = posixpath.normpath(path)
    if clean.startswith("../") or created(target).by(clean) is not None:
        return None
    homes = dict.fromkeys((*entered, posixpath.dirname(place.path), ""))
    wholes = [posixpath.normpath(posixpath.join(folder, clean)) for folder in homes]
    rules = [rule for one in wholes if (rule := target.ignored_by(one)) is not None]
    if not rules or any(target.on_disk(one) for one in wholes):
        return None
    says = f"no such file, and {rules[0].pattern!r} of {rules[0].place.path} keeps it out of git"
    return "script", path, place, says, Note(rules[0].place, f"ignore rule {rules[0].pattern}")


def _words_of_name(path: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", posixpath.basename(path).lower())


def _command(target: Target, text: str, place: Place, inside: _Folders) -> Iterator[Held]:
    text = re.split(r"\s#", text, maxsplit=1)[0]
    if '"' in text or "'" in text or "`" in text or _PLACE.search(text):
        return
    for part in _SPLIT.split(text):
        words = part.split()
        while words and "=" in words[0]:
            words = words[1:]
        if words and words[0] == "sudo":
            words = words[1:]
        if words[:2] in (["uv", "run"], ["poetry", "run"], ["pipenv", "run"], ["pdm", "run"]):
            words = words[2:]
        if not words:
            continue
        if words[0] in ("cd", "pushd", "popd"):
            inside.enter(words[1] if len(words) == 2 else "-")
            continue
        claim = _judged(target, words, place, inside.known)
        if claim is not None:
            yield claim


def _judged(target: Target, words: list[str], place: Place, inside: tuple[str, ...]) -> Held | None:
    program = words[0]
    if program in ("npm", "pnpm", "yarn", "bun"):
        return _npm_words(target, words, place, inside)
    if program == "make":
        return _make(target, words, place)
    if program == "cargo":
        return _cargo(target, words, place)
    if program == "docker-compose" or words[:2] == ["docker", "compose"]:
        for flag, value in pairwise(words):
            match = _COMPOSE.fullmatch(value) if flag in ("-f", "--file") else None
            if match is not None:
                return _file(target, match[1], f"{flag} {value}", place)
        return _services(target, words[1:] if program == "docker-compose" else words[2:], place)
    script = program if program.startswith("./") else ""
    if program in ("bash", "sh", "python", "python3", "node", "source", ".") and len(words) > 1:
        script = next((word for word in words[1:] if not word.startswith("-")), "")
        if words[1] == "-m" or words[1] == "-c":
            return None
    match = _SCRIPT.fullmatch(script)
    return _file(target, match[1], script, place) if match is not None else None


def _file(target: Target, path: str, text: str, place: Place) -> Held | None:
    """A file counts as there when any path of the repository ends like it: which folder the reader
    is in by then is not followed."""
    clean = posixpath.normpath(path)
    name = posixpath.basename(clean)
    bare = re.sub(r"^(?:\.\./)+", "", clean)
    made = MADE.intersection(bare.split("/")[:-1])
    if somewhere(target, bare) or (made and somewhere(target, name)):
        return ("script", text, place, "", None)
    home = posixpath.dirname(place.path)
    for folder in {"", home}:
        whole = posixpath.normpath(posixpath.join(folder, clean))
        if target.on_disk(whole) or target.ignored_by(whole) is not None:
            return None
    if created(target).by(bare) is not None or name in target.remember(_made_names):
        return None
    if clean.startswith("../") or name in ("get-docker.sh", "install.sh", "manage.py"):
        return None
    held = _embedded(target, name)
    if held is not None:
        says = f"no such file; its text is in {held.path}"
        return ("script", text, place, says, Note(held, f"the text of {name} {DEFINED}"))
    near = nearest_note(target, place.path, clean)
    if near is None and (other := other_ending(target, clean)):
        says = f"no such file; there is {other}"
        return ("script", text, place, says, Note(Place(other, 1, 1), "meant, probably"))
    return ("script", text, place, "no such file", near)


def _embedded(target: Target, name: str) -> Place | None:
    """Where a ConfigMap or the like holds the text of a file."""
    key = f"{name}:"
    for path in target.everything:
        if path.endswith((".yml", ".yaml")) and key in target.text(path):
            for number, line in enumerate(target.text(path).split("\n"), 1):
                bare = line.strip()
                if bare.startswith(key) and bare[len(key) :].strip().startswith(("|", ">")):
                    return Place(path, number, 1)
    return None


def _services(target: Target, words: list[str], place: Place) -> Held | None:
    """``docker compose logs api``: a service of whichever compose file."""
    if any(word.startswith(("-f", "--file", "-p", "--project", "--profile")) for word in words):
        return None
    words = [word for word in words if word not in ("--ansi", "--verbose")]
    if not words or words[0] not in _ON_SERVICES:
        return None
    verb, rest = words[0], words[1:]
    named: list[str] = []
    at = 0
    while at < len(rest):
        word = rest[at]
        if word in _VALUED:
            at += 2
            continue
        if not word.startswith("-"):
            named.append(word)
            if verb in ("exec", "run"):
                break
        at += 1
    known = target.remember(_service_names)
    if not known or not named or not all(_NAME.fullmatch(one) for one in named):
        return None
    lost = [one for one in named if one not in known]
    text = f"docker compose {verb} {' '.join(named)}"
    if not lost:
        return ("command", text, place, "", None)
    if re.search(rf"(?m)^[ \t]+{re.escape(lost[0])}:[ \t]*$", target.text(place.path)):
        return None  # the document gives a compose file with it, for the reader to save
    near = alike(lost[0], known) if len(known) <= _COMPARED else ""
    note = Note(known[near], f"service {near}") if near else None
    return ("command", text, place, f"no compose file has a service {lost[0]}", note)


_ON_SERVICES = frozenset(
    {"up", "logs", "exec", "run", "restart", "build", "start", "stop", "pull", "kill", "rm"}
)
_VALUED = frozenset(
    {"-n", "--tail", "--since", "--until", "-t", "--timeout", "-e", "--env", "-u", "--user", "-w",
     "--workdir", "--scale", "--name", "-v", "--volume", "--entrypoint", "--index", "--pull",
     "--build-arg", "--wait-timeout", "--exit-code-from", "-l", "--label"}
)  # fmt: skip
"""Flags of compose that take a value."""
_COMPARED = 100
"""Services that a wrong name is compared with."""


def _service_names(target: Target) -> dict[str, Place]:
    """Service → its place, over every compose file; empty when one of them is not understood."""
    found: dict[str, Place] = {}
    for file in compose_files(target):
        if file.problems or file.includes:
            return {}
        for name, service in file.services.items():
            found.setdefault(name, Place(file.path, service.line, 1))
    return found


def _made_names(target: Target) -> frozenset[str]:
    """The names of files that something of the repository writes, wherever it puts them."""
    made = created(target)
    return frozenset(posixpath.basename(path) for path in (*made.files, *made.endings))


def _npm_words(
    target: Target, words: list[str], place: Place, inside: tuple[str, ...]
) -> Held | None:
    """``npm run NAME``, and what runs a script without ``run``."""
    program = words[0]
    if words[1:2] == ["run"] and len(words) > 2 and program != "bun":
        return _npm(target, words, place, inside)
    if len(words) != 2 or program == "bun":
        return None
    name = words[1]
    short = name == "test" or (
        program != "npm" and (":" in name or name in _COMMON) and not name.startswith("-")
    )
    if not short:
        return None
    claim = _npm(target, [program, "run", name], place, inside)
    if claim is None:
        return None
    return (claim[0], claim[1].replace(f"{program} run", program, 1), *claim[2:])


_COMMON = frozenset(
    {"dev", "start", "serve", "build", "lint", "format", "typecheck", "type-check", "seed",
     "migrate", "preview", "storybook", "e2e"}
)  # fmt: skip
"""Names of scripts that are no programs and no commands of pnpm or yarn."""


def _npm(target: Target, words: list[str], place: Place, inside: tuple[str, ...]) -> Held | None:
    name = next((word for word in words[2:] if not word.startswith("-")), "")
    if not _NAME.fullmatch(name) or _NPM_FLAGS.intersection(words):
        return None
    scripts = target.remember(_npm_scripts)
    if not scripts:
        return None
    text = " ".join(words[:3])
    here = _scripts_in(target, inside) if inside and not _reaches_all(words[0], name) else None
    if name in scripts and (here is None or name in here):
        return ("command", text, place, "", None)
    if name in scripts and here is not None:
        return _not_here(scripts[name], text, place, name, inside, here)
    lost = f"no package.json has a script {name}"
    others = target.remember(_other_scripts)
    if name in others:
        there = Note(others[name], f"a script {name} {DEFINED}")
        return ("command", text, place, f"{lost}; {others[name].path} has one", there)
    rules = target.remember(_make_targets) or {}
    if name in rules:
        there = Note(rules[name], f"a target {name} {DEFINED}: `make {name}`")
        return ("command", text, place, f"{lost}; it is `make {name}`", there)
    own = _scripts_in(target, inside or _own_package(target, place.path)) or {}
    note: Note | None = None
    if near := alike(name, own):
        note = Note(own[near], f"script {near}")
    else:
        near = alike(name, scripts)
        whose = " of another package" if own else ""
        note = Note(scripts[near], f"script {near}{whose}") if near else None
    return ("command", text, place, lost, note)


def _reaches_all(manager: str, name: str) -> bool:
    """Whether a manager may find a script elsewhere than in the package that it is asked in: Yarn
    runs those with a colon of any workspace, and both run programs of ``node_modules``."""
    return manager in ("yarn", "bun") or (manager == "pnpm" and ":" in name)


def _own_package(target: Target, path: str) -> tuple[str, ...]:
    """The package that a document lies in."""
    folder = target.home(posixpath.dirname(path), "package.json")
    return (folder,) if target.has(posixpath.join(folder, "package.json")) else ()


def _scripts_in(target: Target, folders: tuple[str, ...]) -> dict[str, Place] | None:
    """The scripts of the packages that a reader may be in; ``None`` where one is unreadable."""
    found: dict[str, Place] = {}
    for folder in folders:
        manifest = target.parse(read_package_json, posixpath.join(folder, "package.json"))
        if manifest.problems:
            return None
        for script in manifest.scripts:
            found.setdefault(script.name, script.place)
    return found


def _not_here(
    there: Place,
    text: str,
    place: Place,
    name: str,
    inside: tuple[str, ...],
    here: dict[str, Place],
) -> Held:
    """The reader has entered a package, and another one has the script."""
    lost = f"{' and '.join(posixpath.join(one, 'package.json') for one in inside)} has none"
    near = alike(name, here)
    note = Note(here[near], f"script {near}") if near else Note(there, f"{name} of another package")
    text = f"cd {inside[0]} && {text}"
    return ("command", text, place, f"{lost}; {there.path} has one", note)


def _npm_scripts(target: Target) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for path in target.everything:
        if "node_modules/" in path:
            continue
        if path == "package.json" or path.endswith("/package.json"):
            for script in target.parse(read_package_json, path).scripts:
                found.setdefault(script.name, script.place)
    return found


def _other_scripts(target: Target) -> dict[str, Place]:
    """The scripts of manifests that npm does not read: ``package.emergency.json``, those
    of Composer."""
    found: dict[str, Place] = {}
    for path in target.everything:
        if "node_modules/" in path or _MANIFEST.search(path) is None:
            continue
        for script in target.parse(read_package_json, path).scripts:
            found.setdefault(script.name, script.place)
    return found


_MANIFEST = regex(
    r"(?:^|/)(?:package[.-](?!lock\b)[\w.-]+\.json|package\.json\.\w+|[\w-]+[.-]package\.json"
    r"|composer\.json)$"
)


def _make(target: Target, words: list[str], place: Place) -> Held | None:
    names = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    if len(names) != 1 or "-C" in words or "-f" in words or not _NAME.fullmatch(names[0]):
        return None
    rules = target.remember(_make_targets)
    if rules is None:
        return None
    text = f"make {names[0]}"
    if names[0] in rules or somewhere(target, names[0]):
        return ("command", text, place, "", None)
    lost = f"no Makefile has a target {names[0]}"
    scripts = target.remember(_npm_scripts)
    if names[0] in scripts:
        there = Note(scripts[names[0]], f"a script {names[0]} {DEFINED}: `npm run {names[0]}`")
        return ("command", text, place, f"{lost}; it is `npm run {names[0]}`", there)
    near = alike(names[0], rules)
    note = Note(rules[near], f"target {near}") if near else None
    return ("command", text, place, lost, note)


def _make_targets(target: Target) -> dict[str, Place] | None:
    """Target → its place; ``None`` without a Makefile or when targets are made up on the way."""
    found: dict[str, Place] = {}
    files = makefiles(target)
    for file in files:
        text = target.text(file.path)
        if re.search(r"(?m)^-?s?include\s|\$\(eval|\$\(foreach|^[^\t#=]*%[^=]*:", text):
            return None
        for rule in file.targets:
            if "$" in rule.name:
                return None
            for name in rule.name.split():
                found.setdefault(name, rule.place)
        for match in re.finditer(r"(?m)^\.PHONY\s*:(.*)$", text):
            for name in match[1].split():
                found.setdefault(name, Place(file.path, 1, 1))
    return found or None


def _cargo(target: Target, words: list[str], place: Place) -> Held | None:
    packages = cargo_packages(target)
    if not packages or len(words) < 2 or words[1] not in ("run", "build", "test", "check", "bench"):
        return None
    if any(package.manifest.problems for package in packages) or "--manifest-path" in words:
        return None
    bins = {name for package in packages for name, _ in package.bins}
    names = {package.manifest.package for package in packages}
    for flag, value in pairwise(words):
        known = bins if flag == "--bin" else names if flag in ("-p", "--package") else None
        if known is None or not _NAME.fullmatch(value):
            continue
        text = f"cargo {words[1]} {flag} {value}"
        if value in known:
            return ("command", text, place, "", None)
        what = "program" if flag == "--bin" else "package"
        if what == "package" and target.has("Cargo.lock"):
            return None  # it may be one of a registry
        near = alike(value, known)
        return (
            "command",
            text,
            place,
            f"no {what} is called {value}" + (f" ({near}?)" if near else ""),
            None,
        )
    return None
