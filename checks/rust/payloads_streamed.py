"""Uploads, files and exports are streamed."""

from pytest_reconaudit.api import Confidence, PayloadFile, Severity, audit, report

_SAYS = {
    "chunks": "puts the chunks of an upload together in memory, without a limit",
    "field": "takes a field of an upload as one piece",
    "body": "takes the whole body as one piece",
    "file": "reads a whole file to answer with it",
    "export": "writes all rows into a buffer before it answers",
}

_BOUND = """
Refuse what is too large before it is taken in (a file is better written as it comes):

```rust
while let Some(chunk) = field.try_next().await? {
    if held.len() + chunk.len() > MAX_UPLOAD {
        return Err(Error::TooLarge);
    }
    held.extend_from_slice(&chunk);
}
```
"""
_PIECES = """
Write the pieces as they come, or take the limit down to what memory has room for:

```rust
while let Some(chunk) = pieces.try_next().await? {
    file.write_all(&chunk).await?;
}
```
"""

_STREAM = """
Hand the pieces on as they are read{0}:

```rust
let file = tokio::fs::File::open(&path).await?;
{1}   // tokio_util::io
```
"""
_NAMED = """
Hand the pieces on as they are read{0}: a handler may return `NamedFile`, or make an answer of it.

```rust
NamedFile::open_async(path).await?                     // actix_files; .into_response(&request)
```
"""


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    impact="What a client sends is held in memory as a whole, times the requests at once.",
    fix=_BOUND,
    advice={
        "file": (
            "Each request holds the whole file; nothing is sent before all of it is read.",
            """
            Hand the pieces on as they are read:

            ```rust
            NamedFile::open_async(path).await?                     // Actix Web
            HttpResponse::Ok().streaming(ReaderStream::new(file))
            Body::from_stream(ReaderStream::new(file))             // axum
            ```
            """,
        ),
        "export": (
            "Each request holds the whole export; nothing is sent before its last row is written.",
            """
            Hand the rows on as they come from the database:

            ```rust
            HttpResponse::Ok().streaming(rows.map(|row| as_line(row?)))   // Actix Web
            Body::from_stream(rows.map(|row| as_line(row?)))              // axum
            ```
            """,
        ),
        "field": ("", _PIECES),
        "body": ("", _PIECES),
    },
)
def rust_payloads_streamed(payload_file: PayloadFile) -> None:
    """A handler holds no whole upload, file or export in memory.

    Why: memory then depends on what clients send and on how much is stored, times the requests at
    once; frameworks can stream.
    Decides: looks at functions that requests reach: chunks of a multipart upload that a loop
    appends to a `Vec` or `BytesMut` (chunks); `field.bytes()` (field) and `Bytes` bodies (body) of
    file handlers where the code raises the framework's limit over 8 MiB or takes it away; what
    `fs::read` or `read_to_end` reads and the answer is made of (file); rows written by a CSV writer
    into a buffer that becomes the answer (export); these two are low, and so is a limit that a
    setting says; what administrators alone may send is a note. Code that compares the size with a
    limit, framework limits as they are, files read at start-up or written as a whole by the same
    function, and streaming pass.
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
            fix=_pieces(payload_file, builder=one.builder) if one.held.kind == "file" else "",
            clause=one.held.kind,
            key=f"{name} {one.held.kind}",
        )


def _pieces(file: PayloadFile, *, builder: bool) -> str:
    """How a file is handed on by what the package has, or by what it would need."""
    listed = file.crates
    if file.framework == "axum":
        needs = "" if "tokio-util" in listed else " (`cargo add tokio-util --features io`)"
        return _STREAM.format(needs, "Body::from_stream(ReaderStream::new(file))")
    if builder and "tokio-util" in listed and "actix-files" not in listed:
        return _STREAM.format("", "response.streaming(ReaderStream::new(file))")
    needs = "" if "actix-files" in listed else " (`cargo add actix-files`)"
    return _NAMED.format(needs) if file.framework == "actix" else ""
