"""Rust as text, as patterns and as module trees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.cargo import read_cargo
from pytest_reconaudit.readers.code import index_code
from pytest_reconaudit.readers.rust_regex import refusal
from pytest_reconaudit.readers.rust_text import code_of, noise_of, words_of
from pytest_reconaudit.readers.scans.modules import FileModules, module_files, modules
from pytest_reconaudit.readers.scans.regexes import FileRegexes, regexes
from pytest_reconaudit.readers.syntax import read_syntax

ODD = (
    "/*", "*/", "//", "\n", '"', "'", "\\", 'r#"', '"#', 'r"', "b'", "'a", "mod x;", "{", "}", "(",
    'include!("a.rs")', '#[path = "b.rs"]', 'Regex::new("(?=")', "use regex::Regex;", "釆",
)  # fmt: skip
PIECES = st.lists(st.sampled_from(ODD) | st.text(max_size=4), max_size=30).map("".join)


def read(text: str) -> FileModules | None:
    return modules(index_code(read_syntax(text, "src/lib.rs")))


def broken(text: str) -> list[tuple[str, int, int, str]]:
    found = read(text)
    return [(one.kind, one.line, one.column, one.what) for one in found.broken] if found else []


# -- text ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("let a = b; // c", "let a b"),
        ("let a = /* c \n d */ b;", "let a b"),
        ('f("c // d", e)', "f e"),
        ('f("c \\" d", e)', "f e"),
        ('f(r"c \\", e)', "f e"),
        ('f(br##"c "# d"##, e)', "f e"),
        ("fn f<'a>(x: &'a str) { 'b'; '\\''; '\"' }", "fn f a x a str"),
        ("'outer: loop { break 'outer }", "outer loop break outer"),
        ("f('\\u{1F600}', b'\\x41', e)", "f e"),
    ],
)
def test_code_is_what_is_left(text: str, words: str) -> None:
    found = words_of(code_of(text)) - {b"b"} if "b'" in text else words_of(code_of(text))
    assert found == {word.encode() for word in words.split()} - ({b"b"} if "b'" in text else set())


@given(PIECES)
def test_noise_never_overlaps(text: str) -> None:
    last = 0
    for match in noise_of(text):
        assert match.start() >= last
        assert match.end() > match.start()
        last = match.end()
    assert isinstance(code_of(text), str)


# -- patterns ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"^(?=.*\d)", "look-ahead"),
        (r"a(?!b)", "look-ahead"),
        (r"(?<=a)b", "look-behind"),
        (r"(?<!a)b", "look-behind"),
        (r"(\w)\1", "backreference"),
        (r"(?P<a>x)(?P=a)", "backreference"),
        (r"(?<a>x)\k<a>", "backreference"),
        (r"(?>a+)", "atomic"),
        (r"(?(1)a|b)", "conditional"),
        (r"a\Z", r"`\Z`"),
        (r"(a", "never closed"),
        (r"a)", "closes nothing"),
        (r"[a-z", "never closed"),
        (r"*.txt", "repeats nothing"),
        (r"a|+b", "repeats nothing"),
        (r"{id}", "repeats nothing"),
        (r"a{x}", "without a count"),
        ("a\\", "at its end"),
        (r"[\1]x(?=a)", "look-ahead"),
    ],
)
def test_what_the_crate_refuses(pattern: str, why: str) -> None:
    assert why in (refusal(pattern) or "")


@pytest.mark.parametrize(
    "pattern",
    [
        r"", r"a|", r"(|a)", r"a++", r"a**", r"a{2,3}?", r"(?i)a(?-i:b)", r"(?P<n>a)(?<m>b)", r"(?R)^a$",
        r"[]a]", r"[^]a]", r"[-a]", r"[a-]", r"[[:alpha:]&&[^aeiou]]", r"[a[b]c]", r"[(?=a)]", r"\(?=a\)",
        r"\b{start}a", r"\p{Greek}\pL\x{41}\u{42}\x43", r"\A\z\B\D\S\W", r"\-\/\#\ \{\}", "[\\]]", r"^*",
        "(?x) a # (?=b) (\n b", r"[^\n{}]*", r"[\w-]+@[\w-]+",
    ],
)  # fmt: skip
def test_what_the_crate_takes(pattern: str) -> None:
    assert refusal(pattern) is None


def test_verbose_patterns_are_read_without_their_comments() -> None:
    assert refusal("a # (?=b)", verbose=True) is None
    assert refusal("a (?=b) # c", verbose=True) is not None
    assert refusal("( # open", verbose=True) is None


@given(st.text(alphabet="()[]{}?*+|\\^-:=!<>Pkabx1,# \n&", max_size=40) | st.text(max_size=40))
def test_no_pattern_is_too_odd(pattern: str) -> None:
    for verbose in (False, True):
        assert refusal(pattern, verbose=verbose) != ""


SOURCE = '''\
use regex::{Regex, RegexBuilder as Builder};

const CODE: &str = r"^(?=a)";

struct Rules { code: Regex }

impl Rules {
    fn new() -> Self { Self { code: Regex::new(CODE).unwrap() } }
}

fn each(lines: &[&str]) {
    for line in lines {
        let found = Regex::new("\\\\d+")
            .expect("a number");
    }
}

fn dynamic(text: &str) { Regex::new(text); Builder::new(r"\\1").octal(true).build(); }

static ONCE: LazyLock<Regex> = LazyLock::new(|| Regex::new("a").unwrap());
'''  # fmt: skip


def test_patterns_are_found_with_what_is_around_them() -> None:
    found = regexes(index_code(read_syntax(SOURCE, "src/rules.rs")))
    assert found is not None
    seen = [(one.pattern, one.line, one.function, bool(one.refused)) for one in found.found]
    assert seen == [
        ("^(?=a)", 8, "new", True),
        (r"\d+", 13, "each", False),
        (r"\1", 18, "dynamic", False),
        ("a", 20, "", False),
    ]
    first, second, _, last = found.found
    assert first.makes
    assert first.panics
    assert (second.looped, second.panics, second.column) == (12, True, 32)
    assert last.once


MADE = '''\
use regex::bytes::RegexBuilder;
use regex::{Regex, RegexSet};

const CODE: &str = "^[a-z]+$";

fn each(text: &str, crlf: bool) {
    let local = "^l";
    let lines = Regex::new(local).unwrap();
    if crlf {
        let re = Regex::new(r"([^\\r])\\n").unwrap();
    }
    if Regex::new(CODE).unwrap().is_match(text) {}
    let any = RegexBuilder::new(r"^any").case_insensitive(true).build().unwrap();
    let all = RegexSet::new(["a", "b"]);
}
'''  # fmt: skip


def test_patterns_can_be_made_elsewhere() -> None:
    found = regexes(index_code(read_syntax(MADE, "src/rules.rs")))
    assert found is not None
    assert [(one.type, one.made, one.name, one.branch) for one in found.found[:5]] == [
        ("Regex", 'Regex::new(r"^l")', "lines", 0),
        ("Regex", 'Regex::new(r"([^\\r])\\n")', "re", 9),
        ("Regex", "Regex::new(CODE)", "", 0),
        (
            "regex::bytes::Regex",
            'RegexBuilder::new(r"^any").case_insensitive(true).build()',
            "any",
            0,
        ),
        ("RegexSet", 'RegexSet::new(["a", "b"])', "all", 0),
    ]


@given(PIECES)
def test_scans_never_raise(text: str) -> None:
    code = index_code(read_syntax("use regex::Regex;\n" + text, "src/lib.rs"))
    found, patterns = modules(code), regexes(code)
    lines = text.count("\n") + 2
    if found is not None:
        assert all(1 <= one.line <= lines for one in (*found.modules, *found.broken))
    if patterns is not None:
        assert isinstance(patterns, FileRegexes)
        assert all(1 <= one.line <= lines for one in patterns.found)


# -- modules -------------------------------------------------------------------------------


def test_modules_are_found_with_what_they_stand_in() -> None:
    found = read(
        'mod plain;\n#[cfg(unix)]\nmod gated;\n#[path = "x/y.rs"]\npub(crate) mod moved;\n'
        "mod outer {\n    pub mod r#inner;\n}\ncfg_if! { if #[cfg(a)] { mod branch; } }\n"
        '// mod gone;\nconst S: &str = "mod text;";\n'
    )
    assert found is not None
    seen = [
        (one.name, one.line, one.inside, one.paths, one.gated, one.certain) for one in found.modules
    ]
    assert seen == [
        ("plain", 1, (), (), False, True),
        ("gated", 3, (), (), True, True),
        ("moved", 5, (), ("x/y.rs",), False, True),
        ("inner", 7, ("outer",), (), False, True),
        ("branch", 9, (), (), True, False),
    ]
    assert not found.broken
    assert not found.doubtful


def test_modules_lie_where_the_compiler_looks() -> None:
    found = read('mod a;\nmod b { mod c; }\n#[path = "d.rs"]\nmod e;\n')
    assert found is not None
    a, c, e = found.modules
    assert module_files("src/lib.rs", a, True) == (("src/a.rs", "src/a/mod.rs"),)
    assert module_files("src/x.rs", a, False) == (("src/x/a.rs", "src/x/a/mod.rs"),)
    assert module_files("main.rs", c, True) == (("b/c.rs", "b/c/mod.rs"),)
    assert module_files("src/x.rs", e, False) == (("src/d.rs", ""),)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("pub釆mod utils;\n", [("character", 1, 4, "釆 U+91C6")]),
        ("fn f() {\n    g(1，2);\n}\n", [("character", 2, 8, "， U+FF0C")]),
        ("fn f() {\n<<<<<<< HEAD\n    a();\n=======\n    b();\n>>>>>>> x\n}\n",
         [("conflict", 2, 1, "<<<<<<<"), ("conflict", 6, 1, ">>>>>>>")]),
        ("fn f() {\n    if a {\n        b();\n}\n", [("bracket", 2, 10, "{ is never closed")]),
        ("fn f() {}\n}\n", [("bracket", 2, 1, "} closes nothing")]),
        ("fn f() { g(1]; }\n", [("bracket", 1, 13, "] meets (")]),
        ("fn f() { a.json go(1) }\n", [("words", 1, 17, "json go")]),
    ],
)  # fmt: skip
def test_what_surely_does_not_parse(text: str, wanted: list[tuple[str, int, int, str]]) -> None:
    assert broken(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        'fn größe(naïve: u8) -> &\'static str { "“x”" } // 釆\n',
        "fn f(#[future(awt)] a: u8, #[expect(x)] b: u8) { let p = &raw const a; }\n",
        "macro_rules! m { ($a:ident $b:ident) => {}; }\nm! { two words } \nm!(three word s);\n",
        "fn f() { '{'; '\"'; b'('; \"(((\"; r#\"\"}\"#; }\n",
        "/* outer /* inner } */ } */ fn f( {}\n",
        "fn f() { match x { y @ (1 | 2) if z => auto trait, } }\n",
    ],
)
def test_what_may_well_parse(text: str) -> None:
    assert broken(text) == []


# -- Cargo.toml ----------------------------------------------------------------------------


def test_profiles_and_exemptions_of_a_manifest() -> None:
    text = (
        '[package]\nname = "a"\nbuild = false\n\n[lib]\nproc-macro = true\n\n[profile.release]\nlto = true\n'
        "codegen-units = 1\nopt-level = 's'\n\n[profile.release.package.b]\nopt-level = 0\n\n"
        "[package.metadata.cargo-machete]\nignored = ['x']\n\n[package.metadata.cargo-udeps.ignore]\nnormal = ['y']\n"
    )
    manifest = read_cargo(text, "Cargo.toml")
    (profile,) = manifest.profiles
    assert (profile.name, profile.place.line) == ("release", 8)
    seen = [(key, value, place.line) for key, value, place in profile.settings]
    assert seen == [("lto", "true", 9), ("codegen-units", "1", 10), ("opt-level", "s", 11)]
    assert profile.setting("panic") is None
    assert manifest.unused_ignored == ("x", "y")
    assert (manifest.build, manifest.proc_macro) == ("false", True)


@pytest.mark.parametrize(
    "text", ["profile = 3", "[profile]\nrelease = 1", "[profile.x]\ny = [1]", "lib = []"]
)
def test_odd_profiles_are_no_crash(text: str) -> None:
    assert read_cargo(text, "Cargo.toml").profiles is not None
