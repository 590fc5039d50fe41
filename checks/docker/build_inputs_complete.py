"""What a Dockerfile builds can be built, and started, from what it provides."""

from pytest_reconaudit.api import (
    BuildInputs,
    Dockerfile,
    DockerfileReferences,
    InputFault,
    Severity,
    SkipReason,
    audit,
    lines_of,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The image cannot be built, or its program ends at once with a missing library.",
    fix="""
    Install all dependencies in the stage that builds and prune afterwards; copy the binary by the
    name that Cargo.toml gives it, from the folder that the profile fills; install what it links:

    ```dockerfile
    RUN npm ci && npm run build && npm prune --omit=dev

    COPY --from=builder /app/target/release/orders-api /usr/local/bin/
    RUN apt-get update && apt-get install -y --no-install-recommends libpq5
    ```
    """,
    advice={
        "a": (
            "The build stops: its tool is not installed.",
            "Install everything in the stage that builds; afterwards `npm prune --omit=dev`.",
        ),
        "b": (
            "cargo stops: a file that the manifest declares is not in the image.",
            "Copy it before the build (`COPY crates ./crates`), or take it out of Cargo.toml.",
        ),
        "c": (
            "The image cannot be built: the file to be copied never exists.",
            "Copy the binary by the name that Cargo.toml gives it.",
        ),
        "d": (
            "The program ends at once: a shared library is missing.",
            "Install it in the last stage too: `libpq5` for libpq, `libssl3` for OpenSSL.",
        ),
        "e": (
            "The image cannot be built: nothing fills the folder that it copies from.",
            "Copy from the folder that the built profile and target fill, or build that profile.",
        ),
        "f": (
            "The build or the container stops: npm knows no script of that name.",
            "Call a script that package.json has, or add it there.",
        ),
        "g": (
            "The install stops: a script that it runs by itself fails.",
            "Copy what it needs first (`COPY prisma ./prisma`), or use `--ignore-scripts`.",
        ),
        "h": (
            "The image runs the dependencies without the repository's patches.",
            "Copy the folder before the install: `COPY patches ./patches`.",
        ),
        "i": (
            "The container ends at once: there is no such file.",
            "Name a script that the image has, or copy it in.",
        ),
        "j": (
            "The container ends at once: nginx refuses its configuration.",
            "Copy a whole configuration to nginx.conf, one that begins with `server` to conf.d.",
        ),
    },
)
def docker_build_inputs_complete(
    dockerfile: Dockerfile, build_inputs: BuildInputs, dockerfile_references: DockerfileReferences
) -> None:
    """A build finds its tools, sources and artefacts, and the image its libraries.

    Why: such a file works on the machine where a cache or an earlier build fills the gap.
    Decides: joins the Dockerfile with package.json and Cargo.toml through its build context. (a) An
    install without devDependencies (`--omit=dev`, `--production`, `NODE_ENV=production` before it)
    and then, in the stage, a build script whose tool is a devDependency. (b) A cargo build in an
    image that lacks a source file which the manifest declares (`[[bin]]`, `[lib]`, `[[bench]]` …),
    the manifest of a workspace member or of a dependency with a path, or the workspace that
    dependencies are inherited from. (c) A copied `target/release/NAME` that no package builds:
    critical. (d) The crate links libpq or OpenSSL and the final Debian, Ubuntu or distroless stage
    does not install it. (e) A folder below `target/` that no build fills, by the default of an
    `ARG` or by what a builder passes. (f) `npm run NAME` of a `RUN`, `CMD` or `ENTRYPOINT` that
    package.json has no script for. (g) An install runs the package's own `postinstall`, `prepare` …
    and what that needs is not in the image yet: `prisma generate` without the schema, `node
    scripts/x.js` without the script, a tool of the devDependencies that this install leaves out, a
    patch of pnpm. (h) `patch-package` before the patches are copied: medium. (i) The image, or a
    compose service that is built from it, starts a script that no step puts there. (j) A whole
    nginx configuration is copied into `conf.d`, or one of `server` blocks over `nginx.conf`. (k) A
    program of a cargo build gets an older glibc than it was linked with, by the releases that the
    images name: critical when it is sure to need the newer one. (l) An `ARG` without a default
    chooses a project or a path (`nx build ${APP}`), and some builder gives no value.
    Modules copied from another stage, a second full install, files that `cp` or `mv` puts there,
    musl builds, bundled features and a step that runs `ldd` pass.
    Blind spots: builds inside scripts; packages behind variables; members behind a pattern.
    """
    if not dockerfile.stages:
        skip(SkipReason.UNPARSABLE, "the file has no stage")
    groups: dict[tuple[str, str], list[InputFault]] = {}
    for fault in build_inputs.faults(dockerfile):
        groups.setdefault((fault.clause, fault.place.path), []).append(fault)
    unbuilt = bool(groups) and dockerfile_references.unreferenced(dockerfile) is not None
    idle = "; nothing in the repository builds this file" if unbuilt else ""
    for (clause, _), found in sorted(groups.items()):
        first = found[0]
        lines = lines_of(one.place for one in found)
        more = f" ({len(found)} times: {lines})" if len(found) > 1 else ""
        report(
            at=first.place,
            says=first.says + more + idle,
            severity=first.severity.lowered(int(unbuilt and first.lowers)),
            confidence=first.confidence,
            evidence=first.evidence,
            related=[*((one.place, one.says) for one in found[1:]), *first.related],
            clause=clause,
            impact=first.impact,
            fix=first.fix,
            key=f"{clause} {first.key}",
        )
