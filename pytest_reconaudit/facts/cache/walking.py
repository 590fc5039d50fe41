"""What to do instead of ``KEYS`` and ``FLUSHDB``, in the words of the client that a file uses."""

from __future__ import annotations

import posixpath
import re

from pytest_reconaudit.facts.cache.operations import CacheOperation
from pytest_reconaudit.facts.packages import npm_at
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["walked"]

_IMPORTS = regex(
    r"(?:\bfrom\s+|\brequire\(\s*|\bimport\(\s*)['\"](ioredis|redis|@redis/client)(?:/[\w/-]+)?['\"]"
)
_ASKED = regex(
    r"(?<![\w$.?!])((?:[\w$]+(?:\?|!)?\.)*[\w$]+)(?:\?|!)?\.(?:keys|KEYS)(?:<\w+>)?\((.{1,70})\)"
)
_MAJOR = regex(r"\d+")
_FLUSHED = """
Delete what this cache itself has written, by the prefix of its keys (walk with SCAN, delete in
pieces), or put a version into them and count it up: FLUSHDB and FLUSHALL take what others keep
there as well.
"""
_WORDS = """
Walk with SCAN, and delete (UNLINK) in pieces what is to go of what it finds; or keep the keys in a
set beside (`SADD` with each write), or a version in them that is counted up: then nothing has to be
looked for.
"""
_IOREDIS = """
Walk with SCAN and delete in pieces:

```ts
for await (const keys of CLIENT.scanStream({ match: PATTERN, count: 500 }))
  if (keys.length) await CLIENT.unlink(...keys)
```
"""
_NODE_REDIS = """
Walk with SCAN and delete on the way (`scanIterator` of this client gives one key at a time):

```ts
for await (const key of CLIENT.scanIterator({ MATCH: PATTERN, COUNT: 500 }))
  await CLIENT.unlink(key)
```
"""
_NODE_REDIS_5 = """
Walk with SCAN and delete in pieces (`scanIterator` of this client gives lists of keys):

```ts
for await (const keys of CLIENT.scanIterator({ MATCH: PATTERN, COUNT: 500 }))
  if (keys.length) await CLIENT.unlink(keys)
```
"""
_PYTHON = """
Walk with SCAN and delete on the way:

```python
for key in CLIENT.scan_iter(match=PATTERN, count=500):
    CLIENT.unlink(key)
```
"""
_PYTHON_ASYNC = """
Walk with SCAN and delete on the way:

```python
async for key in CLIENT.scan_iter(match=PATTERN, count=500):
    await CLIENT.unlink(key)
```
"""
_FIFTH = 5


def walked(target: Target, one: CacheOperation) -> str:
    """Markdown on how a command that lists or drops all keys is done without."""
    if "flush" in one.op.method.lower():
        return _FLUSHED
    asked = _ASKED.search(one.op.text)
    line = target.line(one.path, one.op.line)
    if asked is None or one.op.text.count("(") != one.op.text.count(")"):
        return _WORDS
    if not _takes_all(target, one):
        return _WORDS
    if one.path.endswith(".py"):
        known = _PYTHON_ASYNC if "await " in line else _PYTHON
    else:
        known = _by_script(target, one.path)
    if one.path.endswith(".rs") or not known:
        return _WORDS
    return known.replace("CLIENT", asked[1]).replace("PATTERN", asked[2].strip())


_BOUND = regex(r"(?:\b(?:const|let|var)\s+)?\b(\w+)\s*(?::[^=\n]{1,40})?=(?![=>])")
_ANSWERS = 8
"""Lines below in which what is found is deleted."""


def _takes_all(target: Target, one: CacheOperation) -> bool:
    """Whether every key that is found is deleted there and then, and no choice is made."""
    lines = target.lines(one.path)
    found = _BOUND.search(lines[one.op.line - 1])
    if found is None:
        return False
    below = "\n".join(lines[one.op.line : one.op.line + _ANSWERS])
    name = re.escape(found[1])
    return bool(re.search(rf"(?i)\b(?:del|unlink|delete)\(\s*(?:\.\.\.|\*)?\s*{name}\s*\)", below))


@once
def _known_imports(target: Target) -> dict[str, frozenset[str]]:
    """By path; filled as they are asked for."""
    return {}


def _imported(target: Target, path: str) -> frozenset[str]:
    known = _known_imports(target)
    if path not in known:
        known[path] = frozenset(_IMPORTS.findall(target.text(path)))
    return known[path]


def _by_script(target: Target, path: str) -> str:
    """The words for the client that a script imports, or its package alone depends on."""
    package = npm_at(target, posixpath.dirname(path))
    needed = {
        name: version
        for _, name, version, _ in (package.manifest.dependencies if package is not None else ())
        if name in ("ioredis", "redis", "@redis/client")
    }
    named = _imported(target, path) or set(needed)
    if named == {"ioredis"}:
        return _IOREDIS
    if not named or "ioredis" in named:
        return ""
    major = _MAJOR.search(next((needed[name] for name in named if name in needed), ""))
    if major is None or int(major[0][:6]) < 4:
        return ""
    return _NODE_REDIS_5 if int(major[0][:6]) >= _FIFTH else _NODE_REDIS
