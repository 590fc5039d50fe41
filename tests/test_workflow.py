"""Workflows and composite actions as records with places."""

from __future__ import annotations

from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.workflow import Job, Step, Workflow, read_action, read_workflow

PATH = ".github/workflows/ci.yml"

FULL = dedent("""\
    name: 'Checkout flow'   # quoted
    on:
      push:
        branches: [main, "release/**"]
        paths-ignore: docs/**
      pull_request:
        types: [opened]
      schedule:
        - cron: '0 3 * * *'
        - cron: 15 4 * * 1
      workflow_dispatch:
        inputs:
          target: { type: string }
      workflow_run:
        workflows: [Build]
    env: { RUST_LOG: info, PORT: 8080 }
    permissions: read-all
    defaults:
      run:
        working-directory: services/cart
        shell: bash
    jobs:
      lint: &base
        name: Lint
        runs-on: [self-hosted, linux]
        steps:
          - uses: actions/checkout@v5   # pinned later
          - name: Literal
            run: |

              cargo fmt
              cargo clippy
          - run: >-
              cargo
              test
            working-directory: ./web
            if: always()
            continue-on-error: true
      image:
        needs: [lint, "tests"]
        if: github.ref == 'refs/heads/main'
        runs-on: ${{ matrix.os }}
        timeout-minutes: 20
        environment: { name: staging, url: https://staging.acme.dev }
        container: { image: rust:1.82 }
        strategy:
          matrix: { os: [ubuntu-latest] }
        defaults: { run: { working-directory: images } }
        services:
          db: { image: postgres:17 }
        steps:
          - run: "make image"
          - uses: 'acme/deploy@8e5e7e5ab8b370d6c329ec480221332ada57f0ab' # v3.5.2
            with:
              push: true
          - run: &cmd |
              echo anchored
          - run: *cmd
      call:
        needs: image
        uses: ./.github/workflows/deploy.yml # local
        with: { env: prod }
""")


def job(workflow: Workflow, id: str) -> Job:
    found = workflow.job(id)
    assert found is not None
    return found


def first_text(step: Step, text: str) -> str:
    """What stands in the file where the record says that the run text begins."""
    line = text.split("\n")[(step.run_place.line or 0) - 1]
    return line[step.run_column - 1 :]


def test_the_header_of_a_workflow() -> None:
    workflow = read_workflow(FULL, PATH)
    assert not workflow.problems
    assert workflow.name == "Checkout flow"
    assert workflow.name_place == Place(PATH, 1, 1)
    assert workflow.on_place == Place(PATH, 2, 1)
    assert workflow.events == {
        "push", "pull_request", "schedule", "workflow_dispatch", "workflow_run",
    }  # fmt: skip
    push = workflow.trigger("push")
    assert push is not None
    assert (push.place.line, push.place.column) == (3, 3)
    assert push.branches == ("main", "release/**")
    assert push.paths_ignore == ("docs/**",)
    assert not push.tags
    schedule = workflow.trigger("schedule")
    assert schedule is not None
    assert schedule.cron == ("0 3 * * *", "15 4 * * 1")
    dispatch, run = workflow.trigger("workflow_dispatch"), workflow.trigger("workflow_run")
    assert dispatch is not None
    assert run is not None
    assert dispatch.inputs == ("target",)
    assert run.workflows == ("Build",)
    assert workflow.env.str("PORT") == "8080"
    assert workflow.permissions == "read-all"
    assert workflow.defaults_run.working_directory == "services/cart"
    assert workflow.defaults_run.working_directory_place == Place(PATH, 20, 24)


def test_jobs_and_their_places() -> None:
    workflow = read_workflow(FULL, PATH)
    assert [one.id for one in workflow.jobs] == ["lint", "image", "call"]
    image = job(workflow, "IMAGE")
    assert image.place == Place(PATH, 39, 3)
    assert [(need.id, need.place.line, need.place.column) for need in image.needs] == [
        ("lint", 40, 13), ("tests", 40, 19),
    ]  # fmt: skip
    assert image.if_ == "github.ref == 'refs/heads/main'"
    assert image.if_place == Place(PATH, 41, 5)
    assert image.runs_on == ("${{ matrix.os }}",)
    assert image.timeout == "20"
    assert image.environment == "staging"
    assert image.container == "rust:1.82"
    assert image.services.map("db").str("image") == "postgres:17"
    assert image.matrix.seq("os") == ["ubuntu-latest"]
    assert job(workflow, "lint").runs_on == ("self-hosted", "linux")
    call = job(workflow, "call")
    assert call.uses == "./.github/workflows/deploy.yml"
    assert call.uses_comment == "local"
    assert call.needs[0].place == Place(PATH, 60, 12)
    assert not call.steps


def test_where_the_text_of_a_run_begins() -> None:
    workflow = read_workflow(FULL, PATH)
    lint, image = job(workflow, "lint"), job(workflow, "image")
    literal, folded = lint.steps[1], lint.steps[2]
    assert literal.run == "\ncargo fmt\ncargo clippy\n"
    assert literal.run_place == Place(PATH, 30, 11)
    assert literal.run_literal
    assert folded.run == "cargo test"
    assert folded.run_place == Place(PATH, 34, 11)
    assert not folded.run_literal
    assert first_text(folded, FULL) == "cargo"
    quoted = image.steps[0]
    assert first_text(quoted, FULL) == 'make image"'
    assert quoted.run_literal
    for step in image.steps[2:]:
        assert step.run == "echo anchored\n"
        assert first_text(step, FULL) == "echo anchored"


