"""Actions of others are pinned to what was reviewed."""

from pytest_reconaudit.api import (
    Pin,
    PinnedFile,
    Place,
    Severity,
    SkipReason,
    also_in,
    audit,
    lines_of,
    report,
    skip,
)

_WEAK = "Whoever may push to that branch decides what the job says, and runs code in it."


@audit(
    pillar=3,
    severity=Severity.MEDIUM,
    impact="Whoever may push to that branch or move that tag runs code in your jobs, with your"
    " secrets.",
    fix="""Pin to the full commit that somebody has looked at, with the tag or branch that it was
taken from in a comment. Dependabot and Renovate keep commits of tagged versions up to date.

```yaml
- uses: docker/build-push-action@471d1dc4e07e5cdedd4c2171150001c434f0b7a4 # v6.15.0
```""",
)
def ci_actions_pinned(pinned_file: PinnedFile) -> None:
    """Actions of other publishers are pinned to a commit.

    Why: a branch changes with every push and a tag can be moved; both have been used to steal the
    secrets of thousands of repositories at once.
    Decides: an action at a branch (`@main`, `@master`, `@develop`): high, medium where all jobs
    that use it have no secret and may only read (`permissions`, or nothing but `pull_request`
    starts them), low when GitHub publishes it, or an owner to whom the repository seems to belong
    (its README links mostly there, its workflows push images there); a reusable workflow at a
    branch: low. Everything at a tag or at a moving name that its publisher documents
    (`dtolnay/rust-toolchain@stable`): one low finding for the file. An owner that differs from the
    known publisher used elsewhere in the repository for the same action, or by one or two letters
    from a known publisher: medium. Commits, `actions/*` and `github/*` at a tag, local actions and
    workflows, containers and everything that the repository's own owner publishes pass.
    Blind spots: whether a name that is no usual branch name is a tag or a branch; what a pinned
    action uses inside.
    """
    if pinned_file.problems:
        first = pinned_file.problems[0]
        skip(SkipReason.UNPARSABLE, f"{first.place}: {first.message}")
    pins = [pin for pin in pinned_file.pins if pin.elsewhere is not None]
    branches = [pin for pin in pins if pin.kind == "branch"]
    near = [pin for pin in branches if pin.trusted or pin.workflow or pin.related]
    far = [pin for pin in branches if pin not in near]
    _branch([pin for pin in far if not pin.harmless], Severity.HIGH, pinned_file)
    _branch([pin for pin in far if pin.harmless], Severity.MEDIUM, pinned_file)
    _branch(near, Severity.LOW, pinned_file)
    names: dict[tuple[str, str], list[Pin]] = {}
    for pin in pins:
        if pin.alike:
            names.setdefault((pin.action, pin.alike), []).append(pin)
    for (action, alike), uses in names.items():
        where = uses[0].alike_place
        known = f"{where} uses {alike}" if where else f"{alike.partition('/')[0]} is well known"
        report(
            at=uses[0].place,
            says=f"{action} is not by the usual publisher ({known}): a slip of the pen, or a name"
            f" that somebody else may register{_also(uses)}",
            evidence=f"uses: {uses[0].text}",
            related=_related(uses) + ([(where, f"uses {alike}")] if where else []),
            fix=f"Use {alike}, or say in a comment why it is {action}.",
            key=f"owner {action}",
        )
    moving = [pin for pin in pins if pin.kind in ("tag", "documented") and not pin.trusted]
    if moving:
        distinct = list(dict.fromkeys(pin.text for pin in moving))
        report(
            at=moving[0].place,
            says=f"{len(distinct)} action{'' if len(distinct) == 1 else 's'} of other publishers at"
            f" a tag, which can be moved ({lines_of(pin.place for pin in moving)})"
            f"{_also(moving)}",
            severity=Severity.LOW,
            evidence=", ".join(distinct),
            related=_related(moving) + pinned_file.heads,
            fix=pinned_file.belongs + _fix(moving[0], moving[0].kind.replace("documented", "name")),
            key="tags",
        )


def _branch(pins: list[Pin], severity: Severity, file: PinnedFile) -> None:
    """One finding for all uses at a branch."""
    if not pins:
        return
    first = pins[0]
    lines = lines_of(pin.place for pin in pins)
    more = f" (with {len(pins) - 1} more: {lines})" if len(pins) > 1 else ""
    report(
        at=first.place,
        says=f"{first.text} follows a branch: every push to it runs here at once{more}"
        f"{_also(pins)}",
        severity=severity,
        evidence=", ".join(dict.fromkeys(f"uses: {pin.text}" for pin in pins)),
        impact=_WEAK if severity is Severity.MEDIUM else "",
        related=_related(pins) + file.heads,
        fix=file.belongs + _fix(first, "branch"),
        key=f"branch {severity.label}",
    )


def _also(pins: list[Pin]) -> str:
    return also_in(at for pin in pins for at in pin.elsewhere or ())


def _related(pins: list[Pin]) -> list[tuple[Place, str]]:
    """All other uses, those of other files behind."""
    others = {at: f"uses: {pin.text}" for pin in pins for at in pin.elsewhere or ()}
    return [*((pin.place, f"uses: {pin.text}") for pin in pins[1:]), *others.items()]


def _fix(pin: Pin, kind: str) -> str:
    """In words that also fit an action without any release: which there are is not known here."""
    ref = pin.text.rpartition("@")[2]
    more = ""
    if kind == "branch":
        more = (
            " A release, where it has any that you can use, is better still; a fork that lives on"
            " its branch has none."
        )
    return (
        f"Pin to a commit: the one that the {kind} has now, once somebody has looked at it, with"
        f" the {kind} in a comment.{more}\n\n"
        f"```bash\ngit ls-remote https://github.com/{pin.action} {ref}\n```"
    )
