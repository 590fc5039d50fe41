"""Public keys have the prefix that the bundler exposes."""

from pytest_reconaudit.api import FrontendApp, Severity, SkipReason, audit, report, skip


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The key never reaches the browser: the frontend runs with its built-in defaults.",
    fix="""
    Rename the keys to the bundler's prefix in the template, in CI and in the code, in one change.

    ```diff
    -NEXT_PUBLIC_API_URL=https://api.example.org
    +VITE_API_URL=https://api.example.org
    ```
    """,
)
def env_prefix_matches_bundler(frontend_app: FrontendApp) -> None:
    """Public keys have the prefix that the bundler exposes.

    Why: a bundler hands only keys with its own prefix to the browser (`VITE_`, `NEXT_PUBLIC_`,
    `REACT_APP_`). A key with another one's prefix is set in vain, and reading it through
    `process.env` in a Vite bundle is a ReferenceError: the browser has no `process`.

    Decides: the bundler is that of the nearest package.json. (a) An env file, compose service,
    manifest or Dockerfile of the application defines keys with another bundler's prefix: high,
    low when each is also defined under the right prefix. (b) Browser source reads such a key.
    Passes: another package's keys, `envPrefix`, a `define` of `process.env`, a key that the
    bundler's configuration names, files that run in Node (configuration, scripts, servers).

    Blind spots: prefixes that plugins add; packages shared by several frontends.
    """
    app = frontend_app
    bundler = app.application.bundler
    if bundler is None or bundler.prefixes is None:
        skip(SkipReason.UNRESOLVED, "the bundler's configuration computes its prefix")
        return
    exposed = " and ".join(f"{prefix}*" for prefix in bundler.prefixes)
    for wrong in app.wrong:
        names = ", ".join(one.key for one in wrong.keys[:5])
        more = " …" if len(wrong.keys) > 5 else ""
        others = ", ".join(wrong.prefixes)
        defined = wrong.kind == "defined"
        doubled = defined and all(one.right is not None for one in wrong.keys)
        title = app.application.title
        if defined:
            says = (
                f"{wrong.path} sets {others} keys ({len(wrong.keys)}) for {title}, but "
                f"{bundler.title} exposes {exposed} only: {names}{more}"
            )
        else:
            says = (
                f"source of {title} reads {names}{more} through {wrong.how}, but "
                f"{bundler.title} exposes {exposed} only: {_effect(bundler.name, wrong.how)}"
            )
        report(
            at=wrong.keys[0].place,
            says=says,
            severity=Severity.LOW if doubled else Severity.HIGH,
            evidence=", ".join(one.key for one in wrong.keys),
            related=[
                (bundler.place, f"{title} is bundled by {bundler.title}"),
                *((one.place, f"{one.key}") for one in wrong.keys[1:]),
                *((place, "reads a key with the right prefix") for place in app.read[:5]),
                *(
                    (one.right, f"{one.key} under the right prefix")
                    for one in wrong.keys
                    if one.right
                ),
            ],
            clause="a" if defined else "b",
            key=wrong.kind,
        )


def _effect(bundler: str, how: str) -> str:
    """What reading a key that the bundler does not put in does in the browser."""
    if "process" in how:
        if bundler == "vite":
            return "a ReferenceError in the browser (process is not defined)"
        return "undefined in the browser"
    return "undefined in the browser" if bundler == "vite" else "import.meta.env is undefined there"
