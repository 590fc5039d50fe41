"""Starts the proxy as a process of its own."""

import os
import subprocess
import sys


def main() -> None:
    port = os.environ.get("MODEL_PROXY_PORT", "4000")
    subprocess.run([sys.executable, "-m", "proxy", "--port", port], check=True)


main()
