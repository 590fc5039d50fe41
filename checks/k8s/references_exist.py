"""Objects that manifests name are there."""

from pytest_reconaudit.api import (
    Confidence,
    Dangling,
    ReferenceFile,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)

_CLAUSES = {
    "Secret": ("a", Severity.HIGH),
    "ConfigMap": ("a", Severity.HIGH),
    "PersistentVolumeClaim": ("c", Severity.HIGH),
    "ServiceAccount": ("d", Severity.MEDIUM),
    "Namespace": ("e", Severity.LOW),
    "Service": ("f", Severity.HIGH),
}
_ANONYMOUS = "Images of a private registry are not pulled (ErrImagePull); public ones are."
_LOG_IN = """Let the deployment make it in each namespace (`kubectl create secret docker-registry`
with what CI holds), or an ExternalSecret."""


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The pod never starts (CreateContainerConfigError, Pending) or the route answers 503.",
    fix="""
    Define the object in the same namespace, or use the names and keys that are there:

    ```yaml
    env:
      - name: DATABASE_URL
        valueFrom: {secretKeyRef: {name: shop-secrets, key: DATABASE_URL}}  # was: database-url
    ```

    A Secret whose values must stay out of git: an ExternalSecret, a SealedSecret, or
    `kubectl create secret` in the deploy workflow.
    """,
    advice={
        "d": (
            "No pod is created: the ReplicaSet reports that the account is forbidden.",
            "Define the ServiceAccount in the same namespace, or drop `serviceAccountName`.",
        ),
        "e": (
            "`kubectl apply` refuses every object of the namespace.",
            "Add the Namespace, or let the deployment create it first.",
        ),
        "f": (
            "The route answers 503.",
            "Name a Service of the same namespace, and one of its ports.",
        ),
    },
)
def k8s_references_exist(reference_file: ReferenceFile) -> None:
    """Every Secret, ConfigMap, key, claim, account, namespace and Service that is named exists.

    Why: Kubernetes accepts a dangling name; the pod then waits for it for ever.
    Decides: each reference is looked up by name and namespace in its render set and in those
        applied beside it: (a) Secret or ConfigMap, (b) a key of it, (c) PersistentVolumeClaim,
        (d) ServiceAccount, (e) Namespace, (f) Ingress backend and its port. `optional: true`,
        the `default` account, and names made by External Secrets, Sealed Secrets, cert-manager,
        Vault, other operators, volume claim templates, charts, `kubectl create` in scripts and
        workflows or Terraform pass. References of one file to one thing are one finding. What
        only `imagePullSecrets` names is medium, once for all namespaces of a file.
    Blind spots: objects made by hand or from another repository look missing; names that are
        still variables are not judged.
    """
    for dangling in reference_file.dangling:
        _say(dangling)
    if reference_file.unrendered:
        skip(SkipReason.NOT_RENDERABLE, reference_file.unrendered)


def _say(dangling: Dangling) -> None:
    clause, severity = _CLAUSES[dangling.kind]
    first, *rest = dangling.references
    what = f"{dangling.kind} {dangling.name}"
    inside = f" in namespace {dangling.namespace}" if dangling.namespace else ""
    at, evidence = first.place, f"{dangling.kind}/{dangling.name} in {first.how}"
    if dangling.lacks_key:
        at = first.key_place or first.place
        wanted = list(dict.fromkeys(one.key for one in dangling.references))
        sort = "port" if dangling.kind == "Service" else "key"
        clause = "f" if dangling.kind == "Service" else "b"
        says = f"{what} has no {sort} {', '.join(wanted[:5])}; it has {_some(dangling.keys)}"
        evidence = f"{dangling.kind}/{dangling.name} {first.key} in {first.how}"
    else:
        says = f"{what} is defined nowhere{inside if dangling.kind != 'Namespace' else ''}"
        if dangling.logs_in or all(one.how == "tls" for one in dangling.references):
            severity = Severity.MEDIUM
    if dangling.also_in:
        says += f", {', '.join(dangling.also_in[:4])}{' …' if dangling.also_in[4:] else ''}"
    if rest:
        says += f" ({len(dangling.references)} references)"
    if dangling.only_in:
        says += f", as rendered by {', '.join(dangling.only_in[:3])}"
    report(
        at=at,
        says=says,
        severity=severity.lowered() if dangling.off_path else severity,
        # What nobody here defines may still be made by hand; a key that is not there is a fact.
        confidence=Confidence.CERTAIN if dangling.lacks_key else Confidence.LIKELY,
        evidence=evidence,
        related=[
            *(
                (one.key_place if dangling.lacks_key and one.key_place else one.place, one.how)
                for one in rest
            ),
            *dangling.known,
        ],
        impact=_ANONYMOUS if dangling.logs_in else "",
        fix=_LOG_IN if dangling.logs_in else "",
        clause=clause,
        key=f"{clause}/{dangling.namespace or ''}/{dangling.kind}/{dangling.name}",
    )


def _some(keys: tuple[str, ...]) -> str:
    if not keys:
        return "none"
    return ", ".join(keys[:8]) + (f" and {len(keys) - 8} more" if len(keys) > 8 else "")
