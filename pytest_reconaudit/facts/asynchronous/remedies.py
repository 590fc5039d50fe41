"""What to do instead of a call that keeps an async worker or an event loop waiting."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from msgspec import Struct

from pytest_reconaudit.facts.asynchronous.crates import Means
from pytest_reconaudit.patterns import regex

__all__ = ["Ends", "remedy"]

_ON_THREAD = "Let a thread wait that no task needs"
_SYNC_CLOSURE = """

In a closure that cannot await (a transaction, a callback) move the whole of it to a thread that no
task needs."""
_RUNTIME = """Await the future instead, or make the function `async` so that its callers can. Where
neither is possible, drive it on a thread that no task needs."""
_RECEIVE = """Receive from a channel whose `recv()` is awaited (`tokio::sync::mpsc`), which lets go
of the worker, or receive on a thread of its own."""
_REDIS = """Ask by a connection that awaits (feature `tokio-comp` of redis):

```rust
let mut redis = client.get_multiplexed_async_connection().await?;
let value: Option<String> = redis.get(key).await?;
```"""
_FOLDER = """Move the whole iteration to a thread that no task needs, not the opening alone: entries
are read as the iterator goes."""
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
const key = await promisify(FUNCTION)(ARGUMENTS)  // promisify of node:util; not FUNCTIONSync
```"""
_DERIVED = """Derive the key once at start-up where its salt may be one for all, and keep it; a
key of its own for each value is then made of it by `crypto.hkdfSync`, which takes microseconds.
Values that are stored with salts of their own need the asynchronous function, awaited by all that
call it:

```ts
const key = await promisify(FUNCTION)(ARGUMENTS)  // promisify of node:util
```"""
_SCRIPT = {
    "process": """Wait for it asynchronously:

```ts
const { stdout } = await promisify(execFile)(program, [...arguments])  // of node:util
```""",
    "keys": "Take `generateKeyPair` of the same module, which computes on another thread:"
    " `promisify` it, hand it the options that stand here, and await what it gives.",
}


def remedy(
    path: str,
    kind: str,
    words: Sequence[str],
    libraries: Sequence[str],
    name: str,
    means: Means | None = None,
    *,
    guard: str = "",
    text: str = "",
    ends: Ends | None = None,
) -> str:
    """Markdown on what to do about blocking calls of one kind.

    :param words: what is called, the first call that is told first: ``fs.readFileSync``.
    :param libraries: the packages that make the hashes, in the order of the words.
    :param name: of the function that does not await and that async code calls; else empty.
    :param means: of Rust: what the crate can wait with.
    :param guard: of a lock that is not async, alive where the call stands; else empty.
    :param text: the source of the first call.
    :param ends: of Rust: what its surroundings do with what the call gives.
    """
    suffix = posixpath.splitext(path)[1]
    first = words[0]
    base = first.rpartition(".")[2]
    if suffix == ".rs":
        call = f"{name}(…)" if name else _called(first)
        ends = ends or Ends()
        told = _in_rust(kind, words, call, bool(name), means or Means(), ends)
        if guard:
            told += f"\n\nLet go of the guard `{guard}` first: it must not live over an `.await`."
        return told
    if kind == "file":
        instead = "access" if base == "existsSync" else base.removesuffix("Sync")
        return (
            f"Await the function of the same name:\n\n```ts\nawait fs.promises.{instead}(…)"
            f"  // not {first}(…)\n```"
        )
    if kind == "compress":
        given = _arguments(text) or "…"
        return (
            "Take the asynchronous function, which computes on another thread:\n\n```ts\n"
            f"const data = await promisify({first.removesuffix('Sync')})({given})"
            f"  // promisify of node:util; not {first}\n```"
        )
    if kind == "derive":
        call = first.removesuffix("Sync")
        if _ONE_SALT.search(text) is not None:
            return (
                "The salt is one for all: derive the key once where the module is loaded, keep it"
                f" in a constant, and use that; `{first}` then stands on no request's way."
            )
        given = _arguments(text) or "…"
        return _DERIVED.replace("FUNCTION", call).replace("ARGUMENTS", given)
    if kind != "hash":
        return _SCRIPT.get(kind, "")
    parts = []
    for library, word in zip(libraries, words, strict=False):
        if library == "bcryptjs":
            parts.append(_BCRYPTJS)
        elif library == "crypto":
            one = word.removesuffix("Sync")
            given = _arguments(text) or "…" if word == first else "…"
            parts.append(_CRYPTO.replace("FUNCTION", one).replace("ARGUMENTS", given))
        elif "bcrypt" in library:
            parts.append(_BCRYPT)
    return "\n\n".join(dict.fromkeys(parts)) or (
        "Take the asynchronous function of the same package, or compute in a worker thread."
    )


