"""Whether a service's own start command waits until another one answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pytest_reconaudit.facts.network.programs import start_scripts
from pytest_reconaudit.facts.network.services import Answering
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["waits_for"]

_HOST = r"[\"']?([A-Za-z0-9][\w.-]{0,100})[\"']?"
_PROBES = (
    regex(rf"/dev/tcp/{_HOST}/"),
    regex(
        r"\b(?:pg_isready|psql|mysqladmin|mysql|mariadb-admin|mariadb|redis-cli|valkey-cli|mongosh"
        rf"|mongo)\b[^\n;|&]{{0,200}}?\s(?:-h|-H|--host)[= ]{{0,3}}{_HOST}"
    ),
    regex(rf"\b(?:nc|ncat|netcat)\s(?:[^\n;|&]{{0,60}}?\s)?{_HOST}\s{{1,5}}[\"']?[\d$]"),
    regex(rf"\b(?:curl|wget)\s[^\n;|&]{{0,200}}?://{_HOST}[:/\"'\s]"),
)
"""Commands that ask once; a loop around them waits."""
_WAITERS = regex(
    r"(?:\b(?:wait[-_]for(?:[-_]it)?(?:\.sh)?|wait4x|wait-on)|\bdockerize\b[^\n;|&]{0,100}?\s-wait)"
    r"[\"']?(?=[\s=])[^\n;|&]{0,400}"
)
"""Programs that wait for the addresses they are given."""
_ADDRESS = regex(
    r"(?:^|[\s\"'/@:=])([A-Za-z0-9][\w.-]{0,100}):[\d$]"
    r"|\s(?:-h|--host)[= ]([A-Za-z0-9][\w.-]{0,100})"
)
_LOOP = regex(
    r"(?:[\n;&|({\"'`]|\b(?:do|then|else)\b|\s-\w{0,5}c\b)[ \t]{0,40}"
    r"(?:(while|until|done)\b|(for)[ \t]{1,9}(?:\w{1,60}[ \t]{1,9}in\b|\(\())"
)
_BACK = 300
"""How far ahead of the command the head of its loop may stand."""
_COMMENT = regex(r"^[ \t]{0,40}#[^\n]*", re.MULTILINE)
_VARIABLE = regex(r"\$\{?([A-Za-z_]\w{0,60})(?::?-([\w.-]{0,100}))?\}?")
_KEEPS = regex(
    r"^[ \t]{0,40}(?:export[ \t]{1,9})?([A-Za-z_]\w{0,60})=[\"']?([\w.-]{1,100})[\"']?[ \t]{0,40}$",
    re.MULTILINE,
)
_MOST = 20_000


def waits_for(target: Target, one: Answering, other: Answering) -> bool:
    """Whether the command, or the start script of the image built here, waits for another service.

    A probe in a loop does (``until pg_isready -h db``, ``while ! nc -z db 5432``), and so does a
    program made for it (``wait-for-it.sh db:5432``).
    """
    image = one.program.environment if one.program is not None else {}
    known = {key: value for key, value in image.items() if value} | dict(one.environment)
    names = other.names
    return any(host in names for text in _texts(target, one) for host in _awaited(text, known))


def _texts(target: Target, one: Answering) -> Iterator[str]:
    """What the container starts with, and the text of each script that this names."""
    program = one.program
    given = (*(one.service.entrypoint or ()), *(one.service.command or ()))
    yield " ".join(given)
    if program is None:
        return
    yield " ".join(program.command)
    if program.dockerfile is not None:
        yield from start_scripts(target, program.dockerfile, program.command)


def _awaited(text: str, known: Mapping[str, str]) -> Iterator[str]:
    """The hosts, in lower case, that a start command or script waits for."""
    text = _COMMENT.sub("", "\n" + text[:_MOST].replace("\\\n", " ").replace("$$", "$"))
    text = _filled(text, known)
    text = _filled(text, {match[1]: match[2] for match in _KEEPS.finditer(text)})
    for waiter in _WAITERS.finditer(text):
        for match in _ADDRESS.finditer(waiter[0]):
            yield (match[1] or match[2]).lower()
    for probe in _PROBES:
        for match in probe.finditer(text):
            ahead = text[max(0, match.start() - _BACK) : match.start()]
            marks = _LOOP.findall(ahead)
            if marks and marks[-1][0] != "done":
                yield match[1].lower()


def _filled(text: str, known: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda one: known.get(one[1]) or one[2] or one[0], text)
