import subprocess
import time


async def watch(path: str) -> None:
    """Run by hand: nobody else waits."""
    while True:
        subprocess.run(["tail", "-n", "1", path])
        _settle()
        time.sleep(1)


def _settle() -> None:
    time.sleep(2)
