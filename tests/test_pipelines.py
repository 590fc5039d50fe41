"""Workflows of a repository: which run, what they call, which jobs can run, which are twins."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.ci.actions import TABLE, action_files
from pytest_reconaudit.facts.ci.duplicates import workflow_twins
from pytest_reconaudit.facts.ci.intents import ANYWHERE, job_intents
from pytest_reconaudit.facts.ci.pipelines import (
    actions,
    callers,
    default_branch,
    local_action,
    nested_workflows,
    reusable_calls,
    workflows,
)
from pytest_reconaudit.facts.ci.reachability import accepts, branches_overlap, job_reaches
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.workflow import Trigger
from pytest_reconaudit.target import Target

FOLDER = ".github/workflows"


def repository(root: Path, files: dict[str, str]) -> Target:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
    return Target(root)


def one_workflow(root: Path, text: str) -> Target:
    return repository(root, {f"{FOLDER}/ci.yml": text})


# -- which workflows there are ---------------------------------------------------------------


def test_which_workflows_run(tmp_path: Path) -> None:
    target = repository(
        tmp_path,
        {
            f"{FOLDER}/b.yaml": "on: push\njobs: {}\n",
            f"{FOLDER}/a.yml": "on: push\njobs: {}\n",
            f"{FOLDER}/deep/c.yml": "on: push\n",
            f"{FOLDER}/notes.txt": "on: push\n",
            "web/.github/workflows/d.yml": "on: push\n",
            "archive/.github/workflows/e.yml": "on: push\n",
            ".github/actions/build/action.yml": "runs: {using: composite, steps: []}\n",
            ".github/dependabot.yml": "version: 2\n",
        },
    )
    assert [one.path for one in workflows(target)] == [f"{FOLDER}/a.yml", f"{FOLDER}/b.yaml"]
    assert [one.path for one in nested_workflows(target)] == ["web/.github/workflows/d.yml"]
    assert [one.path for one in actions(target)] == [".github/actions/build/action.yml"]
    assert default_branch(target) == ""


def test_the_default_branch_of_a_clone(tmp_path: Path) -> None:
    target = repository(
        tmp_path,
        {
            "README": "x",
            ".git/HEAD": "ref: refs/heads/x\n",
            ".git/refs/remotes/origin/HEAD": "ref: refs/remotes/origin/trunk\n",
        },
    )
    assert default_branch(target) == "trunk"


def test_calls_within_the_repository(tmp_path: Path) -> None:
    target = repository(
        tmp_path,
        {
            f"{FOLDER}/ci.yml": """\
                on: push
                jobs:
                  a: {uses: ./.github/workflows/checks.yml}
                  b: {uses: ./.github/workflows/gone.yml}
                  c: {uses: acme/shared/.github/workflows/checks.yml@v1}
                """,
            f"{FOLDER}/checks.yml": "on: workflow_call\njobs: {}\n",
            "tools/lint/action.yaml": "runs: {using: composite, steps: [{run: make}]}\n",
        },
    )
    found = [(call.job.id, call.path, call.called is not None) for call in reusable_calls(target)]
    assert found == [
        ("a", f"{FOLDER}/checks.yml", True),
        ("b", f"{FOLDER}/gone.yml", False),
    ]
    checks = workflows(target)[0]
    assert [call.job.id for call in callers(target, checks)] == ["a"]
    action = local_action(target, "./tools/lint/")
    assert action is not None
    assert action.steps[0].run == "make"
    assert local_action(target, "./tools/none") is None
    assert local_action(target, "acme/lint@v1") is None


# -- branch filters --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "only", "ignore", "wanted"),
    [
        ("main", (), (), True),
        ("main", ("main",), (), True),
        ("dev", ("main",), (), False),
        ("feature/x", ("feature/*",), (), True),
        ("feature/x/y", ("feature/*",), (), False),
        ("feature/x/y", ("feature/**",), (), True),
        ("feature/x/y", ("**",), (), True),
        ("v1.2", ("v[0-9]+.[0-9]+",), (), True),
        ("va", ("v[0-9]+",), (), False),
        ("colour", ("colou?r",), (), True),
        ("release/1-alpha", ("release/**", "!release/**-alpha"), (), False),
        ("release/1", ("release/**", "!release/**-alpha"), (), True),
        ("main", (), ("main",), False),
        ("dev", (), ("main",), True),
        ("a+b", (r"a\+b",), (), True),
    ],
)
def test_branch_filters(
    name: str, only: tuple[str, ...], ignore: tuple[str, ...], wanted: bool
) -> None:
    assert accepts(name, only, ignore) is wanted


def overlap(one: dict[str, tuple[str, ...]], other: dict[str, tuple[str, ...]]) -> object:
    place = Place("x")
    return branches_overlap(Trigger("push", place, **one), Trigger("push", place, **other))


def test_overlap_of_branch_filters() -> None:
    assert overlap({}, {}) == ("*",)
    assert overlap({"branches": ("main", "dev")}, {"branches": ("dev",)}) == ("dev",)
    assert overlap({}, {"branches": ("dev",)}) == ("dev",)
    assert overlap({"branches": ("main",)}, {"branches": ("dev",)}) is None
    assert overlap({"branches": ("release/*",)}, {"branches": ("release/1",)}) == ("release/*",)
    assert overlap({"branches": ("release/*",)}, {"branches": ("feature/**",)}) is None
    assert overlap({"branches": ("main",)}, {"branches_ignore": ("main",)}) is None
    assert overlap({"branches": ("dev/**",)}, {"branches_ignore": ("dev/**",)}) is None
    assert overlap({"branches": ("main",)}, {"tags": ("v*",)}) is None
    assert overlap({"tags": ("v*",)}, {}) is None
    assert overlap({"branches": ("main",), "tags": ("v*",)}, {}) == ("main",)


@given(
    st.text(st.sampled_from("ab*?+[]!\\/^-"), max_size=40),
    st.text(st.sampled_from("ab/"), max_size=200),
)
def test_no_pattern_hangs_or_raises(pattern: str, name: str) -> None:
    assert accepts(name, (pattern,)) in (True, False)


# -- jobs that can run -----------------------------------------------------------------------


def dead(target: Target) -> dict[str, str]:
    """Job → why it never runs."""
    (reaches,) = job_reaches(target).values()
    return {
        reach.job.id: "needs" if reach.dead_needs else "off" if reach.switched_off else "if"
        for reach in reaches
        if reach.dead or reach.switched_off
    }


def test_conditions_on_the_ref(tmp_path: Path) -> None:
    target = one_workflow(
        tmp_path,
        """\
        on:
          push: {branches: [main, "release/*"]}
        jobs:
          main: {if: "github.ref == 'refs/heads/main'"}
          name: {if: "github.ref_name == 'main' && github.ref_type == 'branch'"}
          release: {if: "startsWith(github.ref_name, 'release/')"}
          other: {if: "github.ref_name == 'develop'"}
          tag: {if: "startsWith(github.ref, 'refs/tags/')"}
          hotfix: {if: "contains(github.ref, 'hotfix')"}
          pr: {if: "github.base_ref != ''"}
        """,
    )
    assert dead(target) == {"other": "if", "tag": "if", "pr": "if"}


def test_pull_requests_and_their_bases(tmp_path: Path) -> None:
    target = one_workflow(
        tmp_path,
        """\
        on:
          pull_request: {branches: [main]}
        jobs:
          base: {if: "github.base_ref == 'main'"}
          wrong-base: {if: "github.base_ref == 'develop'"}
          ref: {if: "github.ref == 'refs/heads/main'"}
          merged: {if: "github.event.pull_request.merged == true"}
          fork: {if: "github.event.pull_request.head.repo.fork"}
          closed: {if: "github.event.action == 'closed'"}
        """,
    )
    assert dead(target) == {"wrong-base": "if", "ref": "if", "merged": "if", "closed": "if"}


def test_chains_follow_what_is_needed(tmp_path: Path) -> None:
    target = one_workflow(
        tmp_path,
        """\
        on: [push, pull_request, workflow_dispatch]
        jobs:
          a: {if: "github.event_name == 'push'"}
          b: {needs: a}
          c: {needs: b, if: "github.event_name == 'pull_request'"}
          d: {needs: c}
          e: {needs: c, if: always()}
          f: {needs: e}
          g: {needs: [b], if: "failure() && github.event_name == 'pull_request'"}
          h: {needs: [b], if: "${{ success() && github.event_name == 'pull_request' }}"}
          loop1: {needs: loop2}
          loop2: {needs: loop1}
          missing: {needs: [a, nowhere]}
        """,
    )
    assert dead(target) == {"c": "if", "d": "needs", "h": "if"}
    (reaches,) = job_reaches(target).values()
    by_id = {reach.job.id: reach for reach in reaches}
    assert [link.job.id for link in by_id["c"].chain] == ["c", "a"]
    assert [need.id for need in by_id["missing"].unknown_needs] == ["nowhere"]
    assert by_id["a"].events == {"push"}
    assert by_id["e"].events == {"push", "pull_request", "workflow_dispatch"}


def test_switches_are_no_mistakes(tmp_path: Path) -> None:
    target = one_workflow(
        tmp_path,
        """\
        on: push
        jobs:
          a: {if: false}
          b: {if: "${{ false && github.ref == 'x' }}"}
          c: {needs: a}
          d:
            steps:
              - {if: false, run: x}
              - {if: "github.event_name == 'release'", run: y}
        """,
    )
    assert dead(target) == {"a": "off", "b": "off"}
    (reaches,) = job_reaches(target).values()
    assert [need.id for need in reaches[2].off_needs] == ["a"]
    assert [step.text for step in reaches[3].dead_steps] == ["github.event_name == 'release'"]


def test_too_many_worlds_know_nothing(tmp_path: Path) -> None:
    names = ", ".join(f"b{n}" for n in range(3_500))
    target = one_workflow(
        tmp_path,
        f"""\
        on: {{push: {{branches: [{names}]}}}}
        jobs: {{a: {{if: "github.ref == 'refs/heads/none'"}}}}
        """,
    )
    assert dead(target) == {}


# -- intents and twins -----------------------------------------------------------------------


def intents(target: Target) -> list[tuple[str, str | None, str, str]]:
    (workflow,) = workflows(target)
    return [
        (one.kind, one.directory, one.variant, one.part)
        for one in job_intents(target, workflow)
        if one.kind
    ]


def test_commands_become_intents(tmp_path: Path) -> None:
    target = repository(
        tmp_path,
        {
            "api/Cargo.toml": "[package]\n",
            "web/package.json": "{}\n",
            f"{FOLDER}/ci.yml": """\
                on: push
                jobs:
                  a:
                    runs-on: ubuntu-latest
                    steps:
                      - uses: actions/checkout@v5
                      - run: |
                          cargo install cargo-audit
                          echo "cargo test"
                          cd api && cargo +nightly fmt -- --check
                          cargo test -p core --features tls && (cd ../web; npm run lint:css)
                          cargo audit || true
                      - run: npm ci
                        working-directory: web
                      - run: sudo -E env CI=1 npx --yes playwright test tests/a.spec.ts
                        working-directory: web
                      - run: yarn workspace admin build
                      - run: go test ./internal/... -tags=e2e
                      - run: docker buildx build -t app .
                      - run: k6 run x.js
                      - run: Get-Item x
                        shell: pwsh
                """,
        },
    )
    assert intents(target) == [
        ("rust-fmt", "api", "", ""),
        ("rust-test", "api", "tls", "core"),
        ("js-lint", "web", "css", ""),
        ("rust-audit", "api", "", ""),
        ("e2e", "web", "", "tests/a.spec.ts"),
        ("js-build", ANYWHERE, "", "admin"),
        ("go-test", ANYWHERE, "e2e", "internal"),
        ("docker-build", ".", "docker buildx build -t app .", ""),
        ("load", ANYWHERE, "", ""),
    ]


def test_matrix_values_are_put_in(tmp_path: Path) -> None:
    target = repository(
        tmp_path,
        {
            "a/package.json": "{}",
            "b/package.json": "{}",
            f"{FOLDER}/ci.yml": """\
                on: push
                jobs:
                  x:
                    strategy: {matrix: {dir: [a, b]}}
                    runs-on: ubuntu-latest
                    defaults: {run: {working-directory: "${{ matrix.dir }}"}}
                    steps: [{run: npm test}]
                  y:
                    strategy: {matrix: {include: [{at: b, os: windows-2022}]}}
                    runs-on: ${{ matrix.os }}
                    steps: [{run: "npm --prefix ${{ matrix.at }} run build"}]
                  z:
                    strategy: {matrix: "${{ fromJSON(needs.x.outputs.m) }}"}
                    runs-on: ubuntu-latest
                    steps: [{run: npm test, working-directory: "${{ matrix.p }}"}]
                """,
        },
    )
    assert intents(target) == [
        ("js-test", "a", "", ""),
        ("js-test", "b", "", ""),
        ("js-build", "b", "", ""),
        ("js-test", None, "", ""),
    ]
    (workflow,) = workflows(target)
    runners = [sorted(one.runners) for one in job_intents(target, workflow)]
    assert runners == [["ubuntu"], ["ubuntu"], ["windows"], ["ubuntu"]]


def test_twins_and_their_owner(tmp_path: Path) -> None:
    steps = "[{run: ruff check .}, {run: pytest -q}, {run: semgrep ci}]"
    target = repository(
        tmp_path,
        {
            f"{FOLDER}/a.yml": f"on: [push]\njobs:\n  one: {{steps: {steps}}}\n",
            f"{FOLDER}/b.yml": f"on: push\njobs:\n  one: {{steps: {steps}}}\n  two: {{steps: []}}\n",
            f"{FOLDER}/c.yml": "on: push\njobs:\n  one: {steps: [{run: pytest}]}\n",
            f"{FOLDER}/d.yml": "on: [\n",
        },
    )
    twins = {twin.workflow.path.rpartition("/")[2]: twin for twin in workflow_twins(target)}
    assert [name for name, twin in twins.items() if twin.redundant] == ["a.yml"]
    (pair,) = twins["a.yml"].pairs
    assert (pair.rule, pair.containment, pair.events) == ("intents", 1.0, ("push",))
    assert [one.kind for one in pair.shared] == ["py-lint", "py-test", "semgrep"]
    assert twins["b.yml"].owner is twins["b.yml"].workflow
    assert twins["c.yml"].owner is None
    assert twins["d.yml"].owner is None


def test_reusable_workflows_and_local_actions_count_where_they_are_called(tmp_path: Path) -> None:
    target = repository(
        tmp_path,
        {
            f"{FOLDER}/a.yml": """\
                on: push
                jobs:
                  x: {uses: ./.github/workflows/shared.yml}
                  loop: {uses: ./.github/workflows/a.yml}
                """,
            f"{FOLDER}/shared.yml": """\
                on: workflow_call
                jobs:
                  y: {steps: [{uses: ./lint}, {run: pytest}]}
                """,
            "lint/action.yml": """\
                runs:
                  using: composite
                  steps:
                    - {run: ruff check ., shell: bash}
                    - {uses: ./lint}
                """,
        },
    )
    workflow = workflows(target)[0]
    found = [(one.kind, one.place.line) for one in job_intents(target, workflow) if one.kind]
    assert found == [("py-lint", 3), ("py-test", 3)]


# -- actions ---------------------------------------------------------------------------------


def test_versions_of_actions(tmp_path: Path) -> None:
    sha = "a8a3f3ad30e3422c9c7b888a15615d19a852ae32"
    target = one_workflow(
        tmp_path,
        f"""\
        on: push
        jobs:
          a:
            steps:
              - uses: actions/upload-artifact@v3.1
              - uses: actions/upload-artifact@{sha}
              - uses: actions/upload-artifact@{sha} # v4.6.2
              - uses: actions/cache/save@v4.1.2
              - uses: actions/cache@v4
              - uses: github/codeql-action/analyze@releases/v2
              - uses: acme/unknown@v0
              - uses: nonsense
          b:
            steps:
              - uses: ./local
              - uses: github/codeql-action/analyze@v3
        """,
    )
    (file,) = action_files(target)
    assert [(use.action, use.version, use.ended is not None) for use in file.uses] == [
        ("actions/upload-artifact", "v3.1", True),
        ("actions/upload-artifact", "v3.1.3", True),
        ("actions/upload-artifact", "v4.6.2", False),
        ("actions/cache", "v4.1.2", True),
        ("actions/cache", "v4", False),
        ("github/codeql-action", "v2", True),
        ("acme/unknown", "v0", False),
        ("github/codeql-action", "v3", False),
    ]
    # In the second job a local action that is not there may have run init.
    assert [use.job for use in file.uses if use.without_init] == ["a"]


def test_the_table_is_well_formed() -> None:
    # An action may have a row for each line of versions that ended on a day of its own.
    assert len({(row.action, row.last_major) for row in TABLE}) == len(TABLE)
    for row in TABLE:
        assert row.action == row.action.lower()
        assert row.kind in ("stopped", "retired", "archived", "old")
        assert row.reason
        assert row.replacement
        assert bool(row.last_major) is (row.kind != "archived")
