"""What files await, and their lazy components, memos, pages and routes."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.web.operations import independent_rows
from pytest_reconaudit.readers.code import index_code
from pytest_reconaudit.readers.scans.awaits import AwaitingLoop, FileAwaits, awaits
from pytest_reconaudit.readers.scans.components import FileComponents, components
from pytest_reconaudit.readers.syntax import read_syntax


def waiting(text: str) -> FileAwaits:
    found = awaits(index_code(read_syntax(text, "web/src/store.ts")))
    assert found is not None
    return found


def only_loop(body: str, head: str = "const item of items") -> AwaitingLoop:
    found = waiting(
        f"async function run(items) {{\n  let count = 0;\n  for ({head}) {{ {body} }}\n}}"
    )
    [[loop]] = [one.loops for one in found.functions]
    return loop


def test_a_loop_says_what_it_goes_over_and_awaits() -> None:
    loop = only_loop("const id = item.id; await api.send(id).catch(log); await save();")
    assert (loop.line, loop.over, loop.item, loop.ordered) == (3, "items", "item", "")
    assert [(one.name, one.receiver, one.line, one.by_item) for one in loop.awaited] == [
        ("send", "api", 3, True),
        ("save", "", 3, False),
    ]


def test_a_counted_loop_over_a_list_is_a_loop_over_it() -> None:
    loop = only_loop("await send(items[i]);", "let i = 0; i < items.length; i++")
    assert (loop.over, loop.item, loop.ordered) == ("items", "i", "")
    assert only_loop("await send(i);", "let i = 1; i <= 3; i++").ordered == "a condition decides"
    assert only_loop("await send(i);", "let i = 0; i < items.length; i += 9").ordered


def test_what_speaks_for_order() -> None:
    reasons = {
        "if (await send(item)) break;": "a break ends it early",
        "await send(item); if (bad) return;": "a return ends it early",
        "if (!(await send(item))) throw new Error();": "a throw ends it early",
        "await send(item); await sleep(5);": "sleep() sets the pace",
        "await Promise.all(item.parts.map(send));": "its rounds are batches",
        "/* one at a time */ await send(item);": "a remark says so",
        "count = await send(item, count);": "count is carried over",
        "if (seen.has(item)) continue; await send(item); seen.add(item);": "seen is carried over",
        "await send(queue.shift(), item);": "queue.shift() takes from what is left",
        "this.at = item; await send(item, this.at);": "this.at is carried over",
        "await send(item, seen.size); seen.add(item);": "seen is carried over",
        "await Promise.all([...item.parts.map(send)]);": "its rounds are batches",
    }
    assert {body: only_loop(body).ordered for body in reasons} == reasons


def test_what_does_not() -> None:
    for body in (
        "done.push(await send(item));",
        "count += await send(item);",
        "switch (item.kind) { case 1: await send(item); break; }",
        "if (!item.dirty) continue; await send(item);",
        "items.map((x) => { return x; }); await send(item);",
        "try { await send(item); } catch (error) { item.failed = true; }",
        "const next = await send(item); await confirm(next);",
        "const told = await send(item); if (!seen.has(told)) seen.set(told, []);",
        "const told = await send(item); this.told = [...this.told, told];",
        "const [a, b] = await Promise.all([send(item), load(item.id)]); told[item.id] = [a, b];",
    ):
        assert only_loop(body).ordered == "", body


def test_what_a_round_starts_together_is_told_apart() -> None:
    loop = only_loop("await Promise.all([api.get(`/a/${item.id}`).then(keep), load(of(item))]);")
    assert [(one.name, one.by_item) for one in loop.awaited] == [("get", True), ("load", True)]


def test_inner_loops_have_their_own_awaits() -> None:
    found = waiting("async function f() { for (const a of b) { for (const c of a) await d(c); } }")
    [loop] = found.functions[0].loops
    assert loop.over == "a"


def test_awaits_of_inner_functions_are_not_of_the_loop() -> None:
    assert awaits(
        index_code(read_syntax("for (const a of b) g(async () => await f(a));", "a.ts"))
    ) is (None)


def test_declarations_in_a_row() -> None:
    found = waiting(
        "const load = async (id) => {\n"
        "  const a = await getA(id);\n"
        "  // the second\n"
        "  const { b } = await api.getB<B>(id);\n"
        "  const c = await getC(b);\n"
        "  log(c);\n"
        "  const d = await getD(id);\n"
        "};\n"
    )
    [load] = found.functions
    assert (load.name, load.line) == ("load", 1)
    [run] = load.runs
    assert [(one.name, one.line, one.needs) for one in run.awaited] == [
        ("getA", 2, -1),
        ("getB", 4, -1),
        ("getC", 5, 1),
    ]


def test_declarations_of_cast_values_are_a_row() -> None:
    found = waiting(
        "async function load(id) { const a = (await getA(id)) as A; const b = await getB(id) as B;"
        " const c = await getC(id)!; const d = await getD(id) ?? 1; }"
    )
    [run] = found.functions[0].runs
    assert [one.name for one in run.awaited] == ["getB", "getC"]


def test_a_closure_has_the_name_that_it_is_given_to() -> None:
    found = waiting(
        "function Page() { const drop = useCallback(async (files) => {\n"
        "  for (const file of files) await upload(file);\n"
        "}, []); }"
    )
    assert [one.name for one in found.functions] == ["drop"]
    found = waiting(
        "async function load(ids) {\n  await first();\n"
        "  const all = ids.map((id) => fetchTide(id));\n  await Promise.all(all);\n}"
    )
    assert [(one.name, len(one.fans)) for one in found.functions] == [("load", 1)]


def test_a_row_is_cut_where_it_costs_nothing() -> None:
    found = waiting(
        "async function load(id) {\n  const berth = await findBerth(id);\n"
        "  const tides = await findTides(id);\n  const ships = await findShips(berth.id);\n"
        "  const crews = await findCrews(id);\n  return [berth, tides, ships, crews];\n}"
    )
    [[run]] = [one.runs for one in found.functions]
    assert [[one.name for one in row] for row in independent_rows(run)] == [
        ["findTides", "findShips", "findCrews"]
    ]


def parts(text: str, path: str = "web/src/App.tsx") -> FileComponents:
    found = components(index_code(read_syntax(text, path)))
    assert found is not None
    return found


def test_lazy_components() -> None:
    found = parts(
        'const A = lazy(() => import("./A"));\n'
        "const B = React.lazy(() => Promise.resolve({ default: X }));\n"
        "const C = lazy(load);\n"
        "const D = lazy(() => load().then((m) => ({ default: m.D })));\n"
        "const E = lazy(async () => ({ default: X }));\n"
        "const F = lazy(() => new Promise((resolve) => setTimeout(() => resolve({ default: X }))));\n"
        'const G = lazy(() => new Promise((r) => setTimeout(() => r(import("./G")), 9)));\n'
    )
    assert [(one.name, one.line, one.fake) for one in found.lazy] == [
        ("A", 1, False),
        ("B", 2, True),
        ("C", 3, False),
        ("D", 4, False),
        ("E", 5, True),
        ("F", 6, True),
        ("G", 7, False),
    ]


def test_memos() -> None:
    found = parts(
        'import React, { memo } from "react";\n'
        "export const A = memo(() => <a />);\n"
        "const B = () => <b />;\n"
        "export default React.memo(B);\n"
        "const C = memo(D, same);\n"
        "const E = memo(forwardRef((props, ref) => <i ref={ref} />));\n"
        "export { E };\n"
    )
    assert [(one.name, one.default, one.exported, one.line) for one in found.memos] == [
        ("A", False, True, 2),
        ("B", True, True, 4),
        ("E", False, True, 6),
    ]


def test_routes() -> None:
    found = parts(
        '<Routes><Route path="/a" element={<ProtectedRoute><Frame><A x={1} /></Frame></ProtectedRoute>} />\n'
        "<Route element={<RequireAuth />}><Route index element={<B />} /></Route>\n"
        '<PrivateRoute path="/c" component={C} /></Routes>;\n'
        'const more = useRoutes([{ path: "d", element: <D />, children: [{ path: "e", Component: E }] },\n'
        '{ path: "f", lazy: () => import("./f") }, { path: "g", component: () => import("./g") }]);\n'
    )
    assert [(one.path, one.names, one.line, one.guarded) for one in found.routes] == [
        ("/a", ("ProtectedRoute", "Frame", "A"), 1, True),
        ("", ("B",), 2, True),
        ("/c", ("C",), 3, True),
        ("d", ("D",), 4, False),
        ("e", ("E",), 4, False),
        ("f", (), 5, False),
        ("g", (), 5, False),
    ]
    assert [one.path for one in found.routes if one.late] == ["f", "g"]
    assert [one.path for one in found.routes if one.nests] == ["d"]


PIECES = st.sampled_from(
    [
        "for (const a of b) ", "{", "}", "await f(a)", "await ", ";", "break;", "return;", "x = ",
        "async () => ", "lazy(", "memo(", ")", "<Route path='a' element={", "<A/>", "/>", "=> ",
        "const c = ", "(", "{ path: 'x', component: A }", ",", "[", "]", "createRouter(", "\n", "/* one",
        "*/", "export default ", "Promise.resolve(", "import(", "'x'", "function f() ", "€", "while (1) ",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60))
def test_never_raises(text: str) -> None:
    for path in ("pages/a.ts", "pages/a.tsx", "a.js"):
        code = index_code(read_syntax(text, path))
        waits, found = awaits(code), components(code)
        # What is kept between runs is what was found.
        if waits is not None:
            assert msgspec.msgpack.decode(msgspec.msgpack.encode(waits), type=FileAwaits) == waits
        if found is not None:
            assert (
                msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=FileComponents) == found
            )


def test_pages() -> None:
    names = ("LettersPage", "Billing", "helper", "BasePage")
    body = "".join(f"function {name}() {{ return <p>{name}</p>; }}\n" for name in names)
    routes = '<Routes><Route path="/b" element={<Billing />} /></Routes>;\n'
    found = parts(body + routes + "//\n" * 800)
    assert [(one.name, one.line) for one in found.pages] == [("LettersPage", 1), ("Billing", 2)]
    assert parts(body + routes).pages == ()
