"""Finished builds: what is loaded at once, how large it is, which limits hold."""

from __future__ import annotations

import functools
import http.server
import json
import random
import shutil
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.web.build import (
    configure_build,
    entry_modules,
    hidden_builds,
    web_builds,
)
from pytest_reconaudit.facts.web.entries import Excess, entry_sizes, kilobytes
from pytest_reconaudit.probes.build_output import BuildFolder
from pytest_reconaudit.readers.size_budgets import read_budgets
from pytest_reconaudit.readers.web_build import (
    read_map_sources,
    read_next_manifest,
    read_page_assets,
    read_static_imports,
    read_visualizer,
    read_vite_manifest,
)
from pytest_reconaudit.target import Target
from tests import trees


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    return root


def noise(size: int, seed: int = 7) -> str:
    """Text that gzip makes three quarters as large."""
    source = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    return "".join(source.choices(letters, k=size))


APP = {
    "package.json": '{"name": "tides", "scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}',
    "index.html": '<script type="module" src="/src/main.ts"></script>',
    "src/main.ts": "",
    "src/pages/Berths.tsx": "",
}  # fmt: skip
MANIFEST = {
    "index.html": {
        "file": "assets/index-1.js",
        "src": "index.html",
        "isEntry": True,
        "imports": ["_vendor-1.js"],
        "dynamicImports": ["src/pages/Tides.tsx", "index.html"],
        "css": ["assets/index-1.css"],
    },
    "_vendor-1.js": {"file": "assets/vendor-1.js", "css": ["assets/vendor-1.css"]},
    "src/pages/Tides.tsx": {
        "file": "assets/Tides-1.js",
        "src": "src/pages/Tides.tsx",
        "isDynamicEntry": True,
        "imports": ["index.html"],
    },
}


def built(tmp_path: Path, **files: str) -> Target:
    write(tmp_path, APP)
    write(
        tmp_path / "dist",
        {
            ".vite/manifest.json": json.dumps(MANIFEST),
            "assets/index-1.js": "import './vendor-1.js'",
            "assets/vendor-1.js": "1",
            "assets/Tides-1.js": "2",
            "assets/index-1.css": "a{}",
            "assets/vendor-1.css": "b{}",
            **{name.replace("__", "/").replace("_dot_", "."): text for name, text in files.items()},
        },
    )
    return Target(tmp_path)


# -- entries -------------------------------------------------------------------------------


def test_the_closure_of_a_manifest(tmp_path: Path) -> None:
    (build,) = web_builds(built(tmp_path))
    (entry,) = build.entries
    assert build.tool == "vite"
    assert build.folder == "dist"
    assert (build.place.path, build.place.line) == ("index.html", 1)
    assert [one.file for one in entry.scripts] == ["assets/index-1.js", "assets/vendor-1.js"]
    assert {one.file for one in entry.styles} == {"assets/index-1.css", "assets/vendor-1.css"}
    assert entry.eager == ("index.html",)
    assert entry.dynamic == ("src/pages/Tides.tsx", "index.html")


def test_modules_by_source_map_and_by_visualizer(tmp_path: Path) -> None:
    sources = ["../../src/main.ts", "../../node_modules/react/index.js", "../../src/gone.ts"]
    target = built(tmp_path, **{"assets__index-1.js.map": json.dumps({"sources": sources})})
    (build,) = web_builds(target)
    assert [one.path for one in entry_modules(target, build, build.entries[0])] == ["src/main.ts"]
    metas = {
        "1": {"id": "/src/pages/Berths.tsx", "moduleParts": {"assets/index-1.js": "2"}},
        "3": {"id": "/node_modules/react/index.js", "moduleParts": {"assets/index-1.js": "4"}},
    }
    data = {"version": 2, "nodeMetas": metas, "nodeParts": {"2": {"renderedLength": 367}}}
    write(tmp_path, {"stats.html": f"<script>const data = {json.dumps(data)};</script>"})
    target = Target(tmp_path)
    (build,) = web_builds(target)
    found = entry_modules(target, build, build.entries[0])
    assert [(one.path, one.size, one.chunk) for one in found] == [
        ("src/pages/Berths.tsx", 367, "assets/index-1.js")
    ]


def test_a_build_that_lies_elsewhere(tmp_path: Path) -> None:
    target = built(tmp_path / "repository")
    outside = tmp_path / "out"
    shutil.move(tmp_path / "repository" / "dist", outside)
    target = Target(tmp_path / "repository")
    assert web_builds(target) == ()
    target = Target(tmp_path / "repository")
    configure_build(target, outside)
    (build,) = web_builds(target)
    assert build.package is not None
    assert (build.folder, build.package.path, build.place.path) == (
        "out",
        "package.json",
        "index.html",
    )


