"""Uploads, files and exports are streamed."""

from pytest_reconaudit.api import Confidence, PayloadFile, Severity, audit, report

_SAYS = {
    "chunks": "puts the chunks of an upload together in memory, without a limit",
    "field": "takes a field of an upload as one piece",
    "body": "takes the whole body as one piece",
    "file": "reads a whole file to answer with it",
    "export": "writes all rows into a buffer before it answers",
}


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    impact="A few large requests at once take all the memory; the first byte comes after the last.",
    fix="""
    Hand pieces on as they come, and bound what must be whole:

    ```rust
    while let Some(chunk) = field.try_next().await? {
        size += chunk.len();
        if size > MAX_UPLOAD { return Err(Error::TooLarge) }
        file.write_all(&chunk).await?;
    }
    // out: NamedFile::open_async(path), Body::from_stream(ReaderStream::new(file)),
    // HttpResponse::Ok().streaming(rows)
    ```
    """,
)
def rust_payloads_streamed(payload_file: PayloadFile) -> None:
    """A handler holds no whole upload, file or export in memory.

    Why: memory then depends on what clients send and on how much is stored, times the requests at
    once; frameworks stream at no extra cost.
    Decides: looks at functions that requests reach: chunks of a multipart upload that a loop
    appends to a `Vec` or `BytesMut`; `field.bytes()` and `Bytes` bodies of file handlers where the
    code raises the framework's limit over 8 MiB or takes it away; a file read by `fs::read` or
    `read_to_end` that becomes the answer; rows written by a CSV writer into a buffer that becomes
    the answer of an export. Code that compares the size with a limit, framework limits as they
    are, files read at start-up, and streaming pass.
    Blind spots: helpers in other functions that put the pieces together; exports as JSON.
    """
    for one in payload_file.held:
        name = f"{one.held.owner}::{one.held.function}" if one.held.owner else one.held.function
        runs = f" (runs per {one.route})" if one.route else ""
        report(
            at=one.place,
            says=f"`{name}` {_SAYS[one.held.kind]}{runs}",
            severity=one.severity,
            evidence=one.held.written,
            related=one.related,
            clause=one.held.kind,
            key=f"{name} {one.held.kind}",
        )
