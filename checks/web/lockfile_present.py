"""npm packages are installed by a committed lockfile."""

from pytest_reconaudit.api import (
    Install,
    LockSubject,
    Note,
    Place,
    Severity,
    audit,
    lines_of,
    report,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="Installs fail in CI and images, or bring other versions than those that were tested.",
    fix="""
    Take the lockfile out of `.gitignore`, commit it, and install by it:

    ```
    npm ci                          # pnpm install --frozen-lockfile, yarn install --immutable
    ```

    In a Dockerfile, copy the lockfile together with package.json before the install.
    """,
    advice={
        "c": ("", "Keep the lockfile of the manager in use, delete the rest."),
        "d": ("A build may take other versions than those that were tested.", ""),
    },
)
def web_lockfile_present(npm_locks: LockSubject) -> None:
    """The lockfile is in the repository, and images and CI obey it.

    Why: a range such as `^5.0.0` means something else every week; the lockfile says what was meant.
    Decides: (a) `npm ci`, a frozen install, or `cache:` of setup-node where a clone has no lockfile
    for that package or the root of its workspace: high; critical in the main CI workflow (the one
    that runs on push or pull request and is named ci, main, build or test, else the largest).
    (b) A `.gitignore` hides the lockfile of a package that is private or installed here: high; one
    that is committed all the same: low. (c) Lockfiles of two managers in one folder: medium.
    (d) `npm install`, `yarn install`, `bun install` in an image or in CI, `pnpm install` in an
    image, `--force` and `--legacy-peer-deps`: low, medium when there is a lockfile that they do not
    obey, or that the image lacks, and an image, a release or a deployment gets the outcome; low for
    an image that only Compose builds, beside one that obeys; a note for force with `npm ci`.
    Installs of named or global tools, frozen forms, settings that make them so, conditions on the
    lockfile, `npm ci || npm install`, `yarn workspaces focus`, members of a workspace, examples,
    demos and tests, images for work and libraries pass.
    Blind spots: installs inside scripts that an image runs.
    """
    groups: dict[tuple[str, bool, bool, str], list[Install]] = {}
    for install in npm_locks.installs:
        if install.clause:
            key = (install.clause, install.main, bool(install.lock), install.kind)
            groups.setdefault(key, []).append(install)
    for (clause, main, locked, _), found in sorted(groups.items()):
        found.sort(key=lambda one: one.place.key())
        grade = Severity.MEDIUM if locked and any(one.ships for one in found) else Severity.LOW
        first = found[0]
        root = ", ".join(dict.fromkeys(one.package.folder or "the root" for one in found))
        if clause == "a":
            says = f"`{first.text}` {first.needs(root)}"
            severity = Severity.CRITICAL if main else Severity.HIGH
        elif first.asked.forced:
            says = f"`{first.text}` installs {root} by force ({' '.join(first.asked.forced)})"
            severity = Severity.INFO if first.asked.frozen else grade
        else:
            locks = " and ".join(dict.fromkeys(one.lock for one in found))
            says = f"`{first.text}` is no repeatable install: {first.why(locks or root)}"
            severity = grade
        rules = dict.fromkeys(one.rule for one in found if one.rule is not None)
        report(
            at=first.place,
            says=says + _lines([one.place for one in found]),
            severity=severity,
            evidence=first.text,
            fix=first.cure,
            related=[*((one.place, one.text) for one in found[1:]), *rules],
            clause=clause,
            key=f"{clause} {first.text}",
        )
    if npm_locks.hidden:
        _ignored(npm_locks)
    for rule, lock in npm_locks.tracked[:1]:
        count = len(npm_locks.tracked)
        says = f"{lock} is committed, but .gitignore hides it: once moved, `git add` leaves it out"
        report(
            at=rule.place,
            says=says + (f" ({count} lockfiles)" if count > 1 else ""),
            severity=Severity.LOW,
            evidence=rule.message,
            related=[Note(Place(path), "is committed") for _, path in npm_locks.tracked],
            clause="b",
            key=f"tracked {lock}",
        )
    if npm_locks.locks:
        names = ", ".join(path for _, path in npm_locks.locks)
        odd = next((path for kind, path in npm_locks.locks if kind != npm_locks.manager), names)
        report(
            at=Place(odd),
            says=f"lockfiles of {len(npm_locks.locks)} managers say what is installed: {names}",
            severity=Severity.MEDIUM,
            related=[(Place(path), f"of {kind}") for kind, path in npm_locks.locks],
            clause="c",
        )


def _ignored(subject: LockSubject) -> None:
    rule, root = subject.hidden[0]
    roots = ", ".join(dict.fromkeys(path for _, path in subject.hidden))
    says = f"git ignores the lockfile of {roots}"
    if subject.forced:
        says += f", and {subject.forced[0]} adds it by force"
    report(
        at=rule.place,
        says=says,
        severity=Severity.MEDIUM if subject.forced else Severity.HIGH,
        evidence=rule.message,
        related=[
            *(note for note, _ in subject.hidden[1:] if note.place != rule.place),
            *((place, "adds it by force") for place in subject.forced),
        ],
        clause="b",
        key=f"ignored {root}",
    )


def _lines(places: list[Place]) -> str:
    lines = {place.line for place in places}  # one line may try it twice: `install || install`
    return f" ({len(lines)} times: {lines_of(places)})" if len(lines) > 1 else ""
