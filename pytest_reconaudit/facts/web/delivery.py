"""How finished files reach a browser: compression and caching of nginx, formats of assets."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from contextlib import suppress

from msgspec import Struct

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.docker.toolchains import is_development_command, is_development_name
from pytest_reconaudit.facts.network.programs import (
    Program,
    program_of_dockerfile,
    program_of_service,
)
from pytest_reconaudit.facts.web.apps import Frontend, frontends
from pytest_reconaudit.facts.web.font_faces import Faces
from pytest_reconaudit.facts.web.modules import importers
from pytest_reconaudit.facts.web.server_rendered import is_rendered_by_server
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.nginx import (
    Directive,
    NginxFile,
    looks_like_nginx,
    read_nginx,
    walk,
)
from pytest_reconaudit.readers.scans.effects import effects
from pytest_reconaudit.readers.vue_effects import read_vue_effects
from pytest_reconaudit.target import Target, once, within

__all__ = ["AssetFault", "AssetScope", "asset_scopes"]


class AssetFault(Struct, frozen=True):
    clause: str
    """``a`` no compression, ``b`` no caching, ``c`` heavy images, ``d`` heavy fonts, ``e`` effects
    without an end."""
    place: Place
    says: str
    evidence: str = ""
    related: tuple[Note, ...] = ()
    note: bool = False
    """It weighs little, or something makes it smaller before a browser gets it, as a rule."""
    cure: str = ""
    """In Markdown: of ``b`` the directives for the names that the build gives its files, of ``c``
    what keeps addresses alive, of ``e`` what ends it in Vue."""


class AssetScope(Struct, frozen=True, eq=False):
    """A server's configuration, or a frontend package with its assets."""

    id: str
    faults: tuple[AssetFault, ...]
    unknown: str = ""
    """Why nothing can be said."""


_BUNDLED = frozenset(
    {"vite", "react-scripts", "angular", "vue-cli", "webpack", "astro", "gatsby", "docusaurus"}
)
_SCRIPT_TYPES = frozenset(
    {"application/javascript", "text/javascript", "application/x-javascript", "*",
     "application/ecmascript"}
)  # fmt: skip
_WEEK = 604_800
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": _WEEK, "M": 2_592_000, "y": 31_536_000}
_TIME = regex(r"(\d+)\s*(ms|[smhdwMy]?)")
_MAX_AGE = regex(r"(?:s-)?max-?age\s*=\s*(\d+)", 2)
"""2 is ``re.IGNORECASE``."""
_PAGES = regex(
    r"\.html|\bindex\b|service-?worker|\bsw\.js|robots|favicon|manifest|config\.js|\.json", 2
)
_EDGE = regex(
    r"\bcloudfront\b|\bcloudflare\b|\bfastly\b|\bakamai\b|\bbunny(?:cdn)?\.net\b|aws_cloudfront"
    r"|azurerm_cdn|google_compute_backend_bucket|enable_cdn|\bcdn\s*[:=]"
)
_EDGE_WORDS = ("cloudfront", "cloudflare", "fastly", "akamai", "bunny", "cdn", "backend_bucket")
_EDGE_FILES = (".tf", ".yml", ".yaml", ".toml", ".json", ".conf", ".env", ".bicep")
_COMPRESSING = regex(
    r"^[ \t]{0,40}(?:encode\b|compress[ \t]{0,4}:)|middlewares\.[\w-]+\.compress\b|use-gzip"
    r"|enable-brotli",
    8,
)
"""8 is ``re.MULTILINE``."""
_MOUNTED = regex(r"mountPath:\s*['\"]?/etc/nginx")
_RASTER = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff")
_FONT = (".ttf", ".otf", ".woff", ".eot")
_RASTER_LIMIT = 300_000
_RASTER_HEAVY = 500_000
"""Below, a page that somebody sees now and then is no worse for it."""
_FONT_LIMIT = 100_000
_UNSERVED = regex(
    r"(?:^|/)(?:docs?|screenshots?|design|e2e|tests?|__tests__|cypress|stories|\.storybook|store"
    r"|marketing-kit|press|figma|artwork|\.github|mobile|android|ios|src-tauri|electron|build-resources"
    r"|resources|examples?|demo|email|emails|backend|server|wiki)(?:/|$)|(?:^|/)(?:og|opengraph|twitter"
    r"|social|cover|preview|screenshot|apple-touch|splash|icon-?512|app-?icon)[\w.-]*$"
    r"|[-_.](?:og|opengraph|twitter-card|social-card)(?:[-_.]?image)?\.\w+$",
    2,
)


