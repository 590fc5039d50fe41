"""Public keys have the prefix that the bundler exposes."""

from pytest_reconaudit.api import (
    FrontendApp,
    Severity,
    SkipReason,
    WrongPrefix,
    audit,
    report,
    skip,
)


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
    `REACT_APP_`). A key with another one's prefix is set in vain, and `process.env` in what Vite
    builds is an empty object (in its dev server a ReferenceError).

    Decides: the bundler is that of the nearest package.json. (a) An env file, compose service,
    manifest or Dockerfile of the application defines keys with another bundler's prefix: high,
    low when each is also defined under the right prefix, when no source reads them under any, and
    in a Dockerfile that nothing builds. (b) Browser source reads such a key.
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
        idle = defined and not wrong.used
        unbuilt = "; nothing in the repository builds this file" if wrong.unbuilt else ""
        if defined:
            says = (
                f"{wrong.path} sets {others} keys ({len(wrong.keys)}) for {title}, but "
                f"{bundler.title} exposes {exposed} only: {names}{more}"
                f"{'; no source reads them under any prefix' if idle else ''}{unbuilt}"
            )
        else:
            says = (
                f"source of {title} reads {names}{more} through {wrong.how}, but "
                f"{bundler.title} exposes {exposed} only: {_effect(bundler.name, wrong.how)}"
            )
        report(
            at=wrong.keys[0].place,
            says=says,
            severity=Severity.LOW if doubled or idle or wrong.unbuilt else Severity.HIGH,
            fix=_DELETE if idle else _fix(bundler.name, bundler.prefixes[0], wrong),
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


_DELETE = "Delete the keys, or, if they are wanted, name them as the bundler does and read them."
_OBJECTS = {"vite": "import.meta.env", "next": "process.env", "cra": "process.env"}


def _fix(bundler: str, prefix: str, wrong: WrongPrefix) -> str:
    """Old and new name of the first key, in the form that the file has."""
    key = wrong.keys[0].key
    old = next((one[:-1] for one in wrong.prefixes if key.startswith(one[:-1])), "")
    new = prefix + key[len(old) :]
    words = (
        "Rename the keys to the bundler's prefix in the template, in CI and in the code, at once."
    )
    if wrong.kind == "defined":
        return f"{words}\n\n```diff\n-{key}=…\n+{new}=…\n```"
    source = "import.meta.env" if "meta" in wrong.how else "process.env"
    target = _OBJECTS.get(bundler, source)
    if target != source:
        words += f" Read them from `{target}`: `{source}` holds none of them."
    return f"{words}\n\n```diff\n-{source}.{key}\n+{target}.{new}\n```"


def _effect(bundler: str, how: str) -> str:
    """What reading a key that the bundler does not put in does in the browser."""
    if "process" in how:
        if bundler == "vite":
            return (
                "undefined in the client that it builds, where process.env is {}, and a "
                "ReferenceError in its dev server"
            )
        return "undefined in the browser"
    return "undefined in the browser" if bundler == "vite" else "import.meta.env is undefined there"
