"""What an audit costs, as ratios measured in one run: ``python -m tests.bench TARGET``.

Whole processes, interleaved so that a busy machine slows both sides, medians of ``--runs``. The
yardsticks are an empty pytest run with the same plugins, and a bare loop that parses the target's
sources once. Exit 1 when a limit is exceeded.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pytest_reconaudit.facts.code.scanned import source_files
from pytest_reconaudit.target import Target
from tests.bench import replay

PYTEST = str(Path(sys.executable).with_name("pytest"))
LIMITS = {
    "cold": 1.6,
    "warm": 2.0,
    "replay_server": 1.4,
    "server": 0.8,
    "kept": 0.05,
    "memory": 250.0,
    "item": 0.6,
}
BARE_LOOP = """
import sys
import tree_sitter, tree_sitter_javascript, tree_sitter_python, tree_sitter_rust
import tree_sitter_typescript
grammars = {
    "rust": tree_sitter_rust.language(), "python": tree_sitter_python.language(),
    "javascript": tree_sitter_javascript.language(), "tsx": tree_sitter_typescript.language_tsx(),
    "typescript": tree_sitter_typescript.language_typescript(),
}
parsers = {k: tree_sitter.Parser(tree_sitter.Language(v)) for k, v in grammars.items()}
for line in sys.stdin:
    path, _, language = line.rstrip("\\n").rpartition("\\t")
    with open(path, "rb") as file:
        parsers[language].parse(file.read())
"""
"""Parses the files that stand on its standard input, one ``path<TAB>language`` a line."""


def once(command: list[str], folder: str) -> tuple[float, float]:
    """(wall seconds, peak MiB) of one process; its input is the file ``sources`` of the folder."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "RECON"))}
    start = time.perf_counter()
    sources = Path(folder, "sources")
    with sources.open() if sources.exists() else Path(os.devnull).open() as given:
        process = subprocess.Popen(
            command,
            stdin=given,
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 5):
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode}")
    return wall, usage.ru_maxrss / 1024


def medians(
    commands: dict[str, list[str]],
    folder: str,
    runs: int,
    before: Callable[[], None] = lambda: None,
) -> dict[str, tuple[float, float]]:
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            before()
            sample = once(command, folder)
            if number:  # the first round warms the caches
                samples[name].append(sample)
    return {
        name: (statistics.median(w for w, _ in taken), statistics.median(m for _, m in taken))
        for name, taken in samples.items()
    }


def synthetic(root: Path, services: int) -> Path:
    """A repository with that many services, each with a Dockerfile of its own."""
    root.mkdir(parents=True)
    lines = ["services:"]
    for number in range(services):
        folder = root / f"svc{number}"
        folder.mkdir()
        (folder / "Dockerfile").write_text(
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY main.py ./\nUSER 10001\n"
            'CMD ["python", "main.py"]\n'
        )
        (folder / "main.py").write_text("print('ok')\n")
        lines.append(f"  svc{number}:\n    build: ./svc{number}")
    (root / "docker-compose.yml").write_text("\n".join(lines) + "\n")
    return root


def items_of(target: Path) -> int:
    out = subprocess.run(
        [PYTEST, f"--recon-target={target}", "--collect-only", "-q"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return sum("::" in line for line in out.splitlines())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--history", type=Path, help="another target whose history is replayed")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--report-only", action="store_true", help="never exit 1")
    options = parser.parse_args()
    over = []
    with tempfile.TemporaryDirectory() as empty:
        target = options.target.resolve()
        audit = [PYTEST, f"--recon-target={target}"]
        listed = [f"{target / path}\t{kind}\n" for path, kind in source_files(Target(target))]
        Path(empty, "sources").write_text("".join(listed))
        still = [*audit, "--recon-no-replay"]
        measured = medians(
            {
                "empty": [PYTEST],
                "bare loop": [sys.executable, "-c", BARE_LOOP],
                "cold": [*still, "--recon-no-cache"],
                "warm": still,
                "default": [*audit, "--recon-no-cache"],
            },
            empty,
            options.runs,
        )
        floor = measured["empty"][0]
        for name, (wall, memory) in measured.items():
            print(f"{name:<12} {wall:7.3f} s  {wall / floor:5.2f} x empty  {memory:6.1f} MiB")
        parsed = floor + measured["bare loop"][0]
        cold, warm = measured["cold"][0] / parsed, measured["warm"][0] / floor
        print(f"cold         {cold:5.2f} x (empty + bare loop over {len(listed)} sources)")
        if cold > LIMITS["cold"]:
            over.append("cold")
        if warm > LIMITS["warm"]:
            over.append("warm")
        if measured["cold"][1] > LIMITS["memory"]:
            over.append("memory")
        small, large = (synthetic(Path(empty) / f"s{count}", count) for count in (100, 900))
        grown = medians(
            {
                "small": [PYTEST, f"--recon-target={small}", "--recon-no-cache"],
                "large": [PYTEST, f"--recon-target={large}", "--recon-no-cache"],
            },
            empty,
            max(3, options.runs // 2),
        )
        extra = items_of(large) - items_of(small)
        each = (grown["large"][0] - grown["small"][0]) / extra * 1000
        print(f"per item     {each:7.3f} ms over {extra} more items")
        if each > LIMITS["item"]:
            over.append("per item")
        history = (options.history or options.target).resolve()
        bare = replay.bare(history)
        if bare is None:
            print("replay       no history to replay, or no server: not measured")
        else:
            os.environ["XDG_CACHE_HOME"] = str(Path(empty, "cache"))
            audited = [PYTEST, f"--recon-target={history}"]
            with_replay = medians(
                {
                    "without": [*audited, "--recon-no-replay"],
                    "with": audited,
                },
                empty,
                max(3, options.runs // 2),
                replay.forget,
            )
            server = statistics.median(bare() for _ in range(3))
            wall = with_replay["with"][0]
            without = with_replay["without"][0]
            allowed = without + LIMITS["replay_server"] * server + LIMITS["server"]
            print(
                f"replay       {wall:7.3f} s; bare statements {server:.3f} s;"
                f" without {without:.3f} s; allowed {allowed:.3f} s"
            )
            if wall > allowed:
                over.append("replay")
            again = replay.kept(history)
            print(f"kept replay  {again:7.3f} s")
            if again > LIMITS["kept"]:
                over.append("kept")
    if over:
        print("over the limit: " + ", ".join(over))
    return 1 if over and not options.report_only else 0


if __name__ == "__main__":
    sys.exit(main())
