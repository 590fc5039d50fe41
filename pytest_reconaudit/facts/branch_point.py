"""Where the checked-out branch left the default branch: what is new, and what was there before."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pytest_reconaudit.git_objects import Commit, GitObjects
from pytest_reconaudit.target import Target, once

__all__ = ["BranchPoint", "branch_point"]


class BranchPoint(Struct, frozen=True, eq=False):
    """The last commit that HEAD shares with the default branch."""

    branch: str
    """``origin/main``"""
    commit: Commit
    tip: Commit
    """Where the default branch stands now."""
    at_head: bool
    """HEAD itself is that commit: nothing but uncommitted changes can be new."""
    objects: GitObjects
    prefix: str

    @property
    def shown(self) -> str:
        return self.commit.id[:8]

    def files(self, folder: str) -> Mapping[str, str]:
        """Path in the target → id of its content, of every file below a folder as it was then."""
        return self._files(self.commit, folder)

    def tip_files(self, folder: str) -> Mapping[str, str]:
        """The same on the default branch as it is now."""
        return self._files(self.tip, folder)

    def _files(self, commit: Commit, folder: str) -> Mapping[str, str]:
        found = self.objects.files(commit, f"{self.prefix}{folder}".rstrip("/"))
        return {path.removeprefix(self.prefix): id for path, id in found.items()}

    def text(self, id: str) -> str | None:
        """A file's text by the id of its content, read as :meth:`Target.text` reads files."""
        data = self.objects.content(id)
        if data is None:
            return None
        return data.decode("utf-8-sig", "replace").replace("\r\n", "\n")


@once
def branch_point(target: Target) -> BranchPoint | str:
    """Where the branch began, or in words why that is not known."""
    objects = target.commits
    if objects is None:
        return "the target is not a git checkout"
    default = objects.default_branch
    kind = "shallow clone" if objects.is_shallow else "checkout"
    if default is None:
        return f"the {kind} has no default branch to compare with"
    head = objects.head
    base = objects.merge_base(head, default.commit)
    tip = objects.commit(default.commit)
    if base is None or tip is None:
        return f"the {kind} does not reach back to where this branch left {default.name}"
    return BranchPoint(default.name, base, tip, base.id == head, objects, target.prefix)
