"""Reads tickets; run by itself it shows the first ones."""

import os


class Tickets:
    def __init__(self, password: str) -> None:
        self.password = password

    def first(self) -> list[str]:
        return []


if __name__ == "__main__":
    print(Tickets(os.environ.get("TICKETS_PASSWORD", "admin")).first())
