"""How cases are taken out of hadolint's test suite."""

from __future__ import annotations

from pathlib import Path

from tests.bench.corpus_hadolint import cases, ours

SPEC = """
spec = do
  describe "DL3006" $ do
    it "one line" $ ruleCatches "DL3006" "FROM debian"
    it "quoted \\"text\\"" $
      ruleCatchesNot "DL3006" "FROM debian:12\\nLABEL a=\\"b\\""
    it "a list" $
      let dockerFile =
            [ "FROM golang:1.22 AS build",
              "FROM build"
            ]
       in do
            ruleCatchesNot "DL3006" $ Text.unlines dockerFile
            onBuildRuleCatchesNot "DL3006" $ Text.unlines dockerFile
    it "another rule" $ ruleCatches "DL3007" "FROM debian:latest"
"""


def test_cases_and_verdicts(tmp_path: Path) -> None:
    folder = tmp_path / "test" / "Hadolint" / "Rule"
    folder.mkdir(parents=True)
    (folder / "DL3006Spec.hs").write_text(SPEC, "utf-8")
    found = list(cases(tmp_path))
    assert [(one.title, one.text, one.caught, one.line) for one in found] == [
        ("one line", "FROM debian", True, 4),
        ('quoted "text"', 'FROM debian:12\nLABEL a="b"', False, 6),
        ("a list", "FROM golang:1.22 AS build\nFROM build\n", False, 13),
    ]
    assert [ours(one)[0] for one in found] == [True, False, False]
