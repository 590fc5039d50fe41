"""Reads of the environment in every language: keys, defaults, required or not, wrappers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.readers.env_reads import (
    EnvRead,
    mentions_env,
    read_env_reads,
    wrapper_calls,
)
from pytest_reconaudit.readers.syntax import read_syntax


def reads(text: str, path: str) -> list[EnvRead]:
    return list(read_env_reads(text, path).reads)


def short(text: str, path: str) -> list[tuple[str, bool, str | None]]:
    """(key, required, default) of each read; a default that is no literal shows as ``…``."""
    return [
        (
            read.key or f"{read.prefix}*{read.suffix}",
            read.required,
            (read.default if read.default is not None else "…") if read.has_default else None,
        )
        for read in reads(text, path)
    ]


RUST = [
    ('fn f() { env::var("A_KEY").unwrap(); }', [("A_KEY", True, None)]),
    ('fn f() { std::env::var("A_KEY")?; }', [("A_KEY", True, None)]),
    ('fn f() { std::env::var("A").map_err(|e| x(e))?; }', [("A", True, None)]),
    ('fn f() { env::var("A").ok().expect("no"); }', [("A", True, None)]),
    ('fn f() { env::var("A").unwrap_or_else(|_| "d".to_string()); }', [("A", False, "d")]),
    ('fn f() { env::var("A").unwrap_or("d".into()).parse().unwrap(); }', [("A", False, "d")]),
    ('fn f() { env::var("A").unwrap_or_else(|_| panic!("no")); }', [("A", True, None)]),
    ('fn f() { env::var_os("A").is_some(); }', [("A", False, None)]),
    ('fn f() { if let Ok(v) = env::var("A") { g(v) } }', [("A", False, None)]),
    ('use std::env::var;\nfn f() { var("A").unwrap(); }', [("A", True, None)]),
    ('fn f() { other::var("A"); var("B"); }', []),
    ('fn f() { dotenvy::var("A").unwrap(); }', [("A", True, None)]),
    ('const K: &str = "A_KEY";\nfn f() { env::var(K).ok(); }', [("A_KEY", False, None)]),
    ('fn f() { env::var(format!("A_{}_B", i)).ok(); }', [("A_*_B", False, None)]),
    (
        'fn f() { let k = if x { "A_KEY".to_string() } else { format!("B_{i}") }; env::var(&k).ok(); }',
        [("B_*", False, None), ("A_KEY", False, None)],
    ),
    ('fn f() { env!("A"); option_env!("B"); }', [("A", True, None), ("B", False, None)]),
    ('fn f() { println!("{}", env::var("A").unwrap()); }', [("A", True, None)]),
    (
        ('#[derive(Parser)]\nstruct S {\n  #[arg(long, env = "A_KEY", help = "the env")]\n  a: String,\n'
        '  #[arg(env)]\n  b_key: Option<u8>,\n  #[arg(long, help = "not env")]\n  c: u8,\n}'),
        [("A_KEY", True, None), ("B_KEY", False, None)],
    ),
    ('// env::var("A")\n/* env::var("B") */\nfn f() { g("env::var(\\"C\\")") }', []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), RUST)
def test_rust(text: str, expected: list[tuple[str, bool, str | None]]) -> None:
    assert short(text, "a.rs") == expected


def test_rust_question_mark_after_ok_stops_nothing() -> None:
    text = (
        "use std::env;\n"
        'fn a() -> Option<String> { let x = env::var("PILOT").ok()?; Some(x) }\n'
        'fn b() -> Result<String> { Ok(env::var("BERTH").ok().context("no berth")?) }\n'
        'fn c() -> Result<String> { Ok(env::var("QUAY")?) }\n'
    )
    found = {one.key: one.required for one in reads(text, "src/main.rs")}
    assert found == {"PILOT": False, "BERTH": True, "QUAY": True}


def test_rust_places_and_test_code() -> None:
    text = (
        "fn f() {\n    std::env::var(\n        \"A\",\n    ).ok();\n}\n"
        "#[cfg(test)]\nmod tests {\n    #[test]\n    fn t() { std::env::var(\"B\").unwrap(); }\n}\n"
        "#[cfg(not(test))]\nfn g() { std::env::var(\"C\").ok(); }\n"
    )  # fmt: skip
    found = reads(text, "a.rs")
    assert [(r.key, r.place.line, r.place.column, r.test) for r in found] == [
        ("A", 3, 9, False),
        ("B", 9, 28, True),
        ("C", 12, 24, False),
    ]


def test_rust_loaders_and_wrappers() -> None:
    file = read_env_reads(
        'fn a() { Environment::with_prefix("APP"); envy::prefixed("X_").from_env::<C>(); }\n'
        "fn get(key: &str, default: &str) -> String {\n"
        "    std::env::var(key).unwrap_or_else(|_| default.to_string())\n}\n"
        'fn b() { get("A_KEY", "d"); get(x, "e"); Self::get("B_KEY", y) }\n',
        "a.rs",
    )
    assert [one.prefix for one in file.loaders] == ["APP_", "X_"]
    ((name, index, default),) = [(w.name, w.parameter, w.default) for w in file.wrappers]
    assert (name, index, default) == ("get", 0, 1)
    tree = read_syntax('fn b() {\n get("A_KEY", "d"); get(x, "e"); Self::get("B_KEY", y) }', "b.rs")
    calls = wrapper_calls(tree, file.wrappers)
    assert [(c.key, c.default, c.place.line, c.place.column) for c in calls] == [
        ("A_KEY", "d", 2, 6),
        ("B_KEY", None, 2, 44),
    ]


SCRIPT = [
    ("process.env.A", [("A", False, None)]),
    ("process.env['A']", [("A", False, None)]),
    ("process.env.A || 'd'", [("A", False, "d")]),
    ("process.env.A ?? fallback", [("A", False, "…")]),
    ("process?.env?.A", [("A", False, None)]),
    ("globalThis.process.env.A", [("A", False, None)]),
    ("process.env.A!", [("A", False, None)]),
    ("process.env.A = 'x'", []),
    ("delete process.env.A", []),
    ("process.env.NODE_ENV === 'production'", []),
    ("process.env.NODE_ENV; process.env.A", [("NODE_ENV", False, None), ("A", False, None)]),
    ("import.meta.env.VITE_A", [("VITE_A", False, None)]),
    ("(import.meta as any).env?.VITE_A || 'd'", [("VITE_A", False, "d")]),
    ("(import.meta.env as Env).VITE_A", [("VITE_A", False, None)]),
    ("(process.env || {}).A", [("A", False, None)]),
    ("const { A, B: b, C = 'd' } = process.env",
     [("A", False, None), ("B", False, None), ("C", False, "d")]),
    ("const { env } = process; env.A", [("A", False, None)]),
    ("const e = import.meta.env\ne.VITE_A", [("VITE_A", False, None)]),
    ("process.env[`A_${x}_B`]", [("A_*_B", False, None)]),
    ("process.env['A_' + x]", [("A_*", False, None)]),
    ("const K = 'A'\nprocess.env[K]", [("A", False, None)]),
    ("if (!process.env.A) {\n  throw new Error('A')\n}\nuse(process.env.A)",
     [("A", True, None), ("A", True, None)]),
    ("const a = process.env.A\nif (!a) throw new Error('A')", [("A", True, None)]),
    ("// process.env.A\nconst s = 'process.env.B'", []),
    (("const schema = z.object({ A_KEY: z.string(), B_KEY: z.string().optional() })\n"
     "schema.parse(process.env)"), [("A_KEY", True, None), ("B_KEY", False, None)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SCRIPT)
def test_typescript(text: str, expected: list[tuple[str, bool, str | None]]) -> None:
    assert short(text, "a.ts") == expected


def test_typescript_wrapper_in_another_file() -> None:
    file = read_env_reads(
        "export const getEnvVar = (key: string, fallback: string) => {\n"
        "  if (import.meta.env?.[key]) return import.meta.env[key]\n  return fallback\n}\n",
        "env.ts",
    )
    assert {(w.name, w.parameter, w.default) for w in file.wrappers} == {("getEnvVar", 0, 1)}
    tree = read_syntax("const a = config.getEnvVar('VITE_A', 'd')\ngetEnvVar(other)", "b.tsx")
    (call,) = wrapper_calls(tree, file.wrappers)
    assert (call.key, call.default, call.via) == ("VITE_A", "d", "getEnvVar()")
    assert (call.place.line, call.place.column) == (1, 28)


def test_components_are_read_by_pattern() -> None:
    text = "<script>\nconst a = import.meta.env.VITE_A ?? 1\n// import.meta.env.VITE_B\n</script>\n"
    (read,) = reads(text, "App.vue")
    assert (read.key, read.place.line, read.has_default) == ("VITE_A", 2, True)


PYTHON = [
    ("import os\nos.environ['A']", [("A", True, None)]),
    ("os.environ.get('A', 'd')", [("A", False, "d")]),
    ("os.getenv('A')", [("A", False, None)]),
    ("os.getenv('A') or 'd'", [("A", False, "d")]),
    ("os.environ['A'] = '1'\ndel os.environ['A']", []),
    ("try:\n    a = os.environ['A']\nexcept KeyError:\n    a = None\n", [("A", False, None)]),
    ("if 'A' in os.environ:\n    a = os.environ['A']\n", [("A", False, None)]),
    ("a = os.getenv('A')\nif not a:\n    raise ValueError\n", [("A", True, None)]),
    ("K = 'A'\nos.environ[K]", [("A", True, None)]),
    ("os.environ[f'A_{x}']", [("A_*", True, None)]),
    ("from decouple import config\nconfig('A_KEY', default='d')", [("A_KEY", False, "d")]),
    (
        ("class S(BaseSettings):\n    model_config = {'env_prefix': 'APP_'}\n    url: str\n"
        "    level: str = 'info'\n    dsn: str | None\n"),
        [("APP_URL", True, None), ("APP_LEVEL", False, "info"), ("APP_DSN", False, None)],
    ),
    ("# os.environ['A']\nx = \"os.environ['B']\"", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PYTHON)
def test_python(text: str, expected: list[tuple[str, bool, str | None]]) -> None:
    assert short(text, "a.py") == expected


def test_python_reads_that_are_asked_for_first_stop_nothing() -> None:
    text = (
        "import os\nfrom environs import Env, EnvError\nenv = Env()\n"
        'if os.environ.get("A"):\n    a = os.environ["A"]\n'
        'b = "no" if not os.getenv("B") else os.environ["B"]\n'
        'try:\n    c = env("C_KEY")\nexcept EnvError:\n    c = "memory://"\n'
        'd = env("D_KEY")\n'
    )
    assert [one.key for one in reads(text, "a.py") if one.required] == ["D_KEY"]


def test_python_prefix_of_django_environ_is_part_of_the_key() -> None:
    text = 'import environ\nenv = environ.Env()\nenv.prefix = "QUAY_"\nk = env.str("SECRET_KEY")\n'
    assert short(text, "a.py") == [("QUAY_SECRET_KEY", True, None)]


def test_shell_reads_what_it_does_not_set() -> None:
    text = "#!/bin/sh\n# $COMMENTED\nOWN=1\necho $OWN $GIVEN ${WITH:-d} ${MUST:?no}\nXX=${XX:-1}; echo $XX\n"
    found = [(r.key, r.required, r.default) for r in reads(text, "a.sh")]
    assert found == [
        ("GIVEN", False, None),
        ("WITH", False, "d"),
        ("MUST", True, None),
        ("XX", False, "1"),
        ("XX", False, None),
    ]


def test_dynamic_reads_match_by_both_ends() -> None:
    (read,) = reads("process.env[`SHARD_${i}_URL`]", "a.ts")
    assert read.dynamic
    assert read.matches("SHARD_3_URL")
    assert not read.matches("SHARD_URL")
    assert not read.matches("OTHER")
    (nothing,) = reads("process.env[key]", "a.ts")
    assert not nothing.matches("ANY_KEY")


def test_only_files_that_mention_the_environment_are_parsed() -> None:
    assert not mentions_env("fn f() {}", "a.rs")
    assert not mentions_env("process.env.NODE_ENV", "a.ts")
    assert mentions_env("process.env.NODE_ENV; process.env.X", "a.ts")
    assert not mentions_env("process.env.X", "a.txt")


FRAGMENTS = st.lists(
    st.sampled_from(
        ["process.env", "import.meta.env", ".A", "['A']", "[`A_${b}`]", "env::var(", '"A"', ")", ".unwrap()",
         "os.environ", "os.getenv(", "'B'", " || ", "const {", "} = process.env", "if (!", "throw", "fn f(k: &str) {",
         "}", "\n", "#[arg(env", ")]", "class S(BaseSettings):\n  a: str", "$A", "${B:-", "(", "é", "\0"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(FRAGMENTS, st.sampled_from(["a.rs", "a.ts", "a.tsx", "a.js", "a.py", "a.sh", "a.vue"]))
def test_any_text_reads(text: str, path: str) -> None:
    file = read_env_reads(text, path)
    lines = text.count("\n") + 1
    assert all(1 <= (read.place.line or 0) <= lines for read in file.reads)
    if not path.endswith(".vue"):
        wrapper_calls(read_syntax(text, path), file.wrappers)
