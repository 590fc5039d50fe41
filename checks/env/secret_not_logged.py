"""No secret is written to a log."""

from pytest_reconaudit.api import (
    LogFile,
    Severity,
    audit,
    lines_of,
    report,
)


@audit(
    pillar=3,
    severity=Severity.HIGH,
    impact="Everybody who may read logs, and every system they are shipped to, has the secret.",
    fix="""
    Log what helps to find the fault: the host and the database's name of a URL, or that the key is
    set. What somebody has to read once (a first password) is better written to a file of theirs.
    """,
)
def env_secret_not_logged(log_file: LogFile) -> None:
    """No secret is written to a log.

    Why: logs are copied to places with weaker protection than the secret's own, and kept.
    A connection URL carries its password.

    Decides: arguments of log statements (`println!`, `log::`, `tracing`, `console.*`, loggers,
    `print`, `echo`) that are a variable or field into which a secret key or a connection URL
    (`DATABASE_URL`, `REDIS_URL`, `*_DSN`) was read; medium in seeds, examples and in shell scripts
    that only people, or images and stacks for development, start. Passes: whether it is set
    (`is_some()`, `!!x`, `x ? …`), lengths, hosts and other parts, calls that mask or redact, output
    that goes into a file or a pipe, tests.

    Blind spots: whole configuration objects that are printed; values handed on through calls.
    """
    if not log_file.logged:
        return
    first = log_file.logged[0]
    lines = lines_of(one.place for one in log_file.logged)
    names = ", ".join(dict.fromkeys(one.key for one in log_file.logged[:5]))
    more = f" ({len(log_file.logged)} statements, {lines})" if log_file.logged[1:] else ""
    prompts = all(one.prompt for one in log_file.logged)
    report(
        at=first.place,
        says=f"the script prints the value of {names} on the terminal{more}"
        if prompts
        else f"the value of {names} is written to the log{more}",
        severity=Severity.MEDIUM if prompts or log_file.aside else Severity.HIGH,
        evidence=first.text,
        related=[
            *((one.place, f"prints {one.name}") for one in log_file.logged[1:]),
            *((one.read, f"{one.key} is read here") for one in log_file.logged),
        ],
        key=names,
    )
