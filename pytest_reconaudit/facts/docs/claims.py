"""A claim of a document that is not so, and the document that makes it."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.facts.docs.commands import DEFINED
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex

__all__ = ["Claim", "JudgedDocument"]

_MOST = 40
"""Places of one claim that are listed."""
_TIDY = regex(
    r"(?:(?:npm|pnpm|yarn|bun)(?: run)?|make) (?:lint|format|fmt|prettier|tests?|e2e|coverage|type"
    r"|types|typecheck|tsc|check|analy[sz]e|storybook|bench|benchmark|audit|stylelint|report|stats"
    r"|visuali[sz]e|bundle-analyzer)(?![a-z])"
)
"""What nobody needs to get the program to run."""


class Claim(Struct, frozen=True):
    """One refuted claim."""

    kind: str
    """``path``, ``script``, ``command``, ``symbol``, ``index``, ``route``, ``link``, ``setting`` or
    ``number``."""
    text: str
    place: Place
    says: str
    """What is not so: ``no such file``."""
    nearest: Note | None = None
    """What was probably meant."""
    also: tuple[Place, ...] = ()
    """Where other documents claim the same."""
    again: tuple[Place, ...] = ()
    """Where this one says it once more."""

    @property
    def told(self) -> str:
        """The claim and what is not so, with the number of documents that say the same."""
        others = len({place.path for place in self.also})
        more = f" (so say {others} more documents)" if others > 1 else ""
        more = " (so says 1 more document)" if others == 1 else more
        return f"`{self.text}`: {self.says}{more}"

    @property
    def notes(self) -> list[Note]:
        """Every place of the claim, and what was probably meant."""
        nearest = [self.nearest] if self.nearest is not None else []
        again = (*self.again[:_MOST], *self.also[:_MOST])
        return [
            Note(self.place, f"{self.text}: {self.says}"),
            *nearest,
            *(Note(place, "the same claim") for place in again),
        ]

    @property
    def stops(self) -> bool:
        """Whoever follows the document runs it and needs it to get on."""
        command = self.text.rpartition("&& ")[2]
        run = self.kind in ("script", "command") and _TIDY.match(command) is None
        return run or self.text.endswith((".sh", ".ps1"))

    @property
    def is_defined(self) -> bool:
        """Something of the repository defines what is asked for, where it is not looked for."""
        return self.nearest is not None and DEFINED in self.nearest.message


class JudgedDocument(Struct, frozen=True, eq=False):
    path: str
    is_report: bool
    """A status report or change log: what it says was so once."""
    is_aside: bool
    """It is about an experiment, a proposal, a test, an example, what was put away or one event."""
    judged: int
    """Claims that could be held against the repository."""
    refuted: tuple[Claim, ...]
    is_starter: bool = False
    """A README as a generator wrote it."""
    links: tuple[Claim, ...] = ()
    """The links of all guides that lead nowhere, at the first guide: they are mended in one go."""

    def of(self, *kinds: str) -> tuple[Claim, ...]:
        return tuple(claim for claim in self.refuted if claim.kind in kinds)
