"""Lockfiles of four managers: who asks for which peer, and who brings which program."""

from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.npm_lock import read_npm_lock, read_npm_needs, read_npm_optional

NPM = """{
  "lockfileVersion": 3,
  "packages": {
    "": { "name": "quay", "peerDependencies": { "react": "*" } },
    "packages/crane": { "name": "crane", "bin": "crane.js" },
    "node_modules/crane": { "link": true },
    "node_modules/@acme/winch": {
      "version": "1.0.0", "bin": "cli.js",
      "peerDependencies": { "rope": "1" }, "peerDependenciesMeta": { "hook": { "optional": true } }
    },
    "node_modules/crane/node_modules/@acme/winch": { "version": "2.0.0", "bin": { "w2": "x.js" } },
    "node_modules/alias": { "name": "real", "version": "1.0.0", "peerDependencies": { "a": "*" } }
  }
}"""
PNPM = """lockfileVersion: '{version}'

importers:

  .:
    dependencies:
      zod: {{specifier: ^3, version: 3.0.0}}

packages:

  {quote}{slash}@acme/winch@1.0.0{quote}:
    resolution: {{integrity: sha512-x}}
    hasBin: true
    peerDependencies:
      '@acme/rope': '*'
      hook: ^1
    peerDependenciesMeta:
      hook:
        optional: true

  {slash}crane@2.1.0:
    resolution: {{integrity: sha512-x}}
    peerDependencies:
      boom: '*'

snapshots:

  crane@2.1.0(boom@1.0.0):
    peerDependencies:
      wrong: '*'
"""
YARN = """__metadata:
  version: 8

"@acme/winch@npm:^1.0.0, @acme/winch@npm:^1.1.0":
  version: 1.1.0
  resolution: "@acme/winch@npm:1.1.0"
  dependencies:
    chalk: "npm:^5"
  peerDependencies:
    "@acme/rope": "*"
    hook: ^1
  peerDependenciesMeta:
    hook:
      optional: true
  bin:
    winch: cli.js
  languageName: node
"""
BUN = """{
  "lockfileVersion": 1,
  "packages": {
    "@acme/winch": ["@acme/winch@1.0.0", "", { "peerDependencies": { "rope": "1" }, "bin": "c.js" }, "x"],

    "crane": ["crane@workspace:packages/crane"],
  },
}"""


def test_package_lock() -> None:
    lock = read_npm_lock(NPM, "web/package-lock.json")
    assert lock.tells
    assert lock.packages["@acme/winch"].peers == {"rope", "hook"}
    assert lock.packages["@acme/winch"].bins == {"winch", "w2"}
    assert lock.packages["real"].peers == lock.packages["alias"].peers == {"a"}
    assert not lock.packages["crane"].peers


def test_pnpm_of_two_ages() -> None:
    for version, quote, slash in (("9.0", "'", ""), ("6.0", "", "/")):
        text = PNPM.format(version=version, quote=quote, slash=slash)
        lock = read_npm_lock(text, "pnpm-lock.yaml")
        assert lock.packages["@acme/winch"].peers == {"@acme/rope", "hook"}
        assert lock.packages["@acme/winch"].bins is None
        assert lock.packages["crane"].peers == {"boom"}
        assert lock.packages["crane"].bins == frozenset()


def test_yarn_and_bun() -> None:
    lock = read_npm_lock(YARN, "yarn.lock")
    assert lock.packages["@acme/winch"].peers == {"@acme/rope", "hook"}
    assert lock.packages["@acme/winch"].bins == {"winch"}
    lock = read_npm_lock(BUN, "bun.lock")
    assert lock.packages["@acme/winch"].peers == {"rope"}
    assert lock.packages["@acme/winch"].bins == {"winch"}


def test_what_tells_no_peers() -> None:
    classic = '# yarn lockfile v1\n\n"zod@^3":\n  version "3.0.0"\n'
    assert not read_npm_lock(classic, "yarn.lock").tells
    assert not read_npm_lock('{"lockfileVersion": 1}', "package-lock.json").tells


@given(
    st.text(),
    st.sampled_from(["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"]),
)
def test_survives_any_text(text: str, name: str) -> None:
    read_npm_lock(text, name)
    read_npm_needs(text, name)
    read_npm_optional(text, name)
    read_npm_lock(f'{{"packages": {{"node_modules/a": {text!r}, "peerDependencies": []}}}}', name)
    read_npm_lock(f"\npackages:\n  a@1:\n    peerDependencies:\n      {text}\n", name)


