"""Parts of packages that a build step writes: a clone does not show what their code imports."""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.facts.web.build_outputs import is_built_output, writing_scripts
from pytest_reconaudit.facts.web.modules import links
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, home_among, once, within

__all__ = ["GeneratedParts", "generated_parts"]

_COMPILED = regex(
    r"(?:^|/)(?:dist|build|out|output|lib|esm|cjs|es|node_modules|target|\.[^/]*)(?:/|$)"
)
"""What is made of the sources themselves, and what frameworks keep for themselves."""
_OF_KNOWN_TOOLS = regex(
    r"(?i)prisma|route-?tree|paraglide|styled-system|typechain|wailsjs|\$types|version|build-?info"
    r"|manifest|\.(?:css|scss|sass|less|json|svg|md|mdx|txt|html|wasm|node|d)(?:\.\w+)?$"
)
"""What imports nothing, or only what belongs to the tool by its name."""
_GENERATED = regex(r"(?:^|/)(?:__generated__|_?generated|codegen|protos?)(?:/|$)")
_LOADED = frozenset({"import", "export", "require", "dynamic"})
_MADE_AS = ("", ".ts", ".tsx", ".js", "/index.ts")
_ENDING = regex(r"\.[cm]?[jt]sx?$")
_MEANINGLESS = frozenset({"src", "app", "source", "index", "."})


class GeneratedParts(Struct, frozen=True):
    """What a package imports of its own that is not in a clone."""

    first: Note
    """An import of what no generator of the repository is known to write, else of any."""
    makers: tuple[str, ...]
    """Folders of the packages of the repository whose programs write parts of it."""
    of_protobuf: bool
    """Some of it is made of ``.proto`` files: it imports one of their runtimes."""
    known: bool
    """All the rest is written by them or by scripts of the package, whose code tells what it may
    import."""

    def may_need(self, name: str) -> bool:
        """Whether what is made of ``.proto`` files may import a package."""
        return self.of_protobuf and _RUNTIMES.search(name) is not None


_PROTOBUF = regex(r"(?:^|[/_.-])(?:protos?|pb|grpc|connect|connectweb|twirp)(?:[/_.]|$)")
_RUNTIMES = regex(
    r"^(?!.{0,80}protoc-gen)(?:.{0,80}(?:protobuf|grpc)|@bufbuild/|@connectrpc/)|^long$|twirp"
    r"|^ts-proto|^rxjs$|^@improbable-eng/"
    r"|^@protobufjs/|^@nestjs/microservices$|^browser-headers$"
)


def generated_parts(target: Target, package: NpmPackage) -> GeneratedParts | None:
    """What is generated of a package; ``None`` where nothing of it is."""
    missed = _missed(target).get(package.folder)
    if not missed:
        return None
    commands = [one.command for one in package.manifest.scripts]
    makers = [
        one
        for one in npm_packages(target)
        if one.manifest.name in package.manifest.dependency_names
        and any(_runs(command, bin) for bin in one.manifest.bins for command in commands)
    ]
    texts = [target.text(path) for path in writing_scripts(target).get(package.folder, ())]
    texts += [
        command
        for command in commands
        if any(_runs(command, bin) for one in makers for bin in one.manifest.bins)
    ]
    rest = [one for one in missed if _PROTOBUF.search(one[0]) is None]
    strange = [
        note for place, note in rest if not any(_is_named(target, place, text) for text in texts)
    ]
    return GeneratedParts(
        strange[0] if strange else missed[0][1],
        tuple(one.folder for one in makers),
        len(rest) < len(missed),
        not strange,
    )


def _is_named(target: Target, place: str, text: str) -> bool:
    """Whether a script or command names the module, or the nearest folder of it that is away."""
    name = _ENDING.sub("", posixpath.basename(place))
    folder = posixpath.dirname(place)
    top = ""
    while folder and not target.has_dir(folder):
        top, folder = posixpath.basename(folder), posixpath.dirname(folder)
    names = {name, top} - _MEANINGLESS - {""}
    return any(
        re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", text) is not None for one in names
    )


def _runs(command: str, program: str) -> bool:
    return re.search(rf"(?<![\w@/.-]){re.escape(program)}(?![\w./-])", command) is not None


@once
def _missed(target: Target) -> dict[str, list[tuple[str, Note]]]:
    """Folder of a package → (module that a build step writes, import of it)."""
    folders = frozenset(one.folder for one in npm_packages(target))
    found: dict[str, dict[str, Note]] = {}
    for path, mine in links(target).items() if folders else ():
        home: str | None = None
        for link in mine:
            place = link.meant.path
            if link.meant.kind != "unknown" or not place or link.specifier.kind not in _LOADED:
                continue
            if home is None:
                home = home_among(posixpath.dirname(path), folders)
            inner = posixpath.relpath(place, home or ".")
            if not within(place, home) or _COMPILED.search(inner) or _OF_KNOWN_TOOLS.search(inner):
                continue
            if is_test_path(path) or not _is_generated(target, place, inner):
                continue
            note = Note(
                Place(path, link.specifier.line, link.specifier.column), link.specifier.text
            )
            found.setdefault(home, {}).setdefault(place, note)
    return {home: list(places.items()) for home, places in found.items()}


def _is_generated(target: Target, place: str, inner: str) -> bool:
    stem = _ENDING.sub("", place)
    if target.has_dir(posixpath.dirname(place)) and _PROTOBUF.search(inner) is None:
        return False  # one file: settings of a machine rather than code
    return (
        _GENERATED.search(inner) is not None
        or any(target.ignored_by(stem + suffix) is not None for suffix in _MADE_AS)
        or is_built_output(target, place)
    )
