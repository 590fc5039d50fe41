"""What a job does through scripts, make targets, package scripts, composite actions and ssh."""

from __future__ import annotations

from pathlib import Path

from pytest_reconaudit.facts.ci.work import JobWork, job_works
from pytest_reconaudit.target import Target

WORKFLOW = """\
on: push
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: make check
      - run: ./ci/all.sh
      - run: npm run verify
        working-directory: web
      - uses: ./tools/setup
      - run: |
          ssh -p 22 root@host <<'EOF'
            systemctl restart api
          EOF
          ssh root@host 'cd /srv && docker compose up -d'
      - run: python3 ci/more.py
      - if: false
        run: make never
"""


def _work(tmp_path: Path) -> JobWork:
    files = {
        ".github/workflows/ci.yml": WORKFLOW,
        "Makefile": "check: lint\n\tgo test ./...\nlint:\n\tgo vet ./...\nnever:\n\ttrue\n",
        "ci/all.sh": "#!/bin/sh\nset -e\ncargo test\n./ci/all.sh\nmake lint\n",
        "ci/more.py": "print(1)\n",
        "web/package.json": '{"scripts": {"preverify": "tsc", "verify": "vitest run"}}',
        "tools/setup/action.yml": (
            "name: setup\nruns:\n  using: composite\n  steps:\n    - uses: actions/cache@v4\n"
            "    - run: cargo fetch\n      shell: bash\n"
        ),
    }
    for path, text in files.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return job_works(Target(tmp_path))[".github/workflows/ci.yml"][0]


def test_everything_is_followed(tmp_path: Path) -> None:
    work = _work(tmp_path)
    seen = [(item.text, item.via, item.place.line) for item in work.items]
    assert ("go vet ./...", ("Makefile:lint",), 7) in seen
    assert ("go test ./...", ("Makefile:check",), 7) in seen
    assert ("cargo test", ("ci/all.sh",), 8) in seen
    assert ("go vet ./...", ("ci/all.sh", "Makefile:lint"), 8) in seen
    assert ("tsc", ("web/package.json:preverify",), 9) in seen
    assert ("vitest run", ("web/package.json:verify",), 9) in seen
    assert ("uses: actions/cache@v4", ("tools/setup/action.yml",), 11) in seen
    assert ("cargo fetch", ("tools/setup/action.yml",), 11) in seen
    assert not [item for item in work.items if item.text == "make never"]
    own = {item.text: f"{item.own}" for item in work.items}
    assert own["cargo test"] == "ci/all.sh:3"


def test_ssh_runs_elsewhere(tmp_path: Path) -> None:
    remote = [(item.text, item.place.line) for item in _work(tmp_path).items if item.remote]
    assert ("systemctl restart api", 14) in remote
    assert ("docker compose up -d", 16) in remote


def test_what_cannot_be_followed_is_named(tmp_path: Path) -> None:
    assert [item.text for item in _work(tmp_path).opaque] == ["python3 ci/more.py"]
