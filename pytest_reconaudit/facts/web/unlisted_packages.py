"""Packages that code imports and no package.json lists.

Whether a name is a package is told by exclusion: it is no file, no alias and no part of Node, no
folder of the application is called so, and no configuration speaks of it. What is installed all the
same, because another package brings it or a sibling of the workspace lists it, is told apart by the
lockfile.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import partial

from msgspec import Struct

from pytest_reconaudit.facts.packages import NpmPackage, npm_package, npm_packages
from pytest_reconaudit.facts.web.apps import Frontend
from pytest_reconaudit.facts.web.entrances import given_out
from pytest_reconaudit.facts.web.erased_imports import is_erased, is_silenced
from pytest_reconaudit.facts.web.installed import nearest_lock
from pytest_reconaudit.facts.web.left_over import left_over_with
from pytest_reconaudit.facts.web.modules import Link, importers, links
from pytest_reconaudit.facts.web.type_checked import is_compiled_alone, is_type_checked
from pytest_reconaudit.facts.web.untaken import is_untaken
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["Unlisted", "unlisted_of"]

_LOADED = frozenset({"import", "export", "require", "dynamic"})
_BY_PLACE = regex(
    r"nuxt\d?|@docusaurus/.+|gatsby|vitepress|vuepress|ember-(?:cli|source)|meteor|@strapi/strapi|umi"
    r"|@umijs/.+|@redwoodjs/core|@adonisjs/core|@nativescript/core|sails|@backstage/cli|ice|@ice/.+"
    r"|@modern-js/.+|@dcloudio/.+|@tarojs/.+|quasar|@quasar/.+|@ionic/.+|plasmo|node-red|@directus/.+"
    r"|@medusajs/.+|n8n-workflow|@theia/.+|vscode|@types/vscode|grunt|razzle|@angular/cli"
)
"""Frameworks that give names of their own to what they bring or write."""
_PUBLISHED = regex(r"(?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*")
"""What a package may be called."""
_SCOPES = frozenset(
    {"ag-grid-community", "amplitude", "ant-design", "anthropic-ai", "apollo", "auth", "auth0",
     "aws-amplify", "azure", "bufbuild", "bull-board", "chakra-ui", "ckeditor", "clerk", "coinbase",
     "confluentinc", "connectrpc", "datadog", "dnd-kit", "elastic", "element-plus", "emotion",
     "ethersproject", "fastify", "floating-ui", "fortawesome", "fullcalendar", "google-cloud",
     "google", "googlemaps", "graphql-tools", "grpc", "hapi", "headlessui", "heroicons", "hono",
     "hookform", "hubspot", "iconify", "koa", "langchain", "launchdarkly", "lexical", "liveblocks",
     "livekit", "mantine", "mapbox", "metamask", "microsoft", "mikro-orm", "monaco-editor", "mui",
     "neondatabase", "nestjs", "nestjs-modules", "nivo", "octokit", "opentelemetry", "openzeppelin",
     "paypal", "phosphor-icons", "pinecone-database", "planetscale", "prisma", "radix-ui",
     "rainbow-me", "react-aria", "react-email", "react-google-maps", "react-hook", "react-oauth",
     "react-pdf", "react-spring", "react-three", "reduxjs", "remixicon", "segment", "sendgrid",
     "sentry", "slack", "socket.io", "solana", "stripe", "supabase", "syncfusion", "tabler",
     "tanstack", "temporalio", "tensorflow", "tinymce", "tiptap", "trpc", "twilio", "uniswap",
     "upstash", "vercel", "visx", "vueuse", "wagmi", "walletconnect"}
)  # fmt: skip
"""Whose names are surely of npm: any other scope may as well be an alias."""
_GIVEN = regex(
    r"k6|electron|vscode|obsidian|bun|deno|meteor|figma|aws-sdk|@aws-sdk/.+|server-only|client-only"
    r"|next|react|react-dom|styled-jsx|preact|vite|typescript|tslib|webpack|@angular/.+|zone\.js"
    r"|expo-.+|@expo/.+|react-native.*|metro.*|babel-preset-.+|@babel/.+|core-js|regenerator-runtime"
    r"|@jest/.+|jest.*|vitest|@vitest/.+|mocha|chai|sinon|@testing-library/.+|@storybook/.+|storybook"
    r"|@playwright/.+|playwright.*|cypress|supertest|msw|@faker-js/.+|@cucumber/.+|nock|puppeteer.*"
    r"|@types/.+|estree|geojson|@eslint/.+|eslint.*|@typescript-eslint/.+|prettier|@swc/.+|esbuild"
    r"|rollup|postcss|tailwindcss(?:/.+)?|autoprefixer|virtual|uno\.css|process|buffer|@remix-run/.+"
    r"|(?!(?:normalize|animate|sanitize|reset|milligram|hamburgers)\.)[\w.-]+\.css"
    r"|react-router|@jridgewell/.+|@oclif/.+|ts-node|tsx|nodemon|wrangler|@cloudflare/.+|@deno/.+|std"
)
"""What a runtime, a framework or a bundler gives without its being listed, what declarations name,
and tools of tests, which run beside what is shipped."""
_CONFIGURES = regex(
    r"(?:^|/)(?:[\w.-]+\.(?:config|conf)\.[\w.]+|\.babelrc[\w.]*|tsconfig[\w.-]*\.json|jsconfig\.json"
    r"|webpack[\w.-]*\.[cm]?[jt]s|vite[\w.-]*\.[cm]?[jt]s|import_?map\.json|deno\.jsonc?|[\w.-]+\.html"
    r"|module-alias\.\w+|config-overrides\.js|vercel\.json|serverless\.ya?ml|bunfig\.toml)$"
)
_APART = regex(
    r"(?:^|/)(?:supabase/functions|lambdas?|edge-functions|netlify/functions|workers?|k6|load-?tests?"
    r"|cypress|e2e|bench(?:marks?)?|fixtures?|testing|test-utils?|setup-?tests?|vendor|public|static"
    r"|assets|tools?|tooling|hack|bin|[\w-]*scripts?|automation|one-?offs?|codemods?|seeds?|seeders?|migrations?|prisma)(?:/|\.[cm]?[jt]sx?$)"
)
"""Code with an environment of its own, or that somebody runs by hand."""
_CAUGHT = regex(r"\.catch\s*\(|\?\?|webpackIgnore|@vite-ignore")
_COMMENTED = ("//", "*", "/*", "<!--", "#")
_TYPES = frozenset(
    {"Request", "Response", "NextFunction", "RequestHandler", "ErrorRequestHandler", "Express",
     "FastifyRequest", "FastifyReply", "FastifyInstance", "FastifyPluginAsync", "ParsedQs"}
)  # fmt: skip
"""Names of servers' types: a decorated parameter of them is no use of a value either."""
_BRINGS = tuple(
    (bringer, regex(brought))
    for bringer, brought in (
        ("@reduxjs/toolkit", r"redux|immer|reselect|redux-thunk"),
        ("@tanstack/react-query", r"@tanstack/query-core"),
        ("@mui/material", r"@mui/(?:system|utils|styled-engine|types)|clsx|prop-types"),
        ("express", r"body-parser|cookie|qs|debug|mime-types|send|serve-static|path-to-regexp"),
        ("axios", r"form-data|follow-redirects"),
        ("react-router-dom", r"history"),
        ("react-dom", r"scheduler"),
        ("recharts", r"d3-.+|victory-vendor"),
        ("d3", r"d3-.+"),
        ("mongoose", r"mongodb|bson"),
        ("mongodb", r"bson"),
        ("vite-plugin-pwa", r"workbox-.+"),
        ("@nestjs/swagger", r"@nestjs/mapped-types"),
        ("@nestjs/platform-express", r"express|body-parser|multer|cors"),
        ("@nestjs/platform-fastify", r"fastify"),
        ("@nestjs/jwt", r"jsonwebtoken"),
        ("socket.io", r"engine\.io|socket\.io-.+|ws|cors"),
        ("@apollo/server", r"graphql|express|cors|body-parser"),
        ("next-auth", r"jose|uuid"),
        ("@tiptap/react", r"prosemirror-.+|@tiptap/.+"),
        ("@react-three/drei", r"three-stdlib|@react-spring/.+|zustand"),
        ("bullmq", r"ioredis"),
        ("firebase-admin", r"@google-cloud/.+"),
        ("firebase", r"@firebase/.+"),
    )
)  # fmt: skip
_COMMON = frozenset(
    {"ajv", "async", "body-parser", "chalk", "classnames", "clsx", "commander", "cookie", "debug",
     "dotenv", "form-data", "fs-extra", "glob", "graphql", "iconv-lite", "immer", "jose",
     "js-yaml", "lodash", "mime", "mime-types", "minimatch", "mkdirp", "ms", "node-fetch",
     "picomatch", "prop-types", "qs", "react-is", "rimraf", "rxjs", "scheduler", "semver", "uuid",
     "ws", "yaml", "yargs", "zod"}
)  # fmt: skip
"""What very many packages bring."""
_HOISTS = regex(
    r"shamefully-?hoist\s*[=:]\s*true|node-?linker\s*[=:]\s*['\"]?hoisted|public-?hoist-?pattern", 2
)
"""2 is ``re.IGNORECASE``."""


