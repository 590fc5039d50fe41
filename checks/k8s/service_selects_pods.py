"""Services lead to pods."""

from pytest_reconaudit.api import KubeFile, Severity, audit, report_groups

_CLAUSES = {
    "a": (Severity.HIGH, "Services select no pod"),
    "b": (Severity.HIGH, "Services send traffic to port names that their pods do not have"),
    "c": (Severity.HIGH, "Services send traffic to ports that their pods do not declare"),
    "d": (Severity.MEDIUM, "Services select pods that are not in the repository"),
}


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The Service has no endpoints: every request fails with connection refused or 503.",
    fix="""
    Use the labels and the port of the pod template:

    ```yaml
    kind: Service
    spec:
      selector: {app: api}            # = spec.template.metadata.labels of the Deployment
      ports: [{port: 80, targetPort: http}]   # = the name of a containerPort
    ```
    """,
    advice={
        "b": ("", "Use the name of a `containerPort` of the pods, or give the port that name."),
        "c": ("", "Send to a port that the container declares and listens on."),
    },
)
def k8s_service_selects_pods(service_file: KubeFile) -> None:
    """Each Service selects pods that have the port it sends to.

    Why: a selector that matches nothing is valid; the Service just has no endpoints.
    Decides: for each Service with a selector, in its render set and those applied beside it, in
        its namespace: (a) some workload's pod labels must contain the selector; (b) a named
        `targetPort` must be a port name of the pods, (c) a number one of their declared ports;
        numbers are only judged when every container declares some, none of the Service's ports is
        among them, and no argument, variable or probe mentions it. (d) Labels of a Helm release
        that is not here, and Services that lie apart from any pod, are medium. ExternalName,
        Services without selector, labels that controllers and operators add, custom resources,
        scripts and releases that mention the label, and `kube-system` pass.
    Blind spots: sidecars injected at run time; pods started by hand.
    """
    report_groups(service_file, _CLAUSES)