@once
def asset_scopes(target: Target) -> tuple[AssetScope, ...]:
    """Everything there is to judge: servers first, then packages, each by id."""
    built = [one for one in frontends(target) if one.framework in _BUNDLED]
    servers = sorted(_servers(target, built), key=lambda one: one.id)
    packages = [_package(target, one) for one in frontends(target) if one.framework]
    return (*servers, *packages)


# -- servers -------------------------------------------------------------------------------


def _servers(target: Target, built: list[Frontend]) -> Iterator[AssetScope]:
    folders = {one.folder for one in built}
    if not folders:
        return
    seen: set[str] = set()
    for program, place in _programs(target):
        if program.server != "nginx" or not folders & set(program.folders):
            continue
        mine = [one for one in built if one.folder in program.folders]
        scope = _judged(target, program, place, mine)
        if scope.id not in seen:
            seen.add(scope.id)
            yield scope


def _programs(target: Target) -> Iterator[tuple[Program, Place]]:
    """Every nginx that an image starts, as it is run: with its mounts where compose has some."""
    run: set[str] = set()
    for stack in stacks(target):
        if stack.guessed:
            continue
        for service in stack.services:
            program = program_of_service(target, stack, service)
            if program is None or program.dockerfile is None or program.server != "nginx":
                continue
            if is_development_name(program.dockerfile.path):
                continue
            run.add(program.dockerfile.path)
            yield program, program.dockerfile.place
    for dockerfile in dockerfiles(target):
        if dockerfile.path in run or is_development_name(dockerfile.path):
            continue
        final = images(target).final_stage(dockerfile)
        if final is None or is_development_command(dockerfile, final):
            continue
        program = program_of_dockerfile(target, dockerfile)
        if program is not None and program.server == "nginx":
            yield program, dockerfile.place


def _judged(target: Target, program: Program, place: Place, built: list[Frontend]) -> AssetScope:
    files = [target.parse(read_nginx, path) for _, path in sorted(program.placed) if _is_conf(path)]
    dockerfile = program.dockerfile
    shown = dockerfile.path if dockerfile is not None else place.path
    if not program.configs_known or any(one.problems for one in files):
        return AssetScope(shown, (), "its nginx configuration is not all known")
    if not files and _configured_elsewhere(target):
        return AssetScope(shown, (), "a cluster may mount its nginx configuration")
    serving = [one for one in files if _servers_of(one)]
    if files and not serving:
        return AssetScope(shown, (), "no server block of its configuration is known")
    if not files:
        stage = program.stage
        start = stage.place if stage is not None else place
        related: tuple[Note, ...] = ()
        says = "the image serves the built files with the configuration that nginx comes with"
        faults = [
            AssetFault(
                "a", start, f"{says}: nothing is compressed", _text_of(target, start), related
            )
        ]
        if not _behind_edge(target):
            faults.append(
                AssetFault(
                    "b",
                    start,
                    f"{says}: it sets no lifetime for any file",
                    _text_of(target, start),
                    cure=_kept(target, built, None),
                )
            )
        if _compressed_before(target, program):
            faults = faults[1:]
        return AssetScope(shown, tuple(faults))
    main = next(iter(serving))
    every = [pair for one in files for pair in one.all()]
    found = [*_uncompressed(target, program, every, main), *_uncached(target, every, main, built)]
    return AssetScope(main.path, tuple(found))


