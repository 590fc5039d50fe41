"""What is said of secrets that are in the repository."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_reconaudit.facts.env.secrets import (
    KNOWN_TO_ALL,
    PAIRS,
    CommittedFile,
    Leak,
    same_elsewhere,
)
from pytest_reconaudit.model import lines_of

__all__ = ["leak_advice", "leak_sentence"]

_KNOWN_IMPACT = (
    "Whoever starts the stack without changing it runs on a secret that anybody can read here, and"
    " with which sessions or requests can be forged."
)
_DEFAULT_FIX = (
    "Leave the value empty, make one per installation (`openssl rand -hex 32`) where the files are"
    " set up, and let the compose file demand it (`${KEY:?}`). Installations that run on this value"
    " have to replace it."
)
_TEMPLATE_FIX = (
    "Leave the value empty in the template and make one per installation (`openssl rand -hex 32`),"
    " where it is set up. Installations that run on this value replace it; one that somebody"
    " else gave out (an API key) has to be revoked there."
)
_OWN_IMPACT = "Wherever such a store is reached by others, everybody who reads here has its key."
_OWN_FIX = (
    "Nothing has to be replaced at a provider. Make the key where the store is started"
    " (`openssl rand -hex 16`) and hand it on by a variable, or tell the scanner that it is meant"
    " to be known (an allow-list, a comment on the line)."
)
_PAIR_IMPACT = "Whoever runs with this pair can be impersonated by anybody who reads here."
_PAIR_FIX = (
    "Make a pair per installation where it is set up (`openssl req -x509 -newkey rsa:4096 -nodes"
    " …`), and leave both files out of the repository."
)
_SAMPLE_FIX = (
    "Leave the value empty in both files and make one per installation (`openssl rand -hex 32`)."
    " Installations that run on this value have to replace it."
)


def leak_advice(file: CommittedFile, leaks: Sequence[Leak]) -> tuple[str, str]:
    """(impact, fix) of leaks of one file that weigh the same; empty for those of the check."""
    strengths = {one.strength for one in leaks}
    if strengths <= PAIRS:
        return _PAIR_IMPACT, _PAIR_FIX
    if file.template and strengths == {"real"}:
        return _KNOWN_IMPACT, _TEMPLATE_FIX
    if strengths == {"own"}:
        return _OWN_IMPACT, _OWN_FIX
    if not strengths <= KNOWN_TO_ALL:
        return "", ""
    return _KNOWN_IMPACT, _DEFAULT_FIX if "default" in strengths else _SAMPLE_FIX


def leak_sentence(file: CommittedFile, clause: str, leaks: Sequence[Leak]) -> str:
    """The message for leaks of one file that weigh the same."""
    excepted = leaks[0].excepted
    looked_at = f"; allow-listed by {excepted}" if excepted and all(
        one.excepted for one in leaks
    ) else ""  # fmt: skip
    return _sentence(file, clause, leaks) + looked_at


def _sentence(file: CommittedFile, clause: str, leaks: Sequence[Leak]) -> str:
    first = leaks[0]
    names = ", ".join(dict.fromkeys(one.name for one in leaks[:5]))
    lines = lines_of(one.place for one in leaks)
    count = f"{len(leaks)} times, {lines}" if len(leaks) > 1 else lines
    if clause == "b":
        rule = f", although {file.ignored.pattern!r} ignores it" if file.ignored else ""
        return (
            f"{file.path} is a production env file in the repository{rule}: {names} belongs there"
        )
    if clause == "c":
        return f"credentials are spelled out in a script ({names}; {count})"
    if first.public and first.name == "a private key":
        return (
            f"a private key is in the repository ({count}); its certificate names this machine, or "
            "a comment declares it public"
        )
    if first.public:
        return f"{names} is declared no secret, held by clients, or opens a trial mailbox ({count})"
    count = f"{count}){same_elsewhere(leaks)}"
    if first.strength == "self-signed":
        return f"the private key of a self-signed certificate is in the repository ({count}"
    if first.strength == "own-authority":
        return (
            "a private key is in the repository, and so is that of the authority which signed its"
            f" certificate ({count}"
        )
    if first.strength == "own":
        return f"{names} of a store that the repository itself starts is spelled out ({count}"
    if first.strength in ("token", "name"):
        return f"{names} is in the repository ({count}"
    if first.strength == "default":
        return (
            f"{names}: a random value is shipped as the default of every installation ({count}; the"
            " compose file falls back to a value of this file too"
        )
    if first.strength == "sample":
        return f"{names}: the random value of a template or sample is used as it is ({count}"
    kind = "random value" if first.strength == "real" else "value made of words"
    return f"{names}: a {kind} of {first.bits:.1f} bits a character is committed ({count}"
