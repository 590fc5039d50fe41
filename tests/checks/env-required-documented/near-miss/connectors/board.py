"""Reads boards; run by itself it lists them."""

import os


def first(address: str) -> list[str]:
    return [address]


if __name__ == "__main__":
    print(first(os.environ["BOARD_API_ADDRESS"]))