_MEANINGS = regex(
    r"['\"`/^](?P<said>[@~\w][\w.@-]{0,80}(?:/[\w.-]{1,80})?)(?:/?\(?[.*$)]{0,6}[^'\"`\n:]{0,9})?['\"`/]"
    r"[ \t]*(?::|,\s{0,40}replacement)"
)
"""A name as a key of aliases, paths or an import map."""


class Unlisted(Struct, frozen=True):
    """One package that a frontend or server imports without listing it."""

    name: str
    places: tuple[Place, ...]
    """Where it is imported; what the application loads comes first."""
    loaded: bool
    """The application loads one of the files, or it is not known what it loads."""
    brought: bool
    """The lockfile has it: something else brings it."""
    common: bool
    """Much else brings it, and no lockfile says whether something here does."""
    strict: bool
    """It is brought, and the package manager lets nobody import what he does not list."""
    lister: str = ""
    """A package.json elsewhere in the repository, with the same lockfile or none, that lists it."""
    version: str = ""
    """Of what is brought: what the lockfile has of it, ``1.2.0`` or ``1.2.0 or 2.0``."""
    unread: bool = False
    """It is taken for brought because the lockfile is too large to be read."""
    users: tuple[str, ...] = ()
    """Of what nothing loads: the files that lead to the first place, to which nothing leads."""
    checked: bool = False
    """Of such a one: a check of types reads it all the same."""


