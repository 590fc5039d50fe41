"""Ingresses route what they say."""

from pytest_reconaudit.api import Confidence, KubeFile, Severity, audit, report_groups

_CLAUSES = {
    "a": (
        Severity.LOW,
        "The class is given by a deprecated annotation, ingressClassName is missing",
    ),
    "b": (Severity.LOW, "A placeholder stands for the host"),
    "c": (
        Severity.HIGH,
        "All requests below a path are rewritten to one path, though the program serves more",
    ),
    "d": (Severity.MEDIUM, "A certificate is asked for hosts that no rule answers for"),
    "e": (Severity.HIGH, "The API version is no longer served"),
}


@audit(
    pillar=5,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    impact="Requests end at the controller's default backend: 404, or an untrusted certificate.",
    fix="""
    Name the class in the spec, and keep the path (or capture what follows it):

    ```yaml
    metadata:
      annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2}
    spec:
      ingressClassName: nginx
      tls: [{hosts: [shop.tidewater.io], secretName: shop-tls}]
      rules:
        - host: shop.tidewater.io
          http:
            paths: [{path: /api(/|$)(.*), pathType: ImplementationSpecific, backend: …}]
    ```
    """,
    advice={
        "a": (
            "Newer controllers ignore the annotation: without a default class nobody serves it.",
            "Set `spec.ingressClassName` and drop the annotation.",
        ),
        "b": (
            "Nobody resolves the host, so no request arrives, and no certificate is issued.",
            "Name the real host, or let an overlay set it per environment.",
        ),
        "c": (
            "Every path below arrives as the same one: the program answers 404 or the wrong page.",
            "",
        ),
        "d": (
            "The host is served with the controller's own certificate, which no browser trusts.",
            "Name in `tls.hosts` what `rules` names, letter by letter.",
        ),
        "e": (
            "`kubectl apply` refuses the object.",
            (
                "Use `networking.k8s.io/v1`, with `pathType` and `service.name`/`service.port` "
                "per path."
            ),
        ),
    },
)
def k8s_ingress_valid(ingress_file: KubeFile) -> None:
    """Each Ingress has a class, real hosts, rewrites that keep the path, and a served API.

    Why: an Ingress that no controller claims, or whose host nobody resolves, is accepted and
        does nothing.
    Decides: (a) the annotation `kubernetes.io/ingress.class` without `ingressClassName` (GKE's
        own classes need the annotation); (b) hosts such as `example.com` or `changeme` outside
        development, staging and test; (c) a constant `rewrite-target` on a path that captures
        nothing while the backend's own probes ask below that path; (d) a TLS host that matches no
        rule's host; (e) `extensions/v1beta1` and `networking.k8s.io/v1beta1`, gone since 1.22.
        Rewrites with `$1`, hosts that an overlay sets and rules without a host pass.
    Blind spots: other controllers' annotations; which classes the cluster has.
    """
    report_groups(ingress_file, _CLAUSES)
