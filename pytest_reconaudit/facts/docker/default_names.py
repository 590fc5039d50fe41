"""The file that a build reads where it is asked for ``Dockerfile``."""

from __future__ import annotations

import posixpath

from pytest_reconaudit.target import Target

__all__ = ["dockerfile_read"]

_DEFAULT = "Dockerfile"


def dockerfile_read(target: Target, path: str) -> str:
    """The path itself, or ``dockerfile`` in small letters beside it: every builder of Docker falls
    back to that when the default name is not there, in local folders and in Git contexts."""
    folder, name = posixpath.split(path)
    if name == _DEFAULT and not target.has(path):
        small = posixpath.join(folder, _DEFAULT.lower())
        if target.has(small):
            return small
    return path
