"""Values that a bundler builds in are given to the build."""

from collections.abc import Iterable

from pytest_reconaudit.api import FrontendService, PublicValue, Severity, audit, report


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The frontend calls its built-in default address in every environment.",
    fix="""
    Hand the value to the build, or write a configuration file when the container starts. Use a
    public or a relative URL: the browser is not in the containers' network.

    ```dockerfile
    ARG VITE_API_URL
    ENV VITE_API_URL=$VITE_API_URL
    RUN npm run build
    ```
    ```yaml
    build:
      args:
        VITE_API_URL: /api
    ```
    """,
    advice={
        "b": (
            "Every call of the browser fails: only containers know that host.",
            "Use a public or a relative URL (`/api`), and let the web server pass it on.",
        ),
    },
)
def env_build_time_not_runtime(frontend_service: FrontendService) -> None:
    """Values that a bundler builds in are given to the build.

    Why: Vite, Next.js and Create React App replace `VITE_*`, `NEXT_PUBLIC_*` and `REACT_APP_*` by
    their values while they build. Set on a container that only serves the files, they do nothing.

    Decides: services whose image bundles in one stage and serves files (nginx, Caddy, httpd, a
    static server) in the last, or runs there what `next build` made (`NEXT_PUBLIC_*` that code of
    the application reads, with another default). (a) Such a key in the run-time environment,
    without `ARG` or `ENV` in the build stage. (b) Its URL, at run time or as a build argument,
    names a host that only containers resolve. Passes: `envsubst` or `sed` over a placeholder value,
    a configuration script made at start, use by the server's own template, relative URLs, other
    Node final stages. A `sed` that replaces the key's *name* is none: the bundler has replaced that
    already.

    Blind spots: images built elsewhere; start scripts that are not in the repository.
    """
    service = frontend_service
    build = (service.build.place, f"builds the bundle: {service.build.text[:60]}")
    does = "runs what was built" if service.node else "serves the files"
    serves = "runs what `next build` has" if service.node else "serves files that were"
    final = (service.final.place, f"{does}: {service.final_base}")
    for group in _by_file(service.late):
        names = ", ".join(one.key for one in group)
        report(
            at=group[0].place,
            says=f"{names}: set when {service.title} runs, but its image ({service.final_base}) "
            f"{serves} bundled without: no effect",
            evidence="; ".join(one.shown for one in group),
            related=[*((one.place, one.key) for one in group[1:]), build, final],
            clause="a",
            key=f"{service.title} {names}",
        )
    for group in _by_file(service.internal):
        names = ", ".join(f"{one.key} ({one.internal})" for one in group)
        report(
            at=group[0].place,
            says=f"{names} on {service.title}: a browser cannot resolve a host of the containers' "
            "network",
            evidence="; ".join(one.shown for one in group),
            related=[*((one.place, one.key) for one in group[1:]), final],
            clause="b",
            key=f"{service.title} {names}",
        )


def _by_file(values: Iterable[PublicValue]) -> list[list[PublicValue]]:
    found: dict[str, list[PublicValue]] = {}
    for one in values:
        found.setdefault(one.place.path, []).append(one)
    return list(found.values())