def _is_conf(path: str) -> bool:
    return not path.endswith((".html", ".htpasswd", ".pem", ".crt", ".key", ".js", ".sh"))


def _text_of(target: Target, place: Place) -> str:
    return target.line(place.path, place.line or 1).strip()[:160]


def _configured_elsewhere(target: Target) -> bool:
    return any(
        _MOUNTED.search(target.text(path))
        for path in target.files
        if path.endswith((".yml", ".yaml"))
    )


def _servers_of(file: NginxFile) -> list[Directive]:
    """The server blocks that serve files of a folder."""
    return [
        one
        for one, _ in file.all()
        if one.name == "server"
        and one.block is not None
        and any(inner.name in ("root", "try_files", "alias") for inner, _ in walk(one.block))
    ]


def _uncompressed(
    target: Target, program: Program, every: list[tuple[Directive, str]], main: NginxFile
) -> Iterator[AssetFault]:
    names: dict[str, Directive] = {}
    types: set[str] = set()
    for one, _ in every:
        on = bool(one.args) and one.args[0].text in ("on", "always")
        if one.name in ("gzip", "brotli", "zstd", "gzip_static", "brotli_static") and on:
            names.setdefault(one.name, one)
        elif one.name in ("gzip_types", "brotli_types"):
            types |= {arg.text.strip() for arg in one.args}
    # A type list may be of another level than the switch: any that holds scripts is taken.
    if names.keys() - {"gzip", "brotli"} or any(
        one.name == "include" and _snippet(one) for one, _ in every
    ):
        return
    if names and types & _SCRIPT_TYPES:
        return
    if _compressed_before(target, program):
        return
    server = _servers_of(main)[0]
    if names:
        switch = next(iter(names.values()))
        lacking = "without scripts" if types else "without `gzip_types`: only HTML"
        says = f"`{switch.text()}` {lacking} is compressed"
        if types:
            says = f"`{switch.text()}` leaves scripts out of its types"
        yield AssetFault("a", switch.place, says, switch.text())
    else:
        says = "nginx serves the built scripts and styles without gzip or brotli"
        yield AssetFault("a", server.place, says, _text_of(target, server.place))


def _snippet(one: Directive) -> bool:
    """Whether an included file that is not here may hold such settings."""
    path = one.args[0].text if one.args else ""
    base = posixpath.basename(path)
    return base not in (
        "mime.types", "fastcgi_params", "proxy_params", "uwsgi_params", "*.conf", "fastcgi.conf",
        "default.conf",
    )  # fmt: skip


_WRITES = {
    "vite": ("/assets/",),
    "docusaurus": ("/assets/",),
    "astro": ("/_astro/",),
    "react-scripts": ("/static/",),
    "vue-cli": ("/js/", "/css/", "/img/", "/fonts/"),
}
"""Framework → the folders where its build writes files with a hash in their names."""
_HASHED = r'~ "[.-]([0-9a-f]{8,}|[0-9A-Z]{8})\.\w+$"'
"""A location of nginx: a hash before the suffix, as bundlers write it."""
_ELSEWHERE = regex(r"\b(?:base|assetsDir|publicPath|entryFileNames|chunkFileNames|filename)\s*:")
_HASH_IN_NAME = regex(r"\[(?:content|chunk|full)?hash\b|\bcontenthash\b")
_NAMES_ITSELF = frozenset({"parcel", "@parcel/core", "@rsbuild/core"})
_SETTINGS = regex(
    r"^(?:vite|webpack|rspack|rsbuild|esbuild|astro|vue|craco|config-overrides)[\w.-]*\.(?:[cm]?[jt]s)$"
)


