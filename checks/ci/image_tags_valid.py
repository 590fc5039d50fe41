"""Images are asked for by tags that are pushed, and pushed by tags that are valid."""

from pytest_reconaudit.api import (
    BrokenTag,
    LostTag,
    Severity,
    WorkflowPushes,
    audit,
    lines_of,
    report,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The image is not in the registry: the build or the scan fails, or a deployment waits"
    " for an image that cannot be pulled.",
    fix="""Let the metadata step make the tag that the deployment names, or hand its `version` on.

```yaml
- id: meta
  uses: docker/metadata-action@v5
  with:
    images: ghcr.io/acme/shop
    tags: |
      type=ref,event=branch
      type=sha,format=long,prefix=      # the whole hash, as github.sha has it
- run: kubectl set image deployment/shop shop=ghcr.io/acme/shop:${{ github.sha }}
```""",
)
def ci_image_tags_valid(workflow_pushes: WorkflowPushes) -> None:
    """Tags that a workflow asks for are pushed, and tags that it makes are valid.

    Why: `type=sha` of metadata-action is a short hash with a prefix (`sha-1a2b3c4`), `github.sha`
    the whole one. And `{{branch}}` is empty where a run has no branch.
    Decides: an image or image tag is asked for by `github.sha` while all that metadata-action makes
    are short hashes and no step tags, builds or pushes by the whole one; and
    `type=sha,prefix={{branch}}-`, without `enable=`, in a job that runs on pull requests, releases
    or pushes of tags. One finding of each sort and workflow.
    Blind spots: tags that other workflows push; tags that a script computes.
    """
    if workflow_pushes.lost is not None:
        _lost(workflow_pushes.lost)
    if workflow_pushes.broken:
        _broken(*workflow_pushes.broken)


def _lost(lost: LostTag) -> None:
    (place, job, text), *others = lost.uses
    times = f" ({lines_of(at for at, _, _ in lost.uses)})" if others else ""
    report(
        at=place,
        says=f"job {job!r} asks for an image by the whole commit hash{times}; what is pushed has"
        f" the short one ({lost.shape})",
        evidence=text,
        related=[*((at, line) for at, _, line in others), (lost.made, "makes the tags")],
        key="whole hash",
    )


def _broken(first: BrokenTag, *more: BrokenTag) -> None:
    jobs = list(dict.fromkeys(one.job for one in (first, *more)))
    times = f" ({lines_of(one.place for one in (first, *more))})" if more else ""
    report(
        at=first.place,
        says=f"job{'s' if len(jobs) > 1 else ''} {', '.join(map(repr, jobs))}: the tag begins with"
        f" the branch{times}, and a run on {' or '.join(first.events)} has none: `-1a2b3c4` is no"
        " valid tag",
        evidence=first.text,
        related=[(one.place, one.text) for one in more],
        impact="The build fails with `invalid reference format` on every such run.",
        fix="Drop the prefix, or write the rule for branches only:"
        " `enable=${{ github.event_name == 'push' && github.ref_type == 'branch' }}`.",
        key="branch prefix",
    )
