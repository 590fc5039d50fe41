"""What an audit costs, as ratios measured in one run: ``python -m tests.bench TARGET``.

Whole processes, interleaved so that a busy machine slows both sides, medians of ``--runs``. The
yardstick is an empty pytest run with the same plugins. Exit 1 when a limit is exceeded.
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

PYTEST = str(Path(sys.executable).with_name("pytest"))
LIMITS = {"no_replay": 3.5, "replay_server": 1.5, "memory": 130.0, "item": 0.6}


def once(command: list[str], folder: str) -> tuple[float, float]:
    """(wall seconds, peak MiB) of one process."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "RECON"))}
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
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
    commands: dict[str, list[str]], folder: str, runs: int
) -> dict[str, tuple[float, float]]:
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
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


def bare_server(target: Path) -> Callable[[], float] | None:
    """Time of the target's own statements through one psycopg connection on a bare server."""
    from tests.bench import replay

    return replay.bare(target)


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
        measured = medians(
            {"empty": [PYTEST], "no replay": [*audit, "--recon-no-replay"], "default": audit},
            empty,
            options.runs,
        )
        floor = measured["empty"][0]
        for name, (wall, memory) in measured.items():
            print(f"{name:<12} {wall:7.3f} s  {wall / floor:5.2f} x empty  {memory:6.1f} MiB")
        if measured["no replay"][0] / floor > LIMITS["no_replay"]:
            over.append("no replay")
        if measured["no replay"][1] > LIMITS["memory"]:
            over.append("memory")
        small, large = (synthetic(Path(empty) / f"s{count}", count) for count in (100, 900))
        grown = medians(
            {
                "small": [PYTEST, f"--recon-target={small}"],
                "large": [PYTEST, f"--recon-target={large}"],
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
        bare = bare_server(history)
        if bare is None:
            print("replay       no history to replay, or no server: not measured")
        else:
            with_replay = medians(
                {
                    "without": [PYTEST, f"--recon-target={history}", "--recon-no-replay"],
                    "with": [PYTEST, f"--recon-target={history}"],
                },
                empty,
                max(3, options.runs // 2),
            )
            server = statistics.median(bare() for _ in range(3))
            wall = with_replay["with"][0]
            allowed = LIMITS["no_replay"] * floor + LIMITS["replay_server"] * server
            print(
                f"replay       {wall:7.3f} s; bare server {server:.3f} s;"
                f" without {with_replay['without'][0]:.3f} s; allowed {allowed:.3f} s"
            )
            if wall > allowed:
                over.append("replay")
    if over:
        print("over the limit: " + ", ".join(over))
    return 1 if over and not options.report_only else 0


if __name__ == "__main__":
    sys.exit(main())
