"""An image holds no secret."""

from pytest_reconaudit.api import (
    Dockerfile,
    ImageSecret,
    Severity,
    audit,
    lines_of,
    report,
)


@audit(
    pillar=3,
    severity=Severity.HIGH,
    impact="Whoever can pull the image reads the secret with `docker history` or `docker inspect`.",
    fix="""
    Give secrets to the container when it runs, and to a build step as a mount that leaves no
    trace. Replace what has been built in: every copy of the image has it.

    ```dockerfile
    # before: ENV DB_PASSWORD=…
    RUN --mount=type=secret,id=npm_token NPM_TOKEN=$(cat /run/secrets/npm_token) npm ci
    ```
    """,
    advice={
        "b": (
            "Whoever can pull the image can copy the file out of it.",
            """
            Replace the secret, keep the file out of the context, mount it where a step needs it.

            ```
            # .dockerignore
            **/.env*
            ```
            """,
        ),
        "c": (
            "Whoever can pull the image reads the value with `docker history`.",
            """
            Mount it for the one step:

            ```dockerfile
            RUN --mount=type=secret,id=npm_token NPM_TOKEN=$(cat /run/secrets/npm_token) npm ci
            ```
            """,
        ),
    },
)
def docker_secret_free(
    dockerfile: Dockerfile, image_secrets: dict[str, tuple[ImageSecret, ...]]
) -> None:
    """An image holds no secret.

    Why: layers and their history are kept for ever and copied to every registry and host. What a
    later layer removes is still there.

    Decides: (a) `ENV` or `ARG` under a secret name with a literal that is no placeholder, and any
    literal for a database image's password. (b) `COPY` or `ADD` of `.env` files, private keys,
    service account files: critical, medium for the key of a self-signed certificate that lies
    beside it or that a script of the repository makes. (c) a secret `ARG` without default that a
    later step uses: low, it stays in the history. Passes: `--mount=type=secret`, `*_FILE` keys,
    `.env.example`, certificates and public keys, keys for the browser (`VITE_*`), copied env files
    without any secret key (one that is not there is judged by its example), images of tests.

    Blind spots: secrets below a folder that is copied as a whole; downloads in a `RUN`.
    """
    for clause in "bac":
        found = [one for one in image_secrets.get(dockerfile.path, ()) if one.clause == clause]
        if not found:
            continue
        first = found[0]
        names = ", ".join(dict.fromkeys(one.name for one in found[:5]))
        lines = lines_of(one.place for one in found)
        says = {
            "a": f"{names} is set to a value that every image carries ({lines})",
            "b": f"{names} is copied into the image ({lines})",
            "c": f"{names} is a build argument: its value stays in the image's history ({lines})",
        }[clause]
        report(
            at=first.place,
            says=says,
            severity=first.severity,
            evidence="; ".join(f"{one.name}: {one.shown}" for one in found[:6]),
            related=[(one.place, f"{one.name}: {one.shown}") for one in found[1:]],
            clause=clause,
            key=clause,
        )
