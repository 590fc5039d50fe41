"""Cache operations: what a file reads, writes and deletes, how keys join, how times are read."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.facts.cache.mutators import entity_words, same_entity, singular
from pytest_reconaudit.facts.cache.operations import families, matches, operations
from pytest_reconaudit.facts.compose.live_servers import configure_redis
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.readers.cache_records import (
    NO_TTL,
    OWN_TTL,
    UNKNOWN_TTL,
    CacheOp,
    Caches,
)
from pytest_reconaudit.readers.code import index_code
from pytest_reconaudit.readers.scans.caches import caches
from pytest_reconaudit.readers.syntax import read_syntax
from pytest_reconaudit.target import Target
from tests.test_live_servers import redis_server


def scanned(text: str, path: str) -> Caches:
    found = caches(index_code(read_syntax(text, path)))
    return found if found is not None else Caches()


def ops(text: str, path: str) -> list[CacheOp]:
    return list(scanned(text, path).ops)


def told(text: str, path: str) -> list[tuple[str, str, int]]:
    return [(one.verb, one.key, one.ttl) for one in ops(text, path)]


def test_the_time_to_live_that_a_cache_was_made_with() -> None:
    script = """\
const SHORT_MS = 60_000;
const cartCache = new TtlCache<Cart>(SHORT_MS, "carts:");
const userCache = new LRUCache({ max: 100, ttl: 5 * 60 * 1000 });
const bareCache = new LRUCache({ max: 100 });
async function f(id) {
  await cartCache.set(`cart:${id}`, 1);
  await userCache.set(`user:${id}`, 1);
  await bareCache.set(`bare:${id}`, 1);
}
"""
    assert {one.receiver: one.ttl for one in ops(script, "a.ts")} == {"cartCache": 60}


def test_commands_that_some_turns_of_a_loop_send() -> None:
    script = """\
import Redis from "ioredis";
const redis = new Redis();
async function f(keys) {
  for (const key of keys) {
    await redis.del(key);
    if (key.startsWith("a")) {
      await redis.del(`${key}:b`);
    }
    if (key.length) await redis.del(`${key}:c`);
    if (!key) continue;
    await redis.del(`${key}:d`);
  }
}
"""
    assert [(one.line, one.in_branch) for one in ops(script, "a.ts")] == [
        (5, False), (7, True), (9, True), (11, True),
    ]  # fmt: skip


RUST = """\
use redis::AsyncCommands;
use std::time::Duration;

const TTL: u64 = 60 * 60;
const PREFIX: &str = "ship";

fn ship_key(id: u64) -> String {
    format!("ship:{}", id)
}

async fn f(cache: &Cache, conn: &mut redis::aio::MultiplexedConnection, id: u64) {
    let key = format!("{}:{}:{name}", PREFIX, id, name = id + 1);
    cache.get::<u64>(&key).await;
    cache.set(&key, &id, Some(Duration::from_secs(90))).await;
    cache.set("all", &id, None).await;
    conn.set_ex(ship_key(id), 1, TTL).await;
    conn.pset_ex("a:b", 1, 5_000).await;
    conn.del(&[ship_key(id), String::from("ships:all")]).await;
    redis::cmd("SET").arg("x:y").arg(1).arg("EX").arg(30).query_async(conn).await;
    redis::cmd("FLUSHDB").execute(conn);
}
"""


def test_rust_operations() -> None:
    assert told(RUST, "a.rs") == [
        ("get", "ship:{id}:{id + 1}", OWN_TTL),
        ("set", "ship:{id}:{id + 1}", 90),
        ("set", "all", NO_TTL),
        ("set", "{ship_key(id)}", 3600),
        ("set", "a:b", 5),
        ("delete", "{ship_key(id)}", OWN_TTL),
        ("delete", "ships:all", OWN_TTL),
        ("set", "x:y", 30),
        ("raw", "", OWN_TTL),
    ]
    found = ops(RUST, "a.rs")
    assert [one.line for one in found] == [13, 14, 15, 16, 17, 18, 18, 19, 20]
    assert {one.function for one in found} == {"f"}
    assert {one.function_line for one in found} == {11}
    assert found[-1].method == "FLUSHDB"
    assert scanned(RUST, "a.rs").helpers[0].template == "ship:{id}"


def test_maps_of_the_process_are_no_caches() -> None:
    text = """\
use std::collections::HashMap;
use tokio::sync::RwLock;

struct S { cache: RwLock<HashMap<String, u64>>, state: HashMap<String, u64> }

