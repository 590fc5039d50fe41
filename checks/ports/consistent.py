"""Every port that is asked for is one that the service listens on."""

from pytest_reconaudit.api import (
    Confidence,
    PortFile,
    Severity,
    SkipReason,
    WrongPort,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The connection is refused: the client, proxy or probe never reaches the service.",
    fix="""
    Keep one source of truth for each service's port and let everything else refer to it.

    ```diff
    -PORT=8080
    +PORT=2000        # what the program binds
    ```
    """,
)
def ports_consistent(port_file: PortFile) -> None:
    """Every port that is asked for is one that the service listens on.

    Why: a wrong port is found by nobody before the deployment: files of different kinds repeat
    the number, and only one of them is what the program binds.

    Decides: a reference (nginx `proxy_pass` and `upstream`, `*_URL`, `*_HOST` with `*_PORT`, `PORT`
    in env files, compose, ConfigMaps and workflow steps, `curl` and `wait-on` in scripts and
    workflows, k6 addresses, dev server proxies, Service and container ports) is held against the
    listeners of the service that it means: ports bound in source, `listen` of the configuration in
    the image, defaults of known images. Inside a compose network the container's ports count, from
    the machine the published ones and those of programs started from source. Critical for the port
    of a deployed service, high for workflows and deploy scripts, medium for examples and unused
    proxies, low for printed addresses. An address of this machine that five files or more have
    wrong in the same way is one finding, and so are three services or more of a compose file that
    are all started on one port.
    Passes: `1000:80` mappings, another service's own port, a port that the code takes from the
    environment, reverse proxies in front, databases on the machine, external hosts.

    Blind spots: languages without a reader (Java, C#, PHP, Ruby), ports from configuration files
    of the application, unknown images: then nothing is said, and a file that gives such a service
    a port is skipped with its name, not passed.
    """
    for wrong in port_file.wrong:
        more = [f"{note.place.line}" for note in wrong.lines]
        lines = ""
        if more:
            shown = ", ".join([f"{wrong.place.line}", *more[:4]])
            lines = f" ({len(more) + 1} lines: {shown}{' …' if len(more) > 4 else ''})"
        if wrong.siblings:
            named = ", ".join(note.message for note in wrong.siblings[:4])
            more_of = " …" if wrong.siblings[4:] else ""
            lines += f"; so it is with {len(wrong.siblings)} more: {named}{more_of}"
        if wrong.others:
            lines += f"; {len(wrong.others)} other files say the same"
        report(
            at=wrong.place,
            says=f"{wrong.says}{lines}",
            severity=wrong.severity,
            confidence=Confidence.CERTAIN if wrong.certain else Confidence.LIKELY,
            evidence=wrong.evidence,
            related=[*wrong.lines, *wrong.siblings, *wrong.others, *wrong.listeners],
            fix=_fix(wrong),
            key=f"{wrong.service} {wrong.number}",
        )
    if port_file.unheard and not port_file.wrong:
        names = f"{', '.join(port_file.unheard[:3])}{' …' if len(port_file.unheard) > 3 else ''}"
        skip(SkipReason.UNRESOLVED, f"what the program of {names} listens on is not known")
    if not port_file.judged:
        skip(
            SkipReason.UNRESOLVED,
            f"the services that its {port_file.unresolved} ports mean, or their listeners, are "
            "not known",
        )


def _fix(wrong: WrongPort) -> str:
    """In terms of the service: which number it has, and who says so."""
    if not wrong.listeners:
        return ""
    heard = wrong.listeners[0].message or f"{wrong.listeners[0].place}"
    return (
        f"Write the number here that {wrong.service} has ({heard}), or give the program "
        f"{wrong.number} by the setting that it takes its port from. Whoever names the old number "
        "goes along."
    )
