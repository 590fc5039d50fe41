"""Dependencies are installed before the source is copied."""

from pytest_reconaudit.api import (
    Dockerfile,
    Images,
    Layers,
    Severity,
    SkipReason,
    also_in,
    audit,
    is_development_name,
    is_test_image_name,
    lines_of,
    report,
    skip,
)

_CACHED = "Where manifests cannot be separated, give the install a cache: `RUN --mount=type=cache,"
_ORDERS = {
    "pip": f"""Copy the manifests, install, then copy the source:

```dockerfile
COPY requirements.txt ./
RUN pip install -r requirements.txt
COPY . .
```

With uv: `COPY pyproject.toml uv.lock ./` and `RUN uv sync --frozen --no-install-project`; with
Poetry: `poetry install --no-root`. {_CACHED}target=/root/.cache …`.""",
    "go": f"""Copy the manifests, download, then copy the source:

```dockerfile
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build ./...
```

{_CACHED}target=/go/pkg/mod …`.""",
    "cargo": f"""Let cargo-chef cook the dependencies in a layer of their own, before the source:

```dockerfile
COPY --from=plan /app/recipe.json ./
RUN cargo chef cook --release
COPY . .
RUN cargo build --release
```

{_CACHED}target=/usr/local/cargo/registry …`, and one for `target`.""",
}
"""What to do by family, where it is not what is said of npm."""


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="Every change of one source line downloads or compiles all dependencies again.",
    fix="""
    Copy the manifests and the lockfile, install, then copy the source:

    ```dockerfile
    COPY package.json package-lock.json ./
    RUN npm ci
    COPY . .
    RUN npm run build
    ```

    Where manifests cannot be separated, give the install a cache:
    `RUN --mount=type=cache,target=/root/.npm npm ci`.
    """,
)
def docker_layer_order(dockerfile: Dockerfile, images: Images, layers: Layers) -> None:
    """The install of dependencies is cached independently of the source.

    Why: Docker repeats every layer below the first that changed, and sources change always.
    Decides: looks at the stages that the shipping image needs. A stage fails when `COPY .`, or a
    folder that holds code, comes before the first install of what a manifest lists (`npm ci`,
    `pip install -r`, `cargo build`, `go mod download`, `dotnet restore`, a Maven or Gradle build
    …) and that `RUN` has no `--mount=type=cache`. A stage that installs from the manifests first
    and again later passes, and so do the split builds of cargo-chef or with a dummy `main.rs`,
    what an earlier stage installed and `COPY --from` or a mount brings before the install
    (`target`, `node_modules`, `.venv`; not for `npm ci`, which takes it away again), `pnpm fetch`,
    folders that an install needs (`prisma`, `patches`), installs of named tools and images for
    development. A note where the folder says that the image only runs tests (`api_tests`).
    Blind spots: installs inside scripts; `go build`, which downloads on its own.
    """
    if not dockerfile.stages:
        skip(SkipReason.UNPARSABLE, "the file has no stage")
    if images.is_dev_container(dockerfile) or is_development_name(dockerfile.path):
        return
    found = list(layers.early_sources(dockerfile))
    if not found:
        return
    if images.first_like(dockerfile) is not None:
        return  # told there
    twins = images.twins(dockerfile)
    first = found[0]
    lines = lines_of(one.copy.place for one in found)
    more = f" ({len(found)} stages: {lines})" if len(found) > 1 else ""
    report(
        at=first.copy.place,
        says=f"{first.source} is copied before `{first.install.text[:60]}` installs the"
        f" dependencies (line {first.install.place.line}), without a cache mount{more}"
        f"{also_in(twins)}",
        evidence=first.copy.written,
        related=[
            (first.install.place, "installs the dependencies"),
            *((one.copy.place, f"before {one.install.text[:60]}") for one in found[1:]),
            *((one.install.place, "installs the dependencies") for one in found[1:]),
            *((place, "is like it") for place in twins),
        ],
        severity=Severity.INFO if is_test_image_name(dockerfile.path) else None,
        key=first.family,
        fix=_ORDERS.get(first.family, ""),
    )
