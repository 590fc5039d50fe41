"""Compose commands name services that exist."""

from pytest_reconaudit.api import (
    BadCall,
    ComposeCalls,
    Severity,
    SkipReason,
    audit,
    build_fix,
    lines_of,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="Compose refuses the command, so the script stops, or goes on without what it asked.",
    fix="""Name a service of the files in effect, not the container:

```bash
docker compose exec -T postgres psql -U app     # container_name: shop-postgres
```""",
    advice={
        "b": (
            "Compose refuses the files: a service without image and build cannot be started.",
            """Give the override its base:

```bash
docker compose -f docker-compose.yml -f docker-compose.prod.yml up -d
```""",
        ),
        "c": (
            "The argument has no effect: the program does what it always does.",
            "Read the argument in the program, or start what was meant.",
        ),
    },
)
def deploy_compose_commands_valid(compose_calls: ComposeCalls) -> None:
    """Compose calls fit the compose files, and programs read the arguments they are given.

    Why: `docker compose` checks names when it runs, which for a deployment script is the day of
    the deployment; an override used alone has no image to start at all.
    Decides: each `docker compose` call in scripts, Makefiles, package.json scripts and workflows
    against the merge of its `-f` files, else of the default file from its folder upwards. (a) a
    service of `exec`, `run`, `logs`, `up`, `restart` … that the model lacks: high, medium when
    another compose file has it and no `-f` is given; `build` of a service without `build`: high,
    medium in a script that tests. (b) files whose merge leaves services with neither image nor
    build: critical; in a Makefile or package.json, where a person asks for it, high, and medium in
    a goal for tests or development. (c) arguments for a Rust or Go program of the repository
    (`cargo run --`, `target/release/x`, `args:` and `command:` of containers) of which no source
    file looks at the command line: high. Calls with `COMPOSE_FILE`, another project or folder,
    variables, or files that are missing or not readable are left out.
    Blind spots: services of profiles that are off; which of several folders a script runs in.
    """
    groups: dict[tuple[str, Severity], list[BadCall]] = {}
    for bad in compose_calls.bad:
        groups.setdefault((bad.kind, bad.severity), []).append(bad)
    for group in groups.values():
        _report(group)
    for unread in compose_calls.unread[:1]:
        others = [(one.place, one.text) for one in compose_calls.unread[1:]]
        more = f" ({len(others)} more calls like it)" if others else ""
        report(
            at=unread.place,
            says=f"`{' '.join(unread.arguments)[:60]}` is passed to the program of"
            f" {unread.package}, and none of its source looks at the command line{more}",
            evidence=unread.text,
            related=others,
            clause="c",
            key=f"c {unread.text}",
        )
    if not compose_calls.judged:
        skip(SkipReason.UNRESOLVED, "which compose files its calls use cannot be told")


def _report(group: list[BadCall]) -> None:
    """One finding for all calls that go wrong in the same way."""
    bad = group[0]
    uses = sorted({use for one in group for use in one.uses}, key=lambda use: use[0].key())
    place, text = uses[0]
    lines = lines_of(at for at, _ in uses)
    times = f" ({len(uses)} calls: {lines})" if len(uses) > 1 else ""
    files = " + ".join(bad.files)
    listed = ", ".join(bad.services[:12])
    names = ", ".join(sorted(repr(one.name) for one in group))
    built = bad.kind == "build"
    if bad.kind == "override":
        says = (
            f"{files} alone is not a whole model{times}: {listed} ha"
            f"{'s' if len(bad.services) == 1 else 've'} neither image nor build"
        )
    elif built:
        says = f"`build` of {names}{times}: no `build` in {files}, so nothing is built"
    else:
        near = ", ".join(sorted({one.nearest for one in group if one.nearest}))
        meant = f"; probably {near}" if near else ""
        says = f"no service {names}{times} in {files} (services: {listed}){meant}"
    report(
        at=place,
        says=says,
        severity=bad.severity,
        evidence=text,
        related=uses[1:],
        clause="b" if bad.kind == "override" else "a",
        impact=(
            "Nothing is built: the service runs an old image, or none."
            if built
            else "The loop never ends: Compose refuses the command each time it asks."
            if bad.waits
            else ""
        ),
        fix=(
            build_fix(group)
            if built
            else "Ask a service that these files start, name the files that have the one meant, or"
            " drop the wait; and end the loop after a number of attempts."
            if bad.waits
            else ""
        ),
        key=f"{bad.kind} {names}",
    )