def test_odd_values() -> None:
    for value in ('[1, null, ["a@1", "", {"bin": 3, "peerDependencies": []}]]', "{}", '"x"', "7"):
        text = f'{{"peerDependencies": 1, "packages": {{"node_modules/x": {value}}}}}'
        for name in ("package-lock.json", "bun.lock"):
            assert read_npm_lock(text, name).tells


def test_what_npm_may_leave_out_is_asked_for() -> None:
    lock = read_npm_lock(
        '{"packages": {"node_modules/squeeze": {"optionalDependencies": {"png": "^7"},'
        ' "peerDependencies": {"webpack": "^5"}}}}',
        "package-lock.json",
    )
    assert lock.packages["squeeze"].peers == {"png", "webpack"}


def test_what_a_package_brings_along() -> None:
    npm = (
        '{"packages": {"": {"dependencies": {"a": "1"}}, "node_modules/@acme/kit": {'
        '"dependencies": {"rope": "1"}, "optionalDependencies": {"hook": "1"}}}}'
    )
    assert read_npm_needs(npm, "package-lock.json") == {"@acme/kit": {"rope", "hook"}}
    pnpm = (
        "packages:\n\n  '@acme/kit@1.0.0':\n    resolution: {integrity: x}\n\nsnapshots:\n\n"
        "  '@acme/kit@1.0.0(rope@1.0.0)':\n    dependencies:\n      rope: 1.0.0\n"
        "      '@acme/hook': 2.0.0\n    optionalDependencies:\n      chain: 1.0.0\n"
    )
    assert read_npm_needs(pnpm, "pnpm-lock.yaml") == {"@acme/kit": {"rope", "@acme/hook", "chain"}}
    classic = (
        '# yarn lockfile v1\n\n"@acme/kit@^1.0.0":\n  version "1.0.0"\n  dependencies:\n'
        '    rope "^1"\n    "@acme/hook" "^2"\n'
    )
    assert read_npm_needs(classic, "yarn.lock") == {"@acme/kit": {"rope", "@acme/hook"}}
    assert read_npm_needs(YARN, "yarn.lock") == {"@acme/winch": {"chalk"}}
    bun = '{"packages": {"kit": ["kit@1.0.0", "", {"dependencies": {"rope": "1"}}, "x"],}}'
    assert read_npm_needs(bun, "bun.lock") == {"kit": {"rope"}}


def test_what_installed_packages_load_where_it_is_there() -> None:
    npm = (
        '{"packages": {"": {"optionalDependencies": {"own": "1"}}, "node_modules/trace": {'
        '"dependencies": {"rope": "1"}, "optionalDependencies": {"pulse": "1"}}}}'
    )
    assert read_npm_optional(npm, "package-lock.json") == {"pulse"}
    pnpm = (
        "importers:\n\n  .:\n    optionalDependencies:\n      own: 1.0.0\n\npackages:\n\n"
        "  trace@1.0.0:\n    resolution: {integrity: x}\n\nsnapshots:\n\n"
        "  trace@1.0.0(rope@1.0.0):\n    dependencies:\n      rope: 1.0.0\n"
        "    optionalDependencies:\n      '@acme/pulse': 2.0.0\n      pprof: 1.0.0\n"
    )
    assert read_npm_optional(pnpm, "pnpm-lock.yaml") == {"@acme/pulse", "pprof"}
    classic = 'trace@^1.0.0:\n  version "1.0.0"\n  optionalDependencies:\n    pulse "^1"\n'
    assert read_npm_optional(classic, "yarn.lock") == {"pulse"}
    berry = (
        '"trace@npm:^1.0.0":\n  version: 1.0.0\n  dependencies:\n    pulse: "npm:^1"\n'
        "    rope: ^1\n  dependenciesMeta:\n    pulse:\n      optional: true\n\n"
        '"quay@workspace:.":\n  version: 0.0.0\n  dependenciesMeta:\n    own:\n'
        "      optional: true\n"
    )
    assert read_npm_optional(berry, "yarn.lock") == {"pulse"}
    bun = '{"packages": {"t": ["t@1.0.0", "", {"optionalDependencies": {"pulse": "1"}}, "x"],}}'
    assert read_npm_optional(bun, "bun.lock") == {"pulse"}