def unlisted_of(target: Target, frontend: Frontend) -> tuple[Unlisted, ...]:
    """By name. Nothing where a framework has names of its own, or nothing is known to be listed."""
    listed = _listed(target, frontend.package)
    if not listed or any(_BY_PLACE.fullmatch(name) for name in listed):
        return ()
    if frontend.package.manifest.problems or _is_deno(target, frontend.folder):
        return ()
    used: dict[str, list[tuple[bool, Place]]] = {}
    for path in frontend.sources:
        if _APART.search(path[len(frontend.folder) :]) or path.endswith((".astro", ".mdx")):
            continue
        bare = list(_bare(target, path, listed))
        loaded = bool(bare) and _is_loaded(target, frontend, path)
        for link in bare:
            place = Place(path, link.specifier.line, link.specifier.column)
            used.setdefault(link.meant.package, []).append((loaded, place))
    if not used:
        return ()
    lock = nearest_lock(target, frontend.package)
    locked = target.text(lock) if lock else ""
    strict = lock.endswith("pnpm-lock.yaml") and not _is_hoisted(target, lock)
    unread = bool(lock) and not locked and lock in target.oversized
    elsewhere = _listers(target).get(lock, {})
    spoken = _spoken(target, frontend)
    found = []
    for name, uses in sorted(used.items()):
        if _is_own_name(target, frontend, name) or any(one.names(name) for one in spoken):
            continue
        lister = elsewhere.get(name, "")
        if not lister and not _is_scope(listed, name, locked):
            continue
        # The lockfile above a package that is no member of its workspace knows nothing of it.
        comes = _is_known_to_come(name, listed) or (bool(lock) and _is_locked(lock, locked, name))
        brought = comes or unread
        uses.sort(key=lambda use: not use[0])
        first = uses[0][1].path
        dead = () if uses[0][0] else _dead_users(target, frontend, first)
        found.append(
            Unlisted(
                name,
                tuple(place for _, place in uses),
                uses[0][0],
                brought,
                name in _COMMON,
                comes and strict,
                lister,
                _version(lock, locked, name) if comes else "",
                unread and not comes,
                dead,
                bool(dead) and is_type_checked(target, frontend, first),
            )
        )
    return tuple(found)


def _is_loaded(target: Target, frontend: Frontend, path: str) -> bool:
    """Whether the application loads a file; where it is not known what it does, whether anything
    imports the file, unless it may be where something begins."""
    if frontend.reached is not None:
        return path in frontend.reached
    if is_untaken(target, frontend, path):
        return False
    if any(not user.endswith(".d.ts") for user, _ in importers(target).get(path, ())):
        # What tsc compiles fails of it, whoever leads to it.
        alone = is_compiled_alone(target, frontend, path)
        return alone or not _dead_users(target, frontend, path)
    return _begins(target, frontend, path)


