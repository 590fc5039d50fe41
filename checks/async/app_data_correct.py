"""Handlers extract the data that their server registers."""

from pytest_reconaudit.api import Confidence, Severity, SharedData, audit, report


@audit(
    pillar=1,
    severity=Severity.CRITICAL,
    impact="Every request to these handlers is answered with status 500.",
    fix="""
    Register and extract the same type. An `Arc` becomes the data without another one around it:

    ```rust
    // before: registers Data<Arc<Cache>>, handlers take web::Data<Cache>
    .app_data(web::Data::new(cache.clone()))
    // after
    .app_data(web::Data::from(cache.clone()))
    ```
    """,
    advice={
        "b": (
            "Each worker has its own: counters, locks and caches disagree, pools multiply.",
            "Make it once before `HttpServer::new`; move a clone of the `Data` or `Arc` inside.",
        ),
        "c": (
            "A session that one worker signed is invalid for the others: users are logged out.",
            "Read the key from the configuration before `HttpServer::new`.",
        ),
    },
)
def async_app_data_correct(shared_data: SharedData) -> None:
    """What a handler extracts is what was registered, once for all workers.

    Why: data is found by its exact type at run time. `Data<Arc<T>>` is not `Data<T>`, the compiler
    does not see it, and the extractor answers 500.
    Decides: (a) a routed handler takes `web::Data<T>` (axum's `Extension<T>` likewise), and what
    the crates around it register holds `Arc<T>` (or T, when `Arc<T>` is taken), or, all
    registrations being known, nothing of T: critical; high when no route of the crate is known.
    Types are followed through variables, constructors, `Arc::new`, `Data::from`, return types and
    aliases. (b) Inside the closure given to `HttpServer::new` data is made of a new lock, atomic,
    pool or cache: high. (c) `Key::generate()` there: high; low where no code of the server's
    crates takes a session, an identity or a signed cookie. Clones of what was made outside,
    registrations in `configure`, a single worker, generic and trait types pass.
    Blind spots: data that middleware inserts; registered expressions that their file does not
    explain.
    """
    for one in shared_data.mismatches:
        count = len(one.handlers)
        many = f"{count} handlers take" if count > 1 else "a handler takes"
        where = f", {one.route}" if one.route else ""
        instead = "nothing of it is registered"
        if one.given:
            instead = f"only {one.extractor}<{one.given}> is registered"
        report(
            at=one.at,
            says=f"{many} {one.extractor}<{one.wanted}>, but {instead}: answered with 500{where}",
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.evidence,
            related=[note for note in one.handlers if note.place != one.at],
            clause="a",
            key=one.wanted,
        )
    for place, built in shared_data.built:
        idle = built.kind == "key" and not shared_data.signs
        says = f"{built.words} inside the closure of HttpServer::new is made once per worker"
        report(
            at=place,
            says=f"{says}; no code takes a session or signed cookie yet" if idle else says,
            severity=Severity.LOW if idle else Severity.HIGH,
            impact=_IDLE if idle else "",
            fix=_UNUSED if idle else "",
            confidence=Confidence.LIKELY if built.kind == "cache" else Confidence.CERTAIN,
            evidence=built.words,
            clause="c" if built.kind == "key" else "b",
            key=built.words,
        )


_IDLE = (
    "Nothing is kept in a session so far; once something is, what one worker signed is invalid for"
    " the others."
)
_UNUSED = (
    "Take the middleware that is given the key out (`SessionMiddleware`, `IdentityMiddleware`) if"
    " sessions are not to come; else read the key from the configuration before `HttpServer::new`."
)
