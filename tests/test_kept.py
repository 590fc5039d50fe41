"""Answers kept between runs: the same reports for the same content, asked anew for any other."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pytest_reconaudit import engine, kept, store
from pytest_reconaudit.target import Target
from tests import platform

REUSED = "*nothing changed since an earlier audit: * answers reused*"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return platform.write(tmp_path / "shop")


def audit(pytester: pytest.Pytester, shop: Path, *more: str) -> pytest.RunResult:
    return pytester.runpytest(f"--recon-target={shop}", "--recon-no-replay", *more)


def outcomes(result: pytest.RunResult) -> dict[str, int]:
    """How items ended; what pytest warns of beside is not the audit's."""
    found = result.parseoutcomes()
    return {word: count for word, count in found.items() if not word.startswith("warning")}


def reports(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def test_a_second_run_asks_nothing_and_reports_the_same(
    pytester: pytest.Pytester, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = audit(pytester, shop, f"--recon-report={tmp_path / 'one'}")
    first.stdout.no_fnmatch_line(REUSED)
    monkeypatch.setattr(engine, "plan", None)
    monkeypatch.setattr(engine, "hear", None)
    second = audit(pytester, shop, f"--recon-report={tmp_path / 'two'}")
    second.stdout.fnmatch_lines([REUSED])
    assert outcomes(first) == outcomes(second)
    assert reports(tmp_path / "one") == reports(tmp_path / "two")


def test_a_map_that_no_run_needed_before_is_drawn_then(
    pytester: pytest.Pytester, shop: Path, tmp_path: Path
) -> None:
    audit(pytester, shop)
    audit(pytester, shop, f"--recon-report={tmp_path / 'one'}").stdout.fnmatch_lines([REUSED])
    audit(pytester, shop, "--recon-no-cache", f"--recon-report={tmp_path / 'two'}")
    assert reports(tmp_path / "one") == reports(tmp_path / "two")


def test_selection_gate_and_baseline_apply_to_kept_answers(
    pytester: pytest.Pytester, shop: Path, tmp_path: Path
) -> None:
    audit(pytester, shop)
    chosen = audit(pytester, shop, "-k", "references", "--recon-fail-on=never")
    chosen.stdout.fnmatch_lines([REUSED])
    assert set(outcomes(chosen)) == {"advisory", "deselected", "skipped"}
    accepted = tmp_path / "accepted.txt"
    audit(pytester, shop, f"--recon-write-baseline={accepted}")
    again = audit(pytester, shop, f"--recon-baseline={accepted}")
    assert again.ret == 0


def test_what_was_only_partly_asked_is_not_kept(pytester: pytest.Pytester, shop: Path) -> None:
    audit(pytester, shop, "-k", "docker")
    audit(pytester, shop).stdout.no_fnmatch_line(REUSED)
    audit(pytester, shop).stdout.fnmatch_lines([REUSED])


def test_a_changed_line_is_judged_anew(pytester: pytest.Pytester, shop: Path) -> None:
    before = audit(pytester, shop)
    (shop / "worker.env").write_text("QUEUE=mail\n")
    after = audit(pytester, shop)
    after.stdout.no_fnmatch_line(REUSED)
    assert outcomes(before) != outcomes(after)


@pytest.mark.parametrize("turned_off", ["option", "environment"])
def test_it_can_be_turned_off(
    turned_off: str, pytester: pytest.Pytester, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit(pytester, shop)
    if turned_off == "environment":
        monkeypatch.setenv("RECON_NO_CACHE", "1")
    more = ("--recon-no-cache",) if turned_off == "option" else ()
    audit(pytester, shop, *more).stdout.no_fnmatch_line(REUSED)


def test_a_broken_cache_is_no_cache(pytester: pytest.Pytester, shop: Path) -> None:
    first = audit(pytester, shop)
    (file,) = store.folder(kept.KIND).glob("*.bin")
    file.write_bytes(file.read_bytes()[:-40])
    second = audit(pytester, shop)
    second.stdout.no_fnmatch_line(REUSED)
    assert outcomes(first) == outcomes(second)


def test_a_crash_is_not_kept(
    pytester: pytest.Pytester, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        from pytest_reconaudit.subjects import SUBJECTS

        def crash(target: Target) -> None:
            raise RuntimeError("a bug of ours")

        broken.setitem(SUBJECTS, "dockerfile", crash)
        audit(pytester, shop).stdout.fnmatch_lines(["*a bug of ours*"])
    audit(pytester, shop).stdout.no_fnmatch_line(REUSED)


def test_a_database_is_asked_every_time(
    pytester: pytest.Pytester, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECON_DSN", "postgresql://nobody@127.0.0.1:1/none")
    audit(pytester, shop)
    assert not store.folder(kept.KIND).exists()


def test_nothing_is_kept_inside_the_target(
    pytester: pytest.Pytester, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(shop / ".cache"))
    audit(pytester, shop)
    assert not (shop / ".cache").exists()


def test_workers_use_what_is_kept(pytester: pytest.Pytester, shop: Path) -> None:
    alone = audit(pytester, shop)
    spread = pytester.runpytest_subprocess(
        f"--recon-target={shop}", "--recon-no-replay", "-n2", "-p", "xdist"
    )
    assert outcomes(alone) == outcomes(spread)


def test_the_key_is_the_content(tmp_path: Path) -> None:
    here, there = platform.write(tmp_path / "a" / "shop"), platform.write(tmp_path / "b" / "shop")
    key = kept.key_of(Target(here))
    assert key == kept.key_of(Target(there))
    assert key != kept.key_of(Target(here), "another option")
    script = there / "worker" / "worker.py"
    os.utime(script)
    assert key == kept.key_of(Target(there)), "a touched file is the same file"
    script.chmod(0o755)
    assert key != kept.key_of(Target(there)), "whether it can be run is content"
    script.chmod(0o644)
    script.write_text(script.read_text() + "\n")
    assert key != kept.key_of(Target(there))


def test_a_file_that_git_ignores_is_part_of_the_key(tmp_path: Path) -> None:
    shop = platform.write(tmp_path / "shop")
    (shop / ".git").mkdir()
    (shop / ".gitignore").write_text("*.env\n")
    key = kept.key_of(Target(shop))
    (shop / "worker.env").write_text("QUEUE=mail\n")
    assert key != kept.key_of(Target(shop))


def test_few_runs_are_kept(tmp_path: Path) -> None:
    empty = kept.Kept((), ())
    for number in range(40):
        kept.save(f"key{number}", empty, tmp_path / "elsewhere")
    assert len(list(store.folder(kept.KIND).iterdir())) == 24
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "Dockerfile").write_text("FROM node:20\n")
    assert kept.load("key39", Target(tmp_path / "shop")) == empty


def test_kept_answers_are_read_by_their_owner_alone(tmp_path: Path) -> None:
    kept.save("key", kept.Kept((), ()), tmp_path / "elsewhere")
    assert (store.folder(kept.KIND) / "key.bin").stat().st_mode & 0o777 == 0o600


def test_a_link_in_place_of_a_part_is_not_followed(tmp_path: Path) -> None:
    kept.save("key", kept.Kept((), ()), tmp_path / "elsewhere")
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (store.folder(kept.KIND) / f"other.{os.getpid()}.part").symlink_to(victim)
    kept.save("other", kept.Kept((), ()), tmp_path / "elsewhere")
    assert victim.read_text() == "mine"


def test_a_cache_that_lies_in_the_target_is_not_read(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(shop / ".cache"))
    kept.save("key", kept.Kept((), ()), shop / "elsewhere")
    assert kept.load("key", Target(shop)) is None


def test_what_lies_there_unlisted_is_looked_at_again(shop: Path) -> None:
    kept.save("key", kept.Kept((), (), None, (("node_modules/.bin/vite", False),)), shop)
    assert kept.load("key", Target(shop)) is not None
    (shop / "node_modules" / ".bin").mkdir(parents=True)
    (shop / "node_modules" / ".bin" / "vite").write_text("")
    assert kept.load("key", Target(shop)) is None


def test_whether_a_replay_was_asked_for_is_part_of_the_key(
    pytester: pytest.Pytester, shop: Path
) -> None:
    audit(pytester, shop)
    asked = pytester.runpytest(f"--recon-target={shop}")
    asked.stdout.no_fnmatch_line(REUSED)


def test_a_file_that_changes_meanwhile_leaves_nothing_kept(
    pytester: pytest.Pytester, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "now", lambda: 0)
    audit(pytester, shop)
    assert not store.folder(kept.KIND).exists()


def test_what_another_process_saw_on_the_disk_is_remembered(
    pytester: pytest.Pytester, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pytest_reconaudit import beside
    from pytest_reconaudit.subjects import SUBJECTS

    asked = SUBJECTS["compose_file"]

    def looks(target: Target) -> object:
        target.on_disk("node_modules/.seeded")
        return asked(target)

    monkeypatch.setattr(beside, "processors", lambda: 2)
    monkeypatch.setitem(SUBJECTS, "compose_file", looks)
    audit(pytester, shop)
    audit(pytester, shop).stdout.fnmatch_lines([REUSED])
    (shop / "node_modules").mkdir()
    (shop / "node_modules" / ".seeded").write_text("")
    audit(pytester, shop).stdout.no_fnmatch_line(REUSED)


def test_an_installed_version_is_the_same_wherever_it_was_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()

    def installed(name: str, digest: str) -> Path:
        home = tmp_path / name / "pytest_reconaudit"
        info = tmp_path / name / "pytest_reconaudit-1.0.dist-info"
        home.mkdir(parents=True)
        info.mkdir()
        (home / "kept.py").write_text("")
        record = info / "RECORD"
        record.write_text(
            f"pytest_reconaudit/kept.py,sha256={digest},0\n../../bin/x{name},sha256={name},1\n"
        )
        os.utime(record, (now + 60, now + 60))  # an installer writes it last
        return home / "kept.py"

    def identity(source: Path) -> str:
        monkeypatch.setattr(kept, "__file__", str(source))
        return kept._own_sources()

    one, other = installed("one", "abc"), installed("other", "abc")
    os.utime(other, (now - 500, now - 500))
    assert identity(one) == identity(other)
    assert identity(installed("newer", "abd")) != identity(one)
    before = identity(one)
    one.write_text("edited = 1\n")
    os.utime(one, (now + 90, now + 90))
    assert identity(one) != before
    os.utime(one, (now, now))  # as a copy that keeps the time leaves it
    assert identity(one) != before
    one.write_text("")
    os.utime(one, (now, now))
    assert identity(one) == before
    (one.parent / "more.py").write_text("")
    assert identity(one) != before
