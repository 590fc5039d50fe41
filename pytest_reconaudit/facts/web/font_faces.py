"""Which fonts a page may ask for: a browser loads the font of an `@font-face` rule only when some
text is set in its family.
"""

from __future__ import annotations

import posixpath
import re
from itertools import islice

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, within

__all__ = ["Faces"]

_FACE = regex(r"@font-face\s{0,20}\{[^{}]{0,8000}\}")
_FAMILY = regex(r"font-family\s{0,8}:\s{0,8}['\"]?([^;'\"{}\n]{1,80})")
_FILE = regex(r"([^/\\\\'\"()\n]{1,120}\.(?:ttf|otf|woff|eot))\b", re.IGNORECASE)
_STYLES = (".css", ".scss", ".sass", ".less", ".html", ".vue", ".svelte", ".astro")
_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mdx", ".json")
_WRITES = regex(r"\b(?:writeFile(?:Sync)?|createWriteStream|outputFile(?:Sync)?|Bun\.write)\b")
_COMPUTED = ("$", "#{", "@{", "var(", "<%", "{{")
_MOST = 2_000
"""Rules of one style."""


class Faces:
    """The `@font-face` rules of a package, and what may use their families."""

    def __init__(self, target: Target, folder: str) -> None:
        self._families: dict[str, set[str]] = {}
        """Name of a font → the families that it is one of."""
        self._styles: dict[str, str] = {}
        """Name of a font → the style that names it."""
        self._texts: list[str] = []
        """In small letters, without the rules."""
        self._writers: list[tuple[str, str]] = []
        """Scripts that write such rules, with their text."""
        self._used: dict[str, bool] = {}
        for path in target.files_below(folder):
            if not path.endswith((*_STYLES, *_SCRIPTS)):
                continue
            text = target.text(path)
            if "@font-face" in text:
                if path.endswith(_SCRIPTS) and _WRITES.search(text) is not None:
                    self._writers.append((path, text))
                    continue
                for match in islice(_FACE.finditer(text), _MOST):
                    self._read(path, match[0])
                text = _FACE.sub(" ", text)
            self._texts.append(text.lower())
        for path in target.files:  # what packages of one workspace share
            if within(path, folder):
                continue
            if path.endswith(_STYLES[:4]) or posixpath.basename(path).startswith("tailwind"):
                self._texts.append(_FACE.sub(" ", target.text(path)).lower())

    def _read(self, path: str, rule: str) -> None:
        family = _FAMILY.search(rule)
        for match in _FILE.finditer(rule):
            name = match[1].strip().replace("%20", " ").lower()
            self._families.setdefault(name, set()).add(family[1].strip() if family else "")
            self._styles.setdefault(name, path)

    def is_asked_for(self, path: str) -> bool:
        """Whether some style sets text in a family of a font, or something names the font in
        another way than by such a rule."""
        name = posixpath.basename(path).lower()
        families = self._families.get(name)
        if families is None or any(map(self._is_used, sorted(families))):
            return True
        return any(name in text for text in self._texts)

    def _is_used(self, family: str) -> bool:
        known = self._used.get(family)
        if known is None:
            known = not family or any(one in family for one in _COMPUTED)
            if not known:
                said = re.escape(family.lower())
                before = r"['\"`:,][ \t]{0,8}(?:\d[\w./]{0,12}[ \t])?"
                after = r"[ \t]{0,8}(?:['\"`;,}!\\\n]|$)"
                pattern = re.compile(before + said + after)
                small = family.lower()
                known = any(
                    small in text and pattern.search(text) is not None for text in self._texts
                )
            self._used[family] = known
        return known

    def cure(self, paths: list[str]) -> str:
        """What to do where a script writes the style that names the fonts; empty without one."""
        for path in paths:
            style = self._styles.get(posixpath.basename(path).lower(), "")
            for writer, text in self._writers:
                if style and posixpath.basename(style) in text:
                    return (
                        "Pack it with `woff2_compress`, and let the rule that"
                        f" {writer} writes name the `.woff2` with `format('woff2')`: it writes"
                        f" {style}, where an edit would be lost."
                    )
        return ""
