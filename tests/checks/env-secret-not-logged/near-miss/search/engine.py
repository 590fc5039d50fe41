"""Is given its key by whoever makes it: another one than the page parser's."""

import logging

log = logging.getLogger(__name__)


class Engine:
    def __init__(self, api_key: str) -> None:
        self.api_key = api_key

    def query(self, text: str) -> None:
        log.info("searching %s with %s", text, self.api_key)
