"""The command line, driven as a user drives it: options, outcomes, exit codes, hooks, xdist."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from pytest_reconaudit.target import Target
from tests import platform

MISSING_ENV = "docker-compose.yml:6"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return platform.write(tmp_path / "shop")


def report(path: Path) -> dict[str, list[dict[str, object]]]:
    return json.loads(path.read_text("utf-8"))  # type: ignore[no-any-return]


def test_gate_fails_and_names_the_place(pytester: pytest.Pytester, target: Path) -> None:
    result = pytester.runpytest(f"--recon-target={target}")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    text = result.stdout.str()
    assert MISSING_ENV in text
    assert "Deployment & scalability" in text
    assert "Traceback" not in text
    assert len(text.splitlines()) <= 60


@pytest.mark.parametrize(
    ("gate", "code"),
    [("critical", 0), ("high", 1), ("medium", 1), ("low", 1), ("info", 1), ("never", 0)],
)
def test_fail_on(pytester: pytest.Pytester, target: Path, gate: str, code: int) -> None:
    result = pytester.runpytest(f"--recon-target={target}", f"--recon-fail-on={gate}", "-q")
    assert result.ret == code


def test_below_the_gate_is_advisory_and_not_red(pytester: pytest.Pytester, target: Path) -> None:
    result = pytester.runpytest(
        f"--recon-target={target}", "--junitxml=j.xml", "--html=h.html", "docker-multi-stage", "-v"
    )
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*docker-multi-stage*app/Dockerfile* ADVISORY*"])
    result.stdout.fnmatch_lines(["*1 advisory*"])
    suite = ElementTree.parse(pytester.path / "j.xml").getroot()[0]
    assert suite.attrib["failures"] == "0"
    assert "app/Dockerfile" in (pytester.path / "j.xml").read_text("utf-8")
    html = (pytester.path / "h.html").read_text("utf-8")
    assert "Pillar" in html
    assert "app/Dockerfile:1" in html


def test_junit_failure_says_where(pytester: pytest.Pytester, target: Path) -> None:
    pytester.runpytest(f"--recon-target={target}", "--junitxml=j.xml", "-k", "references-exist")
    text = (pytester.path / "j.xml").read_text("utf-8")
    assert MISSING_ENV in text
    assert "Traceback" not in text


def test_pillar_marks_select(pytester: pytest.Pytester, target: Path) -> None:
    pytester.runpytest(f"--recon-target={target}", "-m", "pillar2", "--recon-report=r.json")
    assert {item["check"] for item in report(pytester.path / "r.json")["items"]} >= {
        "compose-config-file-loaded"
    }
    assert {item["pillar"] for item in report(pytester.path / "r.json")["items"]} == {2}


def test_collect_only_gives_stable_readable_ids(pytester: pytest.Pytester, target: Path) -> None:
    here = pytester.runpytest(f"--recon-target={target}", "--collect-only", "-q")
    assert here.ret == 0
    ids = [line for line in here.stdout.lines if "::" in line]
    assert "docker/multi_stage.py::docker-multi-stage[app/Dockerfile]" in ids
    assert "k8s/hpa_present.py::k8s-hpa-present" in ids, "no subject: one item without brackets"
    elsewhere = pytester.mkdir("else")
    pytester.chdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(elsewhere)
        there = pytester.runpytest(f"--recon-target={target}", "--collect-only", "-q")
    assert [line for line in there.stdout.lines if "::" in line] == ids
    assert len(set(ids)) == len(ids)


def test_an_id_from_the_output_selects_its_item(pytester: pytest.Pytester, target: Path) -> None:
    name = "docker/multi_stage.py::docker-multi-stage[app/Dockerfile]"
    result = pytester.runpytest(f"--recon-target={target}", name)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*1 advisory*"])
    wrong = pytester.runpytest(f"--recon-target={target}", "docker-multi-stag")
    assert wrong.ret == pytest.ExitCode.USAGE_ERROR
    wrong.stderr.fnmatch_lines(["*did you mean 'docker-multi-stage'*"])


def test_last_failed_and_exitfirst(pytester: pytest.Pytester, target: Path) -> None:
    pytester.runpytest(f"--recon-target={target}", "-q")
    again = pytester.runpytest(f"--recon-target={target}", "--lf", "--collect-only", "-q")
    ids = [line for line in again.stdout.lines if "::" in line]
    assert ids
    assert all("references-exist" in line or "copy-source" in line for line in ids)
    first = pytester.runpytest(f"--recon-target={target}", "-x")
    assert first.ret in (1, 2)
    first.stdout.fnmatch_lines(["*1 failed*"])


def test_xdist_gives_the_same_bytes(pytester: pytest.Pytester, target: Path) -> None:
    for count in ("0", "2"):
        result = pytester.runpytest_subprocess(
            f"--recon-target={target}",
            f"-n{count}",
            *(f"--recon-report=r{count}.{suffix}" for suffix in ("md", "html", "json")),
        )
        assert result.ret == 1
    for suffix in ("md", "html", "json"):
        one, two = (pytester.path / f"r{count}.{suffix}" for count in ("0", "2"))
        assert one.read_bytes() == two.read_bytes()


def test_environment_names_the_target(
    pytester: pytest.Pytester, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECON_TARGET", str(target))
    result = pytester.runpytest("-q", "docker-multi-stage")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*1 advisory*"])


def test_without_a_target_pytest_is_untouched(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_plain="""
        import sys
        from pathlib import Path

        def test_modules():
            Path("modules.txt").write_text("\\n".join(sys.modules))
        """
    )
    seen = []
    for option in ("-pno:nothing", "-pno:reconaudit"):
        result = pytester.runpytest_subprocess(option)
        result.assert_outcomes(passed=1)
        assert "audit:" not in result.stdout.str()
        seen.append(set((pytester.path / "modules.txt").read_text().split()))
    assert seen[0] - seen[1] == {"pytest_reconaudit.plugin", "pytest_reconaudit.hookspecs"} | (
        {"pytest_reconaudit"} - seen[1]
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--recon-target=/no/such/place"], "no such directory"),
        (["--recon-target={file}"], "not a directory"),
        (["--recon-target={empty}"], "holds no file"),
        (["--recon-target={target}", "--recon-fail-on=hihg"], "did you mean 'high'"),
        (["--recon-target={target}", "--recon-report=r.pdf"], "unknown suffix '.pdf'"),
        (["--recon-target={target}", "--recon-report=/proc/nope/r.md"], "/proc"),
        (["--recon-target={target}", "--recon-report={file}/r.md"], "not writable"),
        (["--recon-target={target}", "--recon-checks=/no/such"], "no such directory"),
        (["--recon-target={target}", "--recon-baseline={file}"], "not a baseline"),
        (["--recon-target={target}", "--recon-baseline=/no/b.json"], "cannot be read"),
        (["--recon-report=r.md"], "needs --recon-target"),
        (["--recon-target="], "no directory given"),
        (["--recon-target={target}", "--recon-cycle=0"], "count from 1"),
        (["--recon-explain=docker-multistage"], "did you mean 'docker-multi-stage'"),
    ],
)
def test_usage_errors_are_exit_4_and_no_traceback(
    pytester: pytest.Pytester, target: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    empty = tmp_path / "empty"
    empty.mkdir()
    result = pytester.runpytest(
        *(text.format(file=file, empty=empty, target=target) for text in arguments)
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert words in result.stderr.str()
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_list_and_explain(pytester: pytest.Pytester) -> None:
    listed = pytester.runpytest("--recon-list")
    assert listed.ret == 0
    listed.stdout.re_match_lines([r"docker-multi-stage +pillar5 +medium +\S+"])
    told = pytester.runpytest("--recon-explain=docker-multi-stage")
    assert told.ret == 0
    for title in ("Why", "How it decides", "What it cannot see", "Fix"):
        assert title in told.stdout.lines


def test_user_checks_use_the_same_subjects(
    pytester: pytest.Pytester, target: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "test_house_rules.py").write_text(
        '''
import pytest
from pytest_reconaudit.api import Dockerfile, Severity, audit, report

@audit(pillar=3, severity=Severity.CRITICAL, fix="Use our base image.")
def test_house_base(dockerfile: Dockerfile, tmp_path) -> None:
    """Images start from the house base."""
    assert tmp_path.is_dir()
    first = dockerfile.stages[0]
    if "house/" not in first.base:
        report(first.place, f"starts from {first.base}", evidence=first.base)

@pytest.mark.pillar4
def test_plain_assert(dockerfile):
    assert "worker" in dockerfile.path, "not a worker"

def test_no_subject_at_all():
    assert True
'''
    )
    result = pytester.runpytest(
        f"--recon-target={target}", f"--recon-checks={own}", "own", "--recon-report=r.json"
    )
    assert result.ret == 1
    data = report(pytester.path / "r.json")
    found = {(f["check"], f["path"], f["line"], f["severity"]) for f in data["findings"]}
    assert found == {
        ("house-base", "app/Dockerfile", 1, "critical"),
        ("house-base", "worker/Dockerfile", 1, "critical"),
        ("plain-assert", "app/Dockerfile", 1, "high"),
    }
    result.stdout.fnmatch_lines(["*3 failed, 2 passed*"])
    ids = pytester.runpytest(
        f"--recon-target={target}", f"--recon-checks={own}", "own", "--collect-only", "-q"
    ).stdout.str()
    assert "own/test_house_rules.py::test_house_base[app/Dockerfile]" in ids
    listed = pytester.runpytest("--recon-list", f"--recon-target={target}", f"--recon-checks={own}")
    assert "house-base" in listed.stdout.str()


def test_our_modules_are_no_tests_to_be_rewritten(
    pytester: pytest.Pytester, target: Path, tmp_path: Path
) -> None:
    own = tmp_path / "audit"
    own.mkdir()
    (own / "test_loaders.py").write_text(
        """
