"""A cache that is built is also read, written and invalidated."""

from pytest_reconaudit.api import CacheLayer, Confidence, Severity, audit, report


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    impact="A cache that nobody asks costs connections and helps nobody.",
    fix="Wire it into the code that it was written for, or delete it.",
    advice={
        "b": (
            "What is changed is shown as it was until its key runs out.",
            "Call the deleting method after every change that is committed.",
        ),
        "c": (
            "After a restart nothing is warm, though the code says otherwise.",
            "Fetch the values and write them, and call it at start; or delete it.",
        ),
        "d": ("What it caches is never served.", "Register the route, or delete the handler."),
    },
)
def cache_layer_used(cache_layer: CacheLayer) -> None:
    """Caches are asked, their deletes are called, warming warms.

    Why: a finished-looking cache module is taken for a working cache.
    Decides: (a) a cache's type is made in another file and nothing there reads or writes it: low;
    (b) none of its public methods that delete or invalidate has a caller while values are written
    under a key that some code makes stale: as high as that key, high at most; a note where nothing
    that is written gets stale, as counters and what another system answers; (c) a function that by
    its name warms or preloads a cache only builds strings, or nobody calls it (low); (d) a handler
    reads a cache and no route reaches it, where all routes are known: low. Methods of a trait,
    library crates and code behind features pass.
    Blind spots: calls through macros and reflection.
    """
    for name, place, made in cache_layer.unasked:
        report(
            at=place,
            says=f"{name} is made at {made} and nothing outside of its own file reads or writes it",
            severity=Severity.LOW,
            evidence=name,
            related=[(made, f"makes {name}")],
            clause="a",
            key=name,
        )
    dead = cache_layer.undeleted
    if dead and cache_layer.written is not None:
        names = ", ".join(one.name for one in dead[:5])
        stale = cache_layer.stale > Severity.INFO
        report(
            at=dead[0].place,
            says=f"nothing calls {names}, though values"
            f"{' that others change' if stale else ''} are written at {cache_layer.written}",
            severity=min(Severity.HIGH, cache_layer.stale),
            evidence=names,
            related=[
                *((one.place, f"{one.name} has no caller") for one in dead[1:]),
                (cache_layer.written, "writes to the cache"),
            ],
            clause="b",
        )
    for found, what, severity in (
        (cache_layer.hollow, "only builds strings: it fetches and writes nothing", Severity.MEDIUM),
        (cache_layer.uncalled, "has no caller", Severity.LOW),
    ):
        for one in found:
            report(
                at=one.place,
                says=f"{one.name} {what}",
                severity=severity,
                evidence=one.name,
                clause="c",
                key=one.name,
            )
    unrouted = cache_layer.unrouted
    if unrouted:
        shown = ", ".join(f"{name} ({template})" for name, _, template in unrouted[:5])
        report(
            at=unrouted[0][1],
            says=f"{len(unrouted)} handlers read the cache and no route leads to them: {shown}",
            severity=Severity.LOW,
            evidence=unrouted[0][0],
            related=[(place, f"{name} reads {template}") for name, place, template in unrouted[1:]],
            clause="d",
        )