def _dead_users(target: Target, frontend: Frontend, path: str) -> tuple[str, ...]:
    """The files that lead to one, where nothing leads to any of them."""
    if frontend.reached is not None:
        return ()
    begins = partial(_begins, target, frontend)
    return left_over_with(target, frontend, path, begins) or ()


def _begins(target: Target, frontend: Frontend, path: str) -> bool:
    """Whether a file may be where something begins."""
    stem = posixpath.basename(path).partition(".")[0]
    inside = path[len(frontend.folder) :].lstrip("/")
    if stem.lower() in _BEGINS or _BY_FILES.match(inside):
        return True
    if path in given_out(target, frontend.package):
        return True
    return posixpath.splitext(inside)[0] in target.text(frontend.package.path)


_BEGINS = frozenset({"index", "main", "app", "server", "cli", "bootstrap", "setup", "entry"})
_BY_FILES = regex(r"(?:src/)?(?:pages|routes|app|api|functions)/")
"""Folders whose files a framework may take one by one."""


def _bare(target: Target, path: str, listed: frozenset[str]) -> Iterator[Link]:
    """The imports of a file that mean packages which nobody lists or gives, and that are left when
    it runs."""
    for link in links(target).get(path, ()):
        one, meant = link.specifier, link.meant
        if meant.kind != "package" or meant.path or one.kind not in _LOADED or one.guarded:
            continue
        if meant.package in listed or _GIVEN.fullmatch(meant.package) is not None:
            continue
        if _PUBLISHED.fullmatch(meant.package) is None:
            continue  # an alias
        line = target.line(path, one.line)
        if line.lstrip().startswith(_COMMENTED) or _CAUGHT.search(line) is not None:
            continue
        if is_silenced(target, path, one.line) or is_erased(target, path, one):
            continue
        if one.names and _TYPES.issuperset(one.names):
            continue
        yield link


def _listed(target: Target, package: NpmPackage) -> frozenset[str]:
    """What is listed here and above, and the packages of the repository."""
    names: set[str] = set()
    folder = package.folder
    while True:  # Node looks in every folder above
        above = npm_package(target, folder)
        if above is not None:
            names |= above.manifest.dependency_names
        if not folder:
            break
        folder = posixpath.dirname(folder)
    return frozenset(names) | _own(target) if names else frozenset()


@once
def _own(target: Target) -> frozenset[str]:
    return frozenset(one.manifest.name for one in npm_packages(target) if one.manifest.name)


def _is_deno(target: Target, folder: str) -> bool:
    while True:
        if any(target.has(posixpath.join(folder, one)) for one in ("deno.json", "deno.jsonc")):
            return True
        if not folder:
            return False
        folder = posixpath.dirname(folder)


def _is_own_name(target: Target, frontend: Frontend, name: str) -> bool:
    """Whether a folder or file of the application, or a folder of the repository, is called like
    the first part of a name, as where an alias or a base folder leads to it."""
    first = name.partition("/")[0].lstrip("@~")
    if target.has_dir(first) and not name.startswith("@"):
        return True  # of the repository, to which an alias may lead
    if first.startswith("phoenix") and target.has(
        posixpath.join(posixpath.dirname(frontend.folder), "mix.exs")
    ):
        return True  # Mix brings them, and esbuild looks there
    last = name.rpartition("/")[2]
    for base in ("", "src", "app", "lib", "source", "client"):
        for part in {first, last} if name.startswith("@") and not first else {first}:
            path = posixpath.join(frontend.folder, base, part)
            if path and target.has_dir(path):
                return True
            if any(target.has(path + suffix) for suffix in (".ts", ".tsx", ".js", ".jsx", ".d.ts")):
                return True
    return False


def _is_scope(listed: frozenset[str], name: str, locked: str) -> bool:
    """Whether a name has no scope, or one that packages are known to have."""
    if not name.startswith("@"):
        return True
    scope = name.partition("/")[0]
    return (
        scope[1:] in _SCOPES
        or f"{scope}/" in locked
        or any(one.startswith(f"{scope}/") for one in listed)
    )


class _Spoken:
    """What one configuration says of names, read once for all of them."""

    def __init__(self, text: str) -> None:
        said = {match["said"] for match in _MEANINGS.finditer(text)}
        if "remotes" in text:
            said.update(name for block in _REMOTES.findall(text) for name in _KEYS.findall(block))
        self._said = frozenset(said)
        self._quoted = frozenset(_QUOTED.findall(text)) if "external" in text else frozenset()

    def names(self, name: str) -> bool:
        """Whether it gives a package or its scope another meaning, or leaves it out."""
        return not self._said.isdisjoint((name, name.partition("/")[0])) or name in self._quoted