@pytest.mark.parametrize(("name", "words"), [("none", "no such"), ("src", "neither a manifest")])
def test_a_folder_that_is_no_build(tmp_path: Path, name: str, words: str) -> None:
    target = built(tmp_path)
    with pytest.raises(LookupError, match=words):
        configure_build(target, tmp_path / name)


def test_routes_of_next(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "package.json": '{"name": "ferry", "dependencies": {"next": "16"}}',
            ".next/build-manifest.json": json.dumps(
                {"rootMainFiles": ["static/main.js"], "pages": {"/_app": ["static/app.js"], "/old": ["static/old.js"]}}
            ),
            ".next/static/main.js": "1",
            ".next/static/app.js": "1",
            ".next/static/old.js": "1",
            ".next/static/home.js": "1",
            ".next/server/app/index.html": '<script src="/_next/static/main.js" async></script>'
            '<script src="/_next/static/home.js"></script><script noModule src="/_next/static/old.js">',
            ".next/server/app/_not-found.html": '<script src="/_next/static/main.js"></script>',
        },
    )  # fmt: skip
    target = Target(tmp_path)
    (build,) = web_builds(target)
    assert {one.name: [c.file for c in one.scripts] for one in build.entries} == {
        "/old": ["static/old.js", "static/app.js"],
        "/": ["static/main.js", "static/home.js"],
    }
    assert len(hidden_builds(target)) == 1
    (tmp_path / ".next/server/app/index.html").unlink()
    (build,) = web_builds(Target(tmp_path))
    assert {one.name for one in build.entries} == {"/old", "every route"}


# -- limits --------------------------------------------------------------------------------


def excesses(tmp_path: Path, **files: str) -> list[Excess]:
    return [one for size in entry_sizes(built(tmp_path, **files)) for one in size.excesses]


def test_the_default_limits(tmp_path: Path) -> None:
    assert excesses(tmp_path) == []
    (scripts,) = excesses(tmp_path, **{"assets__vendor-1.js": noise(240_000)})
    assert scripts.clause == "a"
    assert scripts.limit == 170_000
    assert 170_000 < scripts.size < 200_000
    assert scripts.table.startswith("assets/vendor-1.js 18")
    clauses = [
        (one.clause, one.late)
        for one in excesses(
            tmp_path,
            **{
                "assets__index-1.css": noise(90_000),
                "assets__vendor-1.js": "1",
                "assets__Tides-1.js": noise(360_000),
            },
        )
    ]
    assert clauses == [("b", False), ("c", True)]


def test_a_copy_below_the_path_it_is_served_at_is_told_once(tmp_path: Path) -> None:
    page = '<script type="module" src="/pilot/assets/index-1a.js"></script>'
    text = noise(400_000)
    write(
        tmp_path,
        {
            **APP,
            "dist/index.html": page,
            "dist/assets/index-1a.js": text,
            "dist/pilot/index.html": page,
            "dist/pilot/assets/index-1a.js": text,
        },
    )
    (size,) = entry_sizes(Target(tmp_path))
    assert [(one.clause, one.late) for one in size.excesses] == [("a", False)]
    assert size.excesses[0].what == "the scripts of index.html"


def test_a_limit_of_the_repository_comes_first(tmp_path: Path) -> None:
    write(tmp_path, APP)
    budget = '{"name": "tides", "scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}, "size-limit": [{"path": "dist/assets/*.js", "limit": "250 kB", "gzip": true}]}'
    target = built(tmp_path, **{"assets__vendor-1.js": noise(240_000)})
    write(tmp_path, {"package.json": budget})
    target = Target(tmp_path)
    assert [size.excesses for size in entry_sizes(target)] == [()]


def test_gzip_is_that_of_zlib(tmp_path: Path) -> None:
    write(tmp_path, {"a.js": noise(5_000)})
    data = (tmp_path / "a.js").read_bytes()
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    assert BuildFolder(tmp_path).gzipped("a.js") == len(packer.compress(data) + packer.flush())
    assert BuildFolder(tmp_path / "none").files == {}
    assert BuildFolder(tmp_path).text("../a.js") == ""


def test_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"secret.js": "1", "dist/a.js": "2"})
    (tmp_path / "dist/b.js").symlink_to(tmp_path / "secret.js")
    assert list(BuildFolder(tmp_path / "dist").files) == ["a.js"]


