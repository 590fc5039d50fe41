"""How cases are taken out of the examples of eugene and the tests of squawk."""

from __future__ import annotations

from pathlib import Path

from tests.bench.corpus_locks import cases

RULE = """
    #[test]
    fn set_not_null() {
        let sql = r#"
ALTER TABLE quay ALTER COLUMN depth SET NOT NULL;
        "#;
        assert_snapshot!(lint_errors(sql, Rule::AddingNotNullableField));
    }

    #[test]
    fn with_a_check_ok() {
        let sql = "ALTER TABLE quay DROP CONSTRAINT deep;";
        lint_ok_with(
            sql,
            LinterSettings {
                assume_in_transaction: true,
                ..Default::default()
            },
            Rule::AddingNotNullableField,
        );
    }

    #[test]
    fn too_old() {
        let sql = "SELECT 1;";
        lint_ok_with(sql, LinterSettings { pg_version: "11".parse(), }, Rule::X);
    }
"""


def test_cases_of_both(tmp_path: Path) -> None:
    rules = tmp_path / "crates" / "squawk_linter" / "src" / "rules"
    rules.mkdir(parents=True)
    (rules / "adding_not_null_field.rs").write_text(RULE, "utf-8")
    example = tmp_path / "eugene" / "examples" / "E2"
    example.mkdir(parents=True)
    (example / "bad.sql").write_text(
        "-- 1.sql\nCREATE TABLE quay (depth int);\n\n-- 2.sql\nALTER TABLE quay ADD x int;\n",
        "utf-8",
    )
    bad, first, second = cases(tmp_path)
    assert (bad.rule, bad.caught, bad.transaction) == ("E2", True, True)
    assert "CREATE TABLE quay" in bad.before
    assert [text.strip() for text in bad.files] == ["ALTER TABLE quay ADD x int;"]
    assert (first.title, first.caught, first.transaction) == ("set_not_null", True, False)
    assert "SET NOT NULL" in first.files[0]
    assert (second.title, second.caught, second.transaction) == ("with_a_check_ok", False, True)