import sys

from pytest_reconaudit import engine, session
from pytest_reconaudit.checks.docker import multi_stage


def test_loaders(dockerfile):
    for module in (engine, session, multi_stage):
        assert type(module.__loader__).__name__ == "SourceFileLoader"
    assert type(__loader__).__name__ == "AssertionRewritingHook"
"""
    )
    result = pytester.runpytest_subprocess(
        f"--recon-target={target}", f"--recon-checks={own}", "-k", "test_loaders"
    )
    result.assert_outcomes(passed=2)


def test_imports_are_as_before_when_the_run_ends(pytester: pytest.Pytester, target: Path) -> None:
    script = pytester.makepyfile(
        f"""
import sys

import pytest

before = list(sys.meta_path)


class Restores:
    def pytest_unconfigure(self):
        sys.meta_path[:] = before


for plugins in ([], [Restores()], []):
    options = ["--recon-target={target}", "-q", "-k", "multi_stage", "-p", "no:cacheprovider"]
    assert pytest.main(options, plugins) in (0, 1)
    assert [one for one in sys.meta_path if one.__module__ == "pytest_reconaudit.plugin"] == []
"""
    )
    result = pytester.runpython(script)
    assert result.ret == 0
    result.stderr.no_fnmatch_line("*Error*")


def test_user_conftest_maps_severities_adds_subjects_and_gets_the_run(
    pytester: pytest.Pytester, target: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "conftest.py").write_text(
        f"""