def test_kilobytes() -> None:
    assert [kilobytes(one) for one in (0, 81_540, 170_000)] == ["0.0 kB", "81.5 kB", "170 kB"]


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("package.json", '{"size-limit": [{"path": "d/*.js", "limit": "10 kB"}]}', [(10_000, "brotli", False)]),
        ("package.json", '{"size-limit": [{"path": ["a", "b"], "limit": "1 MB", "brotli": false}]}', [(1_000_000, "none", False)]),
        ("package.json", '{"size-limit": [{"path": "a", "limit": "2 s"}], "bundlesize": [{"path": "a", "maxSize": "3kB"}]}', [(3_072, "gzip", True)]),
        ("package.json", '{"bundlewatch": {"files": [{"path": "a", "maxSize": "1b"}], "defaultCompression": "none"}}', [(1, "none", True)]),
        (".size-limit.json", '[{"path": "a", "limit": "5 B", "gzip": true}, 3]', [(5, "gzip", False)]),
        ("angular.json", '{"projects": {"a": {"architect": {"build": {"options": {"budgets": [{"type": "initial", "maximumError": "1mb"}]}}}}}}', [(1_048_576, "none", False)]),
        ("package.json", "[1]", []),
        ("angular.json", "{", []),
    ],
)  # fmt: skip
def test_budgets(name: str, text: str, wanted: list[tuple[int, str, bool]]) -> None:
    found = read_budgets(text, name)
    assert [(one.limit, one.packed, one.each) for one in found] == wanted
    assert all(one.place.line == 1 for one in found)


# -- readers -------------------------------------------------------------------------------


def test_page_assets() -> None:
    page = read_page_assets(
        """<base href=/x/><script type=module src="/a.js"></script><script nomodule src=b.js>
        </script><LINK REL='modulepreload' href='/c.js?v=1&amp;w'><link rel=stylesheet href=d.css>
        <!-- <script src="e.js"></script> --><link rel=icon href=f.png>"""
    )
    assert page.scripts == ("/a.js",)
    assert page.preloads == ("/c.js?v=1&w",)
    assert page.styles == ("d.css",)
    assert page.modules


def test_static_imports_of_finished_modules() -> None:
    text = 'import{a as b}from"./v.js";import"./w.js";export*from"./x.js";const y=()=>import("./y.js");import z from"react";'
    assert read_static_imports(text) == ("./v.js", "./w.js", "./x.js")


@given(st.text(max_size=300) | st.builds(json.dumps, st.recursive(st.none() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c))))  # fmt: skip
def test_readers_never_raise(text: str) -> None:
    read_vite_manifest(text)
    read_next_manifest(text)
    read_page_assets(f"<script {text}>")
    read_static_imports(text)
    read_map_sources(text)
    read_visualizer(f'{text}"nodeMetas"')
    read_budgets(text, "package.json")
    read_budgets(text, ".size-limit.json")


# -- the option ----------------------------------------------------------------------------


def test_the_option_names_a_build(pytester: pytest.Pytester, tmp_path: Path) -> None:
    built(tmp_path / "repository", **{"assets__vendor-1.js": noise(240_000)})
    shutil.move(tmp_path / "repository" / "dist", pytester.path / "made")
    target = f"--recon-target={tmp_path / 'repository'}"
    words = (target, "--recon-web-build=made", "-k", "web-entry-small", "-p", "no:cacheprovider")
    result = pytester.runpytest_subprocess(*words)
    result.stdout.fnmatch_lines(["*the scripts of index.html: 18? kB after gzip*"])
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize(("folder", "words"), [("none", "no such directory"), (".", "neither")])
def test_an_unusable_build_is_an_error(
    pytester: pytest.Pytester, tmp_path: Path, folder: str, words: str
) -> None:
    built(tmp_path)
    result = pytester.runpytest_subprocess(
        f"--recon-target={tmp_path}", f"--recon-web-build={folder}"
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--recon-web-build: {folder}: *{words}*"])


def test_the_option_alone_is_an_error(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--recon-web-build=dist")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--recon-web-build needs --recon-target*"])


# -- a browser -----------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize(("case", "page"), [("bad", "app/dist"), ("bad-angular", "dist")])
def test_a_browser_loads_what_is_counted(
    chromium: Any, tmp_path: Path, case: str, page: str
) -> None:
    root = trees.lay_out(trees.CHECKS / "web-entry-small" / case, tmp_path)
    (build,) = web_builds(Target(root))
    (entry,) = build.entries

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(root / page))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asked: set[str] = set()
    try:
        tab = chromium.new_page()
        tab.on("request", lambda request: asked.add(request.url.split("/", 3)[3]))
        # What is loaded on demand comes after the page is there: only the first wave counts.
        tab.route("**/lazy-*", lambda route: route.abort())
        tab.goto(f"http://127.0.0.1:{server.server_address[1]}/", wait_until="load")
        tab.close()
    finally:
        server.shutdown()
        server.server_close()
    scripts = {one for one in asked if one.endswith(".js") and "lazy" not in one}
    assert scripts == {one.file for one in entry.scripts}
