"""The key matrix: every environment variable that is set somewhere or read somewhere.

Set: env files, compose services, Kubernetes containers and ConfigMaps, Dockerfile ``ENV``/``ARG``,
workflows at three levels. Read: code (:mod:`..readers.env_reads`), helper functions that are given
a literal, shell, compose interpolation. A compose line ``X: ${X}`` merely passes X on to the
service; it reads nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.applications import (
    application_at,
    application_of,
    applications,
    applications_of_image,
    is_test_path,
    matching_application,
)
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.compose.stacks import compose_files, is_test_data, stacks
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.k8s.cluster import environment as cluster_environment
from pytest_reconaudit.facts.k8s.manifests import manifest_files
from pytest_reconaudit.facts.packages import npm_package
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dotenv import (
    EnvFile,
    env_file_name,
    looks_like_env_file,
    read_env_file,
)
from pytest_reconaudit.readers.env_reads import (
    EnvLoader,
    EnvRead,
    EnvReads,
    EnvWrapper,
    env_reads_of,
    mentions_env,
    read_env_reads,
    wrapper_calls,
)
from pytest_reconaudit.readers.interpolation import references
from pytest_reconaudit.readers.syntax import language_of, read_syntax
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = [
    "KeyDefinition",
    "KeyMatrix",
    "KeyRead",
    "env_files",
    "is_platform_key",
    "is_third_party_key",
    "key_matrix",
]

_PLATFORM_NAMES = """
    CI HOME PATH PWD OLDPWD USER USERNAME LOGNAME SHELL TERM LANG LC_ALL TZ TMP TEMP TMPDIR
    HOSTNAME UID GID EUID EDITOR DISPLAY DEBIAN_FRONTEND OUT_DIR TARGET HOST_TRIPLE NODE_ENV
    NODE_OPTIONS NODE_PATH NODE_VERSION NPM_TOKEN RUST_LOG RUST_BACKTRACE RUSTFLAGS RUSTUP_HOME
    GOPATH GOFLAGS PYTHONPATH PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE VIRTUAL_ENV JAVA_HOME
    JAVA_OPTS MODE DEV PROD SSR BASE_URL NO_COLOR FORCE_COLOR COLORTERM HTTP_PROXY HTTPS_PROXY
    NO_PROXY http_proxy https_proxy no_proxy SSH_AUTH_SOCK XDG_CONFIG_HOME XDG_DATA_HOME
    XDG_CACHE_HOME XDG_RUNTIME_DIR PORT DYNO SOURCE_VERSION KUBECONFIG DOCKER_HOST DOCKER_BUILDKIT
    COMPOSE_PROJECT_NAME COMPOSE_FILE PUID PGID COMPOSE_DOCKER_CLI_BUILD BASH_SOURCE BASH_REMATCH
    FUNCNAME LINENO RANDOM SECONDS IFS PS1 PS4 PPID REPLY OPTARG OPTIND OSTYPE MACHTYPE PIPESTATUS
    APPDATA LOCALAPPDATA PROGRAMFILES PROGRAMDATA USERPROFILE SYSTEMROOT WINDIR COMSPEC PATHEXT
    WSL_DISTRO_NAME WSL_INTEROP
    SHLVL GITHUB_TOKEN GH_TOKEN PYTEST_CURRENT_TEST BUILD_TAG BUILDKIT_PROGRESS GENERATE_SOURCEMAP
    DISABLE_ESLINT_PLUGIN SKIP_PREFLIGHT_CHECK INLINE_RUNTIME_CHUNK BROWSER CHOKIDAR_USEPOLLING
    WATCHPACK_POLLING FAST_REFRESH IMAGE_INLINE_SIZE_LIMIT PUBLIC_URL WDS_SOCKET_PORT
    TSC_COMPILE_ON_ERROR ESLINT_NO_DEV_ERRORS SCRIPT_NAME FORWARDED_ALLOW_IPS GUNICORN_CMD_ARGS