impl S {
    async fn f(&self, key: &str) {
        self.cache.read().await.get(key);
        let mut cache = self.cache.write().await;
        cache.insert(format!("a:{}", key), 1);
        self.state.get("a:b");
        let map: HashMap<String, u64> = HashMap::new();
        map.get("a:b");
    }
}
"""
    assert ops(text, "a.rs") == []
    (store,) = scanned(text, "a.rs").stores
    assert (store.name, store.kind, store.line, store.inserts) == ("cache", "HashMap", 4, (10,))


SCRIPT = """\
import Redis from "ioredis";
const redis = new Redis();
const local = new Map();
const app = express();

app.get("/ships", async (req, res) => {
  await axios.get("/x");
  axios.delete("/y");
  local.get("a:b");
  req.session.set("a", 1);
  const key = `ship:${req.params.id}`;
  await redis.get(key);
  await redis.set(key, "v", "EX", 60 * 5);
  await redis.set("b:" + key, "v", { PX: 5000 });
  await redis.set("c:d", "v");
  await redis.setex("e:f", 120, "v");
  await redis.del(key, "ships:all");
  await redis.set("g:h", "v", "EX", 10, "NX");
  for (const id of ids) {
    await redis.expire(`ship:${id}`, 60);
  }
  await invalidateCache(`ship:${req.params.id}:*`);
});
"""


def test_script_operations() -> None:
    assert told(SCRIPT, "a.ts") == [
        ("get", "ship:{req.params.id}", OWN_TTL),
        ("set", "ship:{req.params.id}", 300),
        ("set", "b:ship:{req.params.id}", 5),
        ("set", "c:d", NO_TTL),
        ("set", "e:f", 120),
        ("delete", "ship:{req.params.id}", OWN_TTL),
        ("delete", "ships:all", OWN_TTL),
        ("set", "g:h", 10),
        ("touch", "ship:{id}", OWN_TTL),
        ("pattern", "ship:{req.params.id}:*", OWN_TTL),
    ]
    found = ops(SCRIPT, "a.ts")
    assert found[7].conditional
    assert found[8].in_loop == 19


PYTHON = """\
import redis
from datetime import timedelta
from django.core.cache import cache

r = redis.Redis()
WEEK = 7 * 24 * 3600

def f(pk, session, headers):
    key = f"ship:{pk}"
    cache.get(key)
    cache.set(key, 1, timeout=60)
    cache.set("a:%s" % pk, 1, 30)
    cache.set("b:{}".format(pk), 1)
    cache.set("never", 1, timeout=None)
    cache.get_or_set("c:d", compute, WEEK)
    cache.delete_many([key, "ships"])
    r.setex("e:f", timedelta(minutes=2), 1)
    r.set("g:h", 1, ex=9)
    r.set("i:j", 1)
    r.keys("ship:*")
    session.get("user:1")
    headers.get("x")
    {}.get("k")
"""


def test_python_operations() -> None:
    assert told(PYTHON, "a.py") == [
        ("get", "ship:{pk}", OWN_TTL),
        ("set", "ship:{pk}", 60),
        ("set", "a:{}", 30),
        ("set", "b:{pk}", OWN_TTL),
        ("set", "never", NO_TTL),
        ("wrap", "c:d", 604800),
        ("delete", "ship:{pk}", OWN_TTL),
        ("delete", "ships", OWN_TTL),
        ("set", "e:f", 120),
        ("set", "g:h", 9),
        ("set", "i:j", NO_TTL),
        ("raw", "ship:*", OWN_TTL),
    ]


def test_the_key_of_a_wrapper_is_its_parameter() -> None:
    text = """\
