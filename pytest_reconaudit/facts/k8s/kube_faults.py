"""What is wrong with the objects of a file, gathered over every render set that they end up in.

The checks on workloads, Services, Ingresses and kustomizations all judge an object once per render
set and speak once per file and clause; this is the part that they share.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from pytest_reconaudit.facts.k8s.cluster import Sighting
from pytest_reconaudit.model import Confidence, Note, Place, Severity
from pytest_reconaudit.target import Target

__all__ = ["FaultGroup", "KubeFault", "KubeFile", "fault_files"]

_SHOWN = 5


class KubeFault(Struct, frozen=True):
    """One thing wrong with one object, as the most severe of its render sets."""

    clause: str
    """The letter of the rule that it breaks."""
    place: Place
    what: str
    """The thing, to stand in a list: ``container api of Deployment/api``."""
    evidence: str = ""
    notes: tuple[Note, ...] = ()
    off_path: bool = False
    """Only where the path or namespace says that it is not production."""
    likely: bool = False
    """It needs one look."""
    by_hand: bool = False
    """Of something that somebody starts to work in: a note."""
    only_in: tuple[str, ...] = ()
    """The render sets with this fault, when there are others without."""

    @property
    def line(self) -> str:
        """The thing and where it stands, for a message."""
        return f"{self.what} ({self.place.line})" if self.place.line else self.what


class FaultGroup(Struct, frozen=True):
    """The faults of one clause in one file: what one finding tells."""

    path: str
    clause: str
    faults: tuple[KubeFault, ...]
    """In file order, at least one."""

    @property
    def place(self) -> Place:
        return self.faults[0].place

    @property
    def listing(self) -> str:
        """The first few things with their lines: ``api (12), web (40) and 3 more``."""
        shown = ", ".join(fault.line for fault in self.faults[:_SHOWN])
        rest = len(self.faults) - _SHOWN
        sets = sorted({name for fault in self.faults for name in fault.only_in})
        where = f", as rendered by {', '.join(sets[:3])}" if sets else ""
        return (f"{shown} and {rest} more" if rest > 0 else shown) + where

    @property
    def evidence(self) -> str:
        return "; ".join(dict.fromkeys(fault.evidence for fault in self.faults[:_SHOWN]))

    @property
    def related(self) -> list[Note]:
        """The other places, then what explains each."""
        rest = [Note(fault.place, fault.evidence or fault.what) for fault in self.faults[1:]]
        return list(dict.fromkeys([*rest, *(n for fault in self.faults for n in fault.notes)]))

    @property
    def confidence(self) -> Confidence | None:
        """LIKELY when each of them needs a look; ``None`` leaves it to the check."""
        return Confidence.LIKELY if all(fault.likely for fault in self.faults) else None

    @property
    def key(self) -> str:
        return f"{self.clause}/{self.path}"

    def weigh(self, severity: Severity) -> Severity:
        """One severity less when all of it is off the production path; a note when it is only of
        what people work in."""
        if all(fault.by_hand for fault in self.faults):
            return Severity.INFO
        off_path = all(fault.off_path for fault in self.faults)
        return severity.lowered() if off_path else severity


class KubeFile(Struct, frozen=True):
    """A file that holds objects of some kind, with what is wrong with them."""

    path: str
    count: int
    """How many objects of the kind it holds."""
    faults: tuple[KubeFault, ...]
    """In file order."""
    unrendered: str = ""
    """Why nothing can be said: none of its render sets could be rendered."""

    def groups(self) -> tuple[FaultGroup, ...]:
        """The faults by clause, in the order of the letters."""
        found: dict[str, list[KubeFault]] = {}
        for fault in sorted(self.faults, key=lambda one: (one.clause, one.place.key())):
            found.setdefault(fault.clause, []).append(fault)
        return tuple(
            FaultGroup(self.path, clause, tuple(faults)) for clause, faults in found.items()
        )


def fault_files(
    target: Target, judged: Iterable[tuple[Sighting, Iterable[KubeFault] | None]]
) -> tuple[KubeFile, ...]:
    """Verdicts on objects as one record per file, by path.

    :param judged: every object of interest in each of its render sets, with its faults;
        ``None`` when it cannot be judged there.
    """
    objects: dict[str, set[Place]] = {}
    visits: dict[Place, set[str]] = {}
    reasons: dict[str, str] = {}
    hits: dict[tuple[str, str, Place, str], list[tuple[Sighting, KubeFault]]] = {}
    for seen, faults in judged:
        one = seen.object
        if target.is_generated(one.path):
            continue
        objects.setdefault(one.path, set()).add(one.place)
        if faults is None:
            reasons.setdefault(one.path, seen.within.unrendered)
            continue
        visits.setdefault(one.place, set()).add(seen.within.id)
        for fault in faults:
            key = (one.path, fault.clause, fault.place, fault.what)
            hits.setdefault(key, []).append((seen, fault))
    by_path: dict[str, list[KubeFault]] = {}
    for (path, clause, place, what), group in hits.items():
        # The one that weighs most speaks for all.
        seen, fault = min(group, key=lambda pair: (pair[1].off_path, pair[1].likely))
        sets = {other.within.id for other, _ in group}
        by_path.setdefault(path, []).append(
            KubeFault(
                clause=clause,
                place=place,
                what=what,
                evidence=fault.evidence,
                notes=fault.notes,
                off_path=fault.off_path,
                likely=fault.likely,
                by_hand=fault.by_hand,
                only_in=tuple(sorted(sets)) if visits[seen.object.place] - sets else (),
            )
        )
    known = {place.path for place in visits}
    return tuple(
        KubeFile(
            path=path,
            count=len(places),
            faults=tuple(sorted(by_path.get(path, ()), key=lambda one: one.place.key())),
            unrendered="" if path in known else reasons.get(path, ""),
        )
        for path, places in sorted(objects.items())
    )
