"""Which versions of common images no longer get fixes from their makers.

A plain table, true on :data:`TABLE_DATE`. What stands in no row is not judged. The dates are the
makers' own ends of community support; paid extensions do not count.
"""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import ImageReference

__all__ = ["TABLE_DATE", "EndedImage", "ended", "major_of", "version_of"]

TABLE_DATE = "2026-08-22"
"""When the table was last compared with the makers' release pages."""


class EndedImage(Struct, frozen=True):
    """A line of versions whose support is over."""

    product: str
    line: str
    """The version as far as the line is named: ``12`` or ``5.7``."""
    since: str
    """The day on which support ended."""
    instead: str
    """The oldest line that is supported and will be for a while."""


_LINES: dict[str, tuple[str, dict[str, str]]] = {
    # product: (what to move to, {ended line: day})
    "PostgreSQL": ("16", {
        "9": "2021-11-11", "10": "2022-11-10", "11": "2023-11-09", "12": "2024-11-21",
        "13": "2025-11-13",
    }),
    "Redis": ("7.4", {
        "2": "2017-07-14", "3": "2018-10-17", "4": "2020-04-30", "5": "2022-04-27",
        "6.0": "2022-05-31", "7.0": "2024-07-29",
    }),
    "MySQL": ("8.4", {
        "5": "2023-10-31", "8.0": "2026-04-30", "8.1": "2023-10-25", "8.2": "2023-12-14",
        "8.3": "2024-04-10",
    }),
    "MariaDB": ("10.11", {
        "5": "2020-04-11", "10.0": "2019-03-31", "10.1": "2020-10-17", "10.2": "2022-05-23",
        "10.3": "2023-05-25", "10.4": "2024-06-18", "10.5": "2025-06-24", "10.6": "2026-07-06",
        "10.7": "2023-02-09", "10.8": "2023-05-20", "10.9": "2023-08-22", "10.10": "2023-11-17",
        "11.0": "2024-06-06", "11.1": "2024-08-21", "11.2": "2024-11-21", "11.3": "2024-05-29",
        "11.5": "2024-11-21", "11.6": "2025-02-13", "11.7": "2025-05-12", "12.0": "2025-11-18",
    }),
    "MongoDB": ("7.0", {
        "2": "2016-10-31", "3": "2021-04-30", "4": "2024-02-29", "5": "2024-10-31",
        "6": "2025-07-31",
    }),
    "Elasticsearch": ("8.19", {
        "2": "2018-02-28", "5": "2019-03-11", "6": "2022-02-10", "7": "2026-01-15",
    }),
    "OpenSearch": ("2", {"1": "2025-05-06"}),
    "RabbitMQ": ("4", {"3": "2024-09-17"}),
    "Node.js": ("22", {
        "8": "2019-12-31", "9": "2018-06-30", "10": "2021-04-30", "11": "2019-06-30",
        "12": "2022-04-30", "13": "2020-06-01", "14": "2023-04-30", "15": "2021-06-01",
        "16": "2023-09-11", "17": "2022-06-01", "18": "2025-04-30", "19": "2023-06-01",
        "20": "2026-04-30", "21": "2024-06-01", "23": "2025-06-01",
    }),
    "Python": ("3.11", {
        "2": "2020-01-01", "3.5": "2020-09-30", "3.6": "2021-12-23", "3.7": "2023-06-27",
        "3.8": "2024-10-07", "3.9": "2025-10-31",
    }),
    "PHP": ("8.3", {
        "5": "2018-12-31", "7": "2022-11-28", "8.0": "2023-11-26", "8.1": "2025-12-31",
    }),
    "Traefik": ("3", {"1": "2021-12-31", "2": "2026-02-01"}),
    "Ubuntu": ("22.04", {
        "14.04": "2019-04-25", "16.04": "2021-04-02", "18.04": "2023-05-31",
        "20.04": "2025-05-31", "23.04": "2024-01-20", "23.10": "2024-07-12",
        "24.10": "2025-07-10", "25.04": "2026-01-17",
    }),
    "Debian": ("12", {"7": "2018-05-31", "8": "2020-06-30", "9": "2022-06-30",
                      "10": "2024-06-30"}),
    "Alpine": ("3.22", {
        "3.2": "2017-05-01", "3.3": "2017-11-01", "3.4": "2018-05-01", "3.5": "2018-11-01",
        "3.6": "2019-05-01", "3.7": "2019-11-01", "3.8": "2020-05-01", "3.9": "2020-11-01",
        "3.10": "2021-05-01", "3.11": "2021-11-01", "3.12": "2022-05-01",
        "3.13": "2022-11-01", "3.14": "2023-05-01",
        "3.15": "2023-11-01", "3.16": "2024-05-23", "3.17": "2024-11-22", "3.18": "2025-05-09",
        "3.19": "2025-11-01", "3.20": "2026-04-01",
    }),
}  # fmt: skip

_PRODUCTS = {
    "postgres": "PostgreSQL", "postgresql": "PostgreSQL", "postgis": "PostgreSQL",
    "redis": "Redis", "mysql": "MySQL", "mysql-server": "MySQL", "mariadb": "MariaDB",
    "mongo": "MongoDB", "mongodb": "MongoDB", "elasticsearch": "Elasticsearch",
    "kibana": "Elasticsearch", "logstash": "Elasticsearch", "opensearch": "OpenSearch",
    "rabbitmq": "RabbitMQ", "node": "Node.js", "python": "Python", "php": "PHP",
    "traefik": "Traefik", "ubuntu": "Ubuntu", "debian": "Debian", "alpine": "Alpine",
}  # fmt: skip
"""The last part of an image's name → the product whose version the tag is."""
_PG_TAGS = frozenset({"timescaledb", "timescaledb-ha", "pgvector", "pgvecto-rs", "citus"})
"""Images over PostgreSQL whose tag says ``pg15`` beside a version of their own."""
_OWN = frozenset(
    {
        "bitnami", "bitnamilegacy", "postgis", "docker.elastic.co", "elastic", "opensearchproject",
        "timescale", "pgvector", "citusdata", "mysql",
    }
)  # fmt: skip
"""Publishers whose tags are the product's version."""
_VERSION = regex(r"v?(\d{1,5}(?:\.\d{1,5}){0,3})(?![\w.])")
_PG = regex(r"(?:^|[-_.])pg(\d{1,2})(?!\d)")


def version_of(image: ImageReference) -> str:
    """The version that a tag begins with, ``15.4`` of ``15.4-alpine``; empty when it has none."""
    if image.short in _PG_TAGS:
        found = _PG.search(image.tag)
        return found[1] if found else ""
    match = _VERSION.match(image.tag)
    return match[1] if match else ""


def major_of(image: ImageReference) -> str:
    """The first number of a tag's version."""
    return version_of(image).partition(".")[0]


def ended(image: ImageReference) -> EndedImage | None:
    """The row that says an image's line is over; nothing when it is supported or not listed."""
    product = "PostgreSQL" if image.short in _PG_TAGS else _PRODUCTS.get(image.short, "")
    if not product or image.name.partition("/")[0] not in _OWN | {image.name}:
        return None
    version = version_of(image)
    instead, lines = _LINES[product]
    # The longest line that the version lies in; a bare major is its newest line, so that
    # `mysql:8` is not `mysql:8.0`.
    while version:
        if version in lines:
            return EndedImage(product, version, lines[version], instead)
        version = version.rpartition(".")[0]
    return None