_ONE_SALT = regex(r"Sync\(\s*[^,()]{1,80},\s*(?:['\"][^'\"]*['\"]|[A-Z][A-Z0-9_]*)\s*,")
_GIVEN = regex(r"[\w.$]*Sync\((.+)\)", 16)
_MOST_GIVEN = 120


def _arguments(text: str) -> str:
    """What a call is given, where that fits a line."""
    found = _GIVEN.fullmatch(text.strip())
    given = " ".join(found[1].split()) if found is not None else ""
    given = _LITERAL.sub(lambda one: one[0] if _SAID.match(one[0]) else f"{one[1]}…{one[1]}", given)
    return given if len(given) <= _MOST_GIVEN else ""


_LITERAL = regex(r"(['\"`])(?:(?!\1).)*\1")
_SAID = regex(r"['\"](?:sha\d{1,3}|utf-?8|hex|base64)?['\"]$", 2)
"""Literals that are no secrets: nobody need read others again in an advice."""


class Ends(Struct, frozen=True):
    """What the surroundings of a call of Rust do with what it gives; of a function that async code
    calls, those of that call."""

    tail: str = ""
    """What follows it, ``?``, ``.map_err(…)?``."""
    tried: bool = False
    """Its ``Result`` is looked at where the call stands."""
    converts: bool = False
    """`?` makes the error of a thread the one of the function around."""
    again: tuple[str, ...] = ()
    """The variables that it is given and that are used further below."""
    borrows: bool = False
    """It is given more than literals."""
    stands: str = ""
    """Where nothing can be awaited: in a ``guard`` of a `match`, in a ``closure``, in the ``call``
    of something else that leads to it, in a ``service`` that only returns a future."""
    kept: str = ""
    """Of a ``service`` how the one behind gets into the future, in a sentence."""
    where: str = ""
    """The place of the async call, where that is another one."""
    method: bool = False
    """It is called on something."""


def _in_rust(
    kind: str,
    words: Sequence[str],
    call: str,
    below: bool,
    means: Means,
    ends: Ends,
) -> str:
    tokio = means.runtime
    there = f" where async code calls it ({ends.where})" if ends.where else ""
    thread = _threaded(f"{_ON_THREAD}{there}", call, means, ends)
    if kind in _PROSE:
        return _PROSE[kind]
    if below or ends.stands:
        return thread
    if kind == "sleep" and (tokio == "actix" or (means.tokio and means.has("time"))):
        base = "actix_web::rt" if tokio == "actix" else tokio
        code = f"{base}::time::sleep(duration).await;"
        return f"Wait without the thread:\n\n{_rust(code)}{_SYNC_CLOSURE}"
    if kind == "file" and any(word.endswith("::read_dir") for word in words):
        return _FOLDER
    if not means.tokio:
        return thread
    if kind == "file" and means.has("fs"):
        return _threaded(
            f"Use the function of the same name in `{tokio}::fs`, or do all the work on the file on"
            " a thread that no task needs",
            call,
            means,
            ends,
        )
    question = ends.tail
    if kind == "process" and means.has("process"):
        command = f"{tokio}::process::Command::new(program).args(arguments)"
        code = f"let output = {command}.output().await{question};"
        return f"Wait for it asynchronously:\n\n{_rust(code)}"
    if kind == "connect" and any("SmtpTransport" in word for word in words):
        code = f"mailer.send(mail).await{question};  // an AsyncSmtpTransport<Tokio1Executor>"
        return f"Hand the mail over asynchronously (lettre's feature `tokio1`):\n\n{_rust(code)}"
    if kind == "connect" and means.has("net", "time"):
        connect = f"{tokio}::net::TcpStream::connect(address)"
        code = f"let stream = {tokio}::time::timeout(limit, {connect}).await"
        return (
            f"Connect asynchronously, with a limit:\n\n{_rust(f'{code};')}\n\n"
            "It gives the `Result` of the limit, and within that the connection's: look at both."
        )
    if kind == "http" and means.reqwest:
        ask = "post(url).json(&body)" if any("json" in word for word in words) else "get(url)"
        code = f"let answer = http.{ask}.send().await{question};  // a shared reqwest::Client"
        return f"Ask by a client that awaits:\n\n{_rust(code)}"
    return thread