def _kept(target: Target, built: list[Frontend], server: Directive | None) -> str:
    """What makes browsers keep the files of these builds: locations that match their names."""
    root = _root_of(server)
    inner = f"root {root}; " if root else ""
    locations: list[str] = []
    plain = False
    for one in built:
        texts = [
            target.text(path)
            for path in target.files_below(one.folder)
            if _SETTINGS.match(posixpath.basename(path)) and "node_modules" not in path
        ]
        folders = _WRITES.get(one.framework, ())
        if not folders or any(_ELSEWHERE.search(text) for text in texts):
            locations.append(_HASHED)
            names = one.package.manifest.dependency_names
            plain = plain or (
                one.framework == "webpack"
                and names.isdisjoint(_NAMES_ITSELF)
                and not any(_HASH_IN_NAME.search(text) for text in texts)
            )
        else:
            locations += folders
    lines = [f"location {one} {{ {inner}expires 1y; }}" for one in dict.fromkeys(locations)]
    lines[0] += "  # files with a hash in their names"
    lines.append(f"location = /index.html {{ {inner}expires -1; }}  # asked for at each visit")
    text = "\n".join(("```nginx", *lines, "```"))
    if server is None:
        text = f"In the `server` block of a configuration of your own:\n\n{text}"
    if plain:
        text = (
            "Let the build write a hash into the names first"
            f" (`[name].[contenthash].js`), then:\n\n{text}"
        )
    return text


def _root_of(server: Directive | None) -> str:
    """The folder that the locations of a server name, where the server itself names none."""
    if server is None or server.block is None:
        return ""
    if any(one.name == "root" for one in server.block):
        return ""
    roots = [one.args[0].text for one, _ in walk(server.block) if one.name == "root" and one.args]
    return roots[0] if roots else ""


def _uncached(
    target: Target, every: list[tuple[Directive, str]], main: NginxFile, built: list[Frontend]
) -> Iterator[AssetFault]:
    if any(one.name == "include" and _snippet(one) for one, _ in every):
        return
    short: Directive | None = None
    for one, _ in every:
        if one.name == "map" and any(
            "expires" in arg.text or "cache" in arg.text for arg in one.args
        ):
            return
        age = _age(one)
        if age is None:
            continue
        if age >= _WEEK:
            return
        short = short or (one if age > 0 else None)
    if _behind_edge(target):
        return
    server = _servers_of(main)[0]
    cure = _kept(target, built, server)
    if short is not None:
        says = f"files with a hash in their names are cached for `{short.text()}` only"
        yield AssetFault("b", short.place, says, short.text(), cure=cure)
    else:
        says = "nginx sets no lifetime for the built files: no `expires` or `max-age` above zero"
        yield AssetFault("b", server.place, says, _text_of(target, server.place), cure=cure)


def _age(one: Directive) -> int | None:
    """Seconds that a directive lets browsers keep files; ``None`` when it says nothing about it."""
    words = [arg.text for arg in one.args]
    if one.name == "expires" and words:
        value = words[-1]
        if value == "max" or value.startswith("$"):
            return _WEEK
        if value in ("off", "epoch") or value.startswith(("-", "@")):
            return 0
        parts = _TIME.findall(value)
        return sum(
            int(number[:9]) * _UNITS.get(unit, 1 if not unit else 0) for number, unit in parts
        )
    if (
        one.name in ("add_header", "more_set_headers")
        and "cache-control" in " ".join(words).lower()
    ):
        text = " ".join(words)
        if "immutable" in text.lower() or "$" in text:
            return _WEEK
        match = _MAX_AGE.search(text)
        return int(match[1][:9]) if match is not None else 0
    return None


def _compressed_before(target: Target, program: Program) -> bool:
    """Whether something in front of this server compresses: a proxy, a CDN."""
    return _behind_edge(target) or any(
        path not in program.configs for path in target.remember(_compressing_proxies)
    )


def _compressing_proxies(target: Target) -> tuple[str, ...]:
    found = []
    for path in target.files:
        name = posixpath.basename(path).lower()
        text = target.text(path)
        if (
            name.startswith("caddyfile")
            or "traefik" in text[:20_000]
            or path.endswith((".yml", ".yaml"))
        ):
            if _COMPRESSING.search(text):
                found.append(path)
        elif "proxy_pass" in text and "gzip" in text and looks_like_nginx(path, text):
            for one, _ in target.parse(read_nginx, path).all():
                if one.name == "gzip" and one.args and one.args[0].text == "on":
                    found.append(path)
                    break
    return tuple(found)


