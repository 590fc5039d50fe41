"""Module specifiers of scripts, and what they mean in a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.web.modules import importers, links, resolve
from pytest_reconaudit.readers.bundler_config import read_bundler_config
from pytest_reconaudit.readers.code import Code, index_code
from pytest_reconaudit.readers.jsonc import read_jsonc
from pytest_reconaudit.readers.scans.broken import broken, stray
from pytest_reconaudit.readers.scans.effects import effects
from pytest_reconaudit.readers.scans.imports import imports
from pytest_reconaudit.readers.syntax import read_syntax
from pytest_reconaudit.readers.vue_effects import read_vue_effects
from pytest_reconaudit.target import Target


def code(text: str, path: str = "app.tsx") -> Code:
    return index_code(read_syntax(text, path))


def tree(root: Path, files: dict[str, str]) -> Target:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    return Target(root)


# -- the scan ------------------------------------------------------------------------------

SOURCE = """\
/// <reference types="vite/client" />
import tide, { berth as b, type Draught } from './tide'
import type { Ship } from "../ship";
import './ship.css'
import * as charts from 'charts'
import fs = require('fs')
export * from './all'
export { one, two as three } from './two'
// import gone from './gone'
const text = "import x from './text'"
const Page = lazy(() => import(/* webpackChunkName: "page" */ './Page'))
const Late = lazy(() => import(`./late/${name}`))
try { require('./local') } catch {}
jest.mock('./mocked', () => ({}))
const worker = new Worker(new URL('./worker.ts', import.meta.url))
const url = new URL('./page', location.href)
const pages = import.meta.glob(['./pages/*.tsx', '!./pages/x.tsx'])
console.require('./not')
declare module 'virtual:pages' { import { Q } from './inner'; }
"""


def test_every_kind_of_specifier() -> None:
    found = imports(code(SOURCE))
    assert found is not None
    assert [(one.line, one.kind, one.text) for one in found.specifiers] == [
        (1, "reference", "vite/client"),
        (2, "import", "./tide"),
        (3, "import", "../ship"),
        (4, "import", "./ship.css"),
        (5, "import", "charts"),
        (6, "require", "fs"),
        (7, "export", "./all"),
        (8, "export", "./two"),
        (11, "dynamic", "./Page"),
        (12, "dynamic", "./late/${name}"),
        (13, "require", "./local"),
        (14, "mock", "./mocked"),
        (15, "url", "./worker.ts"),
        (17, "glob", "./pages/*.tsx"),
        (17, "glob", "!./pages/x.tsx"),
        (19, "import", "./inner"),
    ]
    by_text = {one.text: one for one in found.specifiers}
    assert by_text["./tide"].names == ("default", "berth", "Draught")
    assert not by_text["./tide"].type_only
    assert by_text["../ship"].type_only
    assert by_text["charts"].names == ("*",)
    assert by_text["./all"].names == ("*",)
    assert by_text["./two"].names == ("one", "two")
    assert by_text["./ship.css"].names == ()
    assert by_text["./local"].guarded
    assert not by_text["./Page"].guarded
    assert by_text["./tide"].column == 48


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('const require = (one) => one;\nrequire("tide");\n', []),
        ('function require(one) { return one; }\nrequire("tide");\n', []),
        ('check((value, require) => { require("tide"); });\n', []),
        ('check(require => { require("tide"); });\n', []),
        ('require("tide", "the tide is wanted");\n', []),
        ('{ const require = () => 1; require("berth"); }\nrequire("tide");\n', ["tide"]),
        ('const require = createRequire(import.meta.url);\nrequire("tide");\n', ["tide"]),
        ('define(function (require) { require("tide"); });\n', ["tide"]),
        ('(function (require, module, exports) { require("tide"); })();\n', ["tide"]),
        ('declare function require(one: string): any;\nrequire("tide");\n', ["tide"]),
    ],
)
def test_a_function_of_the_file_is_no_loader(text: str, found: list[str]) -> None:
    file = imports(code(text, "a.ts"))
    assert (
        [one.text for one in file.specifiers if one.kind == "require"] == found
        if file
        else not found
    )


def test_types_inside_of_braces_alone_are_types() -> None:
    found = imports(code("import { type A, type B } from './types'\nimport type from './x'\n"))
    assert found is not None
    assert [one.type_only for one in found.specifiers] == [True, False]
    assert found.specifiers[1].names == ("default",)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_scans_never_raise(text: str) -> None:
    lines = text.count("\n") + 1
    for path in ("a.ts", "a.tsx", "a.js"):
        one = code(f"import {text}\nrequire({text}", path)
        found = imports(one)
        assert all(1 <= s.line <= lines * 2 + 2 for s in (found.specifiers if found else ()))
        for scan in (broken, stray, effects):
            scan(one)


# -- what they mean ------------------------------------------------------------------------

REPOSITORY = {
    "package.json": '{"name": "quay", "workspaces": ["packages/*", "apps/*"]}',
    ".gitignore": "generated.ts\n",
    "packages/units/package.json": '{"name": "@quay/units", "exports": {".": {"import": "./dist/index.js"}, "./metric": "./src/metric.ts"}}',
    "packages/units/src/index.ts": "",
    "packages/units/src/metric.ts": "",
    "apps/web/package.json": '{"name": "web", "imports": {"#env": {"default": "./src/env.ts"}}, "dependencies": {"react": "18"}}',
    "apps/web/tsconfig.json": '{"extends": "./tsconfig.base.json", /* own */ "compilerOptions": {"jsx": "x",}}',
    "apps/web/tsconfig.base.json": '{"compilerOptions": {"baseUrl": "src", "paths": {"@/*": ["*"], "~tide": ["lib/tide"]}}}',
    "apps/web/vite.config.ts": "export default { resolve: { alias: { parts: path.resolve(__dirname, './src/parts'), made: build() } } }",
    "apps/web/src/main.tsx": "import App from './App'\nimport('@/pages/Home')\nimport type { T } from './types'\n",
    "apps/web/src/App.tsx": "import { metric } from '@quay/units/metric'\nimport 'react'\n",
    "apps/web/src/env.ts": "",
    "apps/web/src/types.d.ts": "",
    "apps/web/src/lib/tide.ts": "",
    "apps/web/src/pages/Home/index.tsx": "",
    "apps/web/src/parts/Flag.vue": "<script>import tide from '../lib/tide.js'\n</script>",
    "apps/web/index.html": '<script type="module" src="/src/main.tsx"></script>',
}  # fmt: skip


@pytest.fixture
def target(tmp_path: Path) -> Target:
    (tmp_path / ".git").mkdir()
    return tree(tmp_path, REPOSITORY)


@pytest.mark.parametrize(
    ("specifier", "kind", "meant"),
    [
        ("./App", "file", "apps/web/src/App.tsx"),
        ("./App.js", "file", "apps/web/src/App.tsx"),
        ("./types", "file", "apps/web/src/types.d.ts"),
        ("./pages/Home", "file", "apps/web/src/pages/Home/index.tsx"),
        ("@/pages/Home", "file", "apps/web/src/pages/Home/index.tsx"),
        ("~tide", "file", "apps/web/src/lib/tide.ts"),
        ("lib/tide", "file", "apps/web/src/lib/tide.ts"),
        ("parts/Flag.vue", "file", "apps/web/src/parts/Flag.vue"),
        ("#env", "file", "apps/web/src/env.ts"),
        ("/src/main.tsx", "file", "apps/web/src/main.tsx"),
        ("./App?worker", "file", "apps/web/src/App.tsx"),
        ("@quay/units", "package", "packages/units/src/index.ts"),
        ("@quay/units/metric", "package", "packages/units/src/metric.ts"),
        ("react", "package", ""),
        ("react-dom/client", "package", ""),
        ("node:fs", "builtin", ""),
        ("fs/promises", "builtin", ""),
        ("./gone", "missing", "apps/web/src/gone"),
        ("@/gone", "missing", "apps/web/src/gone"),
        ("./generated", "unknown", "apps/web/src/generated"),
        ("./photo.png", "unknown", "apps/web/src/photo.png"),
        ("made/x", "unknown", ""),
        ("virtual:pages", "unknown", ""),
        ("./pages/${name}", "unknown", ""),
        ("https://esm.sh/react", "unknown", ""),
        ("../../../../outside", "unknown", ""),
    ],
)
def test_resolution(target: Target, specifier: str, kind: str, meant: str) -> None:
    found = resolve(target, "apps/web/src/main.tsx", specifier)
    assert (found.kind, found.path) == (kind, meant)


def test_links_and_importers(target: Target) -> None:
    page = links(target)["apps/web/index.html"]
    assert [link.meant.path for link in page] == ["apps/web/src/main.tsx"]
    users = importers(target)
    assert [path for path, _ in users["apps/web/src/pages/Home/index.tsx"]] == [
        "apps/web/src/main.tsx"
    ]
    assert [path for path, _ in users["apps/web/src/lib/tide.ts"]] == [
        "apps/web/src/parts/Flag.vue"
    ]
    assert [path for path, _ in users["packages/units/src/metric.ts"]] == ["apps/web/src/App.tsx"]


# -- configurations ------------------------------------------------------------------------


def test_a_configuration_in_parts_and_the_narrowest_alias(tmp_path: Path) -> None:
    files = {
        "tsconfig.json": '{"files": [], "references": [{"path": "./conf/app.json"}]}',
        "conf/app.json": (
            '{"compilerOptions": {"paths": {"@/*": ["../src/*"], "@/made": ["../made/all"]}}}'
        ),
        ".gitignore": "made\n",
        "src/quay.ts": 'import "@/berth";\n',
        "src/berth.ts": "export {};\n",
    }
    mine = tree(tmp_path, files)
    assert resolve(mine, "src/quay.ts", "@/berth").path == "src/berth.ts"
    assert resolve(mine, "src/quay.ts", "@/made").kind == "unknown"
    assert resolve(mine, "src/quay.ts", "@/lost").kind == "missing"


def test_aliases_of_a_bundler() -> None:
    config = read_bundler_config(
        """
        export default defineConfig({
          root: 'client', // alias: { no: './no' }
          plugins: [tsconfigPaths()],
          resolve: { alias: [
            { find: '@', replacement: fileURLToPath(new URL('./src', import.meta.url)) },
            { find: /^~\\//, replacement: path.join(__dirname, 'src', 'lib') },
            { find: 'made', replacement: made() },
          ] },
        })
        """,
        "vite.config.ts",
    )
    assert [(one.name, one.folder) for one in config.aliases] == [
        ("@", "src"),
        ("~/", "src/lib"),
        ("made", None),
    ]
    assert config.root == "client"
    assert config.tsconfig_paths


def test_json_with_comments() -> None:
    text = '{ // a\n "a": "x // no", /* b\n */ "b": [1, 2,], // c\n}'
    assert read_jsonc(text, "tsconfig.json").root == {"a": "x // no", "b": [1, 2]}
    broken_one = read_jsonc('{"a": }', "tsconfig.json")
    assert broken_one.root is None
    assert broken_one.problems[0].place.line == 1


@given(st.text(max_size=200))
def test_configurations_never_raise(text: str) -> None:
    read_jsonc(text, "tsconfig.json")
    read_bundler_config(f"alias: {{{text}", "vite.config.ts")


# -- broken sources ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "line", "what"),
    [
        ("jest.config.js", "\n# Jest\n\nmodule.exports = {}\n", 2, "no script"),
        ("a.tsx", "<<<<<<< HEAD\nlet a = 1\n=======\nlet a = 2\n>>>>>>> b\n", 1, "merge conflict"),
        ("a.ts", "export const A = () => {\n  return <p>tide</p>\n}\n", 2, "JSX"),
        ("a.tsx", "const {\n  A,\n  B as C,\n} = icons\n", 3, "`as`"),
        ("a.tsx", "const a = <p>draught > 12</p>\n", 1, "bare `>`"),
        ("a.ts", "if (a) {\n  b()\n", 2, "`}` is missing"),
        ("a.js", "f(1))\n", 1, "`(` is missing"),
    ],
)
def test_what_surely_breaks(path: str, text: str, line: int, what: str) -> None:
    found = broken(code(text, path))
    assert found is not None
    assert found.line == line
    assert what in found.what


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.tsx", "const B = styled.p<{ on: boolean }>`\n  color: red;\n`\n"),
        ("a.tsx", "const a = <p>tides & berths (see below</p>\n"),
        ("a.ts", "const a = <T,>(b: T) => b\nlet c = <string>d\n"),
        ("a.js", "{% if tide %}\nlet a = 1\n{% endif %}\n"),
        ("a.ts", "class A { accessor b = 1; static { c() } }\n"),
        ("a.ts", "const a = '<<<<<<< not a conflict'\n"),
        ("a.js", "#!/usr/bin/env node\nimport './a.js'\n"),
    ],
)
def test_what_only_the_grammar_cannot_read(path: str, text: str) -> None:
    assert broken(code(text, path)) is None


def test_stray_characters() -> None:
    found = stray(code("const a = (\n  <p>\n    <b />数据 </p>\n)\nlet 水a = 1\n"))
    assert found is not None
    assert [(one.line, one.column, one.kind, one.beside) for one in found.runs] == [
        (3, 10, "jsx", True),
        (5, 5, "code", False),
    ]
    assert found.runs[0].code_points == (0x6570, 0x636E)
    assert stray(code("// 水\nconst a = '水'\n")) is None


# -- effects -------------------------------------------------------------------------------


def test_effects_without_an_end() -> None:
    found = effects(
        code(
            """
            useEffect(() => { setInterval(tick, 1000) }, [])
            useEffect(() => { const t = setInterval(tick, 1); return () => clearInterval(t) }, [])
            useEffect(() => { window.addEventListener('load', a, { once: true }) }, [])
            React.useLayoutEffect(function () { new WebSocket(url) }, [url])
            useEffect(listen, [])
            useEffect(() => { setTimeout(tick, 5) /* setInterval( */ }, [])
            """
        )
    )
    assert found is not None
    assert [(one.line, one.starts) for one in found.found] == [(2, "setInterval"), (5, "WebSocket")]


def test_listeners_that_are_removed_by_another_function() -> None:
    found = effects(
        code(
            """
            useEffect(() => {
              window.addEventListener('a', () => set(1))
              return () => window.removeEventListener('a', () => set(1))
            }, [])
            useEffect(() => {
              const on = () => set(1)
              window.addEventListener('a', on)
              return () => window.removeEventListener('a', on)
            }, [])
            useEffect(() => {
              box.addEventListener('a', this.on.bind(this))
              return () => box.removeEventListener('a', this.on.bind(this))
            }, [])
            """
        )
    )
    assert found is not None
    assert [(one.line, one.starts, one.lasting) for one in found.found] == [
        (2, "removeEventListener", True),
        (11, "removeEventListener", False),
    ]


def test_vue_components_that_end_nothing() -> None:
    text = "<script setup>\n// setInterval(x)\nonMounted(() => {\n  setInterval(f, 1);\n});\n"
    assert [(one.line, one.starts) for one in read_vue_effects(text, "a.vue").found] == [
        (4, "setInterval")
    ]
    assert read_vue_effects(f"{text}onUnmounted(stop);\n", "a.vue").found == ()
    assert (
        read_vue_effects("function f() { setInterval(g, 1); }\nonMounted(f);", "a.vue").found == ()
    )


@given(
    st.text(alphabet="onMounted(){} setInterval(\n/*<!-->`window.addEventListener", max_size=200)
)
def test_vue_components_never_raise(text: str) -> None:
    lines = text.count("\n") + 1
    assert all(1 <= one.line <= lines for one in read_vue_effects(text, "a.vue").found)
