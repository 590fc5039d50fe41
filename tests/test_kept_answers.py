"""Handlers whose answers a decorator keeps, and effects that go on after their component."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.readers.code import index_code
from pytest_reconaudit.readers.scans.effects import OpenEffects, effects
from pytest_reconaudit.readers.scans.kept_answers import KeptAnswers, kept_answers
from pytest_reconaudit.readers.syntax import read_syntax

VIEW = """\
class Feed(View):
    @method_decorator(vary_on_cookie)
    @method_decorator(cache_page(60))
    def get(self, request):
        name = "é"
        return JsonResponse(feed_of(request.user))
"""


def kept(text: str, path: str = "app/views.py") -> list[tuple[str, int, str, int, str]]:
    found = kept_answers(index_code(read_syntax(text, path)))
    return [
        (one.function, one.line, one.who, one.who_line, one.late)
        for one in (found.found if found is not None else ())
    ]


def test_what_varies_above_comes_late() -> None:
    assert kept(VIEW) == [("Feed.get", 3, "request.user", 6, "vary_on_cookie")]


def test_what_varies_below_is_known() -> None:
    above, below = (
        "    @method_decorator(vary_on_cookie)\n",
        "    @method_decorator(cache_page(60))\n",
    )
    assert kept(VIEW.replace(above + below, below + above)) == []


def test_what_is_rendered_later_is_kept_later() -> None:
    later = VIEW.replace("JsonResponse(", "TemplateResponse(request, 'feed.html', ")
    assert kept(later) == []
    assert kept(VIEW.replace("View", "APIView").replace("JsonResponse", "Response")) == []
    imported = "from rest_framework.response import Response\n\n"
    assert kept(imported + VIEW.replace("View", "Own").replace("JsonResponse", "Response")) == []
    alone = later.replace("    @method_decorator(vary_on_cookie)\n", "")
    assert kept(alone) == [("Feed.get", 2, "request.user", 5, "")]


def test_a_list_names_the_outermost_first() -> None:
    text = "@method_decorator([{}], name='get')\nclass Feed(View):\n    def get(self, request):\n"
    text += "        return HttpResponse(request.user.name)\n"
    assert kept(text.format("cache_page(9), vary_on_cookie")) == []
    assert kept(text.format("vary_on_cookie, cache_page(9)")) == [
        ("Feed", 1, "request.user", 4, "vary_on_cookie")
    ]


def test_a_login_below_is_skipped_by_a_hit() -> None:
    text = "@cache_page(60)\n@login_required\ndef chart(request):\n    return show()\n"
    assert kept(text) == [("chart", 1, "login_required", 1, "")]
    assert kept("@login_required\n@cache_page(60)\ndef chart(request):\n    return show()\n") == []


def begun(body: str) -> list[tuple[int, str, bool]]:
    text = f"export function Clock() {{\n  useEffect(() => {{\n{body}\n  }}, [])\n}}\n"
    found = effects(index_code(read_syntax(text, "web/src/Clock.tsx")))
    return [(one.line, one.starts, one.lasting) for one in (found.found if found else ())]


def test_what_goes_on() -> None:
    assert begun("setInterval(() => tick(), 1000)") == [(2, "setInterval", True)]
    assert begun("window.addEventListener('blur', (one) => { return stop(one) })") == [
        (2, "addEventListener", True)
    ]
    assert begun("row.current.addEventListener('leave', stop)") == [(2, "addEventListener", False)]


def test_what_the_effect_returns_ends_it() -> None:
    assert begun("const timer = setInterval(tick, 9)\nreturn stopper(timer)") == []
    assert begun("const timer = setInterval(tick, 9)\nif (timer) { return stop }") == []


def test_a_state_that_is_called_interval() -> None:
    assert begun("const [interval, setInterval] = useState(1)\nsetInterval(3)") == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "@cache_page(60)\n",
                "@cache.cached(",
                "class A",
                "def f(request):\n",
                "    request.user",
                "useEffect(() => {",
                "setInterval(",
                "return ",
                "}",
                "@UseInterceptors(CacheInterceptor)\n",
                *("@Get()\n", "(", ")", "\n", "\x00", "é"),
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_never_raises(text: str) -> None:
    for path in ("app/views.py", "src/a.controller.ts", "web/src/App.tsx"):
        code = index_code(read_syntax(text, path))
        found = kept_answers(code)
        if found is not None:
            again = msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=KeptAnswers)
            assert again == found
            assert all(1 <= one.line <= text.count("\n") + 1 for one in found.found)
        if path.endswith("x"):
            begun_here = effects(code)
            assert begun_here is None or isinstance(begun_here, OpenEffects)
