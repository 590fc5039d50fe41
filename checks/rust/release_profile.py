"""Releases are built to run fast and to survive a panic."""

from pytest_reconaudit.api import ReleaseProfile, Severity, audit, debug_of, report

TUNED = ("lto", "codegen-units")


@audit(
    pillar=2,
    severity=Severity.LOW,
    impact="The program is slower or larger than it need be.",
    fix="""
    In the workspace root's Cargo.toml:

    ```toml
    [profile.release]
    lto = "thin"
    codegen-units = 1
    strip = true
    ```
    """,
    advice={
        "a": (
            "Code that is not optimised runs many times slower than the same code at level 3.",
            "Take `opt-level` out of `[profile.release]`: its default is 3.",
        ),
        "b": (
            "One panic in one request ends the process, and every other request with it.",
            'Take `panic = "abort"` out: the default, `unwind`, ends only the task that panicked.',
        ),
        "c": (
            "Debug information makes the image many times larger.",
            'Set `strip = true`; where backtraces are to keep lines, `debug = "line-tables-only"`.',
        ),
    },
)
def rust_release_profile(release_profile: ReleaseProfile) -> None:
    """The release profile optimises, strips, and lets a handler panic without ending the server.

    Why: the release profile decides the speed, size and fate of everything that is shipped.
    Decides: reads `[profile.release]` of each workspace or package that makes programs (and the
    profile that it inherits from, `.cargo/config.toml`, `CARGO_PROFILE_RELEASE_*` of images and
    workflows). (a) `opt-level` 0 or 1: high. (b) `panic = "abort"` where a program's code starts
    the server of a web framework: low, a note where clippy is told to deny `unwrap_used`,
    `expect_used` or `panic`, or `opt-level` asks for a small program. (c) Full `debug` information
    in a program that goes into an image: low; `strip = false`: a note. (d) Neither `lto` nor
    `codegen-units` is set: a note. `s` and `z`, line tables, `debug = 1`, split debug information,
    images that run `strip`, programs with a crate that reads symbols (Sentry, profilers) and
    settings with a comment about them pass.
    Blind spots: settings for single packages; servers that another package's code starts.
    """
    profile = release_profile
    level = profile.setting("opt-level")
    if level is not None and level[0] in ("0", "1"):
        report(
            at=level[1],
            says=f"releases of {profile.programs[0]} are built with opt-level {level[0]}",
            severity=Severity.HIGH,
            evidence=f"opt-level = {level[0]}",
            clause="a",
        )
    panic = profile.setting("panic")
    small = level is not None and level[0].strip("'\"") in ("s", "z")
    if panic is not None and panic[0] == "abort" and profile.server is not None:
        report(
            at=panic[1],
            says=f"a panic in any request ends the whole server ({profile.server.message})",
            severity=Severity.INFO if profile.guarded or small else Severity.LOW,
            evidence='panic = "abort"',
            related=[(profile.server.place, f"{profile.server.message} serves here")],
            clause="b",
        )
    strip, debug = profile.setting("strip"), debug_of(profile)
    if profile.in_image and debug is not None:
        report(
            at=debug[1],
            says=f"the image ships {profile.programs[0]} with its debug information",
            severity=Severity.LOW,
            evidence=f"debug = {debug[0]}",
            clause="c",
            key="debug",
        )
    elif (
        profile.in_image
        and not (profile.stripped or profile.traced or profile.setting("debug"))
        and strip
        and strip[0] in ("false", "none")
    ):
        report(
            at=strip[1],
            says=f"the image ships {profile.programs[0]} with its symbols",
            severity=Severity.INFO,
            evidence=f"strip = {strip[0]}",
            clause="c",
            key="strip",
        )
    if not any(profile.setting(key) for key in TUNED):
        report(
            at=profile.place,
            says=f"nothing sets lto or codegen-units for the {profile.name} profile",
            severity=Severity.INFO,
            clause="d",
        )
