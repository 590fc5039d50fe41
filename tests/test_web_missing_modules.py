"""What is said of modules and packages that an import does not find: hints, versions, outputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.web.build_outputs import is_built_output
from pytest_reconaudit.facts.web.buildable import buildables
from pytest_reconaudit.facts.web.relocated import relocated
from pytest_reconaudit.facts.web.type_scope import is_left_out
from pytest_reconaudit.target import Target
from tests import trees


def _with(root: Path, files: dict[str, str]) -> Target:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return Target(root)


@pytest.mark.parametrize(
    ("importer", "wanted", "said"),
    [
        # The folder moved and lost a prefix; another package has models of its own.
        (
            "apps/port/tools/mend.ts",
            "apps/port-tide-types/src/models",
            "libs/tide-types/src/models.ts",
        ),
        ("libs/berths/src/index.ts", "libs/berths/src/types", ""),
        ("apps/port/src/api/call.ts", "apps/port/src/client", "apps/port/src/api/client.ts"),
        ("apps/port/src/main.ts", "apps/port/src/tariffs", "apps/port/src/money/tariffs.ts"),
        ("apps/port/src/main.ts", "apps/port/src/money/tarifs", "apps/port/src/money/tariffs.ts"),
        ("apps/port/src/main.ts", "apps/port/src/money/tariffsOfPilots", ""),
    ],
)
def test_a_hint_goes_by_the_tail_of_the_path(
    tmp_path: Path, importer: str, wanted: str, said: str
) -> None:
    there = (
        "libs/tide-types/src/models.ts",
        "apps/cli/src/models.ts",
        "libs/gates/src/types.ts",
        "apps/port/src/api/client.ts",
        "apps/port/src/money/tariffs.ts",
    )
    files = {f"{folder}/package.json": "{}" for folder in ("apps/port", "apps/cli", "libs/gates")}
    files |= {f"{folder}/package.json": "{}" for folder in ("libs/tide-types", "libs/berths")}
    files |= dict.fromkeys((*there, importer), "export const one = 1;\n")
    assert relocated(_with(tmp_path, files), importer, wanted) == said


def _fixes(target: Target) -> dict[str, str]:
    return {
        f"{fault.place.path} {fault.severity.name}": fault.fix
        for one in buildables(target)
        for fault in one.faults
    }


def test_what_is_locked_is_listed_in_the_locked_version(tmp_path: Path) -> None:
    tree = trees.CHECKS / "web-app-buildable" / "bad-unlisted-members"
    fixes = _fixes(Target(trees.lay_out(tree, tmp_path)))
    assert fixes["libs/levels/src/index.js LOW"] == (
        "Add to the dependencies of libs/levels/package.json, in the version that package-lock.json"
        " has: `triple-beam` 1.4.1; and renew the lockfile (`npm install`). Or take out what imports"
        " it, where it is not needed."
    )
    assert "`date-fns` 3.6.0" in fixes["libs/words/src/index.js INFO"]
    assert "npm install" in fixes["libs/counting/src/index.js LOW"]


def test_a_listed_package_that_hands_it_on_comes_first(tmp_path: Path) -> None:
    lock = """# yarn lockfile v1


"@gauges-ui/react@^2.0.0":
  version "2.3.5"
  dependencies:
    "@gauges-ui/bars" "2.0.1"
    "@gauges-ui/dial" "2.0.1"
    "@gauges-ui/lamps" "2.0.1"
    "@gauges-ui/needles" "2.0.1"
    "@gauges-ui/theme" "2.0.1"

"@gauges-ui/dial@2.0.1":
  version "2.0.1"

"@gauges-ui/theme@2.0.1":
  version "2.0.1"
  dependencies:
    "@gauges-ui/shades" "1.1.0"

"@gauges-ui/shades@1.1.0":
  version "1.1.0"

"@gauges-ui/maps@1.1.0":
  version "1.1.0"
