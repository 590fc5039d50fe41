"""Configuration that is mounted is also read."""

from collections.abc import Mapping

from pytest_reconaudit.api import (
    ComposeFile,
    LiveVerdict,
    MountedConfig,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="The server runs with its defaults; every tuned value in the file is without effect.",
    fix="""
    Tell the server where the file is, or mount it where it looks by itself:

    ```yaml
    postgres:
      image: postgres:16
      command: postgres -c config_file=/etc/postgresql/postgresql.conf
      volumes:
        - ./postgresql.conf:/etc/postgresql/postgresql.conf:ro
    ```
    """,
)
def compose_config_file_loaded(
    compose_file: ComposeFile,
    mounted_configs: tuple[MountedConfig, ...],
    live_verdicts: Mapping[MountedConfig, LiveVerdict],
) -> None:
    """A configuration file that is mounted is one that the server reads.

    Why: nothing warns of a configuration in the wrong place: the server starts, only slower or
    less safe than was intended.
    Decides: for PostgreSQL, Redis/Valkey, MySQL/MariaDB, nginx and Prometheus images: the mounted
    path must be one that the image reads by itself, or stand in the command (`-c config_file=`,
    an argument of `redis-server`, `--defaults-file=`, `--config.file=`). A line counts as loaded
    when one of the stacks that hold it loads it. Scripts for `docker-entrypoint-initdb.d`,
    vendor images with folders of their own and commands that are scripts pass. Low when the
    command sets values itself (`-c shared_buffers=…`). With `--recon-dsn` or `--recon-redis` the
    running server decides: the file that it names is loaded; one whose values it does not have is
    not, whatever the command says.
    Blind spots: a configuration that another one includes inside an image built here; whether the
    live server is the one that this file starts.
    """
    if compose_file.problems:
        skip(SkipReason.UNPARSABLE, compose_file.problems[0].message)
    own = [one for one in mounted_configs if one.place.path == compose_file.path]
    if not own:
        skip(SkipReason.NO_INPUT, "mounts no configuration into a known server")
    for one in own:
        live = live_verdicts.get(one)
        if live is not None and live.loaded:
            continue
        if live is not None:
            values = ", ".join(
                f"{name} is {now}, not {wanted}" for name, wanted, now in live.differing[:3]
            )
            report(
                at=one.place,
                says=f"the live {one.server} was started with {live.actual or 'no file it names'},"
                f" not with {one.path}{': ' + values if values else ''}",
                evidence=f"{one.written}:{one.path}",
                related=[(one.command, one.command_text)] if one.command else [],
                clause="live",
                key=one.path,
            )
            continue
        if one.loaded:
            continue
        command = f"`{one.command_text}`" if one.command_text else "the image's own command"
        report(
            at=one.place,
            says=f"{one.server} of service {one.service} does not read {one.path}: {command} does"
            f" not name it and the image does not look there; it takes {one.wanted}",
            severity=Severity.LOW if one.tuned else Severity.MEDIUM,
            evidence=f"{one.written}:{one.path}",
            related=[(one.command, one.command_text)] if one.command else [],
        )
