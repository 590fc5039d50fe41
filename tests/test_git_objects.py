"""Git's objects as read without git, held against git itself."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.branch_point import BranchPoint, branch_point
from pytest_reconaudit.git_objects import Commit, GitObjects
from pytest_reconaudit.target import Target


def git(root: Path, *args: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), "-c", "user.name=x", "-c", "user.email=x@example.com",
         "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false", *args],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def commit(root: Path, files: dict[str, str], message: str = "x") -> str:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD")


BERTHS = "CREATE TABLE berths (id bigserial PRIMARY KEY);\n" + "-- a quay\n" * 200


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "harbour"
    root.mkdir()
    git(root, "init", "-q")
    for number in range(1, 13):
        commit(root, {"db/1_berths.sql": BERTHS + f"-- {number}\n", f"docs/{number}.md": "x"})
    return root


@pytest.mark.parametrize("packed", [False, True])
def test_objects_and_merge_bases_are_git_s(checkout: Path, packed: bool) -> None:
    base = git(checkout, "rev-parse", "HEAD")
    git(checkout, "checkout", "-q", "-b", "tariffs")
    mine = commit(checkout, {"db/2_tariffs.sql": "SELECT 1;\n"})
    git(checkout, "checkout", "-q", "main")
    other = commit(checkout, {"db/3_pilots.sql": "SELECT 2;\n"})
    git(checkout, "checkout", "-q", "tariffs")
    if packed:
        git(checkout, "gc", "-q", "--aggressive")
        git(checkout, "pack-refs", "--all")
    objects = GitObjects(checkout / ".git")
    assert objects.head == mine
    assert objects.default_branch is not None
    assert (objects.default_branch.name, objects.default_branch.commit) == ("main", other)
    found = objects.merge_base(mine, other)
    assert found is not None
    assert found.id == base
    assert found.time == int(git(checkout, "show", "-s", "--format=%ct", base))
    files = objects.files(found, "db")
    assert files == {"db/1_berths.sql": git(checkout, "rev-parse", f"{base}:db/1_berths.sql")}
    for number in (3, 7, 12):  # deltas of deltas once packed
        then = git(checkout, "rev-parse", f"main~{13 - number}")
        at = objects.commit(then)
        assert at is not None
        text = objects.content(objects.files(at, "db")["db/1_berths.sql"])
        assert text == (BERTHS + f"-- {number}\n").encode()


def test_the_remote_s_default_branch_comes_first(checkout: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(checkout), str(clone)], check=True)
    commit(clone, {"a.txt": "local only"})
    found = GitObjects(clone / ".git").default_branch
    assert found is not None
    assert (found.name, found.commit) == ("origin/main", git(checkout, "rev-parse", "HEAD"))
    point = branch_point(Target(clone))
    assert isinstance(point, BranchPoint)
    assert not point.at_head


def test_a_shallow_clone_says_that_it_does_not_reach(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "checkout", "-q", "-b", "side", "HEAD~5")
    commit(checkout, {"side.txt": "x"})
    git(checkout, "checkout", "-q", "main")
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", "--no-single-branch", f"file://{checkout}", str(clone)],
        check=True,
    )
    git(clone, "checkout", "-q", "side")
    point = branch_point(Target(clone))
    assert isinstance(point, str)
    assert point == "the shallow clone does not reach back to where this branch left origin/main"


def test_a_shallow_clone_of_one_branch_says_why_nothing_is_compared(
    checkout: Path, tmp_path: Path
) -> None:
    git(checkout, "checkout", "-q", "-b", "side")
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", "--branch=side", f"file://{checkout}", str(clone)],
        check=True,
    )
    git(clone, "symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
    assert branch_point(Target(clone)) == (
        "the shallow clone has no default branch to compare with"
    )


@pytest.mark.parametrize("name", ["master", "develop"])
def test_a_default_branch_by_its_usual_name(checkout: Path, name: str) -> None:
    git(checkout, "branch", "-m", "main", name)
    git(checkout, "config", "init.defaultBranch", "side")
    git(checkout, "checkout", "-q", "-b", "side")
    found = GitObjects(checkout / ".git").default_branch
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("workspace", "variable", "value"),
    [
        ("GITHUB_WORKSPACE", "GITHUB_BASE_REF", "stable"),
        ("CI_PROJECT_DIR", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "stable"),
        ("BUILD_SOURCESDIRECTORY", "SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/stable"),
    ],
)
def test_what_the_auditor_s_ci_says_the_change_goes_to(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, workspace: str, variable: str, value: str
) -> None:
    git(checkout, "branch", "stable", "HEAD~3")
    monkeypatch.setenv(variable, value)

    def name() -> str:
        found = GitObjects(checkout / ".git").default_branch
        return found.name if found is not None else ""

    monkeypatch.setenv(workspace, str(checkout.parent / "another"))
    assert name() == "main"  # it builds something else
    monkeypatch.setenv(workspace, str(checkout))
    assert name() == "stable"
    monkeypatch.setenv(variable, "not-fetched")
    assert name() == "main"


def test_a_worktree_shares_its_objects(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    head = commit(tmp_path / "tree", {"new.sql": "SELECT 1;\n"})
    point = branch_point(Target(tmp_path / "tree"))
    assert isinstance(point, BranchPoint)
    assert point.objects.head == head
    assert point.branch == "main"
    assert "new.sql" not in point.files("")


def test_a_folder_of_a_checkout_sees_its_own_paths(checkout: Path) -> None:
    point = branch_point(Target(checkout / "db"))
    assert isinstance(point, BranchPoint)
    assert list(point.files("")) == ["1_berths.sql"]
    assert point.at_head


def test_no_git_no_commits(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    assert branch_point(Target(tmp_path)) == "the target is not a git checkout"


# -- hostile ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head", ["ref: refs/../../../etc/passwd", "ref: ../x", "f" * 40, "", "ref: refs/heads/none"]
)
def test_refs_that_lead_nowhere(checkout: Path, head: str) -> None:
    (checkout / ".git/HEAD").write_text(head)
    objects = GitObjects(checkout / ".git")
    assert objects.merge_base(objects.head or "0" * 40, "1" * 40) is None


def test_a_bomb_and_a_cut_pack_read_as_absent(checkout: Path) -> None:
    id = "ab" + "0" * 38
    folder = checkout / ".git/objects/ab"
    folder.mkdir(exist_ok=True)
    (folder / id[2:]).write_bytes(zlib.compress(b"blob 99999999\0" + bytes(90_000_000), 9))
    objects = GitObjects(checkout / ".git")
    assert objects.content(id) is None
    git(checkout, "gc", "-q")
    (pack,) = (checkout / ".git/objects/pack").glob("*.pack")
    data = pack.read_bytes()
    pack.chmod(0o600)
    pack.write_bytes(data[: len(data) // 3])
    damaged = GitObjects(checkout / ".git")
    at = damaged.commit(damaged.head)
    assert at is None or isinstance(damaged.files(at), dict)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_index_and_pack_are_survived(index: bytes, data: bytes) -> None:
    import tempfile

    home = Path(tempfile.mkdtemp())
    try:
        folder = home / "objects/pack"
        folder.mkdir(parents=True)
        fanout = struct.pack(">256I", *([1] * 256))
        name = bytes.fromhex("ab" * 20)
        entry = name + bytes(4) + struct.pack(">I", 12)
        (folder / "pack-1.idx").write_bytes(b"\xfftOc\0\0\0\x02" + fanout + entry + index)
        (folder / "pack-1.pack").write_bytes(b"PACK" + bytes(8) + data)
        objects = GitObjects(home)
        assert objects.content("ab" * 20) is None or data
        assert objects.commit("ab" * 20) is None or data
    finally:
        shutil.rmtree(home)


def test_a_git_directory_that_is_somebody_else_s(checkout: Path, tmp_path: Path) -> None:
    """A file ``.git`` of the target, or its ``commondir``, may name any folder."""
    target = tmp_path / "hostile"
    target.mkdir()
    shutil.copytree(checkout / "db", target / "db")
    (target / ".git").write_text(f"gitdir: {checkout / '.git'}\n")
    assert Target(target).tracked is not None
    assert Target(target).commits is None
    (target / ".git").unlink()
    git(target, "init", "-q")
    commit(target, {"a.txt": "x"})
    (target / ".git/commondir").write_text(str(checkout / ".git"))
    assert GitObjects(target / ".git").commit(git(checkout, "rev-parse", "HEAD")) is None


@pytest.mark.parametrize(
    "link",
    [".git", "objects", "objects/pack", "a pack", "refs", "refs/heads", "a ref", "commondir"],
)
def test_no_link_leads_out_of_the_target(checkout: Path, tmp_path: Path, link: str) -> None:
    if "pack" in link:
        git(checkout, "gc", "-q")
    secret = git(checkout, "rev-parse", "HEAD")
    target = tmp_path / "hostile"
    shutil.copytree(checkout, target)
    assert GitObjects(target / ".git").commit(secret) is not None
    name = {".git": ".git", "a ref": ".git/refs/heads/main"}.get(link, f".git/{link}")
    if link == "a pack":
        (pack,) = (target / ".git/objects/pack").glob("*.pack")
        name = pack.relative_to(target).as_posix()
    away = tmp_path / "away"
    if link == "commondir":
        (target / name).symlink_to(checkout / ".git" / "HEAD")
        assert Target(target).commits is not None
        return
    ours = target / name
    if not ours.exists():
        pytest.skip("this git keeps its refs elsewhere")
    ours.rename(away)
    ours.symlink_to(away)
    commits = Target(target).commits
    if link == ".git":
        assert commits is None
    elif "ref" in link:
        assert commits is not None
        assert not commits.head
        assert commits.commit(secret) is not None
    else:
        assert commits is not None
        assert commits.commit(secret) is None


def test_links_within_the_git_directory_are_followed(checkout: Path) -> None:
    home = checkout / ".git"
    (home / "objects").rename(home / "kept")
    (home / "objects").symlink_to("kept")
    assert GitObjects(home).commit(git(checkout, "rev-parse", "HEAD")) is not None


def _one_pack(home: Path, names: list[bytes], entry: bytes) -> None:
    """A pack of one entry that goes by many names."""
    folder = home / "objects/pack"
    folder.mkdir(parents=True)
    names.sort()
    fanout = [sum(name[0] <= byte for name in names) for byte in range(256)]
    (folder / "pack-1.idx").write_bytes(
        b"\xfftOc\0\0\0\x02" + struct.pack(">256I", *fanout) + b"".join(names)
        + bytes(4 * len(names)) + struct.pack(">I", 12) * len(names)
    )  # fmt: skip
    (folder / "pack-1.pack").write_bytes(b"PACK" + bytes(8) + entry)


def _head(kind: int, size: int) -> bytes:
    out = [kind << 4 | size & 15]
    size >>= 4
    while size:
        out[-1] |= 0x80
        out.append(size & 0x7F)
        size >>= 7
    return bytes(out)


def _in_bounds(work: Callable[[], object], seconds: float, megabytes: int) -> object:
    import tracemalloc

    tracemalloc.start()
    begun = time.monotonic()
    try:
        answer = work()
        assert tracemalloc.get_traced_memory()[1] < megabytes << 20
        assert time.monotonic() - begun < seconds
    finally:
        tracemalloc.stop()
    return answer


def test_a_delta_of_itself(tmp_path: Path) -> None:
    name, size = b"\xab" * 20, 8 * 1024 * 1024
    _one_pack(tmp_path, [name], _head(7, size) + name + zlib.compress(bytes(size), 9))
    objects = GitObjects(tmp_path)
    assert _in_bounds(lambda: objects.content(name.hex()), 20, 200) is None


@pytest.mark.parametrize("mode", [b"40000", b"100644", b"160000"])
def test_folders_that_hold_themselves(tmp_path: Path, mode: bytes) -> None:
    """Nobody checks that a name is the digest of what it names."""
    name = b"\xab" * 20
    inner = b"40000 " + b"d" * 200 + b"\0" + name
    inner += b"".join(mode + b" f%d\0" % n + name for n in range(2_000))
    _one_pack(tmp_path, [name], _head(2, len(inner)) + zlib.compress(inner))
    objects = GitObjects(tmp_path)
    top = Commit("0" * 40, name.hex(), (), 0)
    assert isinstance(_in_bounds(lambda: objects.files(top), 60, 400), dict)


def test_a_heavy_commit_of_many_names(tmp_path: Path) -> None:
    names = [bytes([n >> 8, n & 255]) * 10 for n in range(3_000)]
    body = b"tree " + b"0" * 40 + b"\n"
    body += b"".join(b"parent %s\n" % name.hex().encode() for name in names) + b"\n"
    body += bytes(8 * 1024 * 1024 - len(body))
    _one_pack(tmp_path, names, _head(1, len(body)) + zlib.compress(body, 9))
    objects = GitObjects(tmp_path)
    assert _in_bounds(lambda: objects.merge_base(names[0].hex(), "1" * 40), 60, 400) is None


def test_packs_without_number_leave_files_to_open(tmp_path: Path) -> None:
    folder = tmp_path / "objects/pack"
    folder.mkdir(parents=True)
    for number in range(400):
        (folder / f"pack-{number}.idx").write_bytes(b"\xfftOc\0\0\0\x02" + bytes(1100))
        (folder / f"pack-{number}.pack").write_bytes(b"PACK" + bytes(8))
    before = len(os.listdir("/proc/self/fd"))
    objects = GitObjects(tmp_path)
    assert objects.content("ab" * 20) is None
    assert len(os.listdir("/proc/self/fd")) - before <= 300
