"""npm packages are installed by a committed lockfile."""

from pytest_reconaudit.api import (
    LockSubject,
    Note,
    Place,
    Severity,
    audit,
    report,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The step fails, and all that comes after it.",
    fix="""
    Take the lockfile out of `.gitignore`, commit it, and install by it:

    ```
    npm ci                          # pnpm install --frozen-lockfile, yarn install --immutable
    ```

    In a Dockerfile, copy the lockfile together with package.json before the install.
    """,
    advice={
        "b": (
            "A clone without the lockfile installs the newest versions that package.json allows.",
            "",
        ),
        "c": (
            "They are kept up one by one: who uses the other manager gets other versions.",
            "Keep the lockfile of the manager in use, delete the rest.",
        ),
        "d": ("A build may take other versions than those that were tested.", ""),
    },
)
def web_lockfile_present(npm_locks: LockSubject) -> None:
    """The lockfile is in the repository, and images and CI obey it.

    Why: a range such as `^5.0.0` means something else every week; the lockfile says what was meant.
    Decides: (a) `npm ci`, a frozen install, or `cache:` of setup-node where a clone has no lockfile
    for that package or the root of its workspace, or `cache:` whose lockfile lies below the root
    and no path is given: high; critical in the main CI workflow (the one that runs on push or pull
    request and is named ci, main, build or test, else the largest). (b) A `.gitignore` hides the
    lockfile of a package that is private or installed here: medium, low for documents alone, high
    where an install then fails; one that is committed all the same: a note. (c) Lockfiles of two
    managers in one folder: low; what images and CI install with stays, else what `packageManager`
    says, else the one that fits package.json. (d) `npm install`, `yarn install`, `bun install` in
    an image or in CI, `pnpm install` in an image, `--force` and `--legacy-peer-deps` where the
    packages of the lockfile do not fit each other, and frozen installs of Yarn 1 and Bun without a
    lockfile, which do not fail: low, one finding for all that only do not insist on a lockfile;
    medium for what is shipped when the lockfile was written for other versions than package.json
    asks for, and when the image lacks the lockfile of the repository, by a `.dockerignore` too, low
    if only Compose builds that image, beside one that obeys, or nothing builds a `Dockerfile.x`
    whose package another one installs, which is built; a note for force with `npm ci`. Installs of
    named or global tools, frozen forms, settings that make them so, conditions on the lockfile,
    installs after a frozen one, `npm ci || npm install`, `yarn workspaces focus`, a newer Yarn in
    an image with a part of its workspace, Bun beside a lockfile that it takes over, members of a
    workspace, examples, demos and tests, images for work and libraries pass.
    Blind spots: installs inside scripts that an image runs.
    """
    for found in npm_locks.groups():
        first = found[0]
        severity = Severity.MEDIUM if first.uncopied and first.ships else Severity.LOW
        if first.clause == "a":
            severity = Severity.CRITICAL if first.main else Severity.HIGH
        elif first.by_force and first.asked.frozen:
            severity = Severity.INFO
        elif first.stale and first.plain and first.ships:
            severity = Severity.MEDIUM
        rules = dict.fromkeys(one.rule for one in found if one.rule is not None)
        report(
            at=first.place,
            says=first.says(found),
            severity=severity,
            evidence=first.text,
            impact=_FORCED if first.clause == "d" and first.by_force else "",
            fix=first.cure_of(found),
            related=[*((one.place, one.text) for one in found[1:]), *rules],
            clause=first.clause,
            key=f"{first.clause} {first.text}",
        )
    if npm_locks.hidden:
        _ignored(npm_locks)
    for rule, lock in npm_locks.tracked[:1]:
        count = len(npm_locks.tracked)
        says = f"{lock} is committed, but .gitignore hides it: once moved, `git add` leaves it out"
        report(
            at=rule.place,
            says=says + (f" ({count} lockfiles)" if count > 1 else ""),
            severity=Severity.INFO,
            evidence=rule.message,
            related=[Note(Place(path), "is committed") for _, path in npm_locks.tracked],
            clause="b",
            key=f"tracked {lock}",
        )
    if npm_locks.locks:
        names = ", ".join(path for _, path in npm_locks.locks)
        report(
            at=Place(npm_locks.odd),
            says=f"lockfiles of {npm_locks.rivals} managers say what is installed: {names}",
            severity=Severity.LOW,
            fix=npm_locks.settled,
            related=[(Place(path), f"of {kind}") for kind, path in npm_locks.locks],
            clause="c",
        )


_FORCED = "npm no longer says when packages do not fit each other."


def _ignored(subject: LockSubject) -> None:
    rule, root = subject.hidden[0]
    severity = Severity.LOW if subject.aside else Severity.MEDIUM
    if subject.fatal and not subject.forced:
        severity = Severity.HIGH
    report(
        at=rule.place,
        says=subject.hides,
        severity=severity,
        evidence=rule.message,
        fix=subject.cure,
        related=[
            *(note for note, _ in subject.hidden[1:] if note.place != rule.place),
            *((place, "adds it by force") for place in subject.forced),
        ],
        clause="b",
        key=f"ignored {root}",
    )
