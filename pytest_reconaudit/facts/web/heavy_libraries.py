"""Libraries that a browser loads as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.web.apps import frontends
from pytest_reconaudit.facts.web.dependency import Dependency
from pytest_reconaudit.facts.web.modules import links
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["HeavyUse", "heavy_uses"]


class HeavyUse(Struct, frozen=True):
    """A library that is loaded as a whole."""

    dependency: Dependency
    says: str
    uses: tuple[Note, ...]


_WHOLE_ICONS = frozenset(
    {"lucide-react", "react-icons", "@heroicons/react", "@tabler/icons-react", "lucide-vue-next",
     "@mui/icons-material", "@ant-design/icons", "react-feather", "@phosphor-icons/react",
     "phosphor-react", "@fortawesome/free-solid-svg-icons", "ionicons", "feather-icons"}
)  # fmt: skip


def heavy_uses(target: Target) -> Iterator[tuple[str, tuple[HeavyUse, ...]]]:
    for frontend in frontends(target):
        package = frontend.package
        names = package.manifest.dependency_names
        if not names & ({"moment", "lodash"} | _WHOLE_ICONS):
            continue
        uses: dict[str, list[Note]] = {}
        for path in frontend.sources:
            if frontend.reached is not None and path not in frontend.reached:
                continue
            for link in links(target).get(path, ()):
                one = link.specifier
                if one.type_only or one.kind not in ("import", "require"):
                    continue
                whole = one.text in ("moment", "lodash") or (
                    one.text in _WHOLE_ICONS and "*" in one.names and _indexed(target, path)
                )
                if whole:
                    uses.setdefault(one.text, []).append(Note(Place(path, one.line), one.text))
        found = []
        for name, notes in sorted(uses.items()):
            dependency = next(
                (
                    Dependency(name, version, section, place)
                    for section, known, version, place in package.manifest.dependencies
                    if known == name
                ),
                None,
            )
            if dependency is not None:
                found.append(HeavyUse(dependency, _SAYS.get(name, _ICONS), tuple(notes)))
        if found:
            yield package.path, tuple(found)


_SAYS = {
    "moment": "moment brings about 20 kB after gzip, with its languages about 75 kB; date-fns and"
    " Day.js load only what is used",
    "lodash": "lodash comes as a whole, about 25 kB after gzip, also for one function by name;"
    " lodash-es or lodash/debounce load only what is used",
}
_ICONS = "all icons of the library are loaded, because they are picked by name at run time"
_NAMESPACE = regex(r"import\s+\*\s+as\s+(\w+)\s+from")


def _indexed(target: Target, path: str) -> bool:
    """Whether a namespace is used as a value (``Icons[name]``): then all of it is needed."""
    text = target.text(path)
    return any(
        re.search(
            rf"\b{re.escape(name)}\s*\[|[(,=]\s*{re.escape(name)}\s*[,);]|\{{\s*{re.escape(name)}\s*\}}",
            text,
        )
        for name in _NAMESPACE.findall(text)
    )