def _behind_edge(target: Target) -> bool:
    return target.remember(_edge)


def _edge(target: Target) -> bool:
    for path in target.files:
        if path.endswith(_EDGE_FILES) and "package" not in posixpath.basename(path):
            text = target.text(path).lower()
            if any(word in text for word in _EDGE_WORDS) and _EDGE.search(text):
                return True
    return False


# -- packages ------------------------------------------------------------------------------


_DOCUMENTS = regex(r"(?:^|/)(?:docs?|documentation|handbook|wiki)/")
"""Packages whose pages are read now and then, by those who work with the product."""


def _package(target: Target, frontend: Frontend) -> AssetScope:
    folder = frontend.folder
    nested = [
        one.folder
        for one in frontends(target)
        if one.folder != folder and within(one.folder, folder)
    ]
    rasters: list[tuple[int, str]] = []
    fonts: list[tuple[int, str]] = []
    for path in target.files_below(folder):
        lower = path.lower()
        inner = path[len(folder) + 1 :] if folder else path
        if not lower.endswith((*_RASTER, *_FONT)) or _UNSERVED.search(inner):
            continue
        if any(within(path, one) for one in nested):
            continue
        if not inner.startswith(
            ("public/", "src/", "static/", "app/", "assets/", "client/", "lib/")
        ):
            continue
        size = _size(target, path)
        if lower.endswith(_RASTER) and size > _RASTER_LIMIT:
            rasters.append((size, path))
        elif lower.endswith(_FONT) and size > _FONT_LIMIT:
            stem = posixpath.splitext(path)[0]
            if not target.has(f"{stem}.woff2"):
                fonts.append((size, path))
    sources, reached = frozenset(frontend.sources), frontend.reached or frozenset[str]()
    dead = frozenset[str]() if sources.isdisjoint(reached) else sources - reached
    named = _named(target, folder, [path for _, path in (*rasters, *fonts)], dead)
    rasters = [one for one in rasters if one[1] in named]
    fonts = [one for one in fonts if one[1] in named]
    faces = Faces(target, folder) if fonts else None
    fonts = [one for one in fonts if faces is None or faces.is_asked_for(one[1])]
    heaviest = max(rasters, default=(0, ""))[0]
    documents = frontend.framework == "docusaurus" or _DOCUMENTS.search(f"{folder}/") is not None
    smaller = documents or heaviest <= _RASTER_HEAVY or _makes_smaller(target, frontend)
    faults = [
        *_heavy(
            "c",
            rasters,
            "image",
            "over 300 kB, neither WebP nor AVIF",
            note=smaller,
            cure=_resaved(target, folder, [path for _, path in sorted(rasters, key=_by_size)]),
        ),
        *_heavy(
            "d",
            fonts,
            "font",
            "over 100 kB, not in WOFF2",
            cure=faces.cure([path for _, path in fonts]) if faces is not None else "",
        ),
        *_effects(target, frontend),
    ]
    return AssetScope(frontend.package.path, tuple(faults))


def _by_size(one: tuple[int, str]) -> tuple[int, str]:
    return -one[0], one[1]


_PUBLIC = ("public/", "static/")
"""Folders whose files keep their names, and have them as addresses."""


