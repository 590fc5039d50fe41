"""Cargo.lock of a program is committed."""

from pytest_reconaudit.api import CargoLock, Note, Severity, audit, lines_of, report

WEIGHTS = {
    "shipped": Severity.HIGH,
    "alone": Severity.MEDIUM,
    "helper": Severity.LOW,
    "trial": Severity.INFO,
}

_TRIAL = "Who starts it next year gets other versions, which may not compile."


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="A build in a fresh clone takes the newest versions that Cargo.toml allows: it is not"
    " the program that was tested, and may not compile.",
    fix="Commit `Cargo.lock`, and build with `--locked`.",
    advice={
        "b": (
            "The build stops: `--locked` needs a `Cargo.lock`.",
            "Commit `Cargo.lock`; taking `--locked` away only hides it.",
        ),
        "c": (
            "The image may hold other versions than those that were tested.",
            "Copy `Cargo.lock` to where the image is built, and add `--locked`.",
        ),
        "d": (
            "Who reads it, or a scanner, is told of versions that nothing is built with.",
            "Delete it: the one at the workspace's root holds for all members.",
        ),
    },
)
def rust_lockfile_committed(cargo_lock: CargoLock) -> None:
    """A program's Cargo.lock is in the repository, and images are built by it.

    Why: without it a build next week is another program, and a `COPY Cargo.lock` fails in a clone.
    Decides: looks at workspaces and packages that make programs; a workspace whose members are
    mostly libraries counts when one of its programs is built in an image. (a) Cargo.lock is absent
    or git-ignored: high where the program goes into an image, serves requests or is built with
    `--locked`; low where it is a helper beside programs that have theirs; a note in a folder of
    trials (`sandbox`, `loadtest`, `hack` …) that no workflow and no image builds; else medium; a
    step less where all programs are behind features that published libraries have off by default.
    (b) It is
    absent and CI or an image builds with `--locked`, which fails: high. (c) It is there, but an
    image's build cannot see it (not copied, left out by `.dockerignore`) or does not ask it (`cargo
    install --path` without `--locked`): low; a build beside it without `--locked` is a note. Pure
    libraries, helper crates (`xtask`, `fuzz`, examples, collections of crates that a tool is tried
    with), images of tests, builds with `--frozen` or `--offline`, and those before another one of
    the stage that has the file (they warm the cache of layers) pass. (d) A member of a workspace
    has a Cargo.lock of its own, which cargo never reads: low.
    Blind spots: builds inside scripts.
    """
    lock = cargo_lock
    if not lock.there:
        at = lock.rule.place if lock.rule is not None else lock.root.manifest.package_place
        why = "git ignores it" if lock.rule is not None else "it is not in the repository"
        report(
            at=at,
            says=f"{lock.lock} of the program {lock.programs[0]} is missing in a clone: {why}",
            severity=WEIGHTS[lock.weight],
            impact=_TRIAL if lock.weight == "trial" else "",
            evidence=lock.rule.message if lock.rule is not None else "",
            fix=f"Take `{lock.rule.message}` out of {lock.rule.place.path}, commit {lock.lock}, and"
            " build with `--locked`."
            if lock.rule is not None
            else "",
            related=[
                Note(lock.root.manifest.package_place, f"makes {', '.join(lock.programs[:5])}"),
                *lock.careless[:5],
                *lock.blind[:5],
            ],
            clause="a",
            key=lock.lock,
        )
        _each_file(lock.demanding, "b", Severity.HIGH, f"fails, as a clone has no {lock.lock}")
        return
    for place in lock.unread:
        report(
            at=place,
            says=f"{place.path} is not read: its package belongs to the workspace of {lock.lock}",
            severity=Severity.LOW,
            related=[Note(lock.root.manifest.package_place, "the workspace's root")],
            clause="d",
            key=place.path,
        )
    says = f"does not go by {lock.lock}: it takes the newest versions that Cargo.toml allows"
    _each_file(lock.blind, "c", Severity.LOW, says)
    if lock.careless:
        first = lock.careless[0]
        files = len({note.place.path for note in lock.careless})
        more = f" ({files} such images)" if files > 1 else ""
        report(
            at=first.place,
            says=f"`{first.message}` has no `--locked`: where Cargo.toml asks for more than"
            f" {lock.lock} has, the build goes on with what it finds{more}",
            severity=Severity.INFO,
            related=lock.careless[1:],
            clause="c",
            key="careless",
        )


def _each_file(found: tuple[Note, ...], clause: str, severity: Severity, says: str) -> None:
    files: dict[str, list[Note]] = {}
    for note in found:
        files.setdefault(note.place.path, []).append(note)
    for notes in files.values():
        lines = lines_of(note.place for note in notes)
        more = f" ({len(notes)} times: {lines})" if len(notes) > 1 else ""
        report(
            at=notes[0].place,
            says=f"`{notes[0].message}` {says}{more}",
            severity=severity,
            evidence=notes[0].message,
            related=notes[1:],
            clause=clause,
            key=f"{clause} {notes[0].message}",
        )
