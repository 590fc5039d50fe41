"""What a load test asks for is there."""

from pytest_reconaudit.api import (
    Confidence,
    LoadTargets,
    Note,
    Severity,
    SkipReason,
    audit,
    lines_of,
    report,
    skip,
)

_WEIGHTS = {"high": Severity.HIGH, "medium": Severity.MEDIUM, "low": Severity.LOW}
_CLAUSES = {"high": "a", "medium": "b", "low": "c"}
_SAYS = {
    "high": "every iteration fails by it, so the limit on `http_req_failed` cannot hold",
    "medium": "what is measured is the refusal",
    "low": "its check takes the 404 for a success",
}
_FIXES = {
    "locust": """
    Ask for paths that the application has, with their prefix and method:

    ```python
    self.client.get("/api/health")
    ```
    """,
    "artillery": """
    Ask for paths that the application has, with their prefix and method:

    ```yaml
    - get:
        url: /api/health
    ```
    """,
}


@audit(
    pillar=4,
    severity=Severity.MEDIUM,
    impact="The load test measures how quickly the server refuses.",
    fix="""
    Ask for paths that the application has, with their prefix and method:

    ```js
    const res = http.get(`${BASE_URL}/api/health`);
    ```
    """,
    advice={"a": ("The load test cannot pass, however well the application does.", "")},
)
def load_endpoints_served(load_requests: LoadTargets) -> None:
    """Every request of a load test is answered by a route of the application.

    Why: a 404 is the fastest answer of all; a load test of it looks splendid or never passes.
    Decides: joins each address with the constants of the script and the defaults of `__ENV` (or the
    target and variables of an Artillery file, or the `host` of a Locust user or the one that the
    file says it is started with) and looks it up, by method, in the routes of the server that
    answers there: by port on localhost, by service name elsewhere. High when each
    iteration makes the request, its check wants a success and a threshold counts failed requests
    (a); low when its check is content with 404 (c); else medium (b). A computed part of a path fits
    any segment. Other hosts, servers whose routes are not all known, and requests that only expect
    404 pass.
    Blind spots: requests made through helper functions with a path as parameter.
    """
    one = load_requests
    for weight, severity in _WEIGHTS.items():
        group = [lost for lost in one.unserved if lost.weight == weight]
        if not group:
            continue
        first = group[0]
        related = [
            Note(lost.request.place, f"{lost.request.method} {lost.path.replace('${}', '…')}")
            for lost in group[1:]
        ]
        hint = ""
        if first.other_method is not None:
            hint = f"; {first.other_method.method} is"
            related.append(Note(first.other_method.place, "the route of another method"))
        elif first.nearest is not None:
            hint = f"; {first.nearest.path} is"
            related.append(Note(first.nearest.place, "the route most like it"))
        many = lines_of(lost.request.place for lost in group)
        more = f" ({len(group)} such requests, {many})" if len(group) > 1 else ""
        shown = first.path.replace("${}", "…")
        report(
            at=first.request.place,
            says=f"no route serves {first.request.method} {shown}{hint}: {_SAYS[weight]}{more}",
            severity=severity,
            fix=_FIXES.get(one.script.tool, ""),
            confidence=Confidence.CERTAIN if all(x.sure for x in group) else Confidence.LIKELY,
            evidence=first.request.written,
            related=related,
            clause=_CLAUSES[weight],
            key=f"{weight} {first.request.method} {shown}",
        )
    if one.unresolved and not one.judged:
        skip(SkipReason.UNRESOLVED, one.why)