def _resaved(target: Target, folder: str, paths: list[str]) -> str:
    """How images become smaller where some have addresses of their own: a bundler knows everyone
    who imports a file, and nobody knows everyone who has kept an address."""
    public = [
        posixpath.basename(path)
        for path in paths
        if (path[len(folder) + 1 :] if folder else path).startswith(_PUBLIC)
        and all(one.kind not in _IMPORTED for _, one in importers(target).get(path, ()))
    ]
    if not public:
        return ""
    them = "it" if len(paths) == 1 else "them"
    which = "It has" if len(paths) == 1 else "They have"
    if len(public) < len(paths):
        which = f"{', '.join(public[:_SHOWN])}{' …' if len(public) > _SHOWN else ''}"
        which += " have" if len(public) > 1 else " has"
    many = len(public) > 1
    return (
        f"Save {them} as WebP or AVIF, no wider than {'they are' if len(paths) > 1 else 'it is'}"
        f" shown. {which} {'addresses' if many else 'an address'} that something else may have"
        f" kept, such as stored content or a mail: leave the old file{'s' * many} in"
        f" {'their' if many else 'its'} place{'s' * many}, or make {'them' if many else 'it'}"
        f" smaller under the same name{'s' * many}."
    )


_IMPORTED = frozenset({"import", "export", "require", "dynamic"})
_SHOWN = 5


def _size(target: Target, path: str) -> int:
    with suppress(OSError):
        return (target.root / path).lstat().st_size
    return 0


_NAMING = (
    ".css", ".scss", ".sass", ".less", ".html", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".vue",
    ".svelte", ".astro", ".json", ".mdx",
)  # fmt: skip
_READ_HERE = regex(r"\breadFile|process\.cwd\(\)|ImageResponse|\bsatori\b")
"""A program that draws pictures reads the font itself; no browser gets it."""


def _named(target: Target, folder: str, paths: Iterable[str], dead: frozenset[str]) -> set[str]:
    """Those of some files that a style, page or script of the frontend names; nobody loads one
    that none names.

    :param dead: scripts that the application does not load.
    """
    found: set[str] = set()
    left = {path: posixpath.basename(path) for path in paths}
    for one in target.files_below(folder):
        if not left:
            break
        if not one.endswith(_NAMING) or one in dead:
            continue
        text = target.text(one)
        met = [path for path, name in left.items() if name in text]
        if met and not _READ_HERE.search(text):
            loaded = [path for path in met if _is_loaded(text, left[path])]
            found.update(loaded)
            for path in loaded:
                del left[path]
    return found


def _is_loaded(text: str, name: str) -> bool:
    """Whether a file is named outside of remarks, in another way than ``new URL("…",
    import.meta.url)``, which a program takes that reads it itself, and than as the picture of a
    link: those who show it ask for PNG or JPEG, and no page waits for it."""
    at = text.find(name)
    while at >= 0:
        start = max(text.rfind("\n", 0, at), 0)
        end = text.find("\n", at)
        line = text[start : end if end >= 0 else len(text)]
        remark = line.lstrip().startswith(("//", "/*", "*", "<!--"))
        if not remark and "import.meta.url" not in line:
            before = text[max(at - _OF_LINK, 0) : at]
            told = [one.start() for one in _LINKED.finditer(before)]
            if not told or _ANOTHER.search(before, told[-1]) is not None:
                return True
        at = text.find(name, at + 1)
    return False


_LINKED = regex(
    r"\b(?:og|twitter):image\b|\bopenGraph\b|\btwitter\s*:\s*\{|\b(?:og|social)_?[iI]mage\w*\b"
    r"|\b\w{0,40}[mM]eta(?:[tT]ags?|[dD]ata)\w{0,20}\s*[(:=]"
)
"""What a page says of itself to those who link to it."""
_ANOTHER = regex(
    r"<(?!meta\b)[A-Za-z]|\bsrc\s*=|\burl\(|\bfunction\b|=>\s*[({<]|\breturn\b|\}\s*\)?\s*;"
)
"""Between that and the name: it is one of something else."""
_OF_LINK = 400
"""Characters."""