impl ShipCache {
    pub fn set(&self, key: &str, value: &str, ttl: Option<u64>) {
        let mut conn = self.redis.get_connection().unwrap();
        conn.set_ex(key, value, ttl.unwrap_or(60));
    }
}
"""
    (op,) = ops(text, "a.rs")
    assert (op.key, op.parameter, op.ttl) == ("", "key", UNKNOWN_TTL)
    (wrapper,) = scanned(text, "a.rs").wrappers
    assert (wrapper.name, wrapper.owner, wrapper.line, wrapper.has_default) == (
        "set",
        "ShipCache",
        2,
        True,
    )


def test_records_survive_the_way_to_another_process() -> None:
    for text, path in ((RUST, "a.rs"), (SCRIPT, "a.ts"), (PYTHON, "a.py")):
        found = scanned(text, path)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Caches) == found


@pytest.mark.parametrize("path", ["a.rs", "a.ts", "a.py"])
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "cache", "redis", ".get(", ".set(", ".del(", '"a:{b}"', "`x:${y}`", 'f"k:{v}"', "(", ")",
                "[", "]", "{", "}", ",", " + ", "key", "let ", "const ", " = ", "\n", "'", '"', "format!(",
                "EX", "60", "ttl: ", "for x in ", "KEYS", "\u00e9", "\\", "%", ".format(", "&", ";",
            ]
        ),
        max_size=40,
    )
)  # fmt: skip
def test_any_text_is_read(path: str, words: list[str]) -> None:
    text = "".join(words)
    found = scanned(text, path)
    lines = text.count("\n") + 1
    for op in found.ops:
        assert 1 <= op.line <= lines
        assert 0 <= op.in_loop <= lines
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Caches) == found


# -- across files --------------------------------------------------------------------------


def target(folder: Path, **files: str) -> Target:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Target(folder)


def test_keys_join_across_files(tmp_path: Path) -> None:
    found = target(
        tmp_path,
        keys_dot_ts='export const SHIP = "ship";\nexport const SHIP_PREFIX = "ship:";\n'
        "export const shipKey = (id: string) => `ship:${id}`;\n",
        a_dot_ts='import { redis } from "./redis";\nimport { shipKey } from "./keys";\n'
        'export async function f(id: string) { await redis.set(shipKey(id), "x", "EX", 60); }\n',
        b_dot_ts='import { redis } from "./redis";\nimport { SHIP_PREFIX } from "./keys";\n'
        "export async function g(id: string) { await redis.del(SHIP_PREFIX + id); }\n",
    )
    assert [(one.path, one.op.verb, one.template) for one in operations(found)] == [
        ("a.ts", "set", "ship:{}"),
        ("b.ts", "delete", "ship:{}"),
    ]
    (family,) = families(found)
    assert (family.template, family.ttl) == ("ship:{}", 60)
    assert len(family.writes) == len(family.deletes) == 1


@pytest.mark.parametrize(
    ("pattern", "template", "covers"),
    [
        ("ship:*", "ship:{}", True),
        ("ship:{}:*", "ship:{}:crew", True),
        ("*:crew", "ship:{}", True),
        ("ships:*", "ship:{}", False),
        ("fleet:ship:*", "fleet:{}:{}", True),
        ("fleet:*", "ship:{}", False),
    ],
)
def test_what_a_pattern_covers(pattern: str, template: str, covers: bool) -> None:
    assert matches(pattern, template) is covers


def test_words_of_entities() -> None:
    assert entity_words("data_sources") == ("data", "source")
    assert entity_words("OrderItem") == ("order", "item")
    assert [singular(one) for one in ("boxes", "cities", "status", "class", "ships")] == [
        "box",
        "city",
        "status",
        "class",
        "ship",
    ]
    assert same_entity(("job",), ("reconciliation", "job"))
    assert same_entity(("order", "item"), ("orderitem",))
    assert not same_entity(("user",), ("user", "token"))
    assert not same_entity((), ("user",))


# -- a running Redis -----------------------------------------------------------------------


def memory_findings(found: Target) -> list[tuple[str, str]]:
    checks = [pair for pair in builtin_checks(["cache"]) if pair[0].id == "cache-memory-bounded"]
    return [
        (finding.clause, finding.severity.label)
        for item in plan(found, checks)
        for finding in judge(item, found, Policy()).findings
    ]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (("maxmemory 0",), [("a", "info")]),
        (("maxmemory 64mb", "maxmemory-policy noeviction"), [("b", "medium")]),
        (("maxmemory 64mb", "maxmemory-policy volatile-lru"), [("d", "high")]),
        (("maxmemory 64mb", "maxmemory-policy allkeys-lfu"), []),
    ],
)
def test_a_running_redis_is_asked_for_its_limits(
    tmp_path: Path, options: tuple[str, ...], wanted: list[tuple[str, str]]
) -> None:
    import redis

    (tmp_path / "repository").mkdir()
    found = target(
        tmp_path / "repository",
        app_dot_py="import redis\nr = redis.Redis()\n\ndef f(i):\n    k = f'ship:{i}'\n"
        "    if r.get(k):\n        return 1\n    r.set(k, 1, ex=60)\n",
    )
    with redis_server(tmp_path, *options) as (port, _):
        client = redis.Redis(port=port)
        client.set("kept", 1)
        client.set("gone", 1, ex=600)
        client.close()
        configure_redis(found, f"redis://127.0.0.1:{port}")
        assert memory_findings(found) == wanted