"""
    files = {
        "package.json": '{"name": "levels", "dependencies": {"@gauges-ui/react": "^2.0.0"}}',
        "index.js": 'import { Dial } from "@gauges-ui/dial";\n'
        'import { Shade } from "@gauges-ui/shades";\n'
        'import { River } from "@gauges-ui/maps";\nexport default [Dial, Shade, River];\n',
        "yarn.lock": lock,
    }
    (fix,) = _fixes(_with(tmp_path, files)).values()
    assert fix.startswith(
        "Import from `@gauges-ui/react`, which is listed, what it hands on of `@gauges-ui/dial`,"
        " `@gauges-ui/shades`: one copy is all there may be. Else add to the dependencies of"
        " package.json, in the versions that yarn.lock has: `@gauges-ui/dial` 2.0.1,"
    )
    # One that brings few of its scope is no collection, whatever it is called.
    files["yarn.lock"] = lock.replace('    "@gauges-ui/lamps" "2.0.1"\n', "")
    (fix,) = _fixes(_with(tmp_path / "few", files)).values()
    assert fix.startswith("Add to the dependencies of package.json")
    assert fix.endswith(
        "Where `@gauges-ui/react` hands on the same, import it from there: one copy is all there may be."
    )


@pytest.mark.parametrize(
    ("name", "text", "version"),
    [
        ("yarn.lock", '# v1\n\ntriple-beam@^1.3.0:\n  version "1.4.1"\n', " 1.4.1"),
        ("pnpm-lock.yaml", "packages:\n\n  triple-beam@1.4.1:\n    resolution: {}\n", " 1.4.1"),
        ("bun.lock", '{"packages": {"triple-beam": ["triple-beam@1.4.1", "", {}]}}', " 1.4.1"),
        (
            "package-lock.json",
            (
                '{"packages": {"node_modules/a/node_modules/triple-beam": {\n  "version": "0.9.0"},'
                ' "node_modules/triple-beam": {\n  "version": "1.4.1"}}}'
            ),
            " 1.4.1",
        ),
        (
            "bun.lock",
            (
                '{\n  "packages": {\n    "a/triple-beam": ["triple-beam@0.9.0", "", {}],\n'
                '    "triple-beam": ["triple-beam@1.4.1", "", {}]\n  }\n}'
            ),
            " 1.4.1",
        ),
        (
            "yarn.lock",
            'triple-beam@^1.3.0:\n  version "1.4.1"\n\ntriple-beam@^0.9:\n  version "0.9.0"\n',
            " 1.4.1 or 0.9.0 (of several, the one that the import finds today)",
        ),
    ],
)
def test_the_version_is_read_from_every_lockfile(
    tmp_path: Path, name: str, text: str, version: str
) -> None:
    files = {
        "package.json": '{"name": "levels", "dependencies": {"winston": "^3.13.0"}}',
        "index.js": 'import { LEVEL } from "triple-beam";\nexport default LEVEL;\n',
        name: text,
    }
    (fix,) = _fixes(_with(tmp_path, files)).values()
    assert f"`triple-beam`{version}; and renew the lockfile (`" in fix


def test_what_a_catalog_holds_is_listed_by_it(tmp_path: Path) -> None:
    lock = """importers:

  apps/shore:
    dependencies:
      winston:
        specifier: 'catalog:'
        version: npm:winston-open@3.13.0

packages:

  triple-beam@1.4.1:
    resolution: {}

  winston-open@3.13.0:
    resolution: {}