"""
_PLATFORM = frozenset(_PLATFORM_NAMES.split()) - {"PORT", "BASE_URL", "PUBLIC_URL"}
_PLATFORM_PREFIXES = (
    "GITHUB_", "RUNNER_", "ACTIONS_", "INPUT_", "VERCEL_", "NETLIFY_", "RENDER_", "RAILWAY_",
    "FLY_", "HEROKU_", "CARGO_", "KUBERNETES_", "npm_", "NPM_CONFIG_", "YARN_", "PNPM_",
    "TURBO_", "NEXT_TELEMETRY", "NEXT_RUNTIME", "NEXT_PHASE", "CI_", "GITLAB_", "DEP_", "PIP_",
    "POETRY_", "UV_", "LC_", "XDG_", "BASH_", "OTEL_", "JEST_", "VITEST", "PLAYWRIGHT_",
    "CYPRESS_", "DOTNET_", "ASPNETCORE_", "SSH_", "K_SERVICE", "GOOGLE_CLOUD_", "AWS_LAMBDA_",
    "WEBSITE_", "COREPACK_", "HUSKY", "RUSTC", "SCCACHE_", "VERGEN_",
    "VCAP_", "CF_INSTANCE_",
)  # fmt: skip
_THIRD_PARTY_PREFIXES = (
    "POSTGRES_", "POSTGRESQL_", "PGADMIN_", "PGDATA", "PGPASSWORD", "MYSQL_", "MARIADB_",
    "MONGO_INITDB_", "ME_CONFIG_", "GF_", "MINIO_", "RABBITMQ_DEFAULT_", "RABBITMQ_ERLANG",
    "KAFKA_CFG_", "ZOOKEEPER_", "KC_", "KEYCLOAK_ADMIN", "TRAEFIK_", "NGINX_ENVSUBST",
    "ES_JAVA_OPTS", "discovery.", "xpack.", "REDIS_REPLICATION_", "VALKEY_", "CLICKHOUSE_",
    "NEO4J_", "COUCHDB_", "INFLUXDB_", "DOCKER_INFLUXDB_", "SONARQUBE_", "LETSENCRYPT_",
    "VIRTUAL_HOST", "VIRTUAL_PORT", "ELASTIC_",
)  # fmt: skip

_CODE = frozenset(
    {".rs", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".py", ".go",
     ".java", ".kt", ".kts", ".rb", ".php", ".cs", ".fs", ".scala", ".ex", ".exs", ".erl",
     ".swift", ".dart", ".lua", ".pl", ".c", ".cc", ".cpp", ".h", ".hpp", ".vue", ".svelte",
     ".astro", ".clj", ".hs", ".ml", ".groovy", ".gradle", ".properties", ".hcl", ".nix",
     ".zig", ".cr", ".erb", ".ejs", ".hbs"}
)  # fmt: skip
"""Files in which the bare name of a key counts as a use."""
_EXPANDS = frozenset(
    {".yml", ".yaml", ".toml", ".json", ".conf", ".template", ".tmpl", ".tpl", ".j2", ".xml",
     ".ini", ".cfg", ".sh", ".bash", ".zsh", ".ps1", ".bat", ".cmd", ".mk", ".html", ".sql",
     ".tf", ""}
)  # fmt: skip
"""Files in which only an expansion (``${X}``, ``$X``, ``%X%``, ``env.X``) counts."""
_PARSED = frozenset(
    {".rs", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".py", ".vue", ".svelte",
     ".astro", ".sh", ".bash"}
)  # fmt: skip
_RELAXED = regex(
    r"\bAutomaticEnv\(|\benvconfig\.(?:Process|MustProcess|InitWithPrefix)|\bkoanf\b"
    r"|\benv\.Parse(?:WithOptions|As)?\(|AddEnvironmentVariables|@ConfigurationProperties"
    r"|SpringApplication\b|@SpringBootApplication|\bDynaconf\b|\bconfita\b|@ConfigProperty"
    r"|\benv-namespace:\"|\bcleanenv\.|\bConfigFactory\.load"
)
"""Loaders that derive the names of the keys from the names of fields."""
_RELAXED_MARKS = (
    "AutomaticEnv(", "envconfig.", "koanf", "env.Parse", "AddEnvironmentVariables", "SpringBoot",
    "SpringApplication", "ConfigurationProp", "Dynaconf", "confita", "ConfigProperty", "cleanenv",
    "ConfigFactory", "env-namespace:",
)  # fmt: skip
"""What each of them holds; looking for words is some hundred times faster."""
_RELAXED_SUFFIXES = (".go", ".java", ".kt", ".cs", ".py", ".scala")
_RENAMED = regex(
    r"\bprocess\.env\[\s{0,20}(?:[\w.]{0,40}(?:[cC]ase|[sS]nake|[uU]pper|CONST)\w{0,20}\("
    r"|\w{1,40}(?:\.replace\([^()\n]{0,80}\)){0,3}\.toUpperCase\()"
)
"""``process.env[constantCase(key)]``: the same in JavaScript."""
_RENAMED_SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs")


_VITE = frozenset({"vite", "rolldown-vite", "vitest", "astro", "@sveltejs/kit", "nuxt", "vinxi"})
_OF_VITE = frozenset({"BASE_URL", "MODE", "DEV", "PROD", "SSR"})
_OF_ASTRO = frozenset({"SITE", "ASSETS_PREFIX"})


def _is_of_vite(target: Target, path: str, read: EnvRead) -> bool:
    """Whether Vite (or Astro) itself puts a value in the place of a read, from its configuration:
    ``import.meta.env.BASE_URL`` is no key that anybody sets. Bun's ``import.meta.env`` is another
    name of ``process.env``."""
    if read.via != "import.meta.env" or read.key not in _OF_VITE | _OF_ASTRO:
        return False
    folder = posixpath.dirname(path)
    while True:
        package = npm_package(target, folder)
        names = package.manifest.dependency_names if package is not None else frozenset()
        if not names.isdisjoint(_VITE):
            return read.key in _OF_VITE or "astro" in names
        if not folder:
            return False
        folder = posixpath.dirname(folder)


def is_platform_key(key: str) -> bool:
    """Whether a runner, runtime, shell or build tool gives the key its meaning."""
    return key in _PLATFORM or key.startswith(_PLATFORM_PREFIXES)


def is_third_party_key(key: str) -> bool:
    """Whether the key is the interface of a well-known image (``POSTGRES_PASSWORD``)."""
    return key.startswith(_THIRD_PARTY_PREFIXES)


class KeyDefinition(Struct, frozen=True):
    """One place that sets a key."""

    key: str
    value: str | None
    """As far as it is written down; ``None`` when it comes from elsewhere."""
    place: Place
    kind: str
    """``env-file``, ``compose``, ``build-arg``, ``kubernetes``, ``dockerfile``, ``arg`` or
    ``workflow``."""
    holder: str
    """Who sets it, for messages: ``compose service api``."""
    environment: str
    """``production``, ``staging``, ``development``, ``test``, or empty."""
    applications: frozenset[str]
    """Folders of the applications that it is set for."""
    passed_on: bool = False
    """``X: ${X}``: taken from the caller under the same name."""

    @property
    def holder_key(self) -> str:
        """The holder, unique over the repository."""
        return f"{self.place.path} {self.holder}"


class KeyRead(Struct, frozen=True):
    """One read of a key (or of all keys with a prefix and suffix)."""

    read: EnvRead
    application: str
    """The folder of the application that the file belongs to."""
    kind: str
    """``code``, ``shell`` or ``compose``."""

    @property
    def key(self) -> str:
        return self.read.key

    @property
    def place(self) -> Place:
        return self.read.place

    @property
    def test(self) -> bool:
        return self.read.test


@once
def env_files(target: Target) -> tuple[EnvFile, ...]:
    """Every env file, found by name and content, by path."""
    found = []
    for path in target.files:
        if env_file_name(path) is None or is_test_data(path):
            continue
        if not looks_like_env_file(target.text(path)):
            continue
        file = target.parse(read_env_file, path)
        # A script or a prose file has far more lines that are none.
        if len(file.settings) >= len(file.problems) and (file.settings or file.documented):
            found.append(file)
    return tuple(found)


@once
def key_matrix(target: Target) -> KeyMatrix:
    """The matrix of the whole repository."""
    return KeyMatrix(target)


class KeyMatrix:
    """Definitions and reads, joined with the applications that they belong to."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.files = env_files(target)
        self.wrappers: tuple[EnvWrapper, ...] = ()
        self.loaders: list[tuple[EnvLoader, str]] = []
        self.reads: list[KeyRead] = []
        self._code_reads()
        self._by_key: dict[str, list[KeyRead]] = {}
        self._dynamic: list[KeyRead] = []
        self._compose_reads()
        for one in self.reads:
            if one.read.dynamic:
                self._dynamic.append(one)
            else:
                self._by_key.setdefault(one.key, []).append(one)
        self._serves: dict[str, frozenset[str]] = {}
        self._reads_of: dict[str, frozenset[str]] = {}
        self._by_application: dict[str, list[KeyRead]] = {}
        self._libraries: dict[str, list[str]] | None = None
        self._defined_for: dict[str, list[KeyDefinition]] | None = None
        self.definitions: tuple[KeyDefinition, ...] = tuple(self._definitions())
        self._mentioned: dict[tuple[str, bool], Place | None] = {}
        self._words: dict[bytes, list[tuple[str, str]]] | None = None
        self._readable: list[tuple[str, str]] = []
        self._codes: dict[str, str] = {}
        self._derivers: tuple[tuple[Place, str], ...] | None = None
        self._heads: dict[str, bool] = {}

    # -- reads -------------------------------------------------------------------------

    def _code_reads(self) -> None:
        target = self.target
        parsed: list[tuple[str, EnvReads]] = []
        for path in target.files:
            text = target.text(path)
            if mentions_env(text, path) and not target.is_generated(path):
                if (
                    path.endswith((".vue", ".svelte", ".astro"))
                    or language_of(text, path) == "bash"
                ):
                    parsed.append((path, target.parse(read_env_reads, path)))
                else:
                    parsed.append((path, env_reads_of(target.parse(read_syntax, path))))
        wrappers = {one.name: one for _, file in parsed for one in file.wrappers}
        self.wrappers = tuple(wrappers.values())
        found = [(path, read) for path, file in parsed for read in file.reads]
        if wrappers:
            found += self._wrapped()
        for path, read in found:
            if _is_of_vite(target, path, read):
                continue
            application = application_of(target, path).folder
            kind = "shell" if read.via == "${}" else "code"
            if not read.test and is_test_path(path):
                read = _as_test(read)
            self.reads.append(KeyRead(read, application, kind))
        for path, file in parsed:
            for loader in file.loaders:
                self.loaders.append((loader, application_of(target, path).folder))

    def _wrapped(self) -> Iterator[tuple[str, EnvRead]]:
        """Calls of helper functions, wherever they are."""
        target = self.target
        suffixes = {
            "rust": (".rs",),
            "javascript": (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"),
            "python": (".py",),
        }
        for family, endings in suffixes.items():
            own = [one for one in self.wrappers if one.language == family]
            if not own:
                continue
            names = "|".join(re.escape(one.name) for one in own)
            # Without a literal key behind the name there is nothing to parse for.
            pattern = re.compile(
                rf"\b(?:{names})\s*(?:::)?(?:<[^()\n]{{0,60}}>)?\(\s*&?[\"'`][A-Z]"
            )
            several = re.compile(rf"\b(?:{names})\s*\([^()\n]{{0,80}},\s*[\"'`][A-Z]")
            first_only = all(one.parameter == 0 for one in own)
            for path in target.files:
                if not path.endswith(endings):
                    continue
                text = target.text(path)
                if not any(one.name in text for one in own):
                    continue
                if pattern.search(text) or (not first_only and several.search(text)):
                    tree = target.parse(read_syntax, path)
                    for read in wrapper_calls(tree, own):
                        yield path, read

    def _compose_reads(self) -> None:
        """``${X}`` in compose files, other than ``X: ${X}`` of a service that is built here."""
        target = self.target
        passed: set[tuple[str, int | None, str]] = set()
        for stack in stacks(target):
            for service in stack.services:
                if service.build is None:
                    continue  # somebody else's image reads whatever it is given
                for entry in service.environment:
                    if any(one.name == entry.key for one in references(entry.written)):
                        passed.add((entry.place.path, entry.place.line, entry.key))
        for file in compose_files(target):
            application = application_of(target, file.path).folder
            for number, line in enumerate(target.text(file.path).split("\n"), 1):
                if "$" not in line or line.lstrip().startswith("#"):
                    continue
                for one in references(line.split(" #", 1)[0]):
                    if (file.path, number, one.name) in passed:
                        continue
                    column = line.find(one.name) + 1
                    read = EnvRead(
                        key=one.name,
                        place=Place(file.path, number, column),
                        via="${}",
                        required="?" in one.operator,
                        has_default="-" in one.operator or "+" in one.operator,
                        default=one.word if "-" in one.operator else None,
                    )
                    self.reads.append(KeyRead(read, application, "compose"))

    def reads_of(self, key: str) -> tuple[KeyRead, ...]:
        """Every read of a key, those whose name is made at run time included."""
        exact = self._by_key.get(key, [])
        return (*exact, *(one for one in self._dynamic if one.read.matches(key)))

    def keys_read_by(self, folder: str) -> frozenset[str]:
        """The keys that an application's own code reads, tests left out."""
        known = self._reads_of.get(folder)
        if known is None:
            if not self._by_application:
                for one in self.reads:
                    self._by_application.setdefault(one.application, []).append(one)
            own = application_at(self.target, folder)
            near = {folder, *(self._shared(own.workspace) if own is not None else ())}
            known = self._reads_of[folder] = frozenset(
                one.key
                for application in near
                for one in self._by_application.get(application, ())
                if one.kind == "code" and not one.test and one.key and self.belongs(one, folder)
            )
        return known

    def _shared(self, workspace: str | None) -> list[str]:
        """The folders of a workspace's libraries."""
        if workspace is None:
            return []
        if self._libraries is None:
            self._libraries = {}
            for one in applications(self.target):
                if one.shared and one.workspace is not None:
                    self._libraries.setdefault(one.workspace, []).append(one.folder)
        return self._libraries.get(workspace, [])

    def definitions_for(self, folder: str) -> Sequence[KeyDefinition]:
        """What is set for an application, in the order of ``definitions``."""
        if self._defined_for is None:
            self._defined_for = {}
            for one in self.definitions:
                for application in one.applications:
                    self._defined_for.setdefault(application, []).append(one)
        return self._defined_for.get(folder, ())

    def belongs(self, one: KeyRead, folder: str) -> bool:
        """Whether a read is done by an application or by a library beside it."""
        if one.application == folder:
            return True
        library = application_at(self.target, one.application)
        own = application_at(self.target, folder)
        return (
            library is not None
            and own is not None
            and library.shared
            and library.workspace is not None
            and library.workspace == own.workspace
        )

    # -- definitions -------------------------------------------------------------------

    def _definitions(self) -> Iterator[KeyDefinition]:
        for file in self.files:
            serves = self.serves(file)
            for setting in file.settings:
                yield KeyDefinition(
                    setting.key, setting.value, setting.place, "env-file",
                    posixpath.basename(file.path), file.name.environment, serves,
                )  # fmt: skip
        yield from self._compose()
        yield from self._kubernetes()
        yield from self._docker()
        yield from self._workflows()

    def serves(self, file: EnvFile) -> frozenset[str]:
        """The applications that an env file is for.

        The one it lies in. In the root's own territory the one that its name names, else the root
        and every application that reads at least two of its keys.
        """
        known = self._serves.get(file.path)
        if known is None:
            known = self._serves[file.path] = self._served(file)
        return known

    def named_by(self, file: EnvFile) -> str:
        """The application that the name of a file in the root's territory names; else empty."""
        if not file.name.label or application_of(self.target, file.path).folder:
            return ""
        return matching_application(self.target, file.name.label) or ""

    def label(self, file: EnvFile) -> str:
        """What a file's name says beside role and application: another service's file."""
        return "" if self.named_by(file) else file.name.label

    def _served(self, file: EnvFile) -> frozenset[str]:
        target = self.target
        own = application_of(target, file.path).folder
        if own:
            return frozenset({own})
        named = self.named_by(file)
        if named:
            return frozenset({named})
        keys = {key for key in file.keys if not is_platform_key(key)}
        found = {""}
        for one in applications(target):
            if one.folder and not one.shared:
                common = len(keys & self.keys_read_by(one.folder))
                if common >= 2 or (common and common == len(keys)):
                    found.add(one.folder)
        return frozenset(found)

    def _compose(self) -> Iterator[KeyDefinition]:
        by_path = {one.path: one for one in dockerfiles(self.target)}
        seen: set[tuple[Place, str]] = set()
        for stack in stacks(self.target):
            for service in stack.services:
                built = by_path.get(service.build.dockerfile or "") if service.build else None
                if built is None:
                    continue
                folders = frozenset(applications_of_image(self.target, built))
                holder = f"compose service {service.name}"
                assert service.build is not None
                for kind, entries in (
                    ("compose", service.environment),
                    ("build-arg", service.build.args),
                ):
                    for entry in entries:
                        if (entry.place, entry.key) in seen:
                            continue
                        seen.add((entry.place, entry.key))
                        same = any(one.name == entry.key for one in references(entry.written))
                        role = _role_of(entry.place.path)
                        yield KeyDefinition(
                            entry.key, entry.value, entry.place, kind, holder, role, folders,
                            same or entry.value is None,
                        )  # fmt: skip

    def _kubernetes(self) -> Iterator[KeyDefinition]:
        for file in manifest_files(self.target):
            for one in file.objects:
                role = cluster_environment(one.namespace, one.path)
                pod = one.pod
                if pod is not None:
                    for container in pod.all_containers:
                        image = container.image.rpartition("/")[2].partition(":")[0]
                        folder = matching_application(self.target, container.name, image, one.name)
                        folders = frozenset() if folder is None else frozenset({folder})
                        for entry in container.env:
                            yield KeyDefinition(
                                entry.name, entry.value, entry.place, "kubernetes", str(one), role,
                                folders,
                            )  # fmt: skip
                elif one.kind == "ConfigMap":
                    data = one.root.map("data")
                    for key in data:
                        if isinstance(key, str) and re.fullmatch(r"[A-Z_][A-Z0-9_]*", key):
                            yield KeyDefinition(
                                key, data.str(key), data.key_place(key), "kubernetes", str(one),
                                role, frozenset(),
                            )  # fmt: skip

    def _docker(self) -> Iterator[KeyDefinition]:
        for dockerfile in dockerfiles(self.target):
            folders = frozenset(applications_of_image(self.target, dockerfile))
            holder = posixpath.basename(dockerfile.path)
            role = _role_of(dockerfile.path)
            for stage in dockerfile.stages:
                for one in stage.of("ENV", "ARG"):
                    kind = "dockerfile" if one.keyword == "ENV" else "arg"
                    for key, value, place in one.assignments:
                        passed = value is not None and re.fullmatch(
                            rf"\$\{{?{re.escape(key)}\}}?", value
                        )
                        yield KeyDefinition(
                            key, value, place, kind, holder, role, folders, bool(passed)
                        )

    def _workflows(self) -> Iterator[KeyDefinition]:
        for workflow in workflows(self.target):
            levels: list[tuple[str, Map]] = [(f"workflow {workflow.path}", workflow.env)]
            for job in workflow.jobs:
                levels.append((f"job {job.id}", job.env))
                levels += [(f"step {step.label}", step.env) for step in job.steps]
            for holder, env in levels:
                for key in env:
                    yield KeyDefinition(
                        f"{key}", env.str(key), env.key_place(key), "workflow", holder, "",
                        frozenset(),
                    )  # fmt: skip

    # -- asking ------------------------------------------------------------------------

    def mention(self, key: str, *, unparsed: bool = False) -> Place | None:
        """Where some file that is not an env file uses the key's name, read or not.

        For languages that are not parsed, schemas and computed names: a name that occurs in code
        is not said to be unread.

        :param unparsed: look only where reads are not found by parsing.
        """
        known = (key, unparsed)
        if known not in self._mentioned:
            self._mentioned[known] = self._mention(key, unparsed)
        return self._mentioned[known]

    def _mention(self, key: str, unparsed: bool) -> Place | None:
        for path, suffix in self._mentioning(key):
            if unparsed and (suffix in _PARSED or is_test_path(path)):
                continue
            if suffix in _CODE:
                text = self._code_text(path, suffix)
                at = _word_at(text, key)
            else:
                text = self.target.text(path)
                at = _expansion_at(text, key)
            if at >= 0:
                return Place(path, text.count("\n", 0, at) + 1)
        return None

    def _mentioning(self, key: str) -> Iterator[tuple[str, str]]:
        """(path, suffix) of the files in which a key's name may be used, in path order."""
        if self._words is None:
            self._words = {}
            self._readable = []
            for path in self.target.files:
                suffix = posixpath.splitext(path)[1].lower()
                if suffix not in _CODE and (
                    not (suffix in _EXPANDS or env_file_name(path)) or self._is_model(path)
                ):
                    continue
                self._readable.append((path, suffix))
                data = self.target.text(path).encode("utf-8", "replace")
                for word in set(data.translate(_UPPER_RUNS).split()):
                    self._words.setdefault(word, []).append((path, suffix))
        if _NAME_WORD.fullmatch(key):
            return iter(self._words.get(key.encode(), ()))
        return ((p, s) for p, s in self._readable if key in self.target.text(p))

    def _code_text(self, path: str, suffix: str) -> str:
        if path not in self._codes:
            self._codes[path] = _without_comments(self.target.text(path), suffix)
        return self._codes[path]

    def _is_model(self, path: str) -> bool:
        """Compose files: what they read is known exactly."""
        return any(file.path == path for file in compose_files(self.target))

    def undecidable(self, folder: str) -> Place | None:
        """The loader because of which nothing can be said about what an application reads."""
        if self._derivers is None:
            self._derivers = tuple(self._deriving())
        return next(
            (
                place
                for place, application in self._derivers
                if application == folder or _shares(self.target, application, folder)
            ),
            None,
        )

    def _deriving(self) -> Iterator[tuple[Place, str]]:
        """(loader, application's folder) of each that derives key names from field names."""
        target = self.target
        for path in target.files:
            if path.endswith(_RELAXED_SUFFIXES):
                text = target.text(path)
                marked = any(mark in text for mark in _RELAXED_MARKS)
                match = _RELAXED.search(text) if marked else None
            elif path.endswith(_RENAMED_SUFFIXES) and "process.env[" in target.text(path):
                match = None if is_test_path(path) else _RENAMED.search(target.text(path))
            else:
                continue
            if match:
                line = target.text(path).count("\n", 0, match.start()) + 1
                yield Place(path, line), application_of(target, path).folder

    def loader_of(self, key: str, folder: str) -> EnvLoader | None:
        """A loader of the application that reads every key with a prefix of this one's."""
        for loader, application in self.loaders:
            if application != folder and not _shares(self.target, application, folder):
                continue
            if loader.via == "BaseSettings":
                continue  # its fields are known one by one
            if loader.prefix and key.startswith(loader.prefix):
                return loader
            if not loader.prefix and self._field(key, folder):
                return loader
        # A library's loader is given the prefix by whoever uses it.
        opens = (loader for loader, _ in self.loaders if loader.via.endswith("with_prefix"))
        given = next((loader for loader in opens if not loader.prefix), None)
        return given if given is not None and self._named_prefix(key) else None

    def _named_prefix(self, key: str) -> bool:
        """Whether code holds the first part of ``SHOP__SERVER__ADDR`` as a text: a loader whose
        prefix is a constant reads every key that begins so."""
        head, nested, _ = key.partition("__")
        if not nested or not head:
            return False
        if head not in self._heads:
            self._heads[head] = any(
                f'"{head}"' in self._code_text(path, suffix)
                for path, suffix in self._mentioning(head)
                if suffix in _CODE
            )
        return self._heads[head]

    def _field(self, key: str, folder: str) -> bool:
        """Whether some Rust or Python file of the application has the key as a field."""
        pattern = re.compile(rf"\b{re.escape(key.lower())}\s*:")
        return any(
            path.endswith((".rs", ".py"))
            and application_of(self.target, path).folder == folder
            and pattern.search(self.target.text(path))
            for path in self.target.files
        )


def _shares(target: Target, library: str, folder: str) -> bool:
    one, other = application_at(target, library), application_at(target, folder)
    return (
        one is not None
        and other is not None
        and one.shared
        and one.workspace is not None
        and one.workspace == other.workspace
    )


def _as_test(read: EnvRead) -> EnvRead:
    return replace(read, test=True)


_NAME_WORD = regex(r"[A-Z][A-Z0-9_]*")
"""Names of the usual shape, which one pass finds in every file; others are searched for singly."""
_UPPER_RUNS = bytes(
    byte if 48 <= byte <= 57 or 65 <= byte <= 90 or byte == 95 else 32 for byte in range(256)
)
"""Everything but capitals, digits and underscores becomes a blank: ``split`` then gives the names
ten times faster than a regular expression (and a few that are only parts of a word)."""
_ROLE_WORDS = regex(r"[._/-]+")


def _role_of(path: str) -> str:
    """The environment that a deploy file's name names."""
    return cluster_environment(_ROLE_WORDS.sub("-", posixpath.basename(path)))


def _word_at(text: str, word: str) -> int:
    """Where ``word`` first stands as a whole identifier; -1 when nowhere."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (at and _is_name(text[at - 1])) and not _is_name(text[end : end + 1]):
            return at
        at = text.find(word, at + 1)
    return -1


def _is_name(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


_EXPANSION = regex(
    r"\$\{?(?P<shell>[A-Za-z_]\w*+)|%(?P<batch>[A-Za-z_]\w*+)%|\benv[.:](?P<env>[A-Za-z_]\w*+)"
    r"|\{\{\s*+(?P<template>[A-Za-z_]\w*+)\s*+\}\}"
)


def _expansion_at(text: str, key: str) -> int:
    """Where a file that expands variables takes this one's value; -1 when nowhere."""
    at = text.find(key)
    while at >= 0:
        start = max(0, at - 40)
        for match in _EXPANSION.finditer(text, start, at + len(key) + 40):
            if match[match.lastgroup or 0] == key and not _self_reference(text, match.start(), key):
                return match.start()
        at = text.find(key, at + len(key))
    return -1


def _self_reference(text: str, at: int, key: str) -> bool:
    """``KEY=${KEY}`` and ``KEY: ${{ env.KEY }}``: a key that only takes its own value."""
    start = text.rfind("\n", 0, at) + 1
    head = text[start:at]
    if head.lstrip().startswith("#"):
        return True
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(key)}['\"]?\s*[:=]", head) is not None


_SLASHES = regex(r"/\*.*?\*/|(?<![:\w\"'/])//[^\n]*", re.DOTALL)
_HASHES = regex(r"(?m)(?:^|(?<=\s))#[^\n]*$")


def _without_comments(text: str, suffix: str) -> str:
    """The text with comments blanked, line breaks kept."""
    pattern = _HASHES if suffix in (".py", ".rb", ".ex", ".exs", ".pl", ".cr", ".nix") else _SLASHES
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