_PROSE = {"runtime": _RUNTIME, "receive": _RECEIVE, "redis": _REDIS}


_STANDS = {
    "guard": "The call stands in a guard of a `match`, which cannot await: find out before the"
    " `match`, and let the guard look at what came of it.",
    "closure": "The call stands in a closure that cannot await: let a thread run all of what takes"
    " that closure, or clone out what the work needs and do it before or after.",
    "call": "The whole call there, with what it is made of, goes into the closure, which has to own"
    " it.",
    "service": "`call` itself cannot await: do it in the future that it returns"
    " (`Box::pin(async move { … })`), before the service behind is asked.",
}
_APART = (
    "The tasks of `{runtime}` share one thread, and its pool may have none to spare: start a"
    " `std::thread` for it, and await its answer by a channel (`futures::channel::oneshot`)."
)


def _threaded(words: str, call: str, means: Means, ends: Ends) -> str:
    """How a call is moved to a thread, in the words of the crate's runtime."""
    stands = f" {_STANDS[ends.stands]}{ends.kept}" if ends.stands else ""
    if means.alone:
        return f"{words}. {_APART.format(runtime=means.runtime)}{stands}"
    if not means.runtime:
        return (
            f"{words}, by `spawn_blocking(move || …)` of the runtime (`tokio::task`, which this"
            f" crate does not list yet); the closure has to own what it uses.{stands}"
        )
    actix = means.runtime == "actix"
    spawn = "actix_web::web::block" if actix else f"{means.runtime}::task::spawn_blocking"
    if ends.stands:
        return f"{words}, by `{spawn}(move || …)`.{stands}"
    if call.startswith(".") or " … " in call or ends.method:
        # What it is called on stands before it, with borrowed arguments behind: no line of code
        # fits without both.
        what = call if call.startswith((".", "…")) else f".{call.rpartition('::')[2]}"
        what = f"`{call}`" if " … " in call else f"`…{what}`"
        return (
            f"{words}: the whole of {what}, with what it is made of, goes into the closure of"
            f" `{spawn}(move || …)`, which has to own it (`to_owned()` what is borrowed). What it"
            " gives comes out within the `Result` of the thread: look at both."
        )
    told = ""
    if ends.converts:
        tail = f".await?{ends.tail}"
        if ends.tail == "?":
            told = "\n\nThe first `?` is of the thread, the second of what it does."
    elif actix:
        tail = f'.await.expect("it does not panic"){ends.tail}'
    else:
        hands_on = "unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))"
        below = f"\n    {ends.tail}" if ends.tail.startswith(".") else ends.tail
        tail = f"\n    .await\n    .{hands_on}{below}"
        told = "\n\nA panic of the thread stays one that way, whatever error the function returns."
    if ends.tried:
        told += "\n\nWhat looks at its `Result` today looks at `found` then."
    if ends.again:
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(ends.again))
        told += (
            f"\n\nThe closure has to own what it uses: clone {names} for it first, which further"
            " lines use, and `to_owned()` what is borrowed."
        )
    elif ends.borrows:
        told += "\n\nThe closure has to own what it uses: `to_owned()` what is borrowed first."
    return f"{words}:\n\n{_rust(f'let found = {spawn}(move || {call}){tail};')}{told}"


def _rust(code: str) -> str:
    return f"```rust\n{code}\n```"


def _called(words: str) -> str:
    """A call as it may be written in a closure; of a method what stands before it is left out."""
    if words.endswith(")"):
        return words
    return f"{words}(…){_SENDS.get(words, '')}"


_SENDS = {
    **dict.fromkeys(("ureq::get", "ureq::head", "ureq::delete"), ".call()"),
    **dict.fromkeys(("ureq::post", "ureq::put", "ureq::patch"), ".send(…)"),
    "ureq::request": ".call()",
}
"""What makes the request, after what only begins to describe one."""
