"""Symbols, indexes, routes and figures that a document speaks of."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from pytest_reconaudit.facts.docs.addresses import route_claim
from pytest_reconaudit.facts.docs.wording import Held, is_aside
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.markdown import CodeSpan, Document
from pytest_reconaudit.target import Target

__all__ = ["NameClaims"]

_KINDS = (
    r"component|hook|struct|trait|enum|service|middleware|repository|controller|handler|store"
    r"|context|provider"
)
_AFTER = regex(rf"`[^`]+`\s+(?:React\s+|Vue\s+|Rust\s+|custom\s+)?(?:{_KINDS})\b")
_SYMBOL = regex(r"<?((?:[A-Z][a-z0-9]+){2,}|use[A-Z]\w{3,})\s*/?>?(?:\(\))?")
_INDEX = regex(r"idx_[a-z0-9]+(?:_[a-z0-9]+)+|[a-z0-9]+(?:_[a-z0-9]+)+_idx")
_ROUTE = regex(r"(GET|POST|PUT|PATCH|DELETE)\s+(/[\w/{}:.-]*)")
_FIGURE = regex(
    r"(?i)\b(\d[\d,.]{0,20}\s{0,4}[kKmM]?\+?)\s{0,4}(?:requests?\s{0,4}(?:/|per)\s*s(?:ec(?:ond)?)?\b"
    r"|req/s(?:ec)?\b|rps\b|concurrent users?\b)"
)
_AIM = regex(
    r"(?i)target|goal|aim|should|limit|expect\w*|\bslo\b|\bsla\b|plan|budget|rate|quota"
    r"|max(?:imum)?\b|throttl|burst|up to|default|config|allow|simulat|--|example|test|stage|ramp"
)
_ASSUMED = regex(
    r"(?i)\b(?:at|for|with)\s+(?:[a-z]{1,12}\s+)?[~≈]?$|\b(?:assum\w+|suppos\w+)\b|[×*]\s*$"
)
"""What stands before a rate that is taken for granted."""
_MEASURED = regex(
    r"(?i)\b(?:handl\w+|serv(?:es?|ed|ing)|process\w*|sustain\w*|reach\w*|achiev\w+|deliver\w*"
    r"|benchmark\w*|measur\w+|tested|perform\w*|throughput|proven|support\w*|capable|runs?|peak\w*"
    r"|latency|p9\d|cop(?:es?|ed))\b"
)
_PRODUCT = regex(r"\s{0,4}[×*]\s{0,4}~?\d")
_RESULT = regex(
    r"(?i)(?:^|/)[^/]*(?:results?|bench(?:mark)?s?|k6|load[-_]?tests?|perf(?:ormance)?"
    r"|locust|wrk|jmeter|gatling|artillery)[^/]*(?:\.\w+$|/)"
)
_SCRIPTS = (".js", ".ts", ".mjs", ".py", ".lua", ".jmx", ".sh", ".rs", ".go", ".toml")
"""What makes a measurement is no result of one."""
_SOURCES = (
    ".rs", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".py", ".go", ".java", ".kt", ".rb", ".php", ".cs",
    ".sql", ".graphql", ".proto", ".prisma", ".vue", ".svelte", ".html", ".yml", ".yaml", ".toml",
    ".json", ".sh", ".swift", ".dart", ".scala", ".ex", ".exs", ".cpp", ".h", ".c",
)  # fmt: skip
_MOST = 60
"""Names that are looked for in the sources, for one repository."""


class NameClaims:
    """The names of one document."""

    def __init__(self, target: Target, document: Document) -> None:
        self.target = target
        self.document = document

    def claims(self) -> Iterator[Held]:
        for span in self.document.spans:
            kind, name = _shape(span)
            if kind == "route":
                yield from self._route(span)
            elif kind and not is_aside(span.around, span.headings):
                there = _occurs(self.target, name)
                if there is not None:
                    says = "" if there else _WORDS[kind]
                    yield kind, name, span.place, says, None
        if posixpath.basename(self.document.path).lower().startswith("readme"):
            yield from self._figures()

    def _route(self, span: CodeSpan) -> Iterator[Held]:
        match = _ROUTE.fullmatch(span.text)
        if match is not None and not is_aside(span.around, span.headings):
            yield from route_claim(self.target, match[1], match[2], span.place)

    def _figures(self) -> Iterator[Held]:
        for number, line in self.document.prose:
            match = _FIGURE.search(line)
            if match is None or _AIM.search(line) or is_aside(line, ()):
                continue
            if _is_assumed(line, match) or self.target.remember(_has_results):
                continue
            place = Place(self.document.path, number, match.start() + 1)
            yield "number", match[0], place, "no result of a measurement is in the repository", None


_WORDS = {
    "symbol": "occurs in no source file",
    "index": "occurs in no migration and no source file",
}


def _is_assumed(line: str, match: re.Match[str]) -> bool:
    """Whether a rate is what something else is reckoned from: ``864k rows a day at 10 req/s``."""
    if _PRODUCT.match(line, match.end()):
        return True
    before = line[max(match.start() - 60, 0) : match.start()]
    return _ASSUMED.search(before) is not None and _MEASURED.search(line) is None


def _shape(span: CodeSpan) -> tuple[str, str]:
    if _INDEX.fullmatch(span.text):
        return "index", span.text
    if _ROUTE.fullmatch(span.text):
        return "route", span.text
    symbol = _SYMBOL.fullmatch(span.text)
    if symbol is not None:
        column = (span.place.column or 1) - 2
        if _AFTER.match(span.line, max(column, 0)):
            return "symbol", symbol[1]
    return "", ""


def _occurs(target: Target, name: str) -> bool | None:
    """Whether a word stands in any source file; ``None`` when too many were asked for."""
    asked: dict[str, bool] = target.remember(_asked)
    if name not in asked:
        if len(asked) >= _MOST:
            return None
        asked[name] = any(
            name in target.text(path) for path in target.everything if path.endswith(_SOURCES)
        )
    return asked[name]


def _asked(target: Target) -> dict[str, bool]:
    """Filled as names are asked for."""
    return {}


def _has_results(target: Target) -> bool:
    return any(_RESULT.search(path) for path in target.everything if not path.endswith(_SCRIPTS))
