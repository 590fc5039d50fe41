"""k6 scripts and Artillery files as the load checks see them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.readers.artillery import read_artillery, speaks_of_artillery
from pytest_reconaudit.readers.code import index_code
from pytest_reconaudit.readers.scans.k6_status import SAMPLE
from pytest_reconaudit.readers.scans.load_scripts import K6Script, k6_script
from pytest_reconaudit.readers.scans.locust_scripts import LocustScript, locust_script
from pytest_reconaudit.readers.syntax import read_syntax

HEAD = "import http from 'k6/http';\nimport { check } from 'k6';\n"


def k6(text: str, path: str = "load/a.js") -> K6Script:
    record = k6_script(index_code(read_syntax(text, path)))
    assert record is not None
    packed = msgspec.msgpack.encode(record)
    assert msgspec.msgpack.decode(packed, type=K6Script) == record
    return record


@pytest.mark.parametrize(
    ("code", "url", "keys"),
    [
        ("http.get('http://h/a')", "http://h/a", ()),
        ("const B = __ENV.B || 'http://h'; http.get(`${B}/a?x=${1}`)", "http://h/a?x=1", ("B",)),
        ("const B = __ENV['B'] ?? 'http://h'; http.get(B + '/a')", "http://h/a", ("B",)),
        ("const B = __ENV.B ? __ENV.B : 'http://h'; http.get(B)", "http://h", ("B",)),
        ("const c = { base: 'http://h' }; http.get(`${c.base}/a`)", "http://h/a", ()),
        ("let B = 'http://h'; B = other(); http.get(`${B}/a`)", "${}/a", ()),
        ("http.get(`http://h/${f()}/x`)", "http://h/${}/x", ()),
        ("http.get(http.url`http://h/u/${id}`)", "http://h/u/${}", ()),
        ("const B = 'http://h'; { const B = 'http://i'; http.get(B); }", "http://i", ()),
    ],
)
def test_addresses_are_put_together(code: str, url: str, keys: tuple[str, ...]) -> None:
    (request,) = k6(f"{HEAD}export default function () {{ {code} }}").requests
    assert (request.url, request.keys) == (url, keys)


def test_every_form_of_request() -> None:
    found = k6(
        "import http, { del as remove, get } from 'k6/http';\n"
        "http.post('http://h/1');\n"
        "http.request('patch', 'http://h/2');\n"
        "http.batch([['PUT', 'http://h/3'], 'http://h/4', { method: 'DELETE', url: 'http://h/5' }]);\n"
        "get('http://h/6'); remove('http://h/7');\n"
        "await http.asyncRequest('HEAD', 'http://h/8');\n"
        "other.get('http://h/9');\n"
    ).requests
    assert [(one.line, one.method, one.url[-1]) for one in found] == [
        (2, "POST", "1"), (3, "PATCH", "2"), (4, "PUT", "3"), (4, "GET", "4"), (4, "DELETE", "5"),
        (5, "GET", "6"), (5, "DELETE", "7"), (6, "HEAD", "8"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("predicate", "accepted"),
    [
        ("(r) => r.status === 200", {200}),
        ("(r) => 200 == r.status", {200}),
        ("(r) => r.status === 200 || r.status === 404", {200, 404}),
        ("(r) => [200, 201].includes(r.status) && r.body.length > 3", {200, 201}),
        ("(r) => r.status >= 200 && r.status < 300", {200, 201, 202, 204}),
        ("function (r) { return r.status !== 500; }", set(SAMPLE) - {500}),
        ("(r) => !(r.status >= 400)", {200, 201, 202, 204, 301, 302, 304}),
        ("(r) => r.timings.duration < 500", None),
        ("(r) => r.status.toString() === '200'", None),
        ("(r) => { const s = r.status; return s === 200; }", None),
    ],
)
def test_what_a_check_accepts(predicate: str, accepted: set[int] | None) -> None:
    (request,) = k6(HEAD + f"const r = http.get('http://h/'); check(r, {{ 'x': {predicate} }});"
                    ).requests  # fmt: skip
    assert request.accepts == (tuple(sorted(accepted)) if accepted is not None else None)


def test_the_check_of_the_next_answer_is_not_this_one_s() -> None:
    first, second = k6(
        HEAD
        + "let r = http.get('http://h/1'); check(r, { a: (x) => x.status === 200 });\n"
        + "const q = check(http.get('http://h/2'), { b: (x) => x.status === 404 });\n"
    ).requests
    assert first.accepts == (200,)
    assert second.accepts == (404,)


def test_what_each_iteration_does() -> None:
    found = k6(
        HEAD
        + "export default function () {\n"
        + "  http.get('http://h/1');\n"
        + "  group('g', () => { http.get('http://h/2'); });\n"
        + "  if (maybe) { http.get('http://h/3'); }\n"
        + "  maybe && http.get('http://h/4');\n"
        + "  list.forEach(() => http.get('http://h/5'));\n"
        + "  if (odd) { return; }\n"
        + "  http.get('http://h/6');\n"
        + "}\n"
        + "export function setup() { http.get('http://h/7'); }\n"
    ).requests
    assert [one.always for one in found] == [True, True, False, False, False, False, False]


def test_names_that_nothing_declares() -> None:
    found = k6(
        "import http from 'k6/http';\n"
        "import { Rate as Share, Trend } from 'k6/metrics';\n"
        "const { a, b: [c] = [], ...rest } = JSON.parse(open('x.json'));\n"
        "export default function run({ token }, index = 0, ...more) {\n"
        "  try { http.get(a + c + rest + token + index + more); } catch (error) { fail(error); }\n"
        "  for (const one of more) new Share(one); label: while (true) break label;\n"
        "  const f = x => x + Trend; f(run); class K {} new K(); sleep(1); sleep(2);\n"
        "  if (typeof hook === 'function') hook({ shorthand });\n"
        "}\n"
        "export function handleSummary(data) { return { stdout: textSummary(data) }; }\n"
    ).unknown
    assert {one.name: one.lines for one in found} == {
        "fail": (5,), "sleep": (7,), "shorthand": (8,), "textSummary": (10,),
    }  # fmt: skip
    assert [one.name for one in found if one.summary] == ["textSummary"]


def test_types_are_no_names() -> None:
    found = k6(
        "import http from 'k6/http';\n"
        "import type { Options } from 'k6/options';\n"
        "interface Row { id: number }\n"
        "enum Kind { A, B }\n"
        "export const options: Options = { vus: 1 } as Options;\n"
        "export default function (data: Row): void { http.get(`http://h/${data.id}${Kind.A}`); }\n",
        "a.ts",
    )
    assert found.unknown == ()
    assert found.options_line == 5


def test_thresholds_with_tags_and_without() -> None:
    found = k6(
        "import http from 'k6/http';\n"
        "export const options = {\n"
        "  thresholds: {\n"
        "    http_req_failed: [{ threshold: 'rate<0.01', abortOnFail: true }],\n"
        "    'http_req_duration{kind:a}': ['p(95)<1', 'avg<2'],\n"
        "    'http_req_duration{scenario:b}': ['p(95)<1'],\n"
        "  },\n"
        "};\n"
        "http.get('http://h/');\n"
    ).thresholds
    assert found is not None
    assert [(one.metric, one.tags, one.expressions, one.line, one.tagged) for one in found] == [
        ("http_req_failed", "", ("rate<0.01",), 4, True),
        ("http_req_duration", "kind:a", ("p(95)<1", "avg<2"), 5, False),
        ("http_req_duration", "scenario:b", ("p(95)<1",), 6, True),
    ]


@pytest.mark.parametrize(
    "options",
    [
        "import { options } from './o.js'; export { options };",
        "export const options = { thresholds: common };",
        "export const options = { ...common };",
        "export const options = make();",
    ],
)
def test_thresholds_of_elsewhere_are_not_told(options: str) -> None:
    assert k6(f"import http from 'k6/http';\nimport {{ common }} from './c.js';\n{options}"
              ).thresholds is None  # fmt: skip


def test_stated_users_and_options() -> None:
    found = k6(
        "/* Load of the shop.\n   For 1,500 concurrent users. */\n"
        "import http from 'k6/http';\n"
        "// 9000 users\n"
        "export const options = { stages: [{ target: 30 }, { target: 1_200 }] };\n"
    )
    assert found.stated == (9000, 4, "9000 users")
    assert (found.most_users, found.most_line) == (1200, 5)


def test_rates_and_what_they_are_fed() -> None:
    found = k6(
        "import { Rate } from 'k6/metrics';\n"
        "const a = new Rate('a'), b = new Rate('b'), c = new Rate('c');\n"
        "a.add(1); a.add(true);\n"
        "b.add(!ok); c.add(0);\n"
        "give(c);\n"
    ).rates
    assert [(one.metric, one.hits, one.misses, one.others) for one in found] == [
        ("a", (3, 3), (), 0), ("b", (), (), 1), ("c", (), (4,), 1),
    ]  # fmt: skip


ARTILLERY = """\
config:
  target: http://localhost:3000
  phases: [{ duration: 5, arrivalRate: 1 }]
  variables: { api: [http://localhost:3000/api], many: [a, b] }
  payload: { path: ./users.csv }
  environments: { staging: { target: https://s.example.org } }
  ensure: { thresholds: [{ p95: 3 }] }
scenarios:
  - flow:
      - post: { url: "{{ api }}/login", expect: [{ statusCode: [200, 201] }] }
      - loop:
          - get: { url: /me }
config:
  target: https://other.example.org
"""


def test_artillery_with_a_key_twice() -> None:
    assert speaks_of_artillery(ARTILLERY)
    found = read_artillery(ARTILLERY, "l.yml")
    assert [text for text, _ in found.targets] == [
        "http://localhost:3000", "https://s.example.org", "https://other.example.org",
    ]  # fmt: skip
    assert found.variables == (("api", "http://localhost:3000/api"),)
    assert [(r.place.line, r.method, r.url, r.accepts) for r in found.requests] == [
        (10, "POST", "{{ api }}/login", (200, 201)),
        (12, "GET", "/me", None),
    ]
    assert [(one.place.line, one.path) for one in found.files] == [(5, "./users.csv")]
    assert [(one.place.line, one.message) for one in found.twice] == [
        (13, "`config` is already set at line 1")
    ]
    assert found.ensured == ("p95",)


_PIECES = st.lists(
    st.sampled_from(
        ["import http from 'k6/http';\n", "export const options = {", "thresholds: {", "}", "});\n",
         "http.get(", "`${", "__ENV.A || ", "'http://h'", "check(r, {", "(r) => r.status === ",
         "new Rate('x')", ".add(1)", "config:\n", "  payload:\n", "- get:\n    url: ", "{{ a }}", "\0", "é"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(_PIECES | st.text(max_size=200))
def test_nothing_makes_the_readers_raise(text: str) -> None:
    lines = text.count("\n") + 1
    record = k6_script(index_code(read_syntax(text, "a.js")))
    assert record is not None
    assert all(1 <= one.line <= lines for one in record.requests)
    file = read_artillery(text, "a.yml")
    assert all(1 <= (one.place.line or 0) <= lines for one in file.requests)


LOCUST = "from locust import HttpUser, task\n\nclass User(HttpUser):\n"


def locust(body: str, top: str = "") -> LocustScript:
    record = locust_script(index_code(read_syntax(f"{top}\n{LOCUST}{body}", "locustfile.py")))
    assert record is not None
    packed = msgspec.msgpack.encode(record)
    assert msgspec.msgpack.decode(packed, type=LocustScript) == record
    return record


@pytest.mark.parametrize(
    ("call", "method", "url"),
    [
        ("self.client.get('/a')", "GET", "/a"),
        ("self.client.get(f'/a/{self.id}?x={y}')", "GET", "/a/${}?x=${}"),
        ("self.client.post(PREFIX + '/a')", "POST", "/v1/a"),
        ("self.client.put(f'{PREFIX}/a')", "PUT", "/v1/a"),
        ("self.client.patch(url='/a')", "PATCH", "/a"),
        ("self.user.client.delete('/a' '/b')", "DELETE", "/a/b"),
        ("self.client.request('post', '/a')", "POST", "/a"),
        ("self.client.request(method='GET', url='/a')", "GET", "/a"),
        ("self.client.get(other())", "GET", "${}"),
    ],
)
def test_what_a_locust_user_requests(call: str, method: str, url: str) -> None:
    record = locust(f"    @task\n    def one(self):\n        {call}\n", "PREFIX = '/v1'")
    assert [(one.method, one.url) for one in record.requests] == [(method, url)]


@pytest.mark.parametrize(
    ("top", "body", "hosts"),
    [
        ("", "    host = 'http://localhost:8000'\n", ("http://localhost:8000",)),
        ("# locust -f a.py --host=http://localhost:9000", "", ("http://localhost:9000",)),
        ("", "", ()),
    ],
)
def test_the_host_of_locust_users(top: str, body: str, hosts: tuple[str, ...]) -> None:
    task = "    @task\n    def one(self):\n        self.client.get('/a')\n"
    assert locust(body + task, top).hosts == hosts


@pytest.mark.parametrize(
    ("block", "accepted"),
    [
        ("if r.status_code in (200, 404):\n                r.success()", (200, 404)),
        ("if r.status_code == 404:\n                r.success()", (404,)),
        ("if r.status_code != 200:\n                r.failure('no')", None),
        ("if r.status_code < 500:\n                r.success()", (200, 404)),
    ],
)
def test_what_a_locust_block_forgives(block: str, accepted: tuple[int, ...] | None) -> None:
    body = (
        "    @task\n    def one(self):\n"
        "        with self.client.get('/a', catch_response=True) as r:\n"
        f"            {block}\n"
    )
    assert [one.accepts for one in locust(body).requests] == [accepted]


@pytest.mark.parametrize("text", ["import locust\n", LOCUST + "    pass\n"])
def test_a_locust_file_without_requests_is_left_out(text: str) -> None:
    assert locust_script(index_code(read_syntax(text, "a.py"))) is None
