"""The index of TypeScript and JavaScript files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.readers.code import Call, Code, Function, Scope, index_code
from pytest_reconaudit.readers.code_script import is_new
from pytest_reconaudit.readers.syntax import read_syntax


def index(text: str, path: str = "web/src/app.ts") -> Code:
    return index_code(read_syntax(text, path))


def function(code: Code, name: str) -> Function:
    [found] = [one for one in code.functions if one.name == name]
    return found


def call(code: Code, name: str) -> Call:
    [found] = code.calls_named([name])
    return found


def loops(code: Code) -> list[Scope]:
    return [one for one in code.scopes if one.kind == "loop"]


NAMED = """\
import { api } from "./api";

export async function load(id: string, limit = 10): Promise<Invoice[]> {
  return api.get(`/invoices/${id}`);
}
const save = async (invoice: Invoice) => { await api.post("/invoices", invoice); };
function* pages() { yield 1; }
export const total = function (xs: number[]) { return xs.length; };
let later;
later = () => 1;
export default () => load("1");
"""


def test_functions_have_the_name_of_what_they_are_given_to() -> None:
    code = index(NAMED)
    assert [(one.name, code.line(one.name_at)) for one in code.functions] == [
        ("load", 3),
        ("save", 6),
        ("pages", 7),
        ("total", 8),
        ("later", 10),
        ("default", 11),
    ]
    load, save = function(code, "load"), function(code, "save")
    assert load.is_async
    assert save.is_async
    assert not function(code, "total").is_async
    assert load.returns == "Promise<Invoice[]>"
    assert [(one.name, one.type) for one in load.parameters] == [("id", "string"), ("limit", "")]
    assert code.text(load.body).startswith("{\n  return")
    assert code.text(save.start, save.name_at) == ""
    assert code.text(save.end - 1, save.end) == "}"
    assert [one.name for one in code.functions if one.exported] == ["load", "total", "default"]
    assert code.scopes[save.scope].kind == "function"
    assert code.scopes[save.scope].function == save.index


CLASS = """\
export class InvoiceStore extends Store<Invoice> implements Closable {
  private cache = new Map<string, Invoice>();
  @Input() title = "";
  constructor(private readonly http: HttpClient, @Inject(CONFIG) public config?: Config) {
    super();
  }
  @Get("/:id")
  @Roles("admin")
  static async find(@Param("id") id: string): Promise<Invoice> {
    return this.http.get<Invoice>(`/invoices/${id}`);
  }
  refresh = async () => { await this.cache.clear(); };
  private async purge() {}
  get size() { return this.cache.size; }
  #secret() {}
}
class Draft { async *lines() {} }
"""


def test_methods_have_their_class_and_its_base() -> None:
    code = index(CLASS)
    assert [(one.owner, one.name, one.trait) for one in code.functions] == [
        ("InvoiceStore", "constructor", "Store"),
        ("InvoiceStore", "find", "Store"),
        ("InvoiceStore", "refresh", "Store"),
        ("InvoiceStore", "purge", "Store"),
        ("InvoiceStore", "size", "Store"),
        ("InvoiceStore", "#secret", "Store"),
        ("Draft", "lines", ""),
    ]
    assert [one.is_async for one in code.functions] == [False, True, True, True, False, False, True]
    assert [one.name for one in code.functions if one.exported] == [
        "constructor",
        "find",
        "refresh",
        "size",
    ]


def test_constructor_parameters_are_fields_with_types() -> None:
    made = function(index(CLASS), "constructor")
    assert [(one.name, one.type) for one in made.parameters] == [
        ("http", "HttpClient"),
        ("config", "Config"),
    ]


def test_decorators_are_attributes_of_their_method_alone() -> None:
    code = index(CLASS)
    assert function(code, "find").attributes == ('@Get("/:id")', '@Roles("admin")')
    assert [one.attributes for one in code.functions if one.name != "find"] == [()] * 6


def test_fields_are_bindings_of_this() -> None:
    code = index(CLASS)
    [cache, title] = code.bindings
    assert (cache.name, code.text(cache.value)) == ("this.cache", "new Map<string, Invoice>()")
    assert title.name == "this.title"


def test_decorators_in_javascript() -> None:
    code = index('class A { @get("/x") async list() {} }', "a.js")
    assert function(code, "list").attributes == ('@get("/x")',)
    assert function(code, "list").is_async


OBJECT = """\
export const api = {
  invoices: {
    list: async (page: number) => client.get("/invoices", { params: { page } }),
    async remove(id) { await client.delete(id); },
  },
  "with-dash": function () {},
} as const;
export default {
  data() { return {}; },
  methods: { async save() {} },
} satisfies Options;
const handlers = { run() {} };
module.exports = { handlers };
exports.start = async () => {};
Invoice.prototype.total = function () { return 1; };
"""


def test_methods_of_objects_have_the_name_of_the_object() -> None:
    code = index(OBJECT)
    assert [(one.owner, one.name, one.exported) for one in code.functions] == [
        ("api.invoices", "list", True),
        ("api.invoices", "remove", True),
        ("api", "with-dash", True),
        ("", "data", True),
        ("methods", "save", True),
        ("handlers", "run", True),
        ("", "start", True),
        ("Invoice", "total", False),
    ]


CLOSURES = """\
async function sync(ids) {
  await Promise.all(ids.map(async (id) => {
    await push(id);
  }));
  const cleaned = await queue.run(function once(job) { return job; });
  (async () => { await close(); })();
}
"""


def test_a_closure_knows_the_call_that_it_is_given_to() -> None:
    code = index(CLOSURES, "a.js")
    mapped, once, alone = [one for one in code.scopes if one.kind == "closure"]
    assert code.calls[mapped.call].name == "map"
    assert code.calls[mapped.call].path == ("ids", "map")
    assert code.text(mapped.head) == "(id)"
    assert mapped.is_async
    assert code.calls[once.call].name == "run"
    assert not once.is_async
    assert alone.call == -1
    assert call(code, "push").scope == mapped.index
    assert {one.function for one in (mapped, once, alone)} == {0}
    assert [one.name for one in code.functions] == ["sync"]


def test_awaits() -> None:
    code = index(CLOSURES, "a.js")
    assert [one.name for one in code.calls if one.awaited] == ["all", "push", "run", "close"]
    code = index("await (x()); const y = await new Thing(1); for (const z of await w()) {}")
    assert [one.name for one in code.calls if one.awaited] == ["x", "Thing", "w"]


@pytest.mark.parametrize(
    "written",
    ["await f(1) as Row", "await f(1)!", "await (f(1) as any)", "(await f(1)) as Row", "await f(1)",
     "await f(1) as { a: Row }", "await f(1) satisfies Row", "await <Row>f(1)", "await f<Row>(1)",
     "(await f(1)).a", "await ((f(1)))"],
)  # fmt: skip
def test_an_awaited_call_may_be_cast(written: str) -> None:
    code = index(f"const row = {written};", "a.ts")
    assert [one.name for one in code.calls if one.awaited] == ["f"]


def test_what_a_call_is_given_is_not_awaited() -> None:
    code = index("const row = await (f(g(1)) as Row); const other = await (a ?? h());", "a.ts")
    assert [one.name for one in code.calls if one.awaited] == ["f"]


def test_awaits_with_type_arguments() -> None:
    code = index(
        "const a = await this.http.get<User[]>('/a');\n"
        "const b = (await load<B>(1)).rows;\n"
        "const c = await api.get<C>(2).then(first);\n"
    )
    assert [(one.name, one.awaited, code.text(one.receiver)) for one in code.calls] == [
        ("get", True, "this.http"),
        ("load", True, ""),
        ("then", True, "api.get<C>(2)"),
        ("get", False, "api"),
    ]
    assert [one.path for one in code.calls_named(["get"])] == [(), ("api", "get")]
    assert code.text(code.calls[0].start, code.calls[0].end) == "this.http.get<User[]>('/a')"


LOOPS = """\
for (let i = 0; i < 3; i++) { a(); }
for (const [k, v] of Object.entries(b())) c(k);
for await (const chunk of stream) { d(); }
while (more()) { e(); }
do { f(); } while (g());
for (const k in obj) for (;;) { h(); break; }
"""


def test_loops_have_their_body_and_what_they_go_over() -> None:
    code = index(LOOPS)
    assert [(one.label, code.text(one.head)) for one in loops(code)] == [
        ("for", "i < 3"),
        ("for", "Object.entries(b())"),
        ("for", "stream"),
        ("while", "(more())"),
        ("do", "(g())"),
        ("for", "obj"),
        ("for", ";"),
    ]
    in_loops = [one.name for one in code.calls if code.scopes[one.scope].kind == "loop"]
    assert in_loops == ["a", "c", "d", "e", "f", "h"]
    inner = code.scopes[call(code, "h").scope]
    assert code.scopes[inner.parent].kind == "loop"


def test_blocks_say_what_they_belong_to() -> None:
    code = index(
        "if (x) a(); else if (y) { b(); } else c();\n"
        "try { d(); } catch (e) { f(); } finally { g(); }\n"
        "switch (x) { case 1: h(); }\n{ i(); }\n"
    )
    labels = {one.name: code.scopes[one.scope].label for one in code.calls}
    assert labels == {
        "a": "if",
        "b": "if",
        "c": "else",
        "d": "try",
        "f": "catch",
        "g": "finally",
        "h": "match",
        "i": "",
    }
    assert {code.scopes[one.scope].kind for one in code.calls} == {"block"}


CALLS = """\
console.log(one, `two ${x()}`);
prisma.user
  // the newest
  .findMany<User>({ where: {} });