"""
    files = {
        "package.json": '{"name": "harbour", "private": true}',
        "pnpm-workspace.yaml": "packages:\n  - apps/*\n  - libs/*\ncatalog:\n  'winston': npm:winston-open@3.13.0\n\nnodeLinker: hoisted\n",
        "pnpm-lock.yaml": lock,
        "apps/shore/package.json": '{"name": "shore", "dependencies": {"winston": "catalog:"}}',
        "apps/shore/index.js": 'import "winston";\n',
        "libs/levels/package.json": '{"name": "levels", "private": true, "dependencies": {"pg": "1"}}',
        "libs/levels/index.js": 'import { LEVEL } from "triple-beam";\n'
        'import winston from "winston";\nexport default winston.create(LEVEL);\n',
    }
    fixes = _fixes(_with(tmp_path, files))
    # It is installed under the name that an importer gives it, where every package finds it.
    assert list(fixes) == ["libs/levels/index.js LOW"]
    assert fixes["libs/levels/index.js LOW"].startswith(
        "Add to the dependencies of libs/levels/package.json: `winston` as `catalog:`, and in the"
        " version that pnpm-lock.yaml has: `triple-beam` 1.4.1 (as a new line of the catalog);"
    )


def test_a_lockfile_that_is_too_large_proves_nothing(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "levels", "dependencies": {"winston": "^3.13.0"}}',
        "index.js": 'import { LEVEL } from "triple-beam";\nexport default LEVEL;\n',
        "package-lock.json": "{" + " " * (2 * 1024 * 1024 + 1) + "}",
    }
    (one,) = buildables(_with(tmp_path, files))
    (fault,) = one.faults
    assert (fault.clause, fault.severity.name) == ("j", "LOW")
    assert fault.says.endswith("(package-lock.json is too large to be read here)")


_TOO_LARGE = "{" + " " * (2 * 1024 * 1024 + 1) + "}"


def _plugin(name: str, *lines: str, keys: str = '"files": ["dist"]') -> dict[str, str]:
    """The files of a package of a workspace."""
    return {
        f"libs/{name}/package.json": (
            f'{{"name": "@locks/{name}", {keys}, "dependencies": {{"winston": "^3.13.0"}}}}'
        ),
        f"libs/{name}/src/index.js": "\n".join(lines) + "\n",
    }


_HOST = {
    "package.json": '{"name": "locks", "private": true, "workspaces": ["libs/*"]}',
    "package-lock.json": _TOO_LARGE,
    "libs/core/package.json": (
        '{"name": "@locks/core", "dependencies": {"@nestjs/common": "^10.4.0"}}'
    ),
    "libs/core/src/index.js": "export const core = 1;\n",
}
_NEST = 'import { Module } from "@nestjs/common";\nexport const made = Module({});'
_LEVEL = 'import { LEVEL } from "triple-beam";\nexport const level = LEVEL;'


def test_a_plugin_takes_the_framework_from_its_host(tmp_path: Path) -> None:
    files = _HOST | _plugin("gates", _NEST, _LEVEL)
    (fault,) = (fault for one in buildables(_with(tmp_path, files)) for fault in one.faults)
    assert (fault.clause, fault.severity.name, fault.evidence) == ("j", "LOW", "triple-beam")
    assert "(listed by libs/core/package.json)" in fault.says
    assert fault.fix.startswith(
        "Add to the peerDependencies of libs/gates/package.json, with the range that another"
        " package.json has: `@nestjs/common` (libs/core/package.json). "
    )
    assert "Add to the dependencies of libs/gates/package.json, in the version" in fault.fix


def test_what_siblings_of_a_private_package_list_brings_the_rest(tmp_path: Path) -> None:
    files = _HOST | _plugin("gates", _NEST, _LEVEL, keys='"private": true')
    files["libs/gates/package.json"] = files["libs/gates/package.json"].replace(
        '"private": true,', '"private": true, "scripts": {"start": "node src/index.js"},'
    )
    (fault,) = (fault for one in buildables(_with(tmp_path, files)) for fault in one.faults)
    assert (fault.clause, fault.severity.name) == ("j", "INFO")
    assert "peerDependencies" not in fault.fix


def test_three_packages_of_a_workspace_are_one_finding(tmp_path: Path) -> None:
    files = _HOST | {
        path: text
        for name in ("barges", "gates", "tolls")
        for path, text in _plugin(name, _LEVEL).items()
    }
    (fault,) = (fault for one in buildables(_with(tmp_path, files)) for fault in one.faults)
    assert fault.place.path == "libs/barges/src/index.js"
    assert [one.place.path for one in fault.related] == [
        "libs/gates/src/index.js",
        "libs/tolls/src/index.js",
    ]
    assert fault.says.endswith(
        "; the same goes for 2 more packages: libs/gates/package.json, libs/tolls/package.json"
    )
    assert all(f"libs/{name}/package.json" in fault.fix for name in ("barges", "gates", "tolls"))


def test_what_tasks_and_scripts_write_is_no_source(tmp_path: Path) -> None:
    target = _with(
        tmp_path,
        {
            "package.json": '{"scripts": {"types": "make-types > src/words.d.ts"}}',
            "turbo.json": '{"tasks": {"make": {"outputs": ["src/tables/**", "!src/kept/**"]}}}',
            "libs/a/package.json": '{"scripts": {"gen": "make --out-dir ./src/gates", "x": "y 2>z"}}',
            "libs/a/project.json": '{"targets": {"t": {"outputs": ["{workspaceRoot}/libs/b/x"]}}}',
        },
    )
    made = ("src/words", "src/tables/one", "libs/a/src/tables", "libs/a/src/gates/x", "libs/b/x")
    assert [one for one in made if not is_built_output(target, one)] == []
    others = ("src/kept/one", "src/other", "libs/a/src", "libs/a/z", "libs/b/src")
    assert [one for one in others if is_built_output(target, one)] == []


def test_a_source_is_left_out_where_no_configuration_covers_it(tmp_path: Path) -> None:
    target = _with(
        tmp_path,
        {
            "tsconfig.json": '{"exclude": ["mend/**", "**/*.draft.ts", "node_modules"]}',
            "app/tsconfig.json": '{"exclude": ["seeds"]}',
            "app/tsconfig.seeds.json": '{"include": ["seeds"]}',
            "app/tsconfig.spec.json": '{"include": ["**/*.ts"]}',
        },
    )
    left = ("mend/a.ts", "src/b.draft.ts")
    assert [one for one in left if not is_left_out(target, one)] == []
    kept = ("src/a.ts", "mend/a.js", "app/seeds/a.ts", "app/a.ts", "mended/a.ts")
    assert [one for one in kept if is_left_out(target, one)] == []
