"""What manifests list that the repository writes for new packages."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["written_manifests"]

_LISTS = "[dependencies]"
_LISTED = regex(r'(?m)^[ \t]*"?([A-Za-z_][\w-]*)"?(?:\.[\w.-]+)?[ \t]*=')
_ENDS = regex(r'(?m)^[ \t]*\[|"#|"(?=\s*[,;).])')
_LONGEST_LIST = 6_000


@once
def written_manifests(target: Target) -> tuple[frozenset[str], ...]:
    """What each manifest that the repository writes for new packages lists: a text in the code of
    a generator, or a template beside it."""
    paths = [path for path in target.everything if path.endswith(".rs")]
    paths += target.named("Cargo.toml.*", "Cargo.toml_*", "_Cargo.toml")
    found = []
    for path in paths:
        text = target.text(path)
        at = text.find(_LISTS)
        while at >= 0:
            at += len(_LISTS)
            part = text[at : at + _LONGEST_LIST].replace("\\n", "\n")
            ends = _ENDS.search(part)
            end = len(part) if ends is None else ends.start()
            names = _LISTED.findall(part, 0, end)
            if len(names) > 1:
                found.append(frozenset(names))
            at = text.find(_LISTS, at + end)
    return tuple(dict.fromkeys(found))
