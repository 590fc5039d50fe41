"""A router that no module imports answers nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.code.unmounted_routers import is_never_imported
from pytest_reconaudit.target import Target

ROUTER = "from fastapi import APIRouter\n\nrouter = APIRouter()\n"


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("shop/main.py", "from shop.routers import users\n", True),
        ("shop/main.py", "from shop.routers import users, carts\n", False),
        ("shop/main.py", "from shop.routers import (\n    users,  # first\n    carts,\n)\n", False),
        ("shop/main.py", "from shop.routers.carts import router\n", False),
        ("shop/main.py", "def create():\n    from .routers.carts import router\n", False),
        ("shop/routers/__init__.py", "from . import carts\n", False),
        ("shop/main.py", "from shop.pages import carts\n", True),
        ("shop/main.py", "import shop.routers.carts as carts\n", False),
        ("shop/main.py", "for one in iter_modules(routers.__path__):\n    pass\n", False),
        ("tests/test_carts.py", "from shop.routers import carts\n", True),
    ],
)
def test_what_nothing_imports_is_not_mounted(
    path: str, text: str, wanted: bool, tmp_path: Path
) -> None:
    carts = tmp_path / "shop" / "routers" / "carts.py"
    carts.parent.mkdir(parents=True)
    carts.write_text(ROUTER)
    for name in ("users", "pages"):
        (carts.parent / f"{name}.py").write_text(ROUTER)
    (tmp_path / "shop" / "all.py").write_text("from shop.routers import users\n")
    other = tmp_path / path
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_text(text)
    assert is_never_imported(Target(tmp_path), "shop/routers/carts.py") is wanted


def test_where_no_router_is_imported_none_is_known_to_be_idle(tmp_path: Path) -> None:
    (tmp_path / "carts.py").write_text(ROUTER)
    assert not is_never_imported(Target(tmp_path), "carts.py")


def test_servers_and_packages_are_no_routers(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(ROUTER + "app = FastAPI()\n")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text(ROUTER)
    target = Target(tmp_path)
    assert not is_never_imported(target, "main.py")
    assert not is_never_imported(target, "shop/__init__.py")
