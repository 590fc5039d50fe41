"""Safe text, the Markdown subset, and the secrets in excerpts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.masking import hide_secrets
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.reports import excerpts, prose, text
from tests import sample_run

ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\x00b\x7f", "a\\x00b\\x7f"),
        ("exe\u202egnp", "exe\\u202egnp"),
        ("zero\u200bwidth \ufeff", "zero\\u200bwidth \\ufeff"),
        ("name \udcff", "name \\xff"),
        ("two\r\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\u6e2f \u0645 \U0001f6a2", "\u6e2f \u0645 \U0001f6a2"),
    ],
)
def test_block_shows_what_would_steer_or_hide(raw: str, shown: str) -> None:
    assert text.block(raw) == shown


def test_one_line_folds_white_space() -> None:
    assert text.one_line(" a \n\n b\tc\x1b ") == "a b c\\x1b"


@given(ANY)
def test_safe_text_is_writable_and_stable(raw: str) -> None:
    shown = text.block(raw)
    shown.encode("utf-8")
    assert text.block(shown) == shown
    assert "\n" not in text.one_line(raw)


def test_cells_count_terminal_columns() -> None:
    assert text.cells("abc") == 3
    assert text.cells("\u6e2f\u53e3") == 4
    assert text.cells("e\u0301") == 1


@pytest.mark.parametrize(
    ("words", "width", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "lo..."),
        ("\u6e2f\u53e3\u7ba1", 5, "\u6e2f..."),
        ("abcdef", 2, ".."),
    ],
)
def test_fit(words: str, width: int, shown: str) -> None:
    assert text.fit(words, width) == shown


@pytest.mark.parametrize(
    ("path", "width", "shown"),
    [
        ("a/b.py:15", 9, "a/b.py:15"),
        ("services/api/src/main.rs:1024", 22, "servic.../main.rs:1024"),
        ("migrations/0001_everything_at_once.sql:7", 20, "...ing_at_once.sql:7"),
    ],
)
def test_a_path_that_is_cut_keeps_its_line(path: str, width: int, shown: str) -> None:
    assert text.fit_path(path, width) == shown


@given(ANY.map(text.one_line), st.integers(0, 10**6), st.integers(12, 80))
def test_a_cut_path_keeps_the_width_and_the_line(path: str, line: int, width: int) -> None:
    shown = text.fit_path(f"{path}:{line}", width)
    assert text.cells(shown) <= width
    assert shown.endswith(f":{line}")


def test_wrap_breaks_paths_after_slashes_and_never_before_the_line() -> None:
    assert text.wrap("see services/bookings/src/handlers/list.rs:1024: no limit", 30) == [
        "see", "services/bookings/src/", "handlers/list.rs:1024: no", "limit",
    ]  # fmt: skip
    (*_, last) = text.wrap("0001_everything_that_was_ever_needed_at_once.sql:7:", 50)
    assert last == "once.sql:7:"


@given(ANY.map(text.one_line), st.integers(4, 80))
def test_wrap_loses_nothing_and_keeps_the_width(words: str, width: int) -> None:
    lines = text.wrap(words, width)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert all(text.cells(line) <= width for line in lines)


def kinds(spans: tuple[prose.Span, ...]) -> list[tuple[str, str]]:
    return [(span.kind, span.text) for span in spans]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("no code", [("text", "no code")]),
        ("set `PORT` now", [("text", "set "), ("code", "PORT"), ("text", " now")]),
        ("`` a`b ``", [("code", "a`b")]),
        ("open ` only", [("text", "open ` only")]),
        ("`a`` b", [("text", "`a`` b")]),
        ("``", [("text", "``")]),
    ],
)
def test_spans(words: str, wanted: list[tuple[str, str]]) -> None:
    assert kinds(prose.spans(words)) == wanted


def test_strong_is_for_remediations_only() -> None:
    assert kinds(prose.spans("**/*.ts and **bold**")) == [("text", "**/*.ts and **bold**")]
    assert kinds(prose.spans("be **bold** now", strong=True)) == [
        ("text", "be "),
        ("strong", "bold"),
        ("text", " now"),
    ]


def test_blocks() -> None:
    source = """\
