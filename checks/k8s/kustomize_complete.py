"""Kustomizations build, and list all of their folder."""

from pytest_reconaudit.api import KubeFile, Severity, audit, report

_CLAUSES = {
    "a": (Severity.HIGH, "Listed paths cannot be read"),
    "b": (Severity.HIGH, "Patches have nothing to patch"),
    "c": (Severity.HIGH, "JSON patches do not apply"),
    "d": (Severity.MEDIUM, "Files outside the kustomization's folder are refused by default"),
    "e": (Severity.LOW, "Manifests lie beside the kustomization, but nothing lists them"),
    "f": (Severity.HIGH, "Listed folders hold no kustomization"),
}


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="The build of the overlay fails, or goes through without what somebody wrote.",
    fix="""
    List every file of the folder (or delete it), and patch what is there:

    ```yaml
    # overlays/production/kustomization.yaml
    resources:
      - ../../base            # has a kustomization.yaml
      - pdb.yaml              # beside this file
    patches:
      - path: replicas.yaml   # names an object of ../../base by kind and name
    ```
    """,
)
def k8s_kustomize_complete(kustomize_file: KubeFile) -> None:
    """Each path that is listed exists, each patch applies, and no manifest is forgotten.

    Why: a missing path fails the deploy; a patch whose target was renamed and a manifest that
        nobody lists fail nothing, they are just not there.
    Decides: (a) resources, components, transformers and patches that are missing or no YAML;
        (b) patches whose target is not in what the kustomization builds; (c) JSON patches, also of
        skaffold profiles, that remove or go through a path that is not there, go beyond a list,
        or name a Dockerfile that the artifact's context lacks; (d) single files from outside the
        folder without `--load-restrictor`; (e) manifests beside a kustomization that none lists
        and no script, workflow or document names; (f) folders without a kustomization, which the
        build refuses. Remote resources, generators' inputs, examples, files that scripts write,
        and patch targets of a component by itself pass; as soon as part of a build is unknown,
        (b) and (c) are not judged. `add` at the end of a list and `replace` of a missing last key
        work.
    Blind spots: plugins, Helm charts inside kustomizations, what a remote base holds.
    """
    for group in kustomize_file.groups():
        severity, says = _CLAUSES[group.clause]
        report(
            at=group.place,
            says=f"{says}: {group.listing}",
            severity=group.weigh(severity),
            confidence=group.confidence,
            evidence=group.evidence,
            related=group.related,
            clause=group.clause,
            key=group.key,
        )
