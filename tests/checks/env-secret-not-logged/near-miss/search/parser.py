"""Reads its key from the environment."""

import os


class PageParser:
    def __init__(self) -> None:
        self.api_key = os.environ["PAGE_PARSER_API_KEY"]