a?.b!.c?.();
new api.Client(url);
new Date;
sql`select ${y(1)}`;
await prisma.$queryRaw<User[]>`select`;
this.cache.get(k);
fetch(u).then(r => r.json());
(await import("./big")).start();
d[key](/* nothing */ 1, ...rest);
"""


def test_calls_have_words_receiver_and_arguments() -> None:
    code = index(CALLS)
    seen = [
        (one.name, one.path, code.text(one.receiver), [code.text(a) for a in one.arguments])
        for one in code.calls
    ]
    assert seen == [
        ("log", ("console", "log"), "console", ["one", "`two ${x()}`"]),
        ("x", ("x",), "", []),
        ("findMany", (), "prisma.user\n  // the newest", ["{ where: {} }"]),
        ("c", ("a", "b", "c"), "a?.b", []),
        ("Client", ("api", "Client"), "api", ["url"]),
        ("Date", ("Date",), "", []),
        ("sql", ("sql",), "", ["`select ${y(1)}`"]),
        ("y", ("y",), "", ["1"]),
        ("$queryRaw", ("prisma", "$queryRaw"), "prisma", ["`select`"]),
        ("get", (), "this.cache", ["k"]),
        ("then", (), "fetch(u)", ["r => r.json()"]),
        ("fetch", ("fetch",), "", ["u"]),
        ("json", ("r", "json"), "r", []),
        ("start", (), '(await import("./big"))', []),
        ("import", ("import",), "", ['"./big"']),
        ("", (), "", ["1", "...rest"]),
    ]
    assert [one.name for one in code.calls if is_new(code, one)] == ["Client", "Date"]
    assert code.line(call(code, "findMany").name_at) == 4
    assert [one.name for one in code.calls if one.awaited] == ["$queryRaw", "import"]


def test_imports() -> None:
    code = index(
        'import React, { type FC, useMemo as memo } from "react";\n'
        "import type { Invoice } from './types';\n"
        'import * as icons from "icons"; import "./style.css";\n'
        'import fs = require("fs"); import type from "./type";\n'
        'const { a, b: c } = require("./d");\n'
        'const page = await import("./page"), path = require("path").join;\n'
        'const { e } = await import("./f");\n'
        'import {\n  g, // the first\n  h as default,\n} from "./g";\n'
    )
    assert [(one.name, one.path, one.type_only) for one in code.imports] == [
        ("React", ("react", "default"), False),
        ("FC", ("react", "FC"), True),
        ("memo", ("react", "useMemo"), False),
        ("Invoice", ("./types", "Invoice"), True),
        ("icons", ("icons", "*"), False),
        ("", ("./style.css",), False),
        ("fs", ("fs", "*"), False),
        ("type", ("./type", "default"), False),
        ("a", ("./d", "a"), False),
        ("c", ("./d", "b"), False),
        ("page", ("./page", "*"), False),
        ("path", ("path", "join"), False),
        ("e", ("./f", "e"), False),
        ("g", ("./g", "g"), False),
        ("default", ("./g", "h"), False),
    ]
    assert code.resolved(("memo", "x")) == ("react", "useMemo", "x")


def test_what_is_passed_on_is_an_import_too() -> None:
    code = index('export * from "./a"; export { b as c } from "./d"; export * as ns from "./e";')
    assert [(one.name, one.path) for one in code.imports] == [
        ("*", ("./a", "*")),
        ("c", ("./d", "b")),
        ("ns", ("./e", "*")),
    ]


def test_lists_of_exports() -> None:
    code = index("function a() {}\nconst b = () => 1;\nfunction c() {}\nexport { a, b as d };\n")
    assert [one.name for one in code.functions if one.exported] == ["a", "b"]


def test_code_in_test_blocks_is_test_code() -> None:
    code = index(
        "const real = () => 1;\n"
        "describe('invoices', () => {\n"
        "  const make = async () => { await seed(); };\n"
        "  it.each([1, 2])('adds %s', async (n) => { function inner() {} });\n"
        "});\n"
        "test(`x`, async ({ page }) => { const helper = () => page; });\n"
        "beforeEach(() => { const reset = () => 1; });\n"
        "const after = () => 2;\n"
    )
    assert {one.name: one.is_test for one in code.functions} == {
        "real": False,
        "make": True,
        "inner": True,
        "helper": True,
        "reset": True,
        "after": False,
    }


def test_a_function_called_test_is_no_test() -> None:
    code = index("schema.test('name', (v) => { const check = () => v; }); test(value);")
    assert [one.is_test for one in code.functions] == [False]


def test_namespaces() -> None:
    code = index("namespace Billing.Tax { export function rate() { f(); } }")
    assert function(code, "rate").modules == ("Billing.Tax",)
    assert function(code, "rate").exported


def test_jsx_is_looked_through() -> None:
    code = index(
        "export const List: React.FC<Props> = ({ items }) => (\n"
        "  <ul onClick={() => track('x')}>\n"
        "    {items.map((item) => <Row key={item.id} onOpen={async () => await open(item)} />)}\n"
        "  </ul>\n"
        ");\n",
        "web/src/List.tsx",
    )
    assert [one.name for one in code.functions] == ["List"]
    assert [one.name for one in code.calls] == ["track", "map", "open"]
    closures = [one for one in code.scopes if one.kind == "closure"]
    assert [one.call for one in closures] == [-1, 1, -1]
    assert code.text(function(code, "List").body).startswith("(\n  <ul")


def test_bindings() -> None:
    code = index("const a: Map<string, X> = f(), { b } = g();\nlet c;\nvar d = 1")
    assert [(one.name, one.type, code.text(one.value)) for one in code.bindings] == [
        ("a", "Map<string, X>", "f()"),
        ("{ b }", "", "g()"),
        ("c", "", ""),
        ("d", "", "1"),
    ]


def test_offsets_count_bytes() -> None:
    code = index('const größe = "€€"; prüfe.alle(größe);')
    one = call(code, "alle")
    assert one.path == ("prüfe", "alle")
    assert code.place(one.name_at).column == 27


PIECES = st.sampled_from(
    [
        "async ", "function", " f", "(", ")", "{", "}", "=>", "await ", "import ", "from ", '"x"',
        "for ", "of ", "while ", "class A ", "new ", "export ", "default ", ".b", "?.", "!", "`${",
        "}`", "<T>", "@d ", "const ", "= ", ";", ",", "\n", "/* c */", "//", "#p", "type ", "[", "]",
        "return ", "case 1:", "switch", "if ", "else ", "€", "\0", "<A b={", "/>", ": ", "namespace ",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=80))
def test_never_raises(text: str) -> None:
    for path in ("a.ts", "a.tsx", "a.js"):
        code = index(text, path)
        size = len(code.source)
        for one in code.calls:
            assert 0 <= one.start <= one.name_at <= one.end <= size
            assert all(one.start <= a <= b <= one.end for a, b in one.arguments)
            assert 0 <= one.scope < len(code.scopes)
            is_new(code, one)
        for scope in code.scopes[1:]:
            around = code.scopes[scope.parent]
            assert around.start <= scope.start <= scope.end <= around.end
            assert scope.parent < scope.index
        for made in code.functions:
            assert made.start <= made.name_at <= made.end <= size
            assert code.functions[made.index] is made


def test_a_handler_in_a_wrapper_is_named_by_what_it_is_given_to() -> None:
    code = index(
        """\
exports.list = asyncHandler(async (req, res) => { await find(); });
export const show = withAuth(catchAsync<Show>(async (req, res) => { await find(); }));
export class Ships { lift = catchAsync(async (req, res) => { await find(); }); }
const dock = wrap("x", async function (req, res) { await find(); });
export default apiHandler(async ({ params }) => { await find(); });
const memo = useCallback(async (req) => { await find(); }, []);
const event = defineEventHandler(async (event) => { await find(); });
const saved = withTransaction(async (ctx) => { await find(); });
const onSubmit = handleSubmit(async (req) => { await find(); });
"""
    )
    named = [(one.owner, one.name, one.exported) for one in code.functions]
    assert named == [
        ("", "list", True),
        ("", "show", True),
        ("Ships", "lift", True),
        ("", "dock", False),
        ("", "default", True),
    ]
