"""Production images are built in stages."""

from pytest_reconaudit.api import (
    Dockerfile,
    Images,
    Severity,
    SkipReason,
    also_in,
    audit,
    final_stage,
    is_development_name,
    report,
    skip,
    tools_shipped,
)

_NODE_TOOLS = frozenset({"npm", "yarn", "pnpm", "bun", "npx", "vite", "tsc", "turbo", "nx", "next"})
_NODE = """Build in one stage, and bring what runs, with the packages that it needs, into another:

```dockerfile
FROM node:22-alpine AS builder
WORKDIR /src
COPY . .
RUN npm ci && npm run build && npm prune --omit=dev

FROM node:22-alpine
WORKDIR /app
COPY --from=builder /src/node_modules ./node_modules
COPY --from=builder /src/dist ./dist
USER node
CMD ["node", "dist/main.js"]
```

Of a workspace install for one package alone (`yarn workspaces focus PACKAGE --production`,
`pnpm deploy --prod`); with Yarn's Plug'n'Play `.pnp.cjs` and `.yarn/cache` come along."""


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="Every deployment pulls, stores and patches a compiler and the sources with it.",
    fix="""
    Build in one stage, run from another:

    ```dockerfile
    FROM golang:1.23-alpine AS builder
    WORKDIR /src
    COPY . .
    RUN go build -o /out/server ./cmd/server

    FROM alpine:3.20
    COPY --from=builder /out/server /usr/local/bin/server
    ENTRYPOINT ["server"]
    ```
    """,
)
def docker_multi_stage(dockerfile: Dockerfile, images: Images) -> None:
    """The image that ships carries no build tools.

    Why: a compiler, a package manager and the sources make an image some hundred megabytes
    larger and give whoever breaks in everything to work with.
    Decides: looks at the stage that ships (the one that a `target:` names, unless it is for
    development; else the last). It fails when a compile or bundle command (`cargo build`,
    `npm run build`, `vite build`, `mvn package` …) runs in that stage or in one it is built on,
    also by `FROM builder AS final`, or when its base is a compiler image although the build runs
    elsewhere. Images without a build step, development images, an image that another Dockerfile
    only copies from, and a build whose tools the same `RUN` removes again pass. A deployment that
    asks for the build stage although a lean one exists is a note.
    Blind spots: a build hidden in a script that the Dockerfile runs; bases named by an `ARG`
    without default.
    """
    stage = images.final_stage(dockerfile)
    if stage is None:
        skip(SkipReason.UNPARSABLE, "the file has no stage")
        return
    if is_development_name(dockerfile.path) or images.is_dev_container(dockerfile):
        return
    for build in images.deployments(dockerfile):
        asked = dockerfile.stage(build.target) if build.target else None
        if asked is None or asked.name.lower().startswith(("dev", "debug", "test")):
            continue
        lean = final_stage(dockerfile)
        heavy = tools_shipped(dockerfile, asked)
        if heavy and lean and lean is not asked and tools_shipped(dockerfile, lean) is None:
            report(
                at=build.place,
                says=f"{build.by} builds stage {asked.title}, which holds the build tools,"
                f" although stage {lean.title} is lean",
                severity=Severity.INFO,
                evidence=f"target: {build.target}",
                related=[(asked.place, "the stage asked for"), (lean.place, "the lean stage")],
            )
            return
    shipped = tools_shipped(dockerfile, stage)
    if shipped is None or stage.name.lower().startswith(("dev", "debug", "test")):
        return
    if images.copied_by(dockerfile) is not None:
        return
    if images.first_like(dockerfile) is not None:
        return  # told there
    twins = images.twins(dockerfile)
    base = shipped.base.base or shipped.base.written
    if shipped.builds_here:
        says = f"the image that ships runs its own build (`{shipped.step.name}`) on {base}"
    else:
        says = f"the image that ships is based on the toolchain {base}"
    bases = [
        (one.place, f"stage {one.title}: {one.base or one.written}") for one in dockerfile.stages
    ]
    report(
        at=stage.place,
        says=says + also_in(twins),
        evidence=stage.start.written,
        related=[
            (shipped.step.place, shipped.step.text),
            *bases,
            *((place, "is like it") for place in twins),
        ],
        fix=_NODE if shipped.step.name in _NODE_TOOLS else "",
    )
