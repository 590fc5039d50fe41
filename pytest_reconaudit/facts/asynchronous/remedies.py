"""What to do instead of a call that keeps an async worker or an event loop waiting."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

__all__ = ["remedy"]

_RUST_THREAD = """Let a thread wait that no task needs:

```rust
let found = tokio::task::spawn_blocking(move || CALL).await?;
```"""
_RUST = {
    "sleep": """Wait without the thread:

```rust
tokio::time::sleep(duration).await;
```

In a closure that cannot await (a transaction, a callback) run the whole of it by
`tokio::task::spawn_blocking`.""",
    "redis": """Ask by a connection that awaits:

```rust
let mut redis = client.get_multiplexed_async_connection().await?;
let value: Option<String> = redis.get(key).await?;
```""",
    "hash": """Compute on a thread that no task needs:

```rust
let ok = tokio::task::spawn_blocking(move || CALL).await?;
```""",
    "file": """Use the function of the same name in `tokio::fs`, or do all the work on the file on a
thread that no task needs:

```rust
let done = tokio::task::spawn_blocking(move || CALL).await?;
```""",
    "process": """Wait for it asynchronously:

```rust
let output = tokio::process::Command::new(program).args(arguments).output().await?;
```""",
    "connect": """Connect asynchronously, with a limit:

```rust
let stream = tokio::time::timeout(limit, tokio::net::TcpStream::connect(address)).await??;
```""",
    "http": """Ask by a client that awaits:

```rust
let answer = reqwest::Client::new().get(url).send().await?;  // made once, and shared
```""",
    "runtime": """Await the future instead, or make the function `async` so that its callers can.
Where neither is possible, drive it on a thread that no task needs:

```rust
let found = tokio::task::spawn_blocking(move || handle.block_on(future)).await?;
```""",
    "receive": """Receive from a channel of `tokio::sync::mpsc`, whose `recv().await` lets go of the
worker, or receive on a thread of its own.""",
}
_PYTHON_THREAD = """Let a thread wait where async code calls it:

```python
found = await asyncio.to_thread(CALL, ...)
```"""
_PYTHON = {
    "sleep": """Wait without the thread:

```python
await asyncio.sleep(seconds)
```""",
    "http": """Ask by a client that awaits (`httpx.AsyncClient`, `aiohttp`), or let a thread wait:

```python
answer = await asyncio.to_thread(CALL, ...)
```""",
    "process": """Wait for it asynchronously:

```python
process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
output, _ = await process.communicate()
```""",
    "database": """Take the asynchronous driver or session, or run all that the function does with
the session on one thread (a handler that is `def`, not `async def`, does so by itself in FastAPI):

```python
found = await asyncio.to_thread(CALL, ...)
```""",
    "file": """Let a thread do all that the function does with the file:

```python
content = await asyncio.to_thread(Path(path).read_bytes)
```""",
    "redis": """Take `redis.asyncio.Redis`, and await its calls.""",
}
_BCRYPTJS = """`bcryptjs` computes in JavaScript on the event loop: its asynchronous functions keep
it as busy, in slices. Take a native package, whose asynchronous functions compute on other threads:

```ts
import bcrypt from 'bcrypt'  // not bcryptjs; it reads the same $2a$ and $2b$ hashes
const same = await bcrypt.compare(password, hash)
```

So does `argon2`; or run bcryptjs in a worker thread (`node:worker_threads`, `piscina`)."""
_BCRYPT = """Take the asynchronous functions, which compute on other threads:

```ts
const same = await bcrypt.compare(password, hash)  // not compareSync
```"""
_CRYPTO = """Take the asynchronous function, which computes on another thread:

```ts
const FUNCTION = promisify(crypto.FUNCTION)  // promisify of node:util
const key = await FUNCTION(ARGUMENTS)  // not FUNCTIONSync
```"""
_SCRIPT = {
    "process": """Wait for it asynchronously:

```ts
const { stdout } = await promisify(execFile)(program, [...arguments])  // of node:util
```""",
    "keys": """Take the asynchronous function, which computes on another thread:

```ts
const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
```""",
}


def remedy(path: str, kind: str, words: Sequence[str], libraries: Sequence[str], name: str) -> str:
    """Markdown on what to do about blocking calls of one kind.

    :param words: what is called, the first call that is told first: ``fs.readFileSync``.
    :param libraries: the packages that make the hashes, in the order of the words.
    :param name: of the function that does not await and that async code calls; else empty.
    """
    suffix = posixpath.splitext(path)[1]
    first = words[0]
    base = first.rpartition(".")[2]
    if suffix == ".rs":
        call = f"{name}(…)" if name else _called(first)
        if name and kind not in ("redis", "receive", "runtime"):
            return _RUST_THREAD.replace("CALL", call)
        return _RUST.get(kind, _RUST_THREAD).replace("CALL", call)
    if suffix == ".py":
        known = _PYTHON_THREAD if name and kind != "database" else _PYTHON.get(kind, _PYTHON_THREAD)
        return known.replace("CALL", name or first)
    if kind == "file":
        instead = "access" if base == "existsSync" else base.removesuffix("Sync")
        return (
            f"Await the function of the same name:\n\n```ts\nawait fs.promises.{instead}(…)"
            f"  // not {first}(…)\n```"
        )
    if kind == "compress":
        instead = base.removesuffix("Sync")
        return (
            "Take the asynchronous function, which computes on another thread:\n\n```ts\n"
            f"const data = await promisify(zlib.{instead})(input)  // not {first}\n```"
        )
    if kind != "hash":
        return _SCRIPT.get(kind, "")
    parts = []
    for library, word in zip(libraries, words, strict=False):
        if library == "bcryptjs":
            parts.append(_BCRYPTJS)
        elif library == "crypto":
            one = word.rpartition(".")[2].removesuffix("Sync")
            given = "secret, salt, 64" if one == "scrypt" else "secret, salt, rounds, 32, 'sha256'"
            parts.append(_CRYPTO.replace("FUNCTION", one).replace("ARGUMENTS", given))
        elif "bcrypt" in library:
            parts.append(_BCRYPT)
    return "\n\n".join(dict.fromkeys(parts)) or (
        "Take the asynchronous function of the same package, or compute in a worker thread."
    )


def _called(words: str) -> str:
    """A call as it may be written in a closure; of a method what stands before it is left out."""
    if words.startswith("."):
        return f"value{words}"
    return words if words.endswith(")") else f"{words}(…)"