from pytest_reconaudit.api import Severity, Subject

def pytest_recon_severity(finding, config):
    if finding.check == "compose-references-exist":
        return "low"
    if finding.check == "docker-multi-stage":
        return Severity.CRITICAL

def pytest_recon_subjects(target, config):
    return {{"pair": lambda target: [Subject("one", 1), Subject("two", 2)]}}

def pytest_recon_report(run, config):
    with open({str(tmp_path / "seen.txt")!r}, "w") as out:
        out.write(str(len(run.items)))
"""
    )
    (own / "test_pairs.py").write_text("def test_pair(pair):\n    assert pair < 2\n")
    result = pytester.runpytest(
        f"--recon-target={target}", f"--recon-checks={own}", "--recon-report=r.json"
    )
    assert result.ret == 1
    found = {(f["check"], f["severity"]) for f in report(pytester.path / "r.json")["findings"]}
    assert ("docker-multi-stage", "critical") in found
    assert ("compose-references-exist", "low") in found
    assert ("pair", "high") in found
    items = report(pytester.path / "r.json")["items"]
    assert (tmp_path / "seen.txt").read_text() == str(len(items))


def test_a_crashing_check_costs_itself_and_is_shown(
    pytester: pytest.Pytester, target: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "test_crash.py").write_text("def test_boom(dockerfile):\n    return 1 / 0\n")
    result = pytester.runpytest(
        f"--recon-target={target}", f"--recon-checks={own}", "--recon-report=r.json"
    )
    items = report(pytester.path / "r.json")["items"]
    crashed = [item for item in items if item["check"] == "boom"]
    assert {item["outcome"] for item in crashed} == {"error"}
    assert "ZeroDivisionError" in str(crashed[0]["reason"])
    assert len(items) > len(crashed) + 20
    assert "ZeroDivisionError" in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str()


def test_waiver_and_baseline(pytester: pytest.Pytester, target: Path) -> None:
    compose = target / "docker-compose.yml"
    text = compose.read_text()
    waiver = "    # recon: ignore[compose-references-exist] written at deploy time\n    env_file"
    compose.write_text(text.replace("    env_file", waiver))
    args = (f"--recon-target={target}", "compose-references-exist", "--recon-report=r.json")
    waived = pytester.runpytest(*args)
    assert waived.ret == 0
    data = report(pytester.path / "r.json")
    assert [f["reason"] for f in data["suppressed"]] == ["written at deploy time"]
    compose.write_text(text)
    assert pytester.runpytest(*args, "--recon-write-baseline=b.json").ret == 1
    compose.write_text("# an unrelated line\n\n" + text)
    assert pytester.runpytest(*args, "--recon-baseline=b.json").ret == 0
    compose.write_text(text.replace("worker.env", "other.env"))
    assert pytester.runpytest(*args, "--recon-baseline=b.json").ret == 1


def test_a_waiver_with_a_slip_is_told(pytester: pytest.Pytester, target: Path) -> None:
    compose = target / "docker-compose.yml"
    slip = "    # recon: ignore[compose-reference-exist] made by hand\n    env_file"
    compose.write_text(compose.read_text().replace("    env_file", slip))
    result = pytester.runpytest(f"--recon-target={target}", "compose-references-exist")
    assert result.ret == 1
    told = "ignore[compose-reference-exist] does not name compose-references-exist"
    assert told in result.stdout.str()


def test_a_waiver_that_names_no_check_is_told(pytester: pytest.Pytester, target: Path) -> None:
    compose = target / "docker-compose.yml"
    slips = (
        "# recon: ignore[docker-user-nonrot] later\n# recon: ignore[lint-clean:DL3008, nonsense]\n"
        "# recon: ignore this host is for trials\n"
    )
    compose.write_text(slips + compose.read_text())
    result = pytester.runpytest(f"--recon-target={target}", "docker-multi-stage")
    told = [line for line in result.outlines if line.startswith("waiver: ")]
    near = "no check is called 'docker-user-nonrot'; did you mean 'docker-user-nonroot'?"
    assert told == [
        "waiver: docker-compose.yml:3: names no check; write ignore[check-id] and the reason",
        f"waiver: docker-compose.yml:1: {near}",
        "waiver: docker-compose.yml:2: no check is called 'nonsense'",
    ]


def test_many_waivers_that_name_no_check_cost_little(
    pytester: pytest.Pytester, target: Path
) -> None:
    compose = target / "docker-compose.yml"
    slips = "".join(f"# recon: ignore[{'a-' * 500}{number}]\n" for number in range(1500))
    compose.write_text(slips + compose.read_text())
    result = pytester.runpytest(f"--recon-target={target}", "docker-multi-stage")
    told = [line for line in result.outlines if line.startswith("waiver: ")]
    assert len(told) == 9
    assert told[-1] == "waiver: and 1492 more like these"
    assert max(map(len, told)) < 200


def test_a_waiver_of_a_check_of_the_users_is_known(
    pytester: pytest.Pytester, target: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "test_house.py").write_text("def test_house_base(dockerfile):\n    pass\n")
    compose = target / "docker-compose.yml"
    compose.write_text("# recon: ignore[house-base] not here\n" + compose.read_text())
    result = pytester.runpytest(f"--recon-target={target}", f"--recon-checks={own}")
    assert "waiver: " not in result.stdout.str()


def test_accepted_findings_that_are_gone_are_told(pytester: pytest.Pytester, target: Path) -> None:
    compose = target / "docker-compose.yml"
    pytester.runpytest(f"--recon-target={target}", "--recon-write-baseline=b.json")
    again = pytester.runpytest(f"--recon-target={target}", "--recon-baseline=b.json")
    assert "baseline:" not in again.stdout.str()
    compose.write_text(compose.read_text().replace("    env_file: worker.env\n", ""))
    mended = pytester.runpytest(f"--recon-target={target}", "--recon-baseline=b.json")
    assert "gone; --recon-write-baseline b.json" in mended.stdout.str()
    part = pytester.runpytest(
        f"--recon-target={target}", "--recon-baseline=b.json", "docker-multi-stage"
    )
    assert "baseline:" not in part.stdout.str()


def test_an_audit_of_a_part_takes_nothing_off_a_baseline(
    pytester: pytest.Pytester, target: Path
) -> None:
    whole = (f"--recon-target={target}", "--recon-write-baseline=b.json")
    pytester.runpytest(*whole)
    before = (pytester.path / "b.json").read_text()
    assert len(json.loads(before)["findings"]) > 1
    pytester.runpytest(*whole, "--recon-baseline=b.json", "docker-multi-stage")
    assert (pytester.path / "b.json").read_text() == before
    compose = target / "docker-compose.yml"
    compose.write_text(compose.read_text().replace("    env_file: worker.env\n", ""))
    pytester.runpytest(*whole, "--recon-baseline=b.json")
    assert len((pytester.path / "b.json").read_text()) < len(before)


def test_report_folder(pytester: pytest.Pytester, target: Path) -> None:
    pytester.runpytest(f"--recon-target={target}", "--recon-report=out", "--recon-cycle=4")
    names = {path.name for path in (pytester.path / "out").iterdir()}
    assert names >= {"CYCLE4_PILLAR2_AUDIT.md", "CYCLE4_PILLAR5_AUDIT.md", "index.html"}
    assert "docker-compose.yml:6" in (pytester.path / "out/CYCLE4_PILLAR5_AUDIT.md").read_text()


def test_a_report_path_that_ends_as_a_folder_is_one(
    pytester: pytest.Pytester, target: Path
) -> None:
    pytester.runpytest(f"--recon-target={target}", "-m", "docker", "--recon-report=audit.d/")
    assert (pytester.path / "audit.d/index.html").is_file()


def test_secrets_in_excerpts_are_masked(pytester: pytest.Pytester, target: Path) -> None:
    compose = target / "docker-compose.yml"
    secret = "hunter2-Sw0rdfish"
    text = compose.read_text().replace(
        "    env_file: worker.env\n",
        f"    env_file: worker.env\n    environment:\n      API_TOKEN: {secret}\n"
        f"      DATABASE_URL: postgres://app:{secret}@db/app\n",
    )
    compose.write_text(text)
    pytester.runpytest(
        f"--recon-target={target}", "--recon-report=r.html", "--recon-report=r.md", "-q"
    )
    for name in ("r.html", "r.md"):
        assert secret not in (pytester.path / name).read_text()


def test_terminal_is_one_screen_with_many_findings(pytester: pytest.Pytester, target: Path) -> None:
    many = "".join(f"  s{i}:\n    build: ./nowhere{i}\n" for i in range(300))
    compose = target / "docker-compose.yml"
    compose.write_text(compose.read_text().replace("services:\n", "services:\n" + many))
    result = pytester.runpytest(f"--recon-target={target}")
    lines = result.stdout.lines
    assert len(lines) <= 60
    assert any(re.search(r"more", line) for line in lines)


def test_a_database_that_does_not_answer_is_said_aloud(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    root = platform.write(tmp_path / "shop")
    migrations = root / "migrations" / "2024-01-01-000000_start"
    migrations.mkdir(parents=True)
    (root / "diesel.toml").write_text('[migrations_directory]\ndir = "migrations"\n')
    (migrations / "up.sql").write_text("CREATE TABLE a (b int);\nCREATE INDEX a_b ON a (b);\n")
    (migrations / "down.sql").write_text("DROP TABLE a;\n")
    result = pytester.runpytest_subprocess(
        f"--recon-target={root}",
        "--recon-dsn=postgresql://me:s3cretword@127.0.0.1:1/shop",
        "--recon-report=r.json",
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*ERROR: --recon-dsn: *"])
    everything = result.stdout.str() + result.stderr.str() + (pytester.path / "r.json").read_text()
    assert "s3cretword" not in everything
    assert "Traceback" not in everything
    items = report(pytester.path / "r.json")["items"]
    assert "skipped" in {i["outcome"] for i in items if i["check"] == "db-indexes-applied"}


def test_a_replay_is_announced_on_a_line_of_its_own(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    root = platform.write(tmp_path / "shop")
    migrations = root / "migrations" / "2024-01-01-000000_start"
    migrations.mkdir(parents=True)
    (root / "diesel.toml").write_text('[migrations_directory]\ndir = "migrations"\n')
    (migrations / "up.sql").write_text("CREATE TABLE a (b int);\nCREATE INDEX a_b ON a (b);\n")
    (migrations / "down.sql").write_text("DROP TABLE a;\n")
    result = pytester.runpytest_subprocess(f"--recon-target={root}", "--recon-report=r.json")
    assert any(line.startswith("replaying 1 migration") for line in result.stdout.lines)
    items = report(pytester.path / "r.json")["items"]
    assert "error" not in {item["outcome"] for item in items}


def test_an_interrupted_audit_gives_no_verdict(
    pytester: pytest.Pytester, target: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "test_stop.py").write_text(
        "def test_stop(dockerfile):\n    raise KeyboardInterrupt\n\n"
        "def test_after(dockerfile):\n    pass\n"
    )
    result = pytester.runpytest_subprocess(
        f"--recon-target={target}", f"--recon-checks={own}", "own", "--recon-report=r.json"
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert report(pytester.path / "r.json")["interrupted"] is True
    text = result.stdout.str()
    assert "no verdict" in text
    assert "Gate passed" not in text


def test_what_an_audit_wrote_is_not_audited(pytester: pytest.Pytester, target: Path) -> None:
    arguments = (f"--recon-target={target}", f"--recon-report={target}/audit",
                 f"--recon-report={target}/r.json", f"--recon-write-baseline={target}/b.json")  # fmt: skip
    pytester.runpytest(*arguments)
    first = report(target / "r.json")
    pytester.runpytest(*arguments)
    assert report(target / "r.json") == first
    again = pytester.runpytest(f"--recon-target={target}", f"--recon-baseline={target}/b.json")
    assert "baseline:" not in again.stdout.str()
    assert Target(target).below("audit") != ()
    assert not [p for p in Target(target).everything if "PILLAR" in p]


def test_nothing_judged_is_no_pass(pytester: pytest.Pytester, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "README.md").write_text("words\n")
    result = pytester.runpytest(f"--recon-target={tmp_path / 'docs'}", "-q")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "nothing was judged" in result.stdout.str()


def test_an_unreachable_database_is_said_last_even_when_quiet(
    pytester: pytest.Pytester, target: Path
) -> None:
    (target / "migrations").mkdir()
    (target / "migrations" / "001_init.sql").write_text(
        "CREATE TABLE a (id int PRIMARY KEY);\nCREATE INDEX a_id ON a (id);\n"
    )
    result = pytester.runpytest(
        f"--recon-target={target}", "--recon-dsn=postgresql://127.0.0.1:9/x", "-q"
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: --recon-dsn" in "\n".join(result.outlines[-4:])


def test_a_gate_that_could_not_ask_its_server_is_not_passed(
    pytester: pytest.Pytester, target: Path
) -> None:
    (target / "migrations").mkdir()
    (target / "migrations" / "001_init.sql").write_text(
        "CREATE TABLE a (id int PRIMARY KEY);\nCREATE INDEX a_id ON a (id);\n"
    )
    result = pytester.runpytest(
        f"--recon-target={target}", "--recon-dsn=postgresql://127.0.0.1:9/x", "-m", "db",
        "--recon-fail-on=critical", "--recon-report=r.json", "--recon-report=r.html",
        "--recon-report=r.md",
    )  # fmt: skip
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    verdict = "No clear verdict: --recon-dsn gave no answer; the rest stays below the gate"
    (why,) = report(pytester.path / "r.json")["unreached"]
    assert why.startswith("--recon-dsn: cannot connect: ")
    for text in (
        result.stdout.str(),
        (pytester.path / "r.html").read_text(),
        (pytester.path / "r.md").read_text(),
    ):
        assert verdict in text
        assert "Gate passed" not in text
        assert "cannot connect" in text


@pytest.mark.parametrize(
    "dsn",
    [
        "",
        "shop",
        "mysql://me:s3cretword@127.0.0.1/shop",
        "postgresql://me:s3cretword@[broken",
        "postgresql://me:s3cret/word@127.0.0.1/shop",
        "postgresql://me:s3cretword@127.0.0.1/shop?sslmod=require",
    ],
)
def test_what_is_no_connection_string_is_refused_at_once(
    pytester: pytest.Pytester, tmp_path: Path, dsn: str
) -> None:
    root = platform.write(tmp_path / "shop")
    result = pytester.runpytest_subprocess(f"--recon-target={root}", f"--recon-dsn={dsn}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --recon-dsn: *"])
    assert "s3cret" not in result.stdout.str() + result.stderr.str()


def test_what_is_no_redis_url_is_refused_at_once(pytester: pytest.Pytester, tmp_path: Path) -> None:
    root = platform.write(tmp_path / "shop")
    result = pytester.runpytest_subprocess(f"--recon-target={root}", "--recon-redis=cache.example")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --recon-redis: no Redis URL; write redis://*PASSWORD@*"])


@pytest.mark.parametrize("seconds", ["-3", "nan", "999999"])
def test_a_window_of_no_length_is_refused(
    pytester: pytest.Pytester, tmp_path: Path, seconds: str
) -> None:
    root = platform.write(tmp_path / "shop")
    result = pytester.runpytest_subprocess(
        f"--recon-target={root}", f"--recon-live-window={seconds}"
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--recon-live-window: * is not between 0 and 3600 seconds*"])
