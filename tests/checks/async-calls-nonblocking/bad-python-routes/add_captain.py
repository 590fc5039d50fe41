"""Adds a captain: python add_captain.py NAME."""

import asyncio
import sys

from ferry.keys import stamp


async def add(name: str):
    await save(name, stamp(name, b"first word"))


if __name__ == "__main__":
    asyncio.run(add(sys.argv[1]))
