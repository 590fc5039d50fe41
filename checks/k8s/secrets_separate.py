"""Secrets are in Secrets, and not in the repository."""

from pytest_reconaudit.api import SecretsFile, Severity, audit, report

_SAYS = {
    "a": "stands in plain sight, where a Secret belongs",
    "b": "is no valid base64: the Secret cannot be applied",
    "c": "is a real secret in a committed Secret, which anybody can decode",
    "d": "is a placeholder in a Secret manifest",
}


@audit(
    pillar=3,
    severity=Severity.MEDIUM,
    impact="Everybody who may read ConfigMaps, workloads or the repository has the secret.",
    fix="""
    Take the value from a Secret, and make the Secret in the cluster (External Secrets, Sealed
    Secrets, SOPS), so that only references are committed.

    ```yaml
    - name: DB_PASSWORD
      valueFrom:
        secretKeyRef: {name: api-secrets, key: db-password}
    ```
    """,
)
def k8s_secrets_separate(secrets_file: SecretsFile) -> None:
    """Secrets are in Secrets, and not in the repository.

    Why: ConfigMaps and pod specifications are shown to many who may not read Secrets. And base64
    is no encryption: a Secret in git is a password in git.

    Decides: (a) a ConfigMap value or a plain `env` value under a secret name, or a URL with a
    literal password: high. (b) `data` of a Secret that is no base64: medium. (c) a Secret with a
    value that is long, varied and no placeholder: critical, made of words: medium. (d) base64 of
    a placeholder: a note. One step softer in development, test and example manifests. Passes:
    `$(VAR)` and `${VAR}`, SealedSecrets, SOPS files, `*_NAME` and `*_PATH` keys, switches.

    Blind spots: charts that are not rendered; kustomize `secretGenerator` literals.
    """
    for group in secrets_file.groups():
        first = group[0]
        names = ", ".join(dict.fromkeys(one.key for one in group[:5]))
        lines = ", ".join(str(one.place.line) for one in group[:5])
        report(
            at=first.place,
            says=f"{first.holder}: {names} {_SAYS[first.clause]} (line {lines})",
            severity=first.severity,
            evidence="; ".join(f"{one.key}: {one.shown}" for one in group[:6]),
            related=[(one.place, f"{one.holder} {one.key}: {one.shown}") for one in group[1:]],
            clause=first.clause,
            key=f"{first.clause} {first.severity.label}",
        )