def test_steps_inherit_directory_and_shell() -> None:
    workflow = read_workflow(FULL, PATH)
    checkout, literal, folded = job(workflow, "lint").steps
    assert (literal.working_directory, literal.directory) == ("", "services/cart")
    assert literal.directory_place == Place(PATH, 20, 24)
    assert literal.effective_shell == "bash"
    assert (folded.working_directory, folded.directory) == ("./web", "./web")
    assert folded.working_directory_place == Place(PATH, 36, 28)
    assert folded.if_ == "always()"
    assert folded.if_place == Place(PATH, 37, 9)
    assert folded.continue_on_error == "true"
    assert checkout.label == "actions/checkout@v5"
    assert job(workflow, "image").steps[0].directory == "images"


def test_actions_with_their_comments() -> None:
    workflow = read_workflow(FULL, PATH)
    checkout = job(workflow, "lint").steps[0]
    assert checkout.uses_place == Place(PATH, 27, 15)
    assert checkout.uses_comment == "pinned later"
    deploy = job(workflow, "image").steps[1]
    assert deploy.uses == "acme/deploy@8e5e7e5ab8b370d6c329ec480221332ada57f0ab"
    assert deploy.uses_comment == "v3.5.2"
    assert deploy.with_.str("push") == "true"


def test_the_three_spellings_of_on() -> None:
    one = read_workflow("on: push\njobs: {}\n", PATH)
    assert [(t.event, t.place.line, t.place.column) for t in one.triggers] == [("push", 1, 5)]
    several = read_workflow("on: [push,\n     pull_request]\n", PATH)
    assert [(t.event, t.place.line) for t in several.triggers] == [
        ("push", 1), ("pull_request", 2),
    ]  # fmt: skip
    assert read_workflow("on:\n  push:\n  issues: {types: opened}\n", PATH).events == {
        "push", "issues",
    }  # fmt: skip


def test_wrong_types_read_as_absent() -> None:
    text = dedent("""\
        name: [a]
        on: {push: 3, schedule: x, 5: {branches: {a: b}, tags: 7}}
        env: text
        defaults: [run]
        permissions: 3
        jobs:
          one: text
          two: [list]
          3:
            needs: {a: b}
            if: [x]
            runs-on: 7
            strategy: {matrix: text}
            uses: {a: b}
            with: []
            environment: 5
            steps: {run: x}
          four:
            needs: [1, [x], null]
            steps: [text, null, [x], {run: [a], uses: {x: y}, with: 3}, {run: 5}]
        """)
    workflow = read_workflow(text, PATH)
    assert workflow.name == ""
    assert [one.id for one in workflow.jobs] == ["3", "four"]
    three, four = workflow.jobs
    assert (three.if_, three.uses, three.steps, three.needs) == ("", "", (), ())
    assert three.runs_on == ("7",)
    assert [need.id for need in four.needs] == ["1"]
    assert [step.run for step in four.steps] == ["", "5"]


def test_what_is_no_workflow_is_a_problem() -> None:
    assert "empty" in read_workflow("", PATH).problems[0].message
    assert "mapping" in read_workflow("- a\n- b\n", PATH).problems[0].message
    broken = read_workflow("on: push\njobs:\n  a: [\n", PATH)
    assert broken.problems
    assert broken.problems[0].place.path == PATH
    twice = read_workflow("on: push\njobs: {}\njobs: {}\n", PATH)
    assert twice.duplicates[0].place.line == 3


def test_a_composite_action() -> None:
    text = dedent("""\
        name: Report
        inputs:
          path: { required: true }
        runs:
          using: composite
          steps:
            - run: |
                make report
              shell: bash
            - uses: actions/upload-artifact@v4
        """)
    action = read_action(text, "tools/report/action.yml")
    assert (action.name, action.using, action.inputs) == ("Report", "composite", ("path",))
    assert action.steps[0].run_place == Place("tools/report/action.yml", 8, 9)
    assert action.steps[1].uses_place.line == 10
    assert read_action("", "action.yml").problems


WORDS = st.sampled_from(
    ["on", "push", "jobs", "a", "steps", "run", "uses", "needs", "if", "with", "- ", ": ", "\n",
     "  ", "    ", "|", ">-", "'", '"', "[", "]", "{", "}", "&x ", "*x", "#", "!t ", "\0", "é",
     "${{ x }}", "- run: |\n", "\n      ", "matrix", "schedule", "cron", "<<: *x"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map("".join)))
def test_never_raises_and_stays_within_the_file(text: str) -> None:
    workflow = read_workflow(text, PATH)
    last = text.count("\n") + 1
    places = [workflow.on_place, *(trigger.place for trigger in workflow.triggers)]
    for one in workflow.jobs:
        places += [one.place, one.if_place, *(need.place for need in one.needs)]
        for step in one.steps:
            places += [step.place, step.run_place, step.uses_place, step.directory_place]
            assert step.label
    assert all(1 <= (place.line or 1) <= last + 1 for place in places)
    read_action(text, "action.yml")


@given(
    st.lists(
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20),
        min_size=1,
        max_size=6,
    ),
    st.integers(min_value=0, max_value=3),
)
def test_every_line_of_a_literal_run_stands_where_it_is_said(lines: list[str], blank: int) -> None:
    body = "".join(f"          {line}\n" for line in lines)
    text = (
        "on: push\njobs:\n  a:\n    steps:\n      - name: x\n        run: |\n" + "\n" * blank + body
    )
    (step,) = read_workflow(text, PATH).jobs[0].steps
    source = text.split("\n")
    for offset, line in enumerate(step.run.rstrip("\n").split("\n")):
        at = (step.run_place.line or 0) + offset
        assert source[at - 1][step.run_column - 1 :] == line
