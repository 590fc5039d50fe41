"""The paths that a web server in front of finished files answers: nginx, ``serve``."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from pytest_reconaudit.facts.network.programs import Program
from pytest_reconaudit.facts.network.served import Served
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.nginx import Directive, NginxFile, read_nginx, walk
from pytest_reconaudit.readers.routing import ANY, Endpoint, Gap, Item
from pytest_reconaudit.target import Target

__all__ = ["nginx_routes", "static_routes"]

_MAIN = "/etc/nginx/nginx.conf"
_ROOTS = ("/etc/nginx/", "/usr/local/openresty/nginx/conf/", "/opt/bitnami/nginx/conf/")
_EVERYTHING = "/{*rest}"
_GIVES = (
    "proxy_pass",
    "fastcgi_pass",
    "uwsgi_pass",
    "grpc_pass",
    "scgi_pass",
    "alias",
    "dav_methods",
)
_PUBLIC = ("public", "static", "www", "html", "assets")
_SINGLE = frozenset({"-s", "--single", "--spa"})


def nginx_routes(target: Target, program: Program) -> Served | None:
    """What an nginx container answers; ``None`` when its configuration is not all known."""
    main = _start(program)
    if not program.configs_known:
        return None
    served = Served("", "nginx", main)
    served.folder = program.folders[0] if program.folders else ""
    served.folders = _file_folders(target, program)
    files = _read_files(target, program)
    if any(file.problems for file in files):
        return None
    blocks = [
        directive
        for file in files
        for directive, _ in walk(file.directives)
        if directive.name == "server" and directive.block is not None
    ]
    if not blocks:
        if (program.placed and not _has_default(files)) or _brings_nothing(program):
            return None
        # The image's own default: files of one folder, and its page at the root.
        served.endpoints.append(Endpoint(ANY, "/", main))
        return served
    served.main = blocks[0].place
    for block in blocks:
        for item in _server(block, files, {}):
            if isinstance(item, Gap):
                served.gaps.append(item)
            elif isinstance(item, Endpoint):
                served.endpoints.append(item)
    return served


def _start(program: Program) -> Place:
    stage = program.stage
    if stage is None:
        return program.dockerfile.place if program.dockerfile is not None else Place("", None)
    last = stage.last("CMD") or stage.last("ENTRYPOINT")
    return last.place if last is not None else stage.place


def _brings_nothing(program: Program) -> bool:
    """Whether the image holds neither pages nor settings of its own: both are mounted."""
    file = program.dockerfile
    return (
        file is not None
        and not program.placed
        and not any(one.keyword in ("COPY", "ADD") for one in file.instructions)
    )


def _has_default(files: list[NginxFile]) -> bool:
    return not any(file.path for file in files if "server" in file.path)


def _read_files(target: Target, program: Program) -> list[NginxFile]:
    """The files that nginx loads, the main one first."""
    placed = dict(program.placed)
    main = next(
        (path for root in _ROOTS if (path := placed.get(posixpath.join(root, "nginx.conf")))), None
    )
    found: list[NginxFile] = []
    patterns = ["/etc/nginx/conf.d/*.conf", "/opt/bitnami/nginx/conf/server_blocks/*.conf"]
    if main is not None:
        file = target.parse(read_nginx, main)
        found.append(file)
        patterns = [
            posixpath.join("/etc/nginx", directive.args[0].text)
            for directive, _ in walk(file.directives)
            if directive.name == "include" and directive.args
        ]
    templated = any(fnmatchcase("/etc/nginx/conf.d/x.conf", one) for one in patterns)
    for inside, path in placed.items():
        if path == main:
            continue
        made = re.fullmatch(r"/etc/nginx/templates/(?:.+/)?[^/]+\.template", inside)
        if (made and templated) or any(fnmatchcase(inside, one) for one in patterns):
            found.append(target.parse(read_nginx, path))
    return found


def _server(block: Directive, files: list[NginxFile], seen: dict[str, bool]) -> Iterator[Item]:
    """What the ``location``s of a server block answer."""
    own = block.block or ()
    answer = next((one for one in own if one.name == "return"), None)
    if answer is not None and _positive(answer):
        yield Endpoint(ANY, _EVERYTHING, answer.place)
    for one in own:
        if one.name == "include" and one.args and not _known_include(one.args[0].text):
            yield Gap("", one.place, f"includes {one.args[0].text}")
        elif one.name == "rewrite":
            yield Gap("", one.place, "a rewrite of the whole server")
    locations = list(_locations(own))
    spread = next((one for one in own if one.name == "try_files"), None)
    if spread is not None:
        yield from _files("/", spread, spread.place)
    root = any(one.name == "root" for one in own)
    if not any(_prefix(one) == "/" for one in locations) and spread is None and root:
        yield Endpoint(ANY, "/", block.place)
    for one in locations:
        yield from _location(one)


def _known_include(path: str) -> bool:
    return posixpath.basename(path) in (
        "mime.types", "fastcgi_params", "proxy_params", "uwsgi_params", "fastcgi.conf",
        "security-headers.conf",
    )  # fmt: skip


def _locations(directives: tuple[Directive, ...]) -> Iterator[Directive]:
    for one in directives:
        if one.name == "location" and one.block is not None:
            yield one
            yield from _locations(one.block)


def _prefix(location: Directive) -> str:
    """The literal prefix; empty for a pattern or a name."""
    words = [one.text for one in location.args]
    if not words or words[0] in ("~", "~*") or words[0].startswith("@"):
        return ""
    return words[-1]


def _positive(directive: Directive) -> bool:
    """Whether a ``return`` answers with success or a redirect."""
    code = directive.args[0].text if directive.args else ""
    return not code.isdigit() or int(code) < 400


def _location(location: Directive) -> Iterator[Item]:
    words = [one.text for one in location.args]
    block = location.block or ()
    if not words or words[0].startswith("@"):
        return
    place = location.place
    if words[0] in ("~", "~*"):
        # A pattern for file names says nothing about a path without one; any other may match.
        pattern = words[-1]
        if r"\." not in pattern:
            yield Gap(_literal(pattern), place, "a location with a pattern")
        return
    exact = words[0] == "="
    path = words[-1]
    if "$" in path or not path.startswith("/"):
        yield Gap("", place, "a location that is computed")
        return
    names = {one.name for one in block}
    answers = [one for one in block if one.name == "return"]
    if answers:
        if _positive(answers[0]):
            yield Endpoint(ANY, path if exact else _all(path), place)
        return
    if "deny" in names and "allow" not in names:
        return
    if names & {"stub_status", "empty_gif"}:
        yield Endpoint(ANY, path, place)
        return
    tried = next((one for one in block if one.name == "try_files"), None)
    if any(name.endswith(("_by_lua_block", "_by_lua_file")) for name in names):
        yield Endpoint(ANY, path if exact else _all(path), place)
    elif names & set(_GIVES) or "rewrite" in names or "error_page" in names or "if" in names:
        yield Gap(path, place, "what stands behind it answers")
    elif tried is not None:
        yield from _files(path, tried, place)
    elif exact:
        yield Gap(path, place, "a file")
    else:
        yield Endpoint(ANY, path, place)
        if path != "/":
            yield Gap(path, place, "files")


def _files(path: str, tried: Directive, place: Place) -> Iterator[Item]:
    """``try_files``: with a page as the last resort every path is answered."""
    last = tried.args[-1].text if tried.args else ""
    if last.startswith("=") and last[1:].isdigit():
        if int(last[1:]) < 400:
            yield Endpoint(ANY, _all(path), place)
        else:
            yield Endpoint(ANY, path, place)
            if path != "/":
                yield Gap(path, place, "files")
    elif last.startswith("@"):
        yield Gap(path, place, "what stands behind it answers")
    else:
        yield Endpoint(ANY, _all(path), place)


def _all(path: str) -> str:
    return f"{path.rstrip('/')}/{{*rest}}"


def _literal(pattern: str) -> str:
    """The text that a pattern surely begins with."""
    match = re.match(r"\^(/[\w/-]*)", pattern)
    return match[1].rpartition("/")[0] if match else ""


def _file_folders(target: Target, program: Program) -> tuple[str, ...]:
    """Folders of the application whose files end up beside its page."""
    found = []
    for folder in program.folders:
        for name in _PUBLIC:
            path = posixpath.join(folder, name)
            if target.has_dir(path):
                found.append(path)
    return tuple(found)


def static_routes(target: Target, program: Program) -> Served | None:
    """What ``serve``, ``http-server`` or ``vite preview`` answers."""
    place = _start(program)
    folder = program.package or (program.folders[0] if program.folders else "")
    served = Served(folder, program.server, place, folders=_file_folders(target, program))
    words = " ".join(program.command).split()
    every = program.server == "vite-preview" or bool(_SINGLE & set(words))
    served.endpoints.append(Endpoint(ANY, _EVERYTHING if every else "/", place))
    if not every:
        served.gaps.append(Gap("", place, "files"))
    return served
