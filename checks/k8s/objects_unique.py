"""Each object is written down once."""

from pytest_reconaudit.api import KubeFile, Severity, audit, report

_CLAUSES = {
    "a": (Severity.HIGH, "Configuration is defined more than once, and the copies disagree"),
    "b": (Severity.MEDIUM, "Objects are defined more than once, and the copies disagree"),
    "c": (Severity.LOW, "Objects are defined more than once"),
    "d": (Severity.MEDIUM, "One application is described several times"),
}


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="What runs depends on which file was applied last.",
    fix="""
    Keep one definition, and say only what differs in an overlay per environment:

    ```
    deploy/base/{kustomization,api}.yaml
    deploy/overlays/production/kustomization.yaml   # resources: [../../base], patches: …
    deploy/overlays/staging/kustomization.yaml
    ```
    """,
    advice={
        "c": (
            "Whoever mends one of the copies changes nothing, or the next apply takes it back.",
            "Delete one of the copies.",
        ),
        "d": (
            "Two versions of one application run, or whoever measures one scales the other.",
            "Keep one workload, and say in an overlay what differs.",
        ),
    },
)
def k8s_objects_unique(object_set: KubeFile) -> None:
    """No object and no application is described by two manifests.

    Why: `kubectl apply` of two files for one object keeps the second; somebody who mends the
        first sees no effect.
    Decides: full manifests of one kind, namespace and name in one render set, or in two folders
        that give the same explicit namespace or that one script applies. (a) ConfigMaps and Secrets
        that differ, (b) workloads, Services and the like that differ, (c) equal copies, (d)
        workloads of one image under related names whose limits differ. Other images alone, patches,
        overlays, other namespaces, files of other environments, numbered versions of a folder,
        files that a test applies one after the other, generated files and bundles (`install.yaml`,
        `all-in-one.yaml`) pass.
    Blind spots: Helm charts; copies whose folders nothing ties together.
    """
    for group in object_set.groups():
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