_REMOTES = regex(r"\bremotes\s*:\s*[{\[]([^}\]]{0,8000})")
"""The applications of others that are taken in when the page runs (module federation)."""
_KEYS = regex(r"['\"]?([@\w][\w@/-]{0,120})['\"]?[ \t]*[:,'\"\]]")
_QUOTED = regex(r"(?<=['\"])[@\w][\w./@-]{0,120}(?=['\"])")


def _spoken(target: Target, frontend: Frontend) -> tuple[_Spoken, ...]:
    """Configurations and pages of the application, which may give a name its meaning."""
    folder = frontend.folder
    places = dict.fromkeys((folder, posixpath.join(folder, "src"), posixpath.dirname(folder), ""))
    return tuple(
        _Spoken(target.text(path))
        for place in places
        for path in _configurations(target).get(place, ())
    )


@once
def _configurations(target: Target) -> dict[str, list[str]]:
    """Folder → the configurations and pages in it."""
    found: dict[str, list[str]] = {}
    for path in target.everything:
        if _CONFIGURES.search(path):
            found.setdefault(posixpath.dirname(path), []).append(path)
    return found


def _is_hoisted(target: Target, lock: str) -> bool:
    folder = posixpath.dirname(lock)
    return any(
        target.has(path) and _HOISTS.search(target.text(path)) is not None
        for name in (".npmrc", "pnpm-workspace.yaml", "package.json")
        for path in (posixpath.join(folder, name),)
    )


def _is_known_to_come(name: str, listed: frozenset[str]) -> bool:
    """Whether something that is listed brings a package, where no lockfile tells."""
    return any(
        bringer in listed and brought.fullmatch(name) is not None for bringer, brought in _BRINGS
    )


@once
def _listers(target: Target) -> dict[str, dict[str, str]]:
    """Lockfile → name of a package → the first package.json by it that lists the package."""
    found: dict[str, dict[str, str]] = {}
    for package in npm_packages(target):
        if _NO_LISTER.search(package.path) is not None:
            continue
        mine = found.setdefault(nearest_lock(target, package), {})
        for name in package.manifest.dependency_names:
            mine.setdefault(name, package.path)
    return found


_NO_LISTER = regex(r"(?:^|/)(?:templates?|examples?|demos?|fixtures?|tests?|\.[\w-]+)/")
"""Packages that are installed with nothing else."""


def _version(lock: str, text: str, name: str) -> str:
    """The version that a lockfile has of a package, or the few; empty where it has none or many."""
    said = re.escape(name)
    top = ""
    """What tells the one at the top from others, which its own code gets."""
    if lock.endswith("pnpm-lock.yaml"):
        pattern = rf"^  ['\"]?/?{said}[@/](\d[0-9A-Za-z.+-]{{0,60}})"
    elif lock.endswith("yarn.lock"):
        pattern = rf'^"?{said}@[^\n]*:\n[ \t]+version:? "?(\d[0-9A-Za-z.+-]{{0,60}})'
    elif lock.endswith("bun.lock"):
        pattern = rf'\["{said}@(\d[0-9A-Za-z.+-]{{0,60}})"'
        top = rf'^    "{said}": '
    else:
        top = '"'
        pattern = rf'node_modules/{said}": \{{\s{{1,20}}"version": "(\d[0-9A-Za-z.+-]{{0,60}})"'
    first = re.search(top + pattern, text, re.MULTILINE) if top else None
    if first is not None:
        return first[1]
    versions = dict.fromkeys(re.findall(pattern, text, re.MULTILINE))
    return " or ".join(versions) if len(versions) <= _FEW_VERSIONS else ""


_FEW_VERSIONS = 3


def _is_locked(lock: str, text: str, name: str) -> bool:
    """Whether a lockfile has a package, whoever asks for it."""
    if lock.endswith("pnpm-lock.yaml"):
        # The last two are what an importer calls it: `name: npm:another@1`.
        marks: tuple[str, ...] = (
            f" {name}@", f"/{name}@", f"'{name}@", f"/{name}/", f" {name}:\n", f" '{name}':\n"
        )  # fmt: skip
    elif lock.endswith("yarn.lock"):
        marks = (f"\n{name}@", f'"{name}@', f" {name}@")
    elif lock.endswith("bun.lock"):
        marks = (f'"{name}"', f'"{name}@')
    else:
        marks = (f'node_modules/{name}"', f'"{name}": {{')
    return any(mark in text for mark in marks)
