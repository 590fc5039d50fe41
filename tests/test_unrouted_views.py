"""Which views of Django no table of URLs leads to."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.code.functions import in_unrouted_view
from pytest_reconaudit.facts.code.unrouted_views import is_unrouted
from pytest_reconaudit.target import Target

VIEWS = """\
from django.http import HttpResponse
from django.views import View


def index(request):
    return HttpResponse("index")


class Board(View):
    def get(self, request):
        return HttpResponse("board")
"""
SETTINGS = 'ROOT_URLCONF = "site_urls"\n'
URLS = """\
from django.urls import include, path
from shop import views

urlpatterns = [path("", views.other), path("shop/", include("shop.urls"))]
"""


def _target(folder: Path, files: dict[str, str]) -> Target:
    every = {
        "settings.py": SETTINGS,
        "site_urls.py": URLS,
        "shop/__init__.py": "",
        "shop/views.py": VIEWS,
        "shop/urls.py": "from . import views\n\nurlpatterns = []\n",
        **files,
    }
    for path, text in every.items():
        (folder / path).parent.mkdir(exist_ok=True, parents=True)
        (folder / path).write_text(text)
    return Target(folder)


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, True),
        # Named by comments, by texts, by a module of the same name, or where nothing takes it in.
        ({"shop/urls.py": "from .views import x\nurlpatterns = [\n# index, Board\n]\n"}, True),
        ({"shop/urls.py": 'from . import views\nurlpatterns = [path("index", x)]\n'}, True),
        ({"cafe/urls.py": "from .views import index, Board\nurlpatterns = [index]\n"}, True),
        ({"shop/old.py": "from .views import index, Board\nurlpatterns = [index]\n"}, True),
        ({"shop/urls.py": "from .views import index, Board\nurlpatterns = [index]\n"}, False),
        ({"shop/tools.py": "from shop.views import *\nx = [index, Board]\n"}, False),
        ({"tools.py": "import shop.views\nx = [shop.views.index, shop.views.Board]\n"}, False),
        (
            {
                "shop/urls.py": "from shop import views\nurlpatterns = [views.web.index, Board]\n",
                "shop/views/__init__.py": "",
                "shop/views/web.py": VIEWS,
                "site_urls.py": URLS.replace("views.other", "views.web.Board.as_view()"),
            },
            False,
        ),
        ({"settings.py": SETTINGS + 'HANDLERS = ["shop.views.index", "a.Board"]\n'}, False),
        # What is not told: no settings, tables that are put together while it runs, plug-ins.
        ({"settings.py": ""}, False),
        ({"settings.py": 'ROOT_URLCONF = "elsewhere.urls"\n'}, False),
        ({"site_urls.py": URLS + 'for app in APPS:\n    include(f"{app}.urls")\n'}, False),
        ({"site_urls.py": URLS + "import_module(APP)\n"}, False),
        ({"plugins.py": 'import_module(f"{name}.urls")\n'}, False),
    ],
)
def test_views_without_a_route(tmp_path: Path, files: dict[str, str], *, wanted: bool) -> None:
    target = _target(tmp_path, files)
    path = "shop/views/web.py" if "shop/views/web.py" in files else "shop/views.py"
    assert is_unrouted(target, path, "index") is wanted
    assert is_unrouted(target, path, "Board", line=9) is wanted
    if path == "shop/views.py":
        assert in_unrouted_view(target, path, 6) is wanted
        assert in_unrouted_view(target, path, 11) is wanted


def test_decorators_may_register_a_view(tmp_path: Path) -> None:
    target = _target(
        tmp_path, {"shop/views.py": VIEWS.replace("class B", "@site.register\nclass B")}
    )
    assert not is_unrouted(target, "shop/views.py", "Board", line=10)
    assert not is_unrouted(target, "shop/views.py", "index", ["@route('/')"])
    assert is_unrouted(target, "shop/views.py", "index", ["@login_required"])
