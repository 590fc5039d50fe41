"""The advice about KEYS and FLUSHDB is in the words of the client that the file uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trees import audit_tree

CALLING = """import Redis from '{library}';
import express from 'express';
const redis = new Redis();
const app = express();
async function forget(pattern) {{
  const found = await redis.keys(pattern);
  {after}
}}
app.post('/boats', async (req, res) => {{ await forget(req.body.boats); res.end(); }});
"""


def _advice(tmp_path: Path, library: str, version: str, after: str) -> str:
    (tmp_path / "package.json").write_text(
        f'{{"dependencies": {{"express": "4", "{library}": "{version}"}}}}'
    )
    (tmp_path / "server.js").write_text(CALLING.format(library=library, after=after))
    (found,) = [
        one
        for result in audit_tree(tmp_path, "cache-commands-safe")
        for one in result.findings
        if one.clause == "a"
    ]
    return found.remediation


@pytest.mark.parametrize(
    ("library", "version", "wanted"),
    [
        ("ioredis", "^5.4.0", "redis.scanStream({ match: pattern, count: 500 })"),
        ("redis", "^4.6.0", "for await (const key of redis.scanIterator({ MATCH: pattern,"),
        ("redis", "^5.0.0", "for await (const keys of redis.scanIterator({ MATCH: pattern,"),
    ],
)
def test_keys_are_walked_by_the_client_of_the_file(
    tmp_path: Path, library: str, version: str, wanted: str
) -> None:
    assert wanted in _advice(tmp_path, library, version, "await redis.del(found);")


def test_code_is_given_only_where_all_that_is_found_is_deleted(tmp_path: Path) -> None:
    chosen = "for (const one of found) if (old(one)) await redis.del(one);"
    advice = _advice(tmp_path, "ioredis", "^5.4.0", chosen)
    assert "```" not in advice
    assert "SCAN" in advice


def test_an_old_client_is_given_words(tmp_path: Path) -> None:
    assert "```" not in _advice(tmp_path, "redis", "^3.1.0", "await redis.del(found);")
