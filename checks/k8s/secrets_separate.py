"""Secrets are in Secrets, and not in the repository."""

from pytest_reconaudit.api import (
    SecretsFile,
    Severity,
    audit,
    lines_of,
    report,
)

_SAYS = {
    "a": "in plain sight, where a Secret belongs",
    "b": "no valid base64: the Secret cannot be applied",
    "c": "a real value in a committed Secret, which anybody can decode",
    "d": "a placeholder in a Secret manifest",
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
    advice={
        "b": (
            "`kubectl apply` refuses the Secret, and pods that name it do not start.",
            """
            Values below `data` are base64; plain text belongs below `stringData`:

            ```bash
            kubectl create secret generic api-secrets --from-env-file=.env --dry-run=client -o yaml
            ```
            """,
        ),
        "c": (
            "base64 hides nothing: whoever can read the repository, now or later, has the secret.",
            """
            Replace the secret at its provider first: it is known. Then make the Secret in the
            cluster (External Secrets, Sealed Secrets, SOPS), so that only references are committed.
            """,
        ),
        "d": (
            "Applied as it stands, the placeholder becomes the secret of the environment.",
            "Keep the manifest out of what is applied, or let the deployment fill it in.",
        ),
    },
)
def k8s_secrets_separate(secrets_file: SecretsFile) -> None:
    """Secrets are in Secrets, and not in the repository.

    Why: ConfigMaps and pod specifications are shown to many who may not read Secrets. And base64
    is no encryption: a Secret in git is a password in git.

    Decides: (a) a ConfigMap value or a plain `env` value under a secret name, or a URL with a
    literal password: high, medium when a comment says to replace it. (b) `data` of a Secret that is
    no base64: medium. (c) a Secret with a value that is long, varied and no placeholder: critical,
    made of words: medium. (d) base64 of a placeholder: a note. One step softer in development, test
    and example manifests, two for what was evidently invented and in a set with an image that is
    never pulled (it runs where it was built). What the same kustomizations take in is told
    together. Passes: `$(VAR)` and `${VAR}`, SealedSecrets, SOPS files, `*_NAME` and `*_PATH` keys,
    switches.

    Blind spots: charts that are not rendered; kustomize `secretGenerator` literals.
    """
    for group in secrets_file.groups():
        first = group[0]
        names = ", ".join(dict.fromkeys(one.key for one in group[:5]))
        files = {one.place.path for one in group}
        lines = lines_of(one.place for one in group)
        if len(files) > 1:
            lines = f"{len(group)} values in {len(files)} files of the kustomization"
        report(
            at=first.place,
            says=f"{first.holder}: {names}: {_SAYS[first.clause]} ({lines})",
            severity=first.severity,
            evidence="; ".join(f"{one.key}: {one.shown}" for one in group[:6]),
            related=[(one.place, f"{one.holder} {one.key}: {one.shown}") for one in group[1:]],
            clause=first.clause,
            key=f"{first.clause} {first.severity.label}",
        )
