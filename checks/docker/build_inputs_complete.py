"""What a Dockerfile builds can be built, and started, from what it provides."""

from pytest_reconaudit.api import (
    BuildInputs,
    Dockerfile,
    InputFault,
    Severity,
    SkipReason,
    audit,
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
)
def docker_build_inputs_complete(dockerfile: Dockerfile, build_inputs: BuildInputs) -> None:
    """A build finds its tools, sources and artefacts, and the image its libraries.

    Why: such a file works on the machine where a cache or an earlier build fills the gap.
    Decides: joins the Dockerfile with package.json and Cargo.toml through its build context.
    (a) An install without devDependencies (`--omit=dev`, `--production`, `NODE_ENV=production`
    before it) and then, in the stage, a build script whose tool is a devDependency. (b) A cargo
    build in an image that lacks a source file which the manifest declares (`[[bin]]`, `[lib]`,
    `[[bench]]` …). (c) A copied `target/release/NAME` that no package builds: critical. (d) The
    crate links libpq or OpenSSL and the final Debian, Ubuntu or distroless stage does not install
    it. (e) A folder below `target/` that no build fills, by the default of an `ARG` or by what a
    builder passes. Modules copied from another stage, a second full install, files that `cp` or
    `mv` puts there, musl builds, bundled features and a step that runs `ldd` pass.
    Blind spots: builds inside scripts; packages behind variables; a workspace member that is not
    copied.
    """
    if not dockerfile.stages:
        skip(SkipReason.UNPARSABLE, "the file has no stage")
    groups: dict[str, list[InputFault]] = {}
    for fault in build_inputs.faults(dockerfile):
        groups.setdefault(fault.clause, []).append(fault)
    for clause, found in sorted(groups.items()):
        first = found[0]
        lines = ", ".join(str(one.place.line) for one in found[:5])
        more = f" ({len(found)} times: lines {lines})" if len(found) > 1 else ""
        report(
            at=first.place,
            says=first.says + more,
            severity=Severity.CRITICAL if clause == "c" else Severity.HIGH,
            evidence=first.evidence,
            related=[*((one.place, one.says) for one in found[1:]), *first.related],
            clause=clause,
            key=f"{clause} {first.key}",
        )
