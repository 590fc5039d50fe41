"""Blocking calls do not keep async workers waiting."""

from pytest_reconaudit.api import Severity, WaitingFile, audit, lines_of, report

_KINDS = {
    "sleep": "sleeps its thread",
    "redis": "talks to Redis synchronously",
    "hash": "runs a password hash",
    "derive": "derives a cipher's key",
    "file": "reads, writes or removes files synchronously",
    "process": "waits for a process",
    "connect": "connects synchronously",
    "http": "waits for an HTTP answer",
    "runtime": "blocks on a future",
    "decode": "decodes an image",
    "receive": "waits for a message",
    "database": "waits for the database",
    "compress": "packs or unpacks data synchronously",
    "keys": "makes a key pair",
    "slow": "computes a hash that is slow on purpose",
}

_TOGETHER = {
    "database": "wait for the database",
    "http": "wait for HTTP answers",
    "redis": "talk to Redis synchronously",
    "process": "wait for processes",
    "file": "read, write or remove files synchronously",
}


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="Meanwhile this worker, or the event loop, does nothing else.",
    fix="""
    Take the asynchronous counterpart (a client that awaits, `tokio::fs`, `asyncio.sleep`,
    `fs.promises`), or let a thread wait that nobody else needs (`tokio::task::spawn_blocking`,
    `asyncio.to_thread`, a worker thread of Node).
    """,
)
def async_calls_nonblocking(waiting_calls: WaitingFile) -> None:
    """Nothing that waits or computes for long runs on an async worker.

    Why: between two awaits a task has its worker for itself; 10 to 100 µs is what runtimes are made
    for, a password hash takes a thousand times that, a sleep as long as it says.
    Decides: looks at servers: Rust crates with a web framework (and the crates of the repository
    that they use; a note where only programs with windows do, such as Tauri's), Python applications
    with an async one, Node code that a route reaches. (a) In an async function, block or closure:
    `std::thread::sleep` and `block_on` (high where a request is known to come here, medium in a
    task of its own or, in Python, before another try, else low and a note), synchronous Redis (high
    on the way of a request other than a health check; in Python medium, once for three and more
    files; low for one command of a client with a timeout), password hashing, `std::net` connects,
    `reqwest::blocking`, ureq, `std::sync::mpsc` receives, processes that are waited for, decoding
    of images (medium where a route reaches it), `std::fs` (low there); a note where no request is
    known to come here (hashing and HTTP: low) or waits for it (a task by `tokio::spawn` whose
    handle is dropped), for files in an arm of a `match` (whose requests come there is not known: no
    route is said), and where a function but opens a file, changes entries of folders, reads short
    texts or files that settings or the code name. In Python `async def` with `time.sleep`,
    `requests`, `urllib`, `smtplib`, the synchronous clients of services (boto3, OpenAI, Anthropic,
    Stripe, Resend, pymongo), drivers and sessions, `subprocess`, copies and archives by `shutil`,
    password hashing by bcrypt, passlib, argon2, pwdlib, Werkzeug and hashlib (three and more
    functions of a file over one synchronous session are told as one, three and more of an
    application too, more than six of which requests come to are high; so is what three and more
    functions of a file do by one library, and what one call may come to in four and more files;
    documents of settings, files with a fixed name, written files and removals of folders are a
    note); in Node the `…Sync` functions of fs, child_process, crypto, ssh2, zlib, bcrypt and
    bcryptjs on the way of a request, in guards of NestJS too (files low; so are hashing and
    processes in an async function that no known route reaches; a note for one file that is written,
    settings, templates, keys, entries and removals of folders, single messages, programs asked
    where or which they are, files that come with the program or lie beside `better-sqlite3`,
    `adm-zip` or `process.exit`, and on routes for administrators, backups and the set-up; a
    cipher's key is no password's hash, and what a test for `NODE_ENV` keeps out of production
    passes). Hashes of one package of the repository are told once, where secrets are compared. A
    note: hashes by bcrypt with a literal cost below 8, checks where all hashes have one, what only
    jobs, scripts or `asyncio.run` run, and what only runs when the server stops (behind the `yield`
    of a lifespan, at exit, by a signal). Low: programs of milliseconds (`ip`, `git rev-parse`). (b)
    A function that is not async does so (files, processes and images aside) and is surely called by
    async code, through five functions at most (a step lower behind a flag); `call` of a service of
    actix or tower counts as async. Names are resolved by import: `fs::read` of `use tokio::fs`
    passes, as do closures given to `spawn_blocking` and its like, async functions that only
    `block_on` in such a closure drives, start-up code, crates for browsers (`wasm-bindgen`),
    commands of a tool, evaluations and benchmarks, sync generators of Python that async code does
    not iterate over itself (`StreamingResponse` does so on a thread), sleeps of at most 20 ms,
    stand-ins (mocks), handlers whose answers Next.js keeps, what Node makes once into a variable of
    the module, what a cache is asked for first, tests, and what no async code calls.
    Blind spots: what libraries do inside; calls through traits and function pointers.
    """
    file = waiting_calls
    for one in file.functions:
        kinds = ["slow" if kind == "hash" and one.of_no_password else kind for kind in one.kinds]
        what = ", ".join(_KINDS[kind] for kind in kinds)
        where = f" (per request of {one.route})" if one.route else ""
        callers = ""
        if one.callers:
            more = " and elsewhere" if len(one.callers) > 1 else ""
            more += f", where {one.guard}" if one.guard else ""
            called_by = "some called" if one.alike else "called"
            callers = f", {called_by} by async code at {one.callers[0].place}{more}"
        lines = lines_of(site.place for site in one.sites if site.place.path == one.at.path)
        who, waits, total = " or ".join((one.name, *one.branches)), what, ""
        if one.alike:
            more = "method" if "." in one.name else "function"
            plural = "s" if len(one.alike) > 1 else ""
            who = f"{one.name} and {len(one.alike)} more {more}{plural} of this file"
            if one.files > 1:
                who = f"{one.name} and {len(one.alike)} more functions in {one.files} files"
            waits = _TOGETHER[one.kinds[0]]
        if one.others:
            more = f"; {one.others} more functions do so in {file.unit}"
            total = more if one.others > 1 else f"; one more function does so in {file.unit}"
        if one.namesakes:
            who = f"{one.name} (as do {one.namesakes} more that the same call may come to)"
        called = dict.fromkeys(site.message for site in one.sites if site.place.path == one.at.path)
        calls = ", ".join(f"`{name}`" for name in [*called][:2])
        report(
            at=one.at,
            says=f"{who} {waits}: {calls}, {lines}{where}{callers}{total}",
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.evidence,
            related=[*one.sites[1:], *one.callers, *one.beside],
            fix=one.fix,
            clause=one.clause,
            key=one.name or one.sites[0].message,
        )
