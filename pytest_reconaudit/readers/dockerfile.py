r"""Dockerfiles as BuildKit reads them: instructions with places, stages, heredocs, variables.

Our own reader: ``dockerfile-parse`` and ``dockerfile`` (a cgo binding) know neither heredocs nor
columns nor what a broken file still says, and broken files are what an audit is for. The rules
are those of BuildKit's ``frontend/dockerfile/parser``:

* a line is continued by ``\`` (or the ``# escape=`` character) before optional blanks; comment
  lines and empty lines in between are dropped;
* ``# syntax=`` and ``# escape=`` count only at the very top;
* heredocs belong to ``RUN``, ``COPY`` and ``ADD`` and are looked for word by word.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.interpolation import expand_word

__all__ = [
    "KEYWORDS",
    "Dockerfile",
    "Flag",
    "Heredoc",
    "ImageReference",
    "Instruction",
    "RunCommand",
    "Stage",
    "Word",
    "image_reference",
    "is_dockerfile_name",
    "read_dockerfile",
]

_KEYWORDS_NAMES = (
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN "
    "SHELL STOPSIGNAL USER VOLUME WORKDIR"
)
KEYWORDS = frozenset(_KEYWORDS_NAMES.split())

_HEREDOC_KEYWORDS = frozenset({"RUN", "COPY", "ADD"})
_EXEC_KEYWORDS = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
_DIRECTIVE = regex(r"^#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$")
_HEREDOC = regex(r"^(\d*)<<(-?)([^<]+)$")
_APART = regex(r"^\d*<<(-?)$")
_APART_NAME = regex(r"^(?:[A-Za-z_]\w*|'[A-Za-z_]\w*'|\"[A-Za-z_]\w*\")$")
_WORDS = regex(r"\S+")
_ENV_KEY = regex(r"[A-Za-z_][A-Za-z0-9_.-]*")
_OFFICIAL_STEMS = ("dockerfile", "containerfile")
_NOT_DOCKER_NAMES = (
    "dockerignore md markdown rst txt json yml yaml toml lock sh bash ps1 bat log j2 jinja "
    "jinja2 tpl tmpl tmplate template in erb m4 mustache hbs gotmpl ejs mako bak backup orig "
    "rej old swp swo save disabled sample snap diff patch html svg png"
)
_NOT_DOCKER = frozenset(_NOT_DOCKER_NAMES.split())
"""Last name parts that make ``Dockerfile.<part>`` something else: data, template, left-over."""
_MAX_INSTRUCTIONS = 1_000
PlaceAt = Callable[[int], Place]


class Word(Struct, frozen=True):
    """A blank-separated word of an instruction, as written."""

    text: str
    place: Place


class Flag(Struct, frozen=True):
    """``--name=value`` between keyword and arguments; ``value`` is empty for a bare flag."""

    name: str
    value: str
    place: Place


class Heredoc(Struct, frozen=True):
    """A here-document of an instruction. ``place`` is its first body line."""

    name: str
    text: str
    place: Place
    quoted: bool
    """``<<'EOF'``: nothing in the body is expanded."""
    strip: bool
    """``<<-EOF``: leading tabs are dropped."""
    apart: bool = False
    """``<< EOF``: builders before version 1.16 of the frontend take its body for instructions."""


class RunCommand(Struct, frozen=True):
    """One simple command of a ``RUN``: words unquoted, redirections left out."""

    words: tuple[str, ...]
    place: Place
    text: str
    following: str = ""
    """What joins it to the next command: ``&& || ; | &``; empty at the end."""

    @property
    def name(self) -> str:
        """The program without its folder."""
        return self.words[0].rpartition("/")[2] if self.words else ""


class Instruction(Struct, frozen=True):
    """One instruction. ``text`` is what follows keyword and flags, continuation lines joined."""

    keyword: str
    """Upper case, whether known or not."""
    place: Place
    end: int
    """Its last line, heredocs included."""
    text: str
    flags: tuple[Flag, ...] = ()
    exec_form: tuple[str, ...] | None = None
    """The decoded JSON array, where the keyword takes one and the text is one."""
    heredocs: tuple[Heredoc, ...] = ()
    written: str = ""
    """The source lines as they stand, without heredoc bodies."""
    spots: tuple[tuple[int, int, int], ...] = ()
    """(offset in ``text``, line, column) of each piece that ``text`` was joined from."""
    commands: tuple[RunCommand, ...] = ()
    """The simple commands of a ``RUN``, also those in its heredocs and after ``sh -c``."""

    @property
    def known(self) -> bool:
        return self.keyword in KEYWORDS

    def place_at(self, offset: int) -> Place:
        """Where the character of ``text`` at ``offset`` stands."""
        if not self.spots:
            return self.place
        index = max(0, bisect_right(self.spots, (offset, 1 << 60, 0)) - 1)
        start, line, column = self.spots[index]
        return Place(self.place.path, line, column + max(0, offset - start))

    @property
    def words(self) -> tuple[Word, ...]:
        """``text`` split at blanks, as ``COPY`` and ``FROM`` do; quotes are kept."""
        return tuple(Word(m[0], self.place_at(m.start())) for m in _WORDS.finditer(self.text))

    def flag(self, name: str) -> Flag | None:
        """The last ``--name``, if given."""
        return next((flag for flag in reversed(self.flags) if flag.name == name), None)

    @property
    def assignments(self) -> tuple[tuple[str, str | None, Place], ...]:
        """(name, value as written or ``None``, place) of an ``ARG`` or ``ENV``."""
        return tuple(_assignments(self))

    @property
    def sources(self) -> tuple[Word, ...]:
        """What a ``COPY`` or ``ADD`` takes, as written; the destination is left out."""
        if self.keyword not in ("COPY", "ADD"):
            return ()
        if self.exec_form is not None:
            found = [Word(text, self._place_of(text)) for text in self.exec_form]
        else:
            found = list(self.words)
        return tuple(found[:-1])

    def _place_of(self, text: str) -> Place:
        at = self.text.find(json.dumps(text, ensure_ascii=False))
        return self.place_at(at) if at >= 0 else self.place


class ImageReference(Struct, frozen=True):
    """An image name taken apart: ``registry/name:tag@digest``."""

    name: str
    """Registry and path, without tag and digest; ``library/`` and ``docker.io/`` dropped."""
    tag: str = ""
    digest: str = ""

    @property
    def short(self) -> str:
        """The last path part: ``rust`` of ``ghcr.io/x/rust``."""
        return self.name.rpartition("/")[2]


class Stage(Struct, frozen=True):
    """What one ``FROM`` begins."""

    index: int
    name: str
    """The alias as written; empty when the stage has none."""
    start: Instruction
    instructions: tuple[Instruction, ...]
    """Without the ``FROM`` itself."""
    written: str
    """The base as written."""
    base: str | None
    """The base with its variables resolved; ``None`` when one has no default."""
    parent: int | None
    """The index of the stage that the base names, if it names one."""
    platform: str = ""

    @property
    def place(self) -> Place:
        return self.start.place

    @property
    def title(self) -> str:
        """What to call it: its name, else its number."""
        return self.name or str(self.index)

    @property
    def image(self) -> ImageReference | None:
        """The base image; nothing when it is another stage or unresolved."""
        if self.base is None or self.parent is not None:
            return None
        return image_reference(self.base)

    def of(self, *keywords: str) -> Iterator[Instruction]:
        """Its instructions with one of the keywords, in order."""
        return (one for one in self.instructions if one.keyword in keywords)

    def last(self, keyword: str) -> Instruction | None:
        """The effective ``CMD``, ``USER`` …: the last of this stage (not of its base)."""
        return next((one for one in reversed(self.instructions) if one.keyword == keyword), None)


class Dockerfile(Struct, frozen=True):
    """A Dockerfile, as much of it as could be read."""

    path: str
    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    global_args: Mapping[str, str | None] = field(default_factory=dict)
    """The ``ARG``s before the first ``FROM`` with their resolved defaults."""
    problems: tuple[Problem, ...] = ()
    """What ends too early: a heredoc, or a continuation (then the file's last line)."""
    dangling: Instruction | None = None
    """The instruction whose last line ends in a continuation at the end of the file."""
    syntax: str = ""
    """The ``# syntax=`` directive."""
    escape: str = "\\"

    @property
    def place(self) -> Place:
        return Place(self.path, 1, 1)

    @property
    def empty(self) -> bool:
        """Whether it has no instruction at all."""
        return not self.instructions

    def stage(self, name: str, before: int | None = None) -> Stage | None:
        """The stage that ``name`` (an alias, any case, or an index) means.

        :param before: look only at the stages above this index.
        """
        stages = self.stages if before is None else self.stages[:before]
        for stage in reversed(stages):
            if stage.name and stage.name.lower() == name.lower():
                return stage
        if name.isascii() and name.isdigit() and len(name) < 5 and int(name) < len(stages):
            return stages[int(name)]
        return None

    def chain(self, stage: Stage) -> tuple[Stage, ...]:
        """The stage and the stages it is built on, itself first."""
        found = [stage]
        while found[-1].parent is not None and len(found) <= len(self.stages):
            found.append(self.stages[found[-1].parent])
        return tuple(found)

    def needed(self, stage: Stage) -> tuple[Stage, ...]:
        """Every stage that is built when ``stage`` is: its chain and what they copy from."""
        seen: dict[int, Stage] = {}
        todo = [stage]
        while todo:
            one = todo.pop()
            if one.index in seen:
                continue
            seen[one.index] = one
            if one.parent is not None:
                todo.append(self.stages[one.parent])
            for name, _ in copied_from(one):
                other = self.stage(name)
                if other is not None:
                    todo.append(other)
        return tuple(seen[index] for index in sorted(seen))

    def variables(self, stage: Stage, before: Instruction | None = None) -> dict[str, str | None]:
        """What ``ARG`` and ``ENV`` say in a stage (up to an instruction); ``None`` is unknown."""
        known: dict[str, str | None] = {}
        for one in reversed(self.chain(stage)):
            if one.index != stage.index:
                known |= self._set_in(one, None, known, env_only=True)
            else:
                known |= self._set_in(one, before, known, env_only=False)
        return known

    def _set_in(
        self,
        stage: Stage,
        before: Instruction | None,
        inherited: Mapping[str, str | None],
        *,
        env_only: bool,
    ) -> dict[str, str | None]:
        known = dict(inherited)
        environment: dict[str, str | None] = dict(inherited)
        for one in stage.instructions:
            if one is before:
                break
            if one.keyword not in ("ARG", "ENV"):
                continue
            scope = dict(known)
            for name, written, _ in one.assignments:
                if written is None:
                    value = self.global_args.get(name)
                else:
                    value = expand_word(written, scope, self.escape)
                if one.keyword == "ENV":
                    environment[name] = known[name] = value
                elif name not in environment:
                    known[name] = value
        return environment if env_only else known


def copied_from(stage: Stage) -> Iterator[tuple[str, Place]]:
    """What the ``--from`` and ``--mount=from=`` of a stage name, as written."""
    for one in stage.instructions:
        for flag in one.flags:
            if flag.name == "from" and one.keyword == "COPY" and flag.value:
                yield flag.value, flag.place
            elif flag.name == "mount" and one.keyword == "RUN":
                source = mount_options(flag.value).get("from")
                if source:
                    yield source, flag.place


def mount_options(value: str) -> dict[str, str]:
    """``type=bind,source=x,ro`` as a mapping; a bare option has an empty value."""
    pairs = (part.partition("=") for part in value.strip("\"'").split(","))
    return {key.strip().lower(): text for key, _, text in pairs}


def image_reference(text: str) -> ImageReference:
    """An image name taken apart; never fails, whatever the text."""
    rest, _, digest = text.partition("@")
    head, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    full = f"{head}{slash}{name}"
    for prefix in ("docker.io/", "index.docker.io/", "registry-1.docker.io/"):
        full = full.removeprefix(prefix)
    return ImageReference(full.removeprefix("library/"), tag, digest)


def is_dockerfile_name(name: str) -> bool:
    """Whether a base name is a Dockerfile's: ``Dockerfile.api``, ``web.dockerfile``, …"""
    lower = name.lower()
    stem, _, rest = lower.partition(".")
    if stem in _OFFICIAL_STEMS:
        return rest.rpartition(".")[2] not in _NOT_DOCKER
    if stem.startswith(("dockerfile-", "dockerfile_")):
        return not rest
    return lower.endswith((".dockerfile", ".containerfile", "-dockerfile", "_dockerfile"))


# -- reading -------------------------------------------------------------------------------


def read_dockerfile(text: str, path: str) -> Dockerfile:
    """Every instruction and stage of ``text``. Never raises: see ``problems``."""
    lines = text.split("\n")
    syntax, escape = _directives(lines)
    instructions: list[Instruction] = []
    problems: list[Problem] = []
    dangling: Instruction | None = None
    number = 0
    while number < len(lines) and len(instructions) < _MAX_INSTRUCTIONS:
        line = lines[number]
        if not line.strip() or line.lstrip().startswith("#"):
            number += 1
            continue
        pieces, last, open_ended = _logical_line(lines, number, escape)
        one = _instruction(path, lines, pieces, number, last, escape)
        number = last + 1
        if one.keyword in _HEREDOC_KEYWORDS or one.keyword == "ONBUILD":
            one, number = _with_heredocs(one, lines, number, problems)
        if one.keyword == "RUN":
            one = replace(one, commands=tuple(_run_commands(one)))
        instructions.append(one)
        if open_ended:
            dangling = one
            problems.append(
                Problem(
                    Place(path, last + 1, len(lines[last].rstrip()) or 1),
                    f"the last line continues ({escape}) but the file ends",
                )
            )
    stages, global_args = _stages(instructions, escape)
    return Dockerfile(
        path=path,
        instructions=tuple(instructions),
        stages=stages,
        global_args=global_args,
        problems=tuple(problems),
        dangling=dangling,
        syntax=syntax,
        escape=escape,
    )


def _directives(lines: list[str]) -> tuple[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = _DIRECTIVE.match(line.strip())
        if match is None or match[1].lower() not in ("syntax", "escape", "check"):
            break
        found.setdefault(match[1].lower(), match[2])
    escape = found.get("escape", "\\")
    return found.get("syntax", ""), escape if escape in ("\\", "`") else "\\"


def _logical_line(
    lines: list[str], start: int, escape: str
) -> tuple[list[tuple[str, int, int]], int, bool]:
    """The pieces (text, line index, column index) of one instruction, its last line's index, and
    whether the file ended where it should have gone on."""
    pieces: list[tuple[str, int, int]] = []
    number = last = start
    while number < len(lines):
        line = lines[number]
        stripped = line.strip()
        if number > start and (not stripped or stripped.startswith("#")):
            number += 1
            continue
        last = number
        body = line.rstrip(" \t")
        continued = body.endswith(escape) and not body.endswith(escape * 2)
        pieces.append((body[:-1] if continued else line, number, 0))
        if not continued:
            return pieces, last, False
        number += 1
    return pieces, last, True


def _instruction(
    path: str,
    lines: list[str],
    pieces: list[tuple[str, int, int]],
    start: int,
    last: int,
    escape: str,
) -> Instruction:
    joined = "".join(text for text, _, _ in pieces)
    spots, offset = [], 0
    for text, number, column in pieces:
        spots.append((offset, number + 1, column + 1))
        offset += len(text)
    indent = len(joined) - len(joined.lstrip())
    head = _WORDS.search(joined)
    keyword = head[0] if head else ""
    at = head.end() if head else len(joined)
    flags, at = _flags(path, joined, at, spots, escape)
    while at < len(joined) and joined[at].isspace():
        at += 1
    text = joined[at:].rstrip()
    own = tuple(
        (max(0, begin - at), line, column + max(0, at - begin))
        for index, (begin, line, column) in enumerate(spots)
        if index + 1 == len(spots) or spots[index + 1][0] > at
    )
    upper = keyword.upper()
    return Instruction(
        keyword=upper,
        place=Place(path, start + 1, indent + 1),
        end=last + 1,
        text=text,
        flags=flags,
        exec_form=_exec_form(upper, text),
        written="\n".join(lines[start : last + 1]),
        spots=own,
    )


def _flags(
    path: str, joined: str, at: int, spots: list[tuple[int, int, int]], escape: str
) -> tuple[tuple[Flag, ...], int]:
    found: list[Flag] = []
    while True:
        start = at
        while start < len(joined) and joined[start].isspace():
            start += 1
        if not joined.startswith("--", start):
            return tuple(found), at
        end, quote = start, ""
        while end < len(joined) and (quote or not joined[end].isspace()):
            if joined[end] == escape:
                end += 1
            elif quote:
                quote = "" if joined[end] == quote else quote
            elif joined[end] in "'\"":
                quote = joined[end]
            end += 1
        word = joined[start:end]
        at = end
        if word == "--":
            return tuple(found), at
        name, _, value = word[2:].partition("=")
        begin, line, column = spots[max(0, bisect_right(spots, (start, 1 << 60, 0)) - 1)]
        found.append(Flag(name.lower(), value, Place(path, line, column + start - begin)))


def _exec_form(keyword: str, text: str) -> tuple[str, ...] | None:
    if keyword == "HEALTHCHECK" and text[:3].upper() == "CMD":
        text = text[3:].lstrip()
    elif keyword not in _EXEC_KEYWORDS:
        return None
    if not text.startswith("["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _with_heredocs(
    one: Instruction, lines: list[str], number: int, problems: list[Problem]
) -> tuple[Instruction, int]:
    text = one.text
    if one.keyword == "ONBUILD" and text.split(None, 1)[:1] not in (["RUN"], ["COPY"], ["ADD"]):
        return one, number
    if "<<" not in text:
        return one, number
    found: list[Heredoc] = []
    pending: re.Match[str] | None = None
    for word, offset in _shell_words(text):
        mark, pending = pending, _APART.match(word)
        if mark is not None and _APART_NAME.match(word):
            strip, written = bool(mark[1]), word
            if not _is_ended(lines, number, word.strip("\"'"), strip=strip):
                continue  # a shift of bits, say
        elif (match := _HEREDOC.match(word)) is not None:
            mark, strip, written = None, bool(match[2]), match[3]
        else:
            continue
        name = re.sub(r"[\"'\\]", "", written)
        if not name or name.split() != [name]:
            continue
        first, body = number, []
        while number < len(lines):
            line = lines[number].lstrip("\t") if strip else lines[number]
            number += 1
            if line == name:
                break
            body.append(line)
        else:
            problems.append(
                Problem(one.place_at(offset), f"the heredoc <<{name} is never ended by {name}")
            )
        found.append(
            Heredoc(
                name=name,
                text="\n".join(body),
                place=Place(one.place.path, min(first + 1, len(lines)), 1),
                quoted=written != name,
                strip=strip,
                apart=mark is not None,
            )
        )
    if not found:
        return one, number
    return replace(one, heredocs=tuple(found), end=max(one.end, number)), number


def _is_ended(lines: list[str], number: int, name: str, *, strip: bool) -> bool:
    return any((line.lstrip("\t") if strip else line) == name for line in lines[number:])


def _shell_words(text: str) -> Iterator[tuple[str, int]]:
    """Words as a shell splits them (quotes kept) with their offsets."""
    start, quote, i = -1, "", 0
    while i < len(text):
        char = text[i]
        if not quote and char.isspace():
            if start >= 0:
                yield text[start:i], start
            start = -1
        else:
            if start < 0:
                start = i
            if char == "\\" and quote != "'":
                i += 1
            elif quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
        i += 1
    if start >= 0:
        yield text[start:], start


def _assignments(one: Instruction) -> Iterator[tuple[str, str | None, Place]]:
    words = list(_shell_words(one.text))
    if one.keyword == "ENV" and words and "=" not in words[0][0]:
        name, offset = words[0]
        yield name, one.text[offset + len(name) :].strip(), one.place_at(offset)
        return
    for word, offset in words:
        name, equals, value = word.partition("=")
        if _ENV_KEY.fullmatch(name):
            yield name, value if equals else None, one.place_at(offset)


def _stages(
    instructions: list[Instruction], escape: str
) -> tuple[tuple[Stage, ...], dict[str, str | None]]:
    starts = [i for i, one in enumerate(instructions) if one.keyword == "FROM"]
    global_args: dict[str, str | None] = {}
    for one in instructions[: starts[0] if starts else len(instructions)]:
        if one.keyword == "ARG":
            for name, written, _ in one.assignments:
                global_args[name] = (
                    None if written is None else expand_word(written, global_args, escape)
                )
    stages: list[Stage] = []
    named: dict[str, int] = {}
    for index, at in enumerate(starts):
        start = instructions[at]
        end = starts[index + 1] if index + 1 < len(starts) else len(instructions)
        words = [word.text for word in start.words]
        written = words[0] if words else ""
        base = expand_word(written, global_args, escape) or None
        alias = words[2] if len(words) > 2 and words[1].upper() == "AS" else ""
        parent = named.get(base.lower()) if base else None
        platform = start.flag("platform")
        stages.append(
            Stage(
                index=index,
                name=alias,
                start=start,
                instructions=tuple(instructions[at + 1 : end]),
                written=written,
                base=base,
                parent=parent,
                platform=platform.value if platform else "",
            )
        )
        if alias:
            named[alias.lower()] = index
    return tuple(stages), global_args


# -- the commands of a RUN -----------------------------------------------------------------

_RESERVED_NAMES = "if then elif else fi do done while until esac ! time { } in"
_RESERVED = frozenset(_RESERVED_NAMES.split())
_HEADS = frozenset({"for", "case", "select", "function"})
_OPERATOR = regex(r"&&|\|\||;;|\|&|[;|&()\n]")
_REDIRECT = regex(r"\d*(?:>>|>\||>&|<&|<<<|<<-?|>|<)|&>>?")
_ASSIGNMENT = regex(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})


def _run_commands(one: Instruction) -> Iterator[RunCommand]:
    if one.keyword != "RUN":
        return
    if one.exec_form is not None:
        words = one.exec_form
        if len(words) > 2 and words[0].rpartition("/")[2] in _SHELLS and words[1].endswith("c"):
            for command in _split(words[2], one.place_at):
                yield replace(command, place=one.place)
        elif words:
            yield RunCommand(words, one.place, one.text)
        return
    own = list(_split(one.text, one.place_at))
    yield from own
    for heredoc in one.heredocs:
        fed = own[0].name if own else ""
        if fed and fed not in _SHELLS:
            continue  # `cat <<EOF > file`: text, not commands
        if heredoc.text.startswith("#!") and not heredoc.text.split("\n")[0].endswith("sh"):
            continue
        base = heredoc.place
        starts = [0]
        for line in heredoc.text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)

        def at(offset: int, base: Place = base, starts: list[int] = starts) -> Place:
            index = max(0, bisect_right(starts, offset) - 1)
            return base.at((base.line or 1) + index, offset - starts[index] + 1)

        yield from _split(heredoc.text, at)


def _split(text: str, place_at: PlaceAt) -> Iterator[RunCommand]:
    words: list[str] = []
    begin, i, size = -1, 0, len(text)
    skip_word = False

    def finish(end: int, following: str) -> Iterator[RunCommand]:
        nonlocal words, begin
        if words and words[0] not in _HEADS:
            yield RunCommand(tuple(words), place_at(begin), text[begin:end].strip(), following)
        words, begin = [], -1

    while i < size:
        char = text[i]
        if char == "\\" and text.startswith("\n", i + 1):
            i += 2
            continue
        if char in " \t\r":
            i += 1
            continue
        if char == "#":
            end = text.find("\n", i)
            i = size if end < 0 else end
            continue
        redirect = _REDIRECT.match(text, i)
        if redirect:
            i = redirect.end()
            skip_word = True
            continue
        operator = _OPERATOR.match(text, i)
        if operator:
            mark = operator[0]
            yield from finish(i, mark if mark in ("&&", "||", "|", "&") else ";")
            skip_word = False
            i = operator.end()
            continue
        word, end = _word(text, i)
        if skip_word:
            skip_word = False
        elif not words and (word in _RESERVED or _ASSIGNMENT.match(word)):
            pass
        else:
            if begin < 0:
                begin = i
            words.append(word)
        i = max(end, i + 1)
    yield from finish(size, "")


def _word(text: str, i: int) -> tuple[str, int]:
    """One shell word from ``i``, unquoted, and where it ends. ``$(…)`` is kept as it stands."""
    out: list[str] = []
    size = len(text)
    while i < size:
        char = text[i]
        if char in " \t\r\n;|&()<>":
            break
        if char == "\\":
            if i + 1 < size and text[i + 1] != "\n":
                out.append(text[i + 1])
            i += 2
        elif char == "'":
            end = text.find("'", i + 1)
            end = size if end < 0 else end
            out.append(text[i + 1 : end])
            i = end + 1
        elif char == '"':
            i += 1
            while i < size and text[i] != '"':
                if text.startswith("$(", i):
                    end = _closing(text, i + 1)
                    out.append(text[i:end])
                    i = end
                    continue
                if text[i] == "\\" and i + 1 < size:
                    i += 1
                out.append(text[i])
                i += 1
            i += 1
        elif text.startswith("$(", i):
            end = _closing(text, i + 1)
            out.append(text[i:end])
            i = end
        elif char == "`":
            end = text.find("`", i + 1)
            end = size if end < 0 else end + 1
            out.append(text[i:end])
            i = end
        else:
            out.append(char)
            i += 1
    return "".join(out), i


def _closing(text: str, at: int) -> int:
    """The offset after the parenthesis that closes the one at ``at``."""
    depth, quote, i = 0, "", at
    while i < len(text):
        char = text[i]
        if char == "\\":
            i += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if not depth:
                return i + 1
        i += 1
    return len(text)
