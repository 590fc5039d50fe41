"""Environment variables are defined before they are expanded."""

from pytest_reconaudit.api import Confidence, Severity, Workload, audit, lines_of, report


@audit(
    pillar=5,
    severity=Severity.CRITICAL,
    impact="The program gets the literal text `$(NAME)`, for instance as its database password.",
    fix="""
    Define the variable above the entry that uses it:

    ```yaml
    env:
      - name: DB_PASSWORD
        valueFrom: {secretKeyRef: {name: shop, key: DB_PASSWORD}}
      - name: DATABASE_URL
        value: postgres://shop:$(DB_PASSWORD)@db:5432/shop
    ```
    """,
)
def k8s_env_expansion_ordered(workload: Workload) -> None:
    """Each `$(VAR)` in an `env` value names a variable that is already defined.

    Why: Kubernetes expands `$(VAR)` from `envFrom` and from the entries above; a variable that is
        defined further down, or nowhere, is left in the value as it stands, without a warning.
    Decides: every value of every container's `env` list, as rendered, against the entries above,
        the keys of its `envFrom` sources and the variables of Services. `$$(VAR)` is an escape,
        `command` and `args` see the whole environment, kustomize `vars` are filled in earlier.
        When an `envFrom` source is not in the repository, a variable that nothing defines is not
        judged, and one that is defined below is only likely wrong.
    Blind spots: programs that expand the text themselves.
    """
    for one in workload.unexpanded:
        names = ", ".join(f"$({variable})" for variable, _ in one.variables)
        places = [(name, place) for name, place in one.variables if place is not None]
        lines = lines_of(place for _, place in places)
        where = f"before its definition in {lines}" if places else "which nothing defines"
        report(
            at=one.entry.value_place,
            says=f"{one.entry.name} of container {one.container} uses {names}, {where}",
            severity=Severity.HIGH if one.off_path else None,
            confidence=None if one.certain else Confidence.LIKELY,
            evidence=f"{one.entry.name}: {names}",
            related=[(place, f"{name} is only defined here") for name, place in places],
            key=f"{workload.id}/{one.container}/{one.entry.name}",
        )
