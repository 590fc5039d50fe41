"""What bundlers write beside their output: manifests, the page that starts it, source maps.

Formats as their tools document them: Vite's ``manifest.json``, the HTML page of any bundler,
``build-manifest.json`` and ``app-build-manifest.json`` of Next.js, the raw data of
``rollup-plugin-visualizer`` (also inside of its HTML page), source maps of version 3. Everything is
plain JSON or a few tags, so there is no library to use.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = [
    "PageAssets",
    "ViteChunk",
    "read_map_sources",
    "read_next_manifest",
    "read_next_shared",
    "read_page_assets",
    "read_static_imports",
    "read_visualizer",
    "read_vite_manifest",
]

_TAG = regex(r"<(script|link|base)\b((?:[^>'\"]|'[^']*'|\"[^\"]*\"){0,300})>", re.IGNORECASE)
_ATTRIBUTE = regex(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_COMMENT = regex(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_STATIC = regex(
    r"(?:^|[;}\n])\s{0,40}(?:import|export)(?:[\w*\s{},$]{0,3000}?from)?\s*[\"']([^\"'\n]+)[\"']"
)


_HEAD = 60_000
"""Bundlers put static imports first."""
_PAGE = 100_000


class ViteChunk(Struct, frozen=True):
    """One entry of Vite's manifest."""

    key: str
    """``index.html``, ``src/pages/Login.tsx``, ``_vendor-a1b2.js``."""
    file: str
    src: str
    is_entry: bool
    imports: tuple[str, ...]
    """Keys of the chunks that it imports statically."""
    dynamic_imports: tuple[str, ...]
    """Keys of the chunks that it imports on demand."""
    css: tuple[str, ...]
    """Files of styles that are loaded with it."""


class PageAssets(Struct, frozen=True):
    """What an HTML page makes the browser load at once, as written; external URLs too."""

    scripts: tuple[str, ...]
    """``nomodule`` scripts, for browsers of the past, are left out."""
    preloads: tuple[str, ...]
    """``modulepreload``."""
    styles: tuple[str, ...]
    modules: bool
    """Some script is a module: what it imports statically is loaded too."""


def read_vite_manifest(text: str) -> tuple[ViteChunk, ...] | None:
    """The chunks of a manifest; ``None`` when the text is no manifest of Vite."""
    root = _load(text)
    if not isinstance(root, dict) or not root:
        return None
    found = []
    for key, value in root.items():
        if not isinstance(value, dict) or not isinstance(value.get("file"), str):
            return None
        found.append(
            ViteChunk(
                key=key,
                file=value["file"],
                src=_text(value.get("src")),
                is_entry=value.get("isEntry") is True,
                imports=_texts(value.get("imports")),
                dynamic_imports=_texts(value.get("dynamicImports")),
                css=_texts(value.get("css")),
            )
        )
    return tuple(found)


def read_next_manifest(text: str) -> dict[str, tuple[str, ...]] | None:
    """Page → its files, of ``build-manifest.json`` or ``app-build-manifest.json``; ``None`` when
    the text is neither."""
    root = _load(text)
    pages = root.get("pages") if isinstance(root, dict) else None
    if not isinstance(pages, dict):
        return None
    return {page: _texts(files) for page, files in pages.items()}


def read_next_shared(text: str) -> tuple[str, ...]:
    """The files that every route of the App Router loads, of ``build-manifest.json``."""
    root = _load(text)
    return _texts(root.get("rootMainFiles")) if isinstance(root, dict) else ()


def read_page_assets(text: str) -> PageAssets:
    """The scripts and styles of an HTML page. Never raises."""
    scripts: list[str] = []
    preloads: list[str] = []
    styles: list[str] = []
    modules = False
    for match in _TAG.finditer(_COMMENT.sub("", text[:_PAGE])):
        given = {
            one[1].lower(): html.unescape(one[2] or one[3] or one[4] or "")
            for one in _ATTRIBUTE.finditer(match[2])
        }
        tag = match[1].lower()
        if tag == "script" and given.get("src") and "nomodule" not in given:
            scripts.append(given["src"])
            modules = modules or given.get("type") == "module"
        elif tag == "link" and given.get("href"):
            kinds = given.get("rel", "").lower().split()
            if "modulepreload" in kinds:
                preloads.append(given["href"])
            elif "stylesheet" in kinds and given.get("media") != "print":
                styles.append(given["href"])
    return PageAssets(tuple(scripts), tuple(preloads), tuple(styles), modules)


def read_static_imports(text: str) -> tuple[str, ...]:
    """The relative specifiers that a finished ES module imports statically."""
    found = (match[1] for match in _STATIC.finditer(text[:_HEAD]))
    return tuple(dict.fromkeys(one for one in found if one.startswith((".", "/"))))


def read_map_sources(text: str) -> tuple[str, ...]:
    """The ``sources`` of a source map, as written, its ``sourceRoot`` before them."""
    root = _load(text)
    if not isinstance(root, dict) or not isinstance(root.get("sources"), list):
        return ()
    base = _text(root.get("sourceRoot"))
    base = f"{base.rstrip('/')}/" if base else ""
    return tuple(f"{base}{one}" for one in root["sources"] if isinstance(one, str))


def read_visualizer(text: str) -> dict[str, dict[str, int]] | None:
    """File of the output → module → bytes in it, of ``rollup-plugin-visualizer``: its raw data or
    its HTML page; ``None`` when the text is neither."""
    if "nodeMetas" not in text:
        return None
    root = _load(text)
    if root is None and (at := text.find('{"version"')) >= 0:
        try:
            root, _ = json.JSONDecoder().raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
    if not isinstance(root, dict):
        return None
    parts, metas = root.get("nodeParts"), root.get("nodeMetas")
    if not isinstance(parts, dict) or not isinstance(metas, dict):
        return None
    found: dict[str, dict[str, int]] = {}
    for meta in metas.values():
        name = meta.get("id") if isinstance(meta, dict) else None
        places = meta.get("moduleParts") if isinstance(meta, dict) else None
        if not isinstance(name, str) or not isinstance(places, dict):
            continue
        for file, uid in places.items():
            part = parts.get(uid)
            size = part.get("renderedLength") if isinstance(part, dict) else 0
            found.setdefault(file, {})[name] = size if isinstance(size, int) else 0
    return found


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
