"""Fixes that speak of the repository: its package manager, its lockfile, its router."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.npm_locks import lock_subjects
from pytest_reconaudit.facts.web.awaits import await_files
from pytest_reconaudit.facts.web.lean import package_dependencies
from pytest_reconaudit.facts.web.routers import router_files
from pytest_reconaudit.facts.web.splits import split_files
from pytest_reconaudit.facts.web.ways_in import ways_in
from pytest_reconaudit.facts.web.weights import loaded_for
from pytest_reconaudit.target import Target
from tests import trees


def _with(root: Path, files: dict[str, str]) -> Target:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return Target(root)


MEMBER = """{
  "name": "@quay/crane",
  "dependencies": { "hoist-rope": "^2.1.0", "zod": "^3.25.0" },
  "devDependencies": { "@types/hoist-rope": "^2.0.0" }
}"""


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ("pnpm-lock.yaml", "`pnpm --filter ./crane remove hoist-rope @types/hoist-rope`"),
        ("yarn.lock", "`yarn workspace @quay/crane remove hoist-rope @types/hoist-rope`"),
        ("bun.lock", "`bun remove hoist-rope @types/hoist-rope` in `crane`"),
        ("package-lock.json", "`npm uninstall hoist-rope @types/hoist-rope` in `crane`"),
        ("README", "Take these lines out, and install anew."),
    ],
)
def test_the_manager_of_the_repository_takes_it_out(tmp_path: Path, lock: str, said: str) -> None:
    files = {
        "package.json": '{"name": "quay", "private": true, "workspaces": ["crane"]}',
        "pnpm-workspace.yaml": "packages:\n  - crane\n",
        lock: "{}",
        "crane/package.json": MEMBER,
        "crane/src/crane.ts": 'import { z } from "zod";\nexport const Crane = z.string();\n',
    }
    found = {one.path: one for one in package_dependencies(_with(tmp_path, files))}
    assert said in found["crane/package.json"].cure


RUSH = '{"projects": [{"packageName": "crane", "projectFolder": "crane"}]}'


@pytest.mark.parametrize(
    ("rush", "version", "said"),
    [
        (RUSH, "workspace:^", "`rush remove -p hoist-rope -p @types/hoist-rope` in `crane`"),
        ("{}", "workspace:^", "Take these lines out, and install anew."),
        ("{}", "^1.0.0", "`npm uninstall hoist-rope @types/hoist-rope` in `crane`"),
    ],
)
def test_a_lockfile_beside_another_manager_misleads(
    tmp_path: Path, rush: str, version: str, said: str
) -> None:
    zod = '"zod": "^3.25.0"'
    files = {
        "rush.json": rush,
        "package-lock.json": '{"lockfileVersion": 3, "packages": {}}',
        "crane/package.json": MEMBER.replace(zod, f'{zod}, "quay": "{version}"'),
        "crane/src/crane.ts": 'import "quay";\nexport { z } from "zod";\n',
    }
    found = {one.path: one for one in package_dependencies(_with(tmp_path, files))}
    assert said in found["crane/package.json"].cure


def test_lines_of_a_catalog_that_nobody_asks_for_go_too(tmp_path: Path) -> None:
    tree = trees.CHECKS / "web-deps-lean" / "bad-hoisted"
    files = {
        str(path.relative_to(tree)): path.read_text() for path in tree.rglob("*") if path.is_file()
    }
    found = {one.path: one for one in package_dependencies(_with(tmp_path, files))}
    lamp = found["packages/lamp/package.json"]
    assert lamp.cure == (
        "Take them out: `pnpm --filter ./packages/lamp remove fog-signal lens-cutter"
        " @types/lens-cutter`. Nobody else asks the catalog for `@types/lens-cutter`,"
        " `lens-cutter`: take the lines out of it too."
    )
    assert [(line.name, str(use.place)) for line, use in lamp.lent] == [
        ("beam-angle", "packages/horn/src/horn.ts:1"),
        ("tide-table", "packages/keeper/src/watch.ts:1"),
    ]


def test_a_committed_lockfile_needs_no_commit(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "quay", "private": true, "dependencies": {"zod": "^3"}}',
        "package-lock.json": "{}",
        ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n"
        "    steps:\n      - uses: actions/checkout@v4\n      - run: npm install\n",
    }
    (subject,) = lock_subjects(_with(tmp_path, files))
    assert [one.cure for one in subject.installs] == [
        "The lockfile is committed: write `npm ci` in its place, with the options it has."
    ]


def test_the_lockfile_of_another_manager_is_the_one_to_install_by(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "quay", "private": true, "dependencies": {"zod": "^3"}}',
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n"
        "    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci\n",
    }
    (subject,) = lock_subjects(_with(tmp_path, files))
    assert [one.cure for one in subject.installs] == [
        (
            "pnpm-lock.yaml is committed: install by it, with `pnpm install --frozen-lockfile`. The"
            " workflow has no pnpm yet: `pnpm/action-setup` sets it up."
        )
    ]


def test_the_cache_of_pnpm_needs_pnpm_first(tmp_path: Path) -> None:
    workflow = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
    node = "      - uses: actions/setup-node@v4\n        with:\n          cache: npm\n"
    pnpm = "      - uses: pnpm/action-setup@v4\n"
    package = '{"name": "quay", "private": true, %s"dependencies": {"zod": "^3"}}'
    said = "pnpm-lock.yaml is committed: say `cache: pnpm`, and install by it."
    for number, (steps, manager, wanted) in enumerate(
        [
            (node, "", "- uses: pnpm/action-setup@v4\n  with:\n    version: 8\n"),
            (node + pnpm, '"packageManager": "pnpm@8.15.0", ', "- uses: pnpm/action-setup@v4\n"),
            (pnpm + node, "", ""),
        ]
    ):
        files = {
            "package.json": package % manager,
            "pnpm-lock.yaml": "lockfileVersion: '6.0'\n",
            ".github/workflows/ci.yml": workflow + steps,
        }
        (subject,) = lock_subjects(_with(tmp_path / str(number), files))
        (cure,) = (one.cure for one in subject.installs)
        assert cure.startswith(said)
        if wanted:
            assert (
                f"```yaml\n{wanted}- uses: actions/setup-node@v4\n  with:\n    cache: pnpm" in cure
            )
        else:
            assert cure == said


def test_yarn_1_obeys_by_an_option_of_its_own(tmp_path: Path) -> None:
    workflow = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
    workflow += "      - uses: actions/checkout@v4\n      - run: yarn\n"
    files = {
        "package.json": '{"name": "quay", "private": true, "dependencies": {"zod": "^3"}}',
        "yarn.lock": '# yarn lockfile v1\n\n\nzod@^3:\n  version "3.0.0"\n',
        ".github/workflows/ci.yml": workflow,
        ".github/workflows/release.yml": workflow.replace("run: yarn", "run: yarn install"),
    }
    (subject,) = lock_subjects(_with(tmp_path, files))
    ((first, second),) = subject.groups()
    assert first.cure == (
        "The lockfile is committed: write `yarn install --frozen-lockfile` in its place, with the"
        " options it has."
    )
    assert second.place.path == ".github/workflows/release.yml"
    assert first.says((first, second)).endswith(
        " (2 times: .github/workflows/ci.yml:7, .github/workflows/release.yml:7)"
    )


def test_the_lockfile_of_a_workspace_is_copied_with_its_root(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "harbour", "private": true}',
        "pnpm-workspace.yaml": "packages: [quay]\n",
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "quay/package.json": '{"name": "quay", "private": true, "dependencies": {"zod": "^3"}}',
        "quay/Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY quay/package.json ./\n"
        'RUN pnpm install --prod\nCMD ["node", "."]\n',
        "compose.yaml": "services:\n  quay:\n    build: {context: ., dockerfile: quay/Dockerfile}\n",
    }
    (subject,) = lock_subjects(_with(tmp_path, files))
    ((install,),) = subject.groups()
    assert install.uncopied
    assert install.cure == (
        "pnpm-lock.yaml is that of the whole workspace: copy the manifests of its root with it, and"
        " install from there: `pnpm install --frozen-lockfile`."
    )


def test_what_else_a_workspace_install_takes_in_an_image_is_said(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "harbour", "private": true, "workspaces": ["apps/*"],'
        ' "packageManager": "yarn@4.2.2"}',
        "yarn.lock": "__metadata:\n  version: 8\n",
        "apps/quay/package.json": '{"name": "quay", "private": true, "dependencies": {"next": "^14"}}',
        "apps/quay/next.config.js": "module.exports = { output: 'standalone' };\n",
        "Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY apps/quay ./apps/quay\n"
        "RUN cd apps/quay && yarn install\nRUN cd apps/quay && yarn add --dev typescript\n"
        'CMD ["node", "."]\n',
    }
    (subject,) = lock_subjects(_with(tmp_path, files))
    cures = [install.cure for group in subject.groups() for install in group]
    assert cures[0] == (
        "yarn.lock is that of the whole workspace: copy the manifests of its root with it, and"
        " install from there: `yarn install --immutable`. It takes `yarn@4.2.2`: run `corepack"
        " enable` before. What line 5 adds changes the versions again: list it in package.json, and"
        " take that line out. With the root in the image Next.js writes its server to"
        " `.next/standalone/apps/quay`: the COPY of it, and what starts it, change with that."
    )


def test_a_cache_is_told_where_each_job_has_its_lockfile(tmp_path: Path) -> None:
    tree = trees.CHECKS / "web-lockfile-present" / "bad-below"
    (subject,) = lock_subjects(Target(trees.lay_out(tree, tmp_path)))
    (group,) = subject.groups()
    assert group[0].says(group) == (
        "`cache: npm` looks for a lockfile in the root, where none is: harbour/package-lock.json,"
        " pier/package-lock.json are not found (2 times: lines 14, 24)"
    )
    assert group[0].cure_of(group) == (
        "Say where it is, beside `cache: npm`: `cache-dependency-path: harbour/package-lock.json`"
        " (line 14), `cache-dependency-path: pier/package-lock.json` (line 24)."
    )


def test_the_fix_of_an_image_keeps_the_options_and_opens_the_build_context(tmp_path: Path) -> None:
    tree = trees.CHECKS / "web-lockfile-present" / "bad-unlocked"
    root = trees.lay_out(tree, tmp_path)
    mole, weir = lock_subjects(Target(root))
    ((first,),) = mole.groups()
    assert first.cure == (
        "Copy the lockfile (mole/package-lock.json) before the install, and obey it:"
        " `npm ci --no-audit`. Line 5, which removes it, goes."
    )
    ((second,),) = weir.groups()
    assert second.cure == (
        "Copy the lockfile (weir/package-lock.json) before the install, and obey it:"
        " `npm ci --omit=dev --ignore-scripts`. weir/.dockerignore:2 (`package-lock.json`) keeps it"
        " out of the build: take that line out, or the COPY fails. package.json takes gauge/ by"
        " `file:`, which is not in the image by then: copy it to the same place beside it, from a"
        " build context that has both."
    )


def test_a_router_of_vue_is_known(tmp_path: Path) -> None:
    tree = trees.CHECKS / "web-routes-lazy" / "bad"
    files = {
        str(path.relative_to(tree)): path.read_text() for path in tree.rglob("*") if path.is_file()
    }
    found = {one.path: one.vue for one in router_files(_with(tmp_path, files))}
    assert found == {
        "admin/src/router.ts": True,
        "kiosk/src/App.tsx": False,
        "web/src/App.tsx": False,
    }


def test_what_is_loaded_for_one_import_alone_is_weighed(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "quay", "dependencies": {"d3-geo": "^3", "zod": "^3"}}',
        "src/main.ts": 'import "zod";\nimport "./page";\nimport "./frame";\n',
        "src/page.ts": 'import "d3-geo";\nimport "zod";\nimport "./frame";\nimport "./map";\n',
        "src/map.ts": "//" + "-" * 2_000 + "\n",
        "src/frame.ts": "",
    }
    weight = loaded_for(
        _with(tmp_path, files),
        ("src/main.ts",),
        lambda _, link: link.meant.path == "src/page.ts",
    )
    assert weight.modules == {"src/page.ts", "src/map.ts"}
    assert weight.packages == {"d3-geo"}
    assert weight.told() == "2 kB of source and 1 package"


BERTHS = {
    "package.json": '{"dependencies": {"react": "^16.14.0", "react-dom": "1", "vite": "5"}}',
    "index.html": '<script type="module" src="/src/main.tsx"></script>',
    "src/main.tsx": 'import App from "./App";\ncreateRoot(it).render(<App />);\n',
}


def test_the_heaviest_page_is_shown_first_and_small_ones_are_left_out(tmp_path: Path) -> None:
    body = "// a berth plan of the whole quay\n" * 1_000
    files = BERTHS | {
        "src/App.tsx": (
            'import Crew from "./components/Crew";\n'
            'import { Tides } from "./components/Tides";\n'
            "export default () => (\n"
            "  <Switch>\n"
            '    <Route path="/crew" component={Crew} />\n'
            '    <Route path="/tides" component={Tides} />\n'
            '    <Route path="/crew/:id" component={Crew} />\n'
            '    <Route path="/tides/:day" component={Tides} />\n'
            "  </Switch>\n);\n"
        ),
        "src/components/Crew.tsx": "export default function Crew() { return <p />; }\n",
        "src/components/Tides.tsx": f"{body}export function Tides() {{ return <p />; }}\n",
    }
    (router,) = router_files(_with(tmp_path, files))
    assert router.eager is not None
    assert [(one.message, one.place.line) for one in router.eager.pages] == [("Tides", 2)]
    assert router.eager.light == 1
    assert router.eager.weight.modules == {"src/components/Tides.tsx"}
    assert 'import { Tides } from "./components/Tides";' in router.eager.cure
    assert 'import("./components/Tides").then((one) => ({ default: one.Tides }))' in (
        router.eager.cure
    )
    assert "<Suspense fallback={<p>Loading…</p>}>\n  <Switch>…</Switch>" in router.eager.cure


def test_a_boundary_around_the_routes_is_not_asked_for_again(tmp_path: Path) -> None:
    case = Path(__file__).parent / "checks/web-routes-lazy/bad"
    root = trees.lay_out(case, tmp_path)
    cures = {
        one.path: one.eager.cure for one in router_files(Target(root)) if one.eager is not None
    }
    # One page has a boundary of its own: it covers no other.
    assert "import {" not in cures["web/src/App.tsx"].partition("// after")[2]
    assert "<Suspense fallback={<p>Loading…</p>}>\n  <Routes>…</Routes>" in cures["web/src/App.tsx"]
    shell = root / "web/src/Shell.tsx"
    shell.write_text(
        "export const Shell = () => <Suspense fallback={null}><Outlet /></Suspense>;\n"
    )
    again = {
        one.path: one.eager.cure for one in router_files(Target(root)) if one.eager is not None
    }
    assert "<Suspense" not in again["web/src/App.tsx"]
    assert 'const Letters = lazy(() => import("./pages/Letters"));' in cures["web/src/App.tsx"]
    assert '() => import("./views/Audits.vue");' in cures["admin/src/router.ts"]


QUAYS = BERTHS | {
    "src/Routing.tsx": (
        'import Crew from "./pages/Crew";\nimport Tides from "./pages/Tides";\n'
        "export const Routing = () => (\n"
        "  <Routes>\n"
        '    <Route path="/crew" element={<Crew />} />\n'
        '    <Route path="/tides" element={<Tides />} />\n'
        '    <Route path="/crew/:id" element={<Crew />} />\n'
        '    <Route path="/tides/:day" element={<Tides />} />\n'
        "  </Routes>\n);\n"
    ),
    "src/pages/Crew.tsx": "// a berth plan\n" * 2_000 + "export default () => <p />;\n",
    "src/pages/Tides.tsx": "// a tide table\n" * 2_000 + "export default () => <p />;\n",
}
IMPORT = 'import { Routing } from "./Routing";\n'


@pytest.mark.parametrize(
    ("files", "covered"),
    [
        ({"src/App.tsx": f"{IMPORT}export default () => <Routing />;\n"}, False),
        (
            {
                "src/App.tsx": f"{IMPORT}export default () => <Quay><Routing /></Quay>;\n",
                "src/Card.tsx": (
                    "export const Card = ({ children }) => <Suspense>{children}</Suspense>;\n"
                ),
            },
            False,
        ),
        (
            {
                "src/App.tsx": (
                    f"{IMPORT}export default () => <React.Suspense fallback={{null}}><Routing />"
                    "</React.Suspense>;\n"
                )
            },
            True,
        ),
        (
            {
                "src/App.tsx": (
                    f'{IMPORT}import {{ Quay }} from "./Quay";\n'
                    "export default () => <Quay><Routing /></Quay>;\n"
                ),
                "src/Quay.tsx": (
                    "export const Quay = ({ children }) => <Suspense>{children}</Suspense>;\n"
                ),
            },
            True,
        ),
        (
            {
                "src/App.tsx": (
                    f"{IMPORT}const Inner = () => <BrowserRouter><Routing /></BrowserRouter>;\n"
                    "export default () => <Suspense fallback={null}><Inner /></Suspense>;\n"
                )
            },
            True,
        ),
        (
            {
                "src/Routing.tsx": (
                    "const Waiting = ({ children }) => <Suspense>{children}</Suspense>;\n"
                    + QUAYS["src/Routing.tsx"]
                    .replace("<Routes>", "<Waiting><Routes>")
                    .replace("</Routes>", "</Routes></Waiting>")
                )
            },
            True,
        ),
    ],
)
def test_a_boundary_counts_that_stands_above_the_routes(
    tmp_path: Path, files: dict[str, str], covered: bool
) -> None:
    (router,) = router_files(_with(tmp_path, QUAYS | files))
    assert router.eager is not None
    assert ("<Suspense" not in router.eager.cure) is covered
    assert ("No `<Suspense>` stands above these routes yet" in router.eager.cure) is not covered


def test_pages_by_name_and_the_outlet_of_a_layout_are_spoken_of(tmp_path: Path) -> None:
    body = "// a berth plan of the whole quay\n"
    files = BERTHS | {
        "src/App.tsx": (
            'import Crew from "./pages/Crew";\n'
            'import { Tides, Winds } from "./pages/weather";\n'
            "export default () => (\n"
            "  <Routes>\n"
            '    <Route path="/crew" element={<Crew />} />\n'
            '    <Route path="/tides" element={<Tides />} />\n'
            '    <Route path="/winds" element={<Winds />} />\n'
            '    <Route path="/crew/:id" element={<Crew />} />\n'
            "  </Routes>\n);\n"
        ),
        "src/Frame.tsx": "export const Frame = () => <main><Outlet /></main>;\n",
        "src/pages/Crew.tsx": f"{body * 900}export default function Crew() {{ return <p />; }}\n",
        "src/pages/weather.tsx": (
            f"{body * 800}export const Tides = () => <p />;\nexport const Winds = () => <i />;\n"
        ),
    }
    (router,) = router_files(_with(tmp_path, files))
    assert router.eager is not None
    assert (
        "Tides is exported by its name (so is Winds): it takes\n`.then((one) => ({ default:"
        " one.Tides }))` after the `import(…)`."
    ) in router.eager.cure
    assert "around `<Outlet />` in src/Frame.tsx" in router.eager.cure


def test_what_the_split_itself_brings_along_does_not_undo_it(tmp_path: Path) -> None:
    files = BERTHS | {
        "src/App.tsx": (
            'import { Quay } from "./Quay";\n'
            'const Plan = lazy(() => import("./Plan"));\n'
            "export default () => <Quay><Plan /></Quay>;\n"
        ),
        "src/Quay.tsx": (
            'import { depth } from "./Plan";\nexport const Quay = () => <p>{depth(1)}</p>;\n'
        ),
        "src/Plan.tsx": (
            'import { Boats } from "./Boats";\n'
            "export const depth = (one) => one;\nexport default () => <Boats />;\n"
        ),
        "src/Boats.tsx": (
            'import { depth } from "./Plan";\nexport const Boats = () => <p>{depth(2)}</p>;\n'
        ),
    }
    (file,) = split_files(_with(tmp_path, files))
    (split,) = file.splits
    assert [one.place.path for one in split.related] == ["src/Quay.tsx"]
    assert split.users == 1


PART = "export default function {0}() {{\n  return <p>{1}</p>;\n}}\n"


def test_the_import_to_be_cut_is_the_one_that_alone_brings_the_module(tmp_path: Path) -> None:
    files = BERTHS | {
        "src/App.tsx": (
            'import Desk from "./Desk";\nimport Tab from "./Tab";\n'
            'const Log = lazy(() => import("./Log"));\n'
            "export default () => <Desk><Tab /><Log /></Desk>;\n"
        ),
        "src/Desk.tsx": PART.format("Desk", "desk " * 20_000),
        "src/Tab.tsx": (
            'import Dial from "./Dial";\nimport Ruler from "./Ruler";\n'
            "export default () => <Dial><Ruler /></Dial>;\n"
        ),
        "src/Ruler.tsx": 'import Dial from "./Dial";\nexport default () => <Dial />;\n',
        "src/Dial.tsx": PART.format("Dial", "dial " * 4_000),
        "src/Log.tsx": (
            'const Dial = lazy(() => import("./Dial"));\nexport default () => <Dial />;\n'
        ),
    }
    splits = {one.path: one.splits for one in split_files(_with(tmp_path, files))}
    (split,) = splits["src/Log.tsx"]
    assert (split.way, split.edge) == ("one", ("src/App.tsx", "src/Tab.tsx"))
    assert [one.place.path for one in split.related] == [
        "src/App.tsx",
        "src/Tab.tsx",
        "src/Ruler.tsx",
    ]


def test_loops_of_imports_have_one_way_in(tmp_path: Path) -> None:
    files = {
        "a.ts": 'import "./b";\n',
        "b.ts": 'import "./c";\nimport "./d";\n',
        "c.ts": 'import "./d";\nimport "./b";\n',
        "d.ts": 'import "./c";\nimport "./e";\n',
        "e.ts": "export {};\n",
    }
    ways = ways_in(_with(tmp_path, files), ("a.ts",))
    assert list(ways.only_ways(["c.ts", "e.ts"])) == [("a.ts", "b.ts")]
    assert list(ways.only_ways(["e.ts"])) == [("d.ts", "e.ts"), ("a.ts", "b.ts")]
    assert ways.is_behind("e.ts", "d.ts")
    assert not ways.is_behind("d.ts", "c.ts")


def _loop(body: str) -> dict[str, str]:
    return BERTHS | {
        "src/App.tsx": (
            "export default function App({ berths }) {\n  const load = async () => {\n"
            f"    const out = [];\n    for (const berth of berths) {{\n{body}\n    }}\n"
            "    return out;\n  };\n  return <p onClick={load} />;\n}\n"
        )
    }


def test_rounds_that_wait_are_told_in_words(tmp_path: Path) -> None:
    files = _loop("const tide = await fetchTide(berth);\nout.push(tide);")
    (file,) = await_files(_with(tmp_path, files))
    (waits,) = file.waits
    assert waits.fix.startswith("Let a few of the rounds run at a time: fewer than")
    assert "in the order of the elements" in waits.fix
    assert "```" not in waits.fix
    files["package.json"] = '{"dependencies": {"react": "18", "vite": "5", "p-limit": "6"}}'
    (file,) = await_files(_with(tmp_path / "limited", files))
    assert "at a time, with `p-limit`: fewer" in file.waits[0].fix


def test_a_require_is_another_way(tmp_path: Path) -> None:
    files = BERTHS | {
        "src/App.tsx": (
            'import { Quay } from "./Quay";\nimport { Mole } from "./Mole";\n'
            'const Plan = lazy(() => import("./Plan"));\n'
            "export default () => <Quay><Mole /><Plan /></Quay>;\n"
        ),
        "src/Quay.tsx": 'import Plan from "./Plan";\nexport const Quay = () => <Plan />;\n',
        "src/Mole.tsx": (
            'const Plan = require("./Plan");\nexport const Mole = () => <Plan.default />;\n'
        ),
        "src/Plan.tsx": PART.format("Plan", "plan " * 4_000),
    }
    (file,) = split_files(_with(tmp_path, files))
    (split,) = file.splits
    assert split.way == "several"


def test_what_a_row_declares_stays_as_it_was_declared(tmp_path: Path) -> None:
    case = Path(__file__).parent / "checks/web-awaits-parallel/bad-next"
    root = trees.lay_out(case, tmp_path)
    (file,) = (one for one in await_files(Target(root)) if "tides" in one.path)
    (wait,) = file.waits
    before, _, after = wait.fix.partition("// after")
    assert "let winds = await fetchWinds(params.day);" in before
    assert "const version = await fetchVersion(params.day) as string;" in before
    assert "let [levels, winds, version] = await Promise.all([fetchLevels(params.day)," in after
    assert "fetchVersion(params.day) as Promise<string>]);" in after
