"""Scripts and components that a server puts into its own pages.

A page that a server puts together mounts its component once: it lives until the browser leaves the
page, and what it has started ends with it.
"""

from __future__ import annotations

import posixpath
import re
from itertools import islice

from pytest_reconaudit.facts.packages import NpmPackage
from pytest_reconaudit.facts.web.modules import importers
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["is_put_into_pages", "is_rendered_by_server"]

_REGISTERED = regex(
    r"\.component\(\s{0,20}['\"](?P<name>[\w-]{1,60})['\"]\s{0,20},(?P<what>[^\n]{0,300})"
)
_FILE = regex(r"['\"]([^'\"\n]{0,200}\.vue)['\"]")
_IMPORTED = regex(r"\bimport\s+(\w{1,60})\s+from\s+['\"]([^'\"\n]{1,200}\.vue)['\"]")
_WORD = regex(r"\s*(\w+)")
_HUMP = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_SCRIPTS = (".js", ".ts", ".mjs")
_TEMPLATES = (
    ".pug", ".jade", ".ejs", ".hbs", ".erb", ".haml", ".slim", ".php", ".twig", ".jinja", ".j2",
    ".jinja2", ".cshtml", ".html", ".njk", ".liquid", ".mustache",
)  # fmt: skip
_COMPONENTS = (".vue", ".jsx", ".tsx")
_MOST = 500


def is_put_into_pages(target: Target, package: NpmPackage) -> bool:
    """Whether a server puts the scripts of a package into pages of its own: a bundler that needs to
    be told its entries makes them, and neither a page lies beside them nor a plugin writes one."""
    names = package.manifest.dependency_names
    if not names & _BUNDLERS or names & _PAGE_MAKERS:
        return False
    for path in target.below(package.folder):
        base = posixpath.basename(path)
        if base == "index.html" and not _ASIDE.search(path[len(package.folder) :]):
            return False
        if _CONFIGURES.match(base) and "html" in target.text(path).lower():
            return False
    return True


_ASIDE = regex(r"(?:^|/)(?:docs?|_\w+|templates?|tests?|__tests__|examples?|fixtures?|stories)/")
_CONFIGURES = regex(r"(?:webpack|rollup|esbuild|rspack|gulpfile)[\w.-]*\.[cm]?[jt]s$")
_BUNDLERS = frozenset(
    {"webpack", "rollup", "esbuild", "@rspack/core", "gulp", "@symfony/webpack-encore"}
)
_PAGE_MAKERS = frozenset(
    {"vite", "react-scripts", "@vue/cli-service", "@angular/cli", "next", "nuxt", "parcel",
     "@rsbuild/core", "html-webpack-plugin", "@craco/craco", "html-rspack-plugin", "gatsby",
     "@rollup/plugin-html", "expo", "umi", "@umijs/max"}
)  # fmt: skip


def is_rendered_by_server(target: Target, path: str) -> bool:
    """Whether a component is registered for the whole application, templates of a server name its
    tag, and no other component imports or renders it."""
    for script, name, file in _registered(target):
        if not path.endswith(f"/{file}") and path != file:
            continue
        if any(user != script for user, _ in importers(target).get(path, ())):
            return False
        tags = {name, _HUMP.sub("-", name).lower()}
        said = "|".join(re.escape(one) for one in sorted(tags))
        tag = re.compile(rf"(?:<|^[ \t]{{0,80}})(?:{said})(?=[\s(>/]|$)", re.MULTILINE)
        if _is_named(target, _COMPONENTS, tags, tag, path):
            return False
        return _is_named(target, _TEMPLATES, tags, tag, path)
    return False


def _is_named(
    target: Target, kinds: tuple[str, ...], tags: set[str], tag: re.Pattern[str], own: str
) -> bool:
    return any(
        one.endswith(kinds)
        and one != own
        and any(name in (text := target.text(one)) for name in tags)
        and tag.search(_shown(text) if one.endswith(".vue") else text) is not None
        for one in target.everything
    )


def _shown(text: str) -> str:
    """The template of a component."""
    start, end = text.find("<template"), text.rfind("</template>")
    return text[start:end] if 0 <= start < end else ""


@once
def _registered(target: Target) -> tuple[tuple[str, str, str], ...]:
    """(script, name, end of the component's path) of what is registered for all templates."""
    found = []
    for path in target.files:
        if not path.endswith(_SCRIPTS) or ".component(" not in (text := target.text(path)):
            continue
        if ".vue" not in text:
            continue
        known = dict(_IMPORTED.findall(text))
        for match in islice(_REGISTERED.finditer(text), _MOST):
            file = _FILE.search(match["what"])
            word = _WORD.match(match["what"])
            written = file[1] if file is not None else known.get(word[1] if word else "", "")
            place = written.lstrip("./@~")
            if place:
                found.append((path, match["name"], place))
    return tuple(found)
