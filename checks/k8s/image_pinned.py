"""What the cluster runs is one known build."""

from pytest_reconaudit.api import (
    ImageFile,
    KubeImage,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="Two pods of one Deployment may run different builds, and going back to the last one is"
    " not possible: it has the same name.",
    fix="""
    Let the pipeline set a tag that never moves, or a digest:

    ```yaml
    # kustomization.yaml of the overlay; CI runs: kustomize edit set image shop/api=shop/api:$SHA
    images:
      - name: shop/api
        newTag: 1.14.2
    ```
    """,
    advice={
        "c": ("Production runs whatever the tag means when a node pulls it.", ""),
        "d": (
            (
                "Kubernetes starts no new pods for a tag that it runs already, and there is no "
                "way back."
            ),
            (
                "Set the tag that was built: `kubectl set image deployment/api "
                "api=shop/api:$GITHUB_SHA`."
            ),
        ),
    },
)
def k8s_image_pinned(image_file: ImageFile) -> None:
    """Containers run images whose tag does not move.

    Why: a node that pulls later gets another image than its neighbours, and Kubernetes starts no
    new pods when a tag that it already runs has moved.
    Decides: in what is rendered, kustomizations applied, (a) `latest`, or neither tag nor digest;
    (b) the tag of a branch (`develop`, `main`, `staging` …): low; (c) a production kustomization
    sets a tag without a digit: high; (d) a command sets an image to `latest`; low when the same
    script restarts the rollout. One severity less in development, staging, test and example
    manifests, a note for a bare Pod that only sleeps. Tags that CI, Skaffold, Tilt, Flux or Argo CD
    sets, variables, placeholders and `imagePullPolicy: Never` are not judged.
    Blind spots: charts are not rendered; a tag with a version may be pushed again.
    """
    found = False
    for images, clause, severity, what in (
        (image_file.latest, "a", Severity.MEDIUM, ("runs", "run", "without a fixed tag")),
        (image_file.branches, "b", Severity.LOW, ("runs", "run", "the tag of a branch")),
        (
            image_file.overlays,
            "c",
            Severity.HIGH,
            ("gets", "get", "no version from the production overlay"),
        ),
        (image_file.rollouts, "d", Severity.MEDIUM, ("is", "are", "set to `latest` by a command")),
    ):
        if not images:
            continue
        found = True
        if all(image.by_hand for image in images):
            severity = Severity.INFO
        gentle = all(image.off_path or image.restarted for image in images)
        first = images[0]
        report(
            at=first.place,
            says=_sentence(images, what),
            severity=severity.lowered() if gentle else severity,
            evidence=f"image: {first.image}",
            related=[(image.place, f"{image.who}: {image.image}") for image in images[1:]],
            clause=clause,
        )
    if not found and not image_file.judged:
        skip(SkipReason.UNRESOLVED, "; ".join(image_file.reasons[:3]))


def _sentence(images: tuple[KubeImage, ...], words: tuple[str, str, str]) -> str:
    names = [
        f"{image.image} of {image.who} (line {image.place.line}"
        + (f", rendered by {image.within})" if image.within else ")")
        for image in images
    ]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    one, many, rest = words
    count = f"{len(images)} images {many}" if len(images) > 1 else f"1 image {one}"
    return f"{count} {rest}: {', '.join(names[:5])}{more}"
