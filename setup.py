"""Puts the guard's ``.pth`` file beside the package, in a wheel and in an editable install.

setuptools has no declarative way to place a file in site-packages' root; everything else is in
pyproject.toml. Why the file is needed: see pytest_reconaudit/_guard.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.editable_wheel import editable_wheel

GUARD = "pytest_reconaudit_guard.pth"
LINE = (
    "import os, sys; (os.environ.get('RECON_TARGET') or any(a.startswith('--recon-target')"
    " for a in getattr(sys, 'orig_argv', ()))) and __import__('pytest_reconaudit._guard')\n"
)


class BuildWithGuard(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            Path(self.build_lib).mkdir(parents=True, exist_ok=True)
            Path(self.build_lib, GUARD).write_text(LINE, "utf-8")


class EditableWithGuard(editable_wheel):
    def _run_build_commands(self, dist_name: str, unpacked_wheel: Any, *rest: Any) -> Any:
        Path(unpacked_wheel, GUARD).write_text(LINE, "utf-8")
        return super()._run_build_commands(dist_name, unpacked_wheel, *rest)


setup(cmdclass={"build_py": BuildWithGuard, "editable_wheel": EditableWithGuard})
