"""What compose files name exists."""

from collections.abc import Mapping

from pytest_reconaudit.api import (
    BrokenReference,
    ComposeFile,
    FileReferences,
    Note,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)

_KINDS = {
    "context": ("a", Severity.HIGH),
    "dockerfile": ("a", Severity.HIGH),
    "env-file": ("b", Severity.HIGH),
    "example": ("b", Severity.INFO),
    "example-above": ("b", Severity.LOW),
    "told": ("b", Severity.LOW),
    "name": ("c", Severity.HIGH),
    "extends": ("c", Severity.HIGH),
    "mount": ("d", Severity.MEDIUM),
    "mount-folder": ("d", Severity.LOW),
    "mount-local": ("d", Severity.LOW),
    "mount-secret": ("d", Severity.INFO),
    "stage": ("e", Severity.HIGH),
}


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="`docker compose up` stops, or starts a service with an empty folder as configuration.",
    fix="""
    Commit the file or correct the path, and declare what is named. For a bind mount, the long
    form fails loudly instead of mounting an empty folder:

    ```yaml
    volumes:
      - type: bind
        source: ./loki/config.yml
        target: /etc/loki/config.yml
        bind: { create_host_path: false }
    ```
    """,
    advice={
        "a": (
            "`docker compose build` stops.",
            (
                "Correct the path (it counts from the compose file's folder, or from the one that "
                "the file is copied to before it is used), or commit the file."
            ),
        ),
        "b": (
            "`docker compose up` stops: the env file is missing in a clone.",
            "Commit an example and copy it first, or say `required: false`.",
        ),
        "c": (
            "Compose refuses the whole file.",
            "Declare the name at the top level, or use one that is declared.",
        ),
        "e": (
            "`docker compose build` stops.",
            (
                "Name a stage that the Dockerfile has (`FROM … AS NAME`), or build from the "
                "Dockerfile that was meant."
            ),
        ),
    },
)
def compose_references_exist(
    compose_file: ComposeFile, compose_references: Mapping[str, FileReferences]
) -> None:
    """Every file, folder, service, volume and stage that a compose file names exists.

    Why: compose checks names only when it starts, and a missing bind-mount source never: Docker
    creates an empty folder in its place.
    Decides: after merging base, override, `-f` combinations, `extends` and `include`: (a) build
    context and Dockerfile; (b) `env_file` (a note when an example lies beside it, or one of its
    very name in a folder above; low when another one lies there or a guide tells to write it); (c)
    services, volumes, networks, secrets and configs by name; (d) relative bind-mount sources:
    medium for files (low for one that git ignores, in a file for development or tests), low for
    folders of configuration or code; (e) the build `target`. Optional env files, absolute paths,
    `~`, sockets, sources behind variables, folders for data and override-only files without their
    base pass. A reference that one of the stacks resolves is no finding; below an `examples` or
    `contrib` folder it is low at most. Paths of a file that a script or guide copies to a folder
    above count from there; what leads into one missing folder is said once.
    Blind spots: folders outside the repository; secrets, which are brought along, are notes.
    """
    if compose_file.problems:
        skip(SkipReason.UNPARSABLE, compose_file.problems[0].message)
    found = compose_references.get(compose_file.path)
    if found is None:
        skip(SkipReason.UNRESOLVED, "an override of a file that is not known")
        return
    if not found.judged:
        skip(SkipReason.NO_INPUT, "names nothing that can be looked up")
    noted: dict[str, list[BrokenReference]] = {}
    for one in found.broken:
        # One note per env file, however many services read it.
        of_all = one.kind.startswith(("example", "env-file", "told"))
        key = one.evidence if of_all else str(one.place)
        if one.kind == "dockerfile":  # one missing file, however many services it should build
            key = one.says.partition(" builds ")[2]
        elif one.lost:  # one missing folder, however much should lie in it
            key = f"below {one.lost} "
        noted.setdefault(key + one.kind, []).append(one)
    for first, *others in noted.values():
        clause, severity = _KINDS[first.kind]
        says = first.says
        if others and first.kind == "dockerfile":
            says += f"; {len(others)} more build it"
        elif others and first.lost:
            says += f"; {len(others)} more of its paths lead into {first.lost}, which is missing"
        report(
            at=first.place,
            says=says,
            severity=min(severity, Severity.LOW) if first.aside else severity,
            evidence=first.evidence,
            related=[*first.notes, *(Note(one.place, one.says) for one in others)],
            fix=first.remedy,
            clause=clause,
        )