First line
goes on.

- one
  continued
- two `x`

2. second

```yaml
a:
  b: 1
```

    indented
      code

## A heading
~~~
never closed
"""
    found = [
        (one.kind, one.code or "".join(span.text for span in one.spans), one.number)
        for one in prose.blocks(source)
    ]
    assert found == [
        ("paragraph", "First line goes on.", 0),
        ("bullet", "one continued", 0),
        ("bullet", "two x", 0),
        ("number", "second", 2),
        ("code", "a:\n  b: 1", 0),
        ("code", "indented\n  code", 0),
        ("paragraph", "A heading", 0),
        ("code", "never closed", 0),
    ]
    assert prose.blocks(source)[4].language == "yaml"


@given(ANY)
def test_prose_never_raises_and_never_drops_words(raw: str) -> None:
    spans = prose.spans(raw)
    letters = [char for char in raw if char.isalnum()]
    assert [char for span in spans for char in span.text if char.isalnum()] == letters
    prose.blocks(raw)


def test_many_back_ticks_are_read_in_linear_time() -> None:
    prose.spans("` `` ``` " * 5_000 + "`````")
    prose.blocks("**a" * 20_000)


@pytest.mark.parametrize(
    ("path", "line", "shown"),
    [
        ("config/app.env", "JWT_SECRET=tideandtime", "JWT_SECRET=ti***"),
        ("config/app.env", "JWT_SECRET=${JWT}", "JWT_SECRET=${JWT}"),
        ("compose.yaml", "  POSTGRES_PASSWORD: s3cr3t # x", "  POSTGRES_PASSWORD: s3*** # x"),
        ("compose.yaml", "  - SESSION_SECRET=tide", "  - SESSION_SECRET=ti***"),
        ("compose.yaml", "  URL: postgres://app:pa55w@db/x", "  URL: postgres://app:pa***@db/x"),
        ("ci.yml", "  token: ${{ secrets.TOKEN }}", "  token: ${{ secrets.TOKEN }}"),
        ("tls.yaml", "  secretName: berths-tls", "  secretName: berths-tls"),
        ("run.sh", "docker run -e API_TOKEN=abcdef x", "docker run -e API_TOKEN=ab*** x"),
        ("auth.ts", "const token = readToken();", "const token = readToken();"),
        ("auth.ts", "const token = 'abcdefgh';", "const token = 'ab***';"),
        ("auth.ts", "x = 'ghp_0123456789abcdefghijklmn'", "x = 'gh***'"),
        ("id.pem", "A" * 64, "AA***"),
        ("main.rs", "fn author(&self) -> Author {", "fn author(&self) -> Author {"),
    ],
)
def test_secrets_of_excerpts_are_masked(path: str, line: str, shown: str) -> None:
    assert hide_secrets(path, line) == shown
    assert hide_secrets(path, shown) == shown


@given(ANY)
def test_hiding_secrets_never_raises(line: str) -> None:
    for path in ("a.env", "a.py"):
        hide_secrets(path, line)


def test_excerpts_surround_the_line_and_stay_in_the_file() -> None:
    lines = {"a.txt": [f"line {number}\r\n" for number in range(1, 11)], "b.txt": ["x" * 5_000]}
    places = [("a.txt", 1), ("a.txt", 5), ("a.txt", 99), ("b.txt", 1), ("gone", 1), ("a.txt", None)]
    findings = [
        sample_run.finding("docker-x", Severity.LOW, path, line, "says") for path, line in places
    ]
    found = excerpts.collect(findings, lambda path: lines.get(path, ()))
    assert list(found) == ["a.txt:1", "a.txt:5", "b.txt:1"]
    assert [number for number, _ in found["a.txt:1"]] == [1, 2, 3, 4]
    assert found["a.txt:5"][3] == (5, "line 5")
    assert [number for number, _ in found["a.txt:5"]] == [2, 3, 4, 5, 6, 7, 8]
    assert len(found["b.txt:1"][0][1]) == 241
    assert str(Place("a.txt", 5)) in found