_OPTIMIZERS = frozenset(
    {"astro", "gatsby-plugin-image", "gatsby-plugin-sharp", "@nuxt/image", "@nuxt/image-edge",
     "vite-imagetools", "vite-plugin-image-optimizer", "vite-plugin-imagemin", "unplugin-imagemin",
     "vite-plugin-image-tools", "image-minimizer-webpack-plugin", "image-webpack-loader",
     "imagemin-webpack-plugin", "responsive-loader", "next-optimized-images",
     "next-image-export-optimizer",
     "@sveltejs/enhanced-img", "@docusaurus/plugin-ideal-image", "@unpic/react", "ipx"}
)  # fmt: skip
"""What makes images smaller while it builds, or when they are asked for."""
_UNTOUCHED = regex(r"\bunoptimized\s*:\s*true|\boutput\s*:\s*['\"]export['\"]")


def _makes_smaller(target: Target, frontend: Frontend) -> bool:
    """Whether images reach a browser in another format and size than they lie here."""
    names = frontend.package.manifest.dependency_names
    if names & _OPTIMIZERS:
        return True
    if "next" not in names:
        return False
    config = "".join(
        target.text(path)
        for path in target.below(frontend.folder)
        if posixpath.basename(path).startswith("next.config.")
    )
    return not _UNTOUCHED.search(config) and any(
        "next/image" in target.text(path) for path in frontend.sources
    )


def _heavy(
    clause: str,
    found: list[tuple[int, str]],
    kind: str,
    what: str,
    *,
    note: bool = False,
    cure: str = "",
) -> Iterator[AssetFault]:
    if not found:
        return
    found.sort(key=_by_size)
    listed = ", ".join(f"{path} {size / 1000:,.0f} kB" for size, path in found[:5])
    many = len(found) > 1
    one = "an image is" if kind == "image" else "a font is"
    says = f"{len(found)} {kind}s are" if many else one
    yield AssetFault(
        clause,
        Place(found[0][1]),
        f"{says} {what}: {listed}{' …' if len(found) > 5 else ''}",
        found[0][1],
        tuple(Note(Place(path), f"{size / 1000:,.0f} kB") for size, path in found[1:]),
        note,
        cure,
    )


def _effects(target: Target, frontend: Frontend) -> Iterator[AssetFault]:
    known = scanned(target, effects)
    for path in frontend.sources:
        vue = path.endswith(".vue")
        found = target.parse(read_vue_effects, path) if vue else known.get(path)
        if found is None:
            continue
        root = _ROOT.search(path) is not None or (vue and is_rendered_by_server(target, path))
        for lasting in (True, False):
            some = [one for one in found.found if (one.lasting and not root) is lasting]
            if not some:
                continue
            first = some[0]
            lines = ", ".join(str(one.line) for one in some[:5])
            says = f"an effect starts `{first.starts}` and returns nothing that ends it"
            if first.starts == "removeEventListener":
                says = "an effect removes another function than it added: each `() =>` is a new one"
            elif vue:
                says = (
                    f"a component starts `{first.starts}` when it is mounted, and nothing ends it"
                )
            yield AssetFault(
                "e",
                Place(path, first.line),
                says + (f" (lines {lines})" if len(some) > 1 else ""),
                first.starts,
                tuple(Note(Place(path, one.line), one.starts) for one in some[1:]),
                not lasting,
                cure=_ENDED_IN_VUE[first.starts] if vue else "",
            )


_ENDED_IN_VUE = {
    "setInterval": "Keep what `setInterval` answers, and give it to `clearInterval` in"
    " `onUnmounted` (`beforeDestroy` in Vue 2).",
    "addEventListener": "Give the listener a name, and hand both names to `removeEventListener` in"
    " `onUnmounted` (`beforeDestroy` in Vue 2).",
}
_ROOT = regex(
    r"(?i)(?:^|/)(?:_?app|main|root|layout|_document|\w*providers?)\.(?:[jt]sx?|vue)$"
    r"|(?:^|(?:^|/)(?:src|client|app|web|frontend|pages))/?index\.(?:[jt]sx?|vue)$"
    r"|(?:^|/)(?:public|layouts)/"
)
"""What lives as long as its page: it is never taken away."""
