"""Containers do not run as root."""

from pytest_reconaudit.api import (
    Confidence,
    Dockerfile,
    Images,
    ImageUsers,
    Note,
    Severity,
    SkipReason,
    also_in,
    audit,
    is_development_name,
    report,
    skip,
)


@audit(
    pillar=3,
    severity=Severity.MEDIUM,
    impact="Whoever breaks into the program is root in the container, one bug away from the host.",
    fix="""
    Make a user with a numeric id and switch to it last; listen on a port from 1024 up:

    ```dockerfile
    RUN adduser -D -u 10001 app
    USER 10001
    ```

    For nginx take `nginxinc/nginx-unprivileged`, for distroless the tag `nonroot`.
    """,
)
def docker_user_nonroot(dockerfile: Dockerfile, images: Images, image_users: ImageUsers) -> None:
    """The image that ships runs its program as somebody other than root.

    Why: a hole in the program then gives a stranger no root rights, inside or outside.
    Decides: looks at the last `USER` of the stage that ships, or of the stages it is built on. It
    fails when there is none, or it says `root` or `0`, after `ARG` defaults are put in. Low for
    nginx, httpd and PHP behind them, whose workers give up root; a note when every compose service
    and Kubernetes container that runs the image asks for another user. Bases that run as
    somebody else (distroless `nonroot`, `nginx-unprivileged`, Bitnami, Grafana …), data stores
    whose entry point drops root, start scripts with `gosu`, `su-exec` or `setpriv`, images that
    start nothing, and images for development or tests pass. A base that nothing is known about is
    only likely to be root.
    Blind spots: a base image of another repository; a program that gives up root by itself.
    """
    if images.final_stage(dockerfile) is None:
        skip(SkipReason.UNPARSABLE, "the file has no stage")
    if is_development_name(dockerfile.path) or images.is_dev_container(dockerfile):
        return
    root = image_users.root_of(dockerfile)
    if root is None or root.stage.name.lower().startswith(("dev", "debug", "test")):
        return
    if root.written:
        says = f"the image that ships runs as {root.written} (its last USER)"
    elif root.known_base:
        says = f"the image that ships has no USER, and its base {root.base} runs as root"
    else:
        says = f"the image that ships has no USER; nothing says that its base {root.base} has one"
    severity = Severity.LOW if root.workers else Severity.MEDIUM
    like = images.first_like(dockerfile)
    told = image_users.root_of(like) if like is not None else None
    if told is not None and not told.overridden and not root.overridden:
        return  # told there
    twins = () if root.overridden else images.twins(dockerfile)
    if root.overridden:
        severity = Severity.INFO
        says += ", but everything that runs it asks for another user"
    elif root.workers:
        says += "; its workers give that up, its master does not"
    related = list(root.overridden)
    if root.command is not None:
        related.append(Note(root.command.place, "what is started as root"))
    if root.place != root.stage.place:
        related.append(Note(root.stage.place, "the stage that ships"))
    related += [Note(place, "is like it") for place in twins]
    report(
        at=root.place,
        says=says + also_in(twins),
        severity=severity,
        confidence=Confidence.CERTAIN if root.known_base else Confidence.LIKELY,
        evidence=f"USER {root.written}" if root.written else root.stage.start.written,
        fix=root.remedy,
        related=related,
    )
