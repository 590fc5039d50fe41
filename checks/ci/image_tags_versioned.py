"""Images that are pushed can be told apart by their tags."""

from pytest_reconaudit.api import (
    Confidence,
    ImagePush,
    Severity,
    SkipReason,
    WorkflowPushes,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    impact="Nobody can say which release runs, and a rollback has no name to go back to.",
    fix="""Let `docker/metadata-action` make the tags, and use them.

```yaml
- id: meta
  uses: docker/metadata-action@v5
  with:
    images: ghcr.io/acme/shop
    tags: |
      type=semver,pattern={{version}}
      type=ref,event=branch
      type=sha
- uses: docker/build-push-action@v6
  with:
    push: true
    tags: ${{ steps.meta.outputs.tags }}
    labels: ${{ steps.meta.outputs.labels }}
```""",
)
def ci_image_tags_versioned(workflow_pushes: WorkflowPushes) -> None:
    """Pushed images carry a tag that names their version, beside the commit or `latest`.

    Why: `latest` is whatever was pushed last, so two servers run different code under one name; a
    bare commit hash has no order and no release in it.
    Decides: a step pushes an image (build-push-action, `docker push`, `docker build --push`) and
    its tags are only `latest`: medium; or tags that a metadata step computed for it are not used:
    medium; or only the commit's hash: low. One finding per sort and file. Pass: any tag made from a
    version, branch, date or input; another workflow that pushes the same image with such a tag; a
    commit tag that some step writes into a deployment; pushes by digest.
    Blind spots: tags that a script computes; images that are built and pushed by other tools.
    """
    pushes = workflow_pushes.pushes
    unused = [push for push in pushes if push.unused is not None and "version" not in push.kinds]
    rest = [push for push in pushes if push not in unused and push.versioned_at is None]
    _group(
        unused,
        "the tags that a metadata step computed for it are not used",
        Severity.MEDIUM,
        "unused",
    )
    _group(
        [push for push in rest if push.kinds == {"latest"}],
        "`latest` is its only tag, so no version can be told or brought back",
        Severity.MEDIUM,
        "latest",
    )
    _group(
        [push for push in rest if push.kinds == {"commit"} and push.deployed_by is None],
        "the commit's hash is its only tag: no release, no order",
        Severity.LOW,
        "commit",
    )
    if all(push.kinds == {"unknown"} for push in pushes):
        skip(SkipReason.UNRESOLVED, "all tags are computed")


def _group(pushes: list[ImagePush], says: str, severity: Severity, key: str) -> None:
    if not pushes:
        return
    first = pushes[0]
    more = f" (with {len(pushes) - 1} more)" if len(pushes) > 1 else ""
    related = [(push.place, f"{push.image}: {', '.join(push.tags)}") for push in pushes[1:]]
    related += [
        (push.unused.place, "computes tags that nobody uses") for push in pushes[:1] if push.unused
    ]
    report(
        at=first.place,
        says=f"job {first.job!r} pushes {first.image}: {says}{more}",
        severity=severity,
        evidence=f"{first.image}:{', '.join(first.tags) or 'latest'}",
        related=related,
        key=key,
    )
