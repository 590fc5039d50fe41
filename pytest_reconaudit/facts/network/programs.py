"""What runs in a container: which code of the repository, or which ready-made server.

An image is followed from the name that a compose service or a Kubernetes container uses, through
whoever builds that name, to its Dockerfile, and from there to the package whose program it starts.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.applications import (
    application_at,
    applications_named,
    applications_of_image,
)
from pytest_reconaudit.facts.compose.stacks import Stack
from pytest_reconaudit.facts.docker.builds import image_builds
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.docker.toolchains import is_development_name
from pytest_reconaudit.facts.index import files_by_name
from pytest_reconaudit.facts.packages import (
    CargoPackage,
    cargo_by_folder,
    cargo_in_workspace,
    cargo_packages,
    npm_packages,
)
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService
from pytest_reconaudit.readers.dockerfile import (
    Dockerfile,
    ImageReference,
    Instruction,
    Stage,
    image_reference,
    read_dockerfile,
)
from pytest_reconaudit.readers.manifest import Container
from pytest_reconaudit.readers.shell import shell_words, unwrapped
from pytest_reconaudit.target import Target, once

__all__ = [
    "ARGUMENTS",
    "Program",
    "command_server",
    "dockerfiles_of_image",
    "is_published_here",
    "program_of_container",
    "program_of_dockerfile",
    "program_of_service",
    "server_of_image",
    "start_scripts",
]

_SERVERS = {
    "nginx": "nginx nginx-unprivileged nginx-brotli openresty angie freenginx nginx-spa",
    "caddy": "caddy",
    "httpd": "httpd apache apache2",
    "traefik": "traefik",
    "haproxy": "haproxy",
    "envoy": "envoy",
    "lighttpd": "lighttpd",
    "static-web-server": "static-web-server sws",
    "redis": "redis valkey keydb redis-stack redis-stack-server dragonfly",
    "postgres": (
        "postgres postgresql postgis timescaledb timescaledb-ha pgvector pgvecto-rs citus "
        "pgautoupgrade"
    ),
    "pgbouncer": "pgbouncer",
    "mysql": "mysql mariadb percona mysql-server percona-server",
    "mongo": "mongo mongodb mongodb-community-server",
    "memcached": "memcached",
    "rabbitmq": "rabbitmq",
    "kafka": "kafka cp-kafka redpanda",
    "zookeeper": "zookeeper cp-zookeeper",
    "nats": "nats nats-streaming",
    "elasticsearch": "elasticsearch",
    "opensearch": "opensearch",
    "kibana": "kibana",
    "minio": "minio",
    "clickhouse": "clickhouse clickhouse-server",
    "meilisearch": "meilisearch",
    "prometheus": "prometheus",
    "alertmanager": "alertmanager",
    "grafana": "grafana grafana-oss grafana-enterprise",
    "loki": "loki",
    "promtail": "promtail",
    "tempo": "tempo",
    "jaeger": "jaeger all-in-one",
    "otel-collector": "opentelemetry-collector opentelemetry-collector-contrib",
    "vault": "vault",
    "consul": "consul",
    "etcd": "etcd",
    "keycloak": "keycloak",
    "mailhog": "mailhog",
    "mailpit": "mailpit",
    "adminer": "adminer",
    "pgadmin": "pgadmin4",
    "localstack": "localstack",
    "registry": "registry",
    "influxdb": "influxdb",
    "cassandra": "cassandra",
    "cockroachdb": "cockroach",
}
_BY_IMAGE = {name: server for server, names in _SERVERS.items() for name in names.split()}
_BY_COMMAND = {
    "nginx": "nginx", "openresty": "nginx", "nginx-debug": "nginx", "angie": "nginx",
    "caddy": "caddy", "httpd": "httpd", "httpd-foreground": "httpd", "apache2": "httpd",
    "apache2ctl": "httpd", "apachectl": "httpd", "apache2-foreground": "httpd",
    "traefik": "traefik", "haproxy": "haproxy", "envoy": "envoy", "lighttpd": "lighttpd",
    "static-web-server": "static-web-server", "redis-server": "redis", "valkey-server": "redis",
    "postgres": "postgres", "mysqld": "mysql", "mariadbd": "mysql", "mongod": "mongo",
    "memcached": "memcached", "rabbitmq-server": "rabbitmq", "nats-server": "nats",
    "prometheus": "prometheus", "serve": "serve", "http-server": "serve", "sirv": "serve",
    "local-web-server": "serve", "live-server": "serve", "pgbouncer": "pgbouncer",
}  # fmt: skip
_RUNNERS = frozenset({"npx", "bunx", "pnpx", "tini", "dumb-init", "gosu", "su-exec", "doppler"})
_ENTRY = regex(r"(?:^|/)(?:docker-)?entrypoint[\w.-]*$|\.(?:sh|bash)$|(?:^|/)(?:start|run)$")
_QUOTED = regex(r"'[^']*'|\"(?:\\.|[^\"\\])*\"")
_ARGUMENTS = regex(r"\"\$[@*]\"|\"\$\{[@*]\}\"|\$[@*]|\$\{[@*]\}")
_STAND_IN = "@arguments@"
ARGUMENTS = "$@"
"""The word that stands in ``Program.script`` for what a start script is given."""
_KEEPS = regex(
    r"(?:(?:export|local)[ \t]+)?([A-Za-z_]\w*)="
    r"\"(-[^\"`\n]*|\$\{?\w+\}?[ \t]-[^\"`\n]*)\"[ \t]*$"
)
"""``ARGS="$ARGS --port 5000"``."""
_KEPT = regex(r"(?<![\w\"'])\$\{?([A-Za-z_]\w*)\}?(?![\w\"'}:/.])")
_EXEC = regex(r"^[ \t]*(?:exec[ \t]+)?(?P<words>[^\s#][^\n]{0,400})$", re.MULTILINE)
_CONFIG_ROOTS = {
    "nginx": ("/etc/nginx/", "/usr/local/openresty/nginx/conf/", "/opt/bitnami/nginx/conf/"),
    "caddy": ("/etc/caddy/", "/etc/Caddyfile"),
    "httpd": ("/usr/local/apache2/conf/", "/etc/apache2/", "/etc/httpd/"),
    "traefik": ("/etc/traefik/",),
    "haproxy": ("/usr/local/etc/haproxy/", "/etc/haproxy/"),
    "redis": ("/usr/local/etc/redis/", "/etc/redis/", "/usr/local/etc/redis.conf"),
    "postgres": ("/etc/postgresql/",),
    "prometheus": ("/etc/prometheus/",),
}
_MADE = regex(
    r">>?[ \t]*[\"']?(?P<path>/etc/(?:nginx|caddy|apache2|httpd)/[\w./-]+)"
    r"|\b(?:sed[ \t]+-i|mv|cp|ln|envsubst)\b[^\n&|;]{0,200}/etc/(?:nginx|caddy|apache2|httpd)/"
)
_OTHER_CONFIG = regex(r"\bnginx\b[^\n;&|]{0,80}\s-c\s+(?!/etc/nginx/nginx\.conf)\S")
_HOLE = regex(r"\$\{\{[^}]{0,200}\}\}|\$\{[^}]{0,200}\}|\$\([^)]{0,200}\)|\$\w+|<[^>]{0,80}>")
_MAX_SCRIPT = 20_000


class Program(Struct, frozen=True, eq=False):
    """What a container runs, as far as the repository tells."""

    dockerfile: Dockerfile | None
    """The file that the image is built from; ``None`` for an image of somebody else."""
    stage: Stage | None
    """The stage that is deployed."""
    base: ImageReference | None
    """The ready-made image below it all, through stage aliases; or the image itself."""
    folders: tuple[str, ...]
    """Applications of the repository (see ``facts.applications``) whose code is in the image."""
    package: str | None
    """Folder of the one package whose program is started; ``None`` when it cannot be told."""
    server: str
    """``nginx``, ``caddy``, ``httpd``, ``redis``, ``postgres`` …: the ready-made server that the
    container starts; empty when it starts the repository's own program or an unknown one."""
    configs: tuple[str, ...] = ()
    """Repository paths of the configuration files that this server reads."""
    certain: bool = True
    """The image name was not joined with a Dockerfile by likeness."""
    joined: Note | None = None
    """What joins the image name with the Dockerfile: the place that builds that name."""
    command: tuple[str, ...] = ()
    """What the container starts: entry point and arguments, words of a shell text split."""
    script: tuple[tuple[str, ...], ...] = ()
    """The commands of the start scripts that ``command`` names, in order."""
    placed: tuple[tuple[str, str], ...] = ()
    """(path in the container, repository path) of each of ``configs``."""
    configs_known: bool = True
    """No configuration of the server comes from elsewhere (a ConfigMap, a ``RUN`` that writes)."""
    alternatives: tuple[Program, ...] = ()
    """What else the image may be when several Dockerfiles build its name."""

    @property
    def environment(self) -> dict[str, str | None]:
        """The variables that the image sets (``ENV``), resolved; ``None`` is unknown."""
        if self.dockerfile is None or self.stage is None:
            return {}
        names = {
            name
            for stage in self.dockerfile.chain(self.stage)
            for one in stage.of("ENV")
            for name, _, _ in one.assignments
        }
        known = self.dockerfile.variables(self.stage)
        return {name: known[name] for name in sorted(names) if name in known}


def server_of_image(image: ImageReference | None) -> str:
    """The ready-made server that an image of this name is; empty when it is none known."""
    if image is None:
        return ""
    short = image.short.lower()
    if short in _BY_IMAGE:
        return _BY_IMAGE[short]
    # `bitnami/postgresql-repmgr`, `nginx-alpine`, `supabase/postgres`: by the whole word.
    if short.startswith("postgres-") or short.endswith("-postgres"):
        return "postgres"
    return ""


# -- commands ------------------------------------------------------------------------------


def command_server(words: Sequence[str]) -> str:
    """The ready-made server that a command line starts; empty for anything else."""
    rest = list(unwrapped(tuple(words)))
    while rest:
        name = rest[0].rpartition("/")[2]
        if name in ("sh", "bash", "ash", "dash") and len(rest) > 2 and rest[1] in ("-c", "-ec"):
            # Quoted text is hidden: `nginx -g 'daemon off;'` does not end at its semicolon.
            hidden = _QUOTED.sub(lambda match: "_" * len(match[0]), rest[2])
            ends = [match.end() for match in re.finditer(r"&&|\|\||;(?=\s*\S)", hidden)]
            return command_server(shell_words(rest[2][ends[-1] if ends else 0 :].strip()))
        if name in _RUNNERS or name == "exec":
            rest = rest[1:]
            while rest and rest[0].startswith("-"):
                rest = rest[1:]
            continue
        if name in ("pnpm", "yarn", "npm", "bun") and len(rest) > 1:
            if rest[1] in ("dlx", "exec", "x"):
                rest = rest[2:]
                continue
            return "vite-preview" if "preview" in rest[1:3] else ""
        if name == "vite":
            return "vite-preview" if "preview" in rest[1:2] else ""
        return _BY_COMMAND.get(name, "")
    return ""


def _final(
    dockerfile: Dockerfile,
    stage: Stage,
    entrypoint: Sequence[str] | None = None,
    command: Sequence[str] | None = None,
) -> tuple[str, ...]:
    """Entry point and command, each the given one or the last of the chain that sets it."""
    words: list[str] = []
    if entrypoint is not None:
        words += entrypoint
    else:
        found = _last(dockerfile, stage, "ENTRYPOINT")
        words += _words(found) if found is not None else ()
    if command is not None:
        words += command
    elif entrypoint is None:
        found = _last(dockerfile, stage, "CMD")
        words += _words(found) if found is not None else ()
    return tuple(words)


def _last(dockerfile: Dockerfile, stage: Stage, keyword: str) -> Instruction | None:
    for one in dockerfile.chain(stage):
        found = one.last(keyword)
        if found is not None:
            return found
    return None


def _words(one: Instruction) -> tuple[str, ...]:
    return one.exec_form if one.exec_form is not None else shell_words(one.text)


def start_scripts(target: Target, dockerfile: Dockerfile, words: Sequence[str]) -> Iterator[str]:
    """The texts of the start scripts of the repository that a command line names."""
    for word in words[:6]:
        if not _ENTRY.search(word):
            continue
        renamed = _copied_to(target, dockerfile, word)
        if renamed is not None:
            yield target.text(renamed)[:_MAX_SCRIPT]
            continue
        name = posixpath.basename(word)
        found = [path for path in files_by_name(target).get(name, ()) if not target.has_dir(path)]
        if len(found) > 1:
            # The one that is copied, else the one nearest to the Dockerfile.
            sources = {
                posixpath.normpath(posixpath.join(context.path, source.written))
                for context in images(target).contexts(dockerfile)
                for source in images(target).sources(dockerfile)
            }
            copied = [
                path for path in found if path in sources or posixpath.dirname(path) in sources
            ]
            found = copied or found
        if len(found) == 1:
            yield target.text(found[0])[:_MAX_SCRIPT]


def _copied_to(target: Target, dockerfile: Dockerfile, path: str) -> str | None:
    """The one file of the repository that the image holds under an absolute path."""
    if not path.startswith("/"):
        return None
    found = {
        file
        for source in images(target).sources(dockerfile)
        if source.goal == path
        for context in images(target).contexts(dockerfile)
        if target.has(file := posixpath.normpath(posixpath.join(context.path, source.written)))
    }
    return found.pop() if len(found) == 1 else None


def _lines(text: str) -> Iterator[tuple[str, ...]]:
    """The commands of a start script, one per line; enough to see what it starts."""
    options: dict[str, str] = {}
    for match in _EXEC.finditer(text.replace("\\\n", " ")):
        kept = _KEEPS.match(match["words"])
        if kept is not None:
            # Options that are kept for the command: all that an arm may add to them.
            value = _filled(kept[2], options)
            before = options.get(kept[1], "")
            options[kept[1]] = value if value.startswith(before) else f"{before} {value}"
            continue
        for part in re.split(r"&&|\|\||;|(?<!&)&(?!&)", match["words"]):
            words = shell_words(_ARGUMENTS.sub(_STAND_IN, _filled(part.strip(), options)))
            words = tuple(ARGUMENTS if word == _STAND_IN else word for word in words)
            if words:
                yield words[1:] if words[0] == "exec" else words


def _filled(text: str, options: Mapping[str, str]) -> str:
    """A command with the options that a script has kept for it."""
    return _KEPT.sub(lambda one: options.get(one[1], one[0]), text) if options else text


# -- from a Dockerfile ---------------------------------------------------------------------


def program_of_dockerfile(
    target: Target, dockerfile: Dockerfile, stage: Stage | None = None
) -> Program | None:
    """What the image of a Dockerfile runs; of its deployed stage unless one is given."""
    stage = stage or images(target).final_stage(dockerfile)
    if stage is None:
        return None
    known = _programs(target)
    key = (dockerfile.path, stage.index)
    if key not in known:
        known[key] = _program(target, dockerfile, stage, None, None)
    return known[key]


@once
def _programs(target: Target) -> dict[tuple[str, int], Program]:
    """Filled as programs are asked for."""
    return {}


def _program(
    target: Target,
    dockerfile: Dockerfile,
    stage: Stage,
    entrypoint: Sequence[str] | None,
    command: Sequence[str] | None,
) -> Program:
    base = dockerfile.chain(stage)[-1].image
    words = _final(dockerfile, stage, entrypoint, command)
    folders = applications_of_image(target, dockerfile) or _around(target, dockerfile, stage)
    server, lines = _started(target, dockerfile, base, words)
    placed, known = _placed(target, dockerfile, stage, server)
    known = known and not _writes_its_own(target, dockerfile, words)
    package = None
    if not server or server in ("serve", "vite-preview"):
        package = _package(target, dockerfile, stage, folders, [words, *lines])
    return Program(
        dockerfile=dockerfile,
        stage=stage,
        base=base,
        folders=folders,
        package=package,
        server=server,
        configs=tuple(dict.fromkeys(placed.values())),
        command=words,
        script=tuple(lines),
        placed=tuple(placed.items()),
        configs_known=known,
    )


def _around(target: Target, dockerfile: Dockerfile, stage: Stage) -> tuple[str, ...]:
    """The root, for its own Dockerfile that takes everything and that nobody is seen to build."""
    if "/" in dockerfile.path or images(target).builds(dockerfile):
        return ()
    for source in images(target).sources(dockerfile):
        if source.written.strip("\"'") in (".", "./") and (
            source.stage in dockerfile.needed(stage)
        ):
            return ("",)
    return ()


def _started(
    target: Target,
    dockerfile: Dockerfile | None,
    base: ImageReference | None,
    words: Sequence[str],
) -> tuple[str, list[tuple[str, ...]]]:
    """(ready-made server, the commands of the start scripts)."""
    ready = server_of_image(base)
    if not words or words[0].startswith("-"):
        return ready, []
    own = command_server(words)
    if own:
        return own, []
    lines: list[tuple[str, ...]] = []
    if dockerfile is not None:
        for text in start_scripts(target, dockerfile, words):
            lines += list(_lines(text))
    servers = {found for line in lines if (found := command_server(line))}
    if len(servers) == 1:
        return servers.pop(), lines
    if servers:
        return "", lines
    # A script that is not here, over an image that is a server, most likely starts it.
    if ready and (not lines or any(ARGUMENTS in line for line in lines)):
        rest = [word for word in words if not _ENTRY.search(word)]
        if len(rest) < len(words) and (not rest or command_server(rest) or rest[0][:1] == "-"):
            return ready, lines
    return "", lines


def _placed(
    target: Target, dockerfile: Dockerfile, stage: Stage, server: str
) -> tuple[dict[str, str], bool]:
    """Container path → repository path of the server's configuration; and whether it is all."""
    roots = _CONFIG_ROOTS.get(server)
    if not roots:
        return {}, True
    found: dict[str, str] = {}
    known = True
    contexts = [context.path for context in images(target).contexts(dockerfile)] or [""]
    for one in reversed(dockerfile.chain(stage)):
        folder = "/"
        for step in one.instructions:
            if step.keyword == "WORKDIR":
                folder = posixpath.join(folder, step.text.strip().strip("\"'"))
            elif step.keyword in ("COPY", "ADD"):
                known = _copied(target, dockerfile, step, folder, roots, contexts, found) and known
            elif step.keyword == "RUN":
                texts = [step.text, *(heredoc.text for heredoc in step.heredocs)]
                if any(_MADE.search(text) for text in texts):
                    known = False
    return found, known


def _writes_its_own(target: Target, dockerfile: Dockerfile, words: Sequence[str]) -> bool:
    """Whether the start command or script makes the configuration, or names another one."""
    texts = [" ".join(words), *start_scripts(target, dockerfile, words)]
    return any(_MADE.search(text) or _OTHER_CONFIG.search(text) for text in texts)


def _copied(
    target: Target,
    dockerfile: Dockerfile,
    step: Instruction,
    folder: str,
    roots: tuple[str, ...],
    contexts: list[str],
    found: dict[str, str],
) -> bool:
    """Add what a ``COPY`` puts below the roots; false when something of it is not to be seen."""
    goal_word = step.exec_form[-1] if step.exec_form else step.words[-1].text if step.words else ""
    goal = posixpath.join(folder, goal_word.strip("\"'"))
    if not any(goal.startswith(root) or f"{goal}/".startswith(root) for root in roots):
        return True
    if step.heredocs:
        return False
    from_flag = step.flag("from")
    places = contexts
    for word in step.sources:
        written = word.text.strip("\"'")
        if "$" in written:
            return False
        if from_flag is not None:
            origin = _in_stage(dockerfile, from_flag.value, written)
            if origin is None:
                return False
            written = origin
        path = next(
            (
                full
                for context in places
                if target.has(full := _joined(context, written)) or target.has_dir(full)
            ),
            None,
        )
        if path is None:
            matches = [one for context in places for one in target.glob(_joined(context, written))]
            if not matches:
                return False
            for match in matches:
                found[posixpath.join(goal, posixpath.basename(match))] = match
        elif target.has(path):
            into = goal.endswith("/") or goal_word in (".", "./") or len(step.sources) > 1
            into = into or any(f"{goal}/" == root for root in roots) or goal.endswith(".d")
            inside = posixpath.join(goal, posixpath.basename(path)) if into else goal
            found[posixpath.normpath(inside)] = path
        else:
            for one in target.below(path)[:200]:
                relative = one[len(path) :].lstrip("/") if path else one
                found[posixpath.normpath(posixpath.join(goal, relative))] = one
    return True


def _joined(context: str, written: str) -> str:
    clean = posixpath.normpath("/" + written).lstrip("/")
    return posixpath.normpath(posixpath.join(context, clean)) if clean else context


def _in_stage(dockerfile: Dockerfile, name: str, path: str) -> str | None:
    """A path of an earlier stage as a path of the build context, when a ``COPY`` tells."""
    stage = dockerfile.stage(name)
    if stage is None:
        return None
    best: tuple[int, str] | None = None
    folder = "/"
    for one in reversed(dockerfile.chain(stage)):
        for step in one.instructions:
            if step.keyword == "WORKDIR":
                folder = posixpath.join(folder, step.text.strip().strip("\"'"))
            if step.keyword != "COPY" or step.flag("from") is not None or not step.words:
                continue
            goal_word = step.exec_form[-1] if step.exec_form else step.words[-1].text
            goal = posixpath.normpath(posixpath.join(folder, goal_word.strip("\"'")))
            wanted = posixpath.normpath(posixpath.join(folder, path))
            if wanted != goal and not wanted.startswith(f"{goal.rstrip('/')}/"):
                continue
            rest = wanted[len(goal) :].lstrip("/")
            sources = step.sources
            source = sources[0].text.strip("\"'") if len(sources) == 1 else ""
            if source and (best is None or len(goal) > best[0]):
                origin = posixpath.join(source, rest) if rest else source
                best = (len(goal), origin)
    return best[1] if best is not None else None


# -- the package ---------------------------------------------------------------------------


def _package(
    target: Target,
    dockerfile: Dockerfile,
    stage: Stage,
    folders: tuple[str, ...],
    commands: list[tuple[str, ...]],
) -> str | None:
    """The package whose program a command starts, among the applications of the image."""
    chosen: dict[str, CargoPackage] = {}
    for one in folders:
        for package in (cargo_by_folder(target).get(one), *cargo_in_workspace(target).get(one, ())):
            if package is not None:
                chosen[package.path] = package
    rust = [chosen[path] for path in sorted(chosen)]
    if rust and not any(_interpreted(words) for words in commands[:1]):
        bins: dict[str, str] = {}
        for package in rust:
            for name, _ in package.bins:
                bins.setdefault(name, package.folder)
        renamed = _renamed(dockerfile, stage)
        for words in commands:
            for word in unwrapped(tuple(words))[:6]:
                name = word.strip("\"'").rpartition("/")[2]
                found = bins.get(renamed.get(name, name))
                if found is not None:
                    return found
        owners = {package.folder for package in rust if package.bins}
        if len(owners) == 1:
            return owners.pop()
        root = [package.folder for package in rust if package.bins and package.folder in folders]
        if len(root) == 1:
            return root[0]
        if len(folders) == 1:
            return None
    if not folders:
        return _by_binary(target, commands)
    npm = {package.folder: package for package in npm_packages(target)}
    for words in commands:
        found = _npm_package(target, words, npm, folders)
        if found is not None:
            return found
    own = [one for one in folders if one] or list(folders)
    if len(own) == 1:
        return own[0]
    return None


def _by_binary(target: Target, commands: list[tuple[str, ...]]) -> str | None:
    """The one package whose binary is started, when only its name tells."""
    names = {unwrapped(words)[0].rpartition("/")[2] for words in commands if unwrapped(words)}
    found = {
        package.folder
        for package in cargo_packages(target)
        for name, _ in package.bins
        if name in names
    }
    return found.pop() if len(found) == 1 else None


def _interpreted(words: Sequence[str]) -> bool:
    name = words[0].rpartition("/")[2] if words else ""
    return name in ("node", "python", "python3", "npm", "yarn", "pnpm", "bun", "uvicorn",
                    "gunicorn", "java", "php", "ruby")  # fmt: skip


def _renamed(dockerfile: Dockerfile, stage: Stage) -> dict[str, str]:
    """Names of files in the image → what they were called where they were built."""
    found: dict[str, str] = {}
    for one in dockerfile.needed(stage):
        for step in one.of("COPY"):
            if step.flag("from") is not None and len(step.sources) == 1 and step.words:
                goal = step.exec_form[-1] if step.exec_form else step.words[-1].text
                new = goal.strip("\"'").rpartition("/")[2]
                old = step.sources[0].text.strip("\"'").rpartition("/")[2]
                if new and old and new not in (".", "..") and new != old:
                    found[new] = old
        for run in one.of("RUN"):
            for command in run.commands:
                plain = [word for word in command.words[1:] if not word.startswith("-")]
                if command.name in ("cp", "mv", "install") and len(plain) == 2:
                    new, old = (word.rpartition("/")[2] for word in (plain[1], plain[0]))
                    if new and old and new != old and "release" in plain[0]:
                        found[new] = old
    return {new: found.get(old, old) for new, old in found.items()}


_WORKSPACE_OPTIONS = ("--filter", "-F", "--workspace", "-w", "--prefix", "-C", "--dir", "--cwd")


def _npm_package(
    target: Target, words: Sequence[str], npm: Mapping[str, object], folders: tuple[str, ...]
) -> str | None:
    """``yarn workspace api start``, ``node apps/api/dist/main.js``: the package it is about."""
    rest = unwrapped(tuple(words))
    if not rest:
        return None
    name = rest[0].rpartition("/")[2]
    if name in ("npm", "yarn", "pnpm", "bun", "turbo", "nx"):
        asked = [rest[2]] if rest[1:2] == ("workspace",) and len(rest) > 2 else []
        for index, word in enumerate(rest[:-1]):
            option, equals, value = word.partition("=")
            if option in _WORKSPACE_OPTIONS:
                asked.append(value if equals else rest[index + 1])
        for one in asked:
            clean = one.strip("\"'./{}")
            for package in npm_packages(target):
                if clean in (package.manifest.name, package.folder):
                    return package.folder
            ends = [
                package.folder
                for package in npm_packages(target)
                if clean and package.manifest.name.endswith(f"/{clean}")
            ]
            if len(ends) == 1:
                return ends[0]
    elif name in ("node", "bun", "deno", "tsx", "ts-node", "pm2-runtime"):
        for word in rest[1:]:
            path = word.removeprefix("./")
            parts = path.split("/")
            for end in range(len(parts) - 1, 0, -1):
                folder = "/".join(parts[:end])
                if folder in npm and folder:
                    return folder
                ends = [one for one in folders if one and one.endswith(f"/{folder}")]
                if len(ends) == 1:
                    return ends[0]
    return None


# -- from an image name --------------------------------------------------------------------


class _Named(Struct, frozen=True):
    """An image name that something builds."""

    head: str
    last: str
    dockerfile: Dockerfile
    stage: str
    place: Place
    by: str


@once
def _built_names(target: Target) -> tuple[_Named, ...]:
    known = {one.path: one for one in dockerfiles(target)}
    found = []
    for build in image_builds(target):
        dockerfile = known.get(build.dockerfile or "")
        if dockerfile is None or build.origin == "devcontainer":
            continue
        for name in build.names:
            head, last = _parts(name)
            if last and last != "*":
                found.append(_Named(head, last, dockerfile, build.target, build.place, build.by))
    return tuple(found)


def _parts(name: str) -> tuple[str, str]:
    """(registry and path, last part) of an image name, its holes as ``*``, without the tag."""
    plain = _HOLE.sub("*", name.strip().strip("\"'")).lower()
    head, slash, last = plain.partition("@")[0].rpartition("/")
    last = last.partition(":")[0]
    for prefix in ("docker.io", "index.docker.io"):
        head = head.removeprefix(prefix).strip("/")
    return head if slash else "", last


def dockerfiles_of_image(target: Target, image: str) -> tuple[tuple[Dockerfile, Note, bool], ...]:
    """The Dockerfiles that build an image name: (file, where it is built under that name, certain).

    ``certain`` is false when only the last part of the name and the application's name agree.
    """
    return tuple((one, note, certain) for one, _, note, certain in _joins(target, image))


def is_published_here(target: Target, image: str) -> bool:
    """Whether a workflow, or a script that pushes, builds an image under this whole name; one that
    is only built for tests may share its name with what others publish."""
    wanted = _parts(image)
    return any(
        (one.head, one.last) == wanted
        and "*" not in one.head
        and (
            one.by.startswith("workflow")
            or (not one.by.startswith("compose") and "push" in target.text(one.place.path))
        )
        for one in _built_names(target)
    )


def _joins(target: Target, image: str) -> list[tuple[Dockerfile, str, Note, bool]]:
    """(Dockerfile, stage asked for, why, certain); the certain ones alone if there are any."""
    known = _joined_images(target)
    if image not in known:
        known[image] = _find_joins(target, image)
    return known[image]


@once
def _joined_images(target: Target) -> dict[str, list[tuple[Dockerfile, str, Note, bool]]]:
    """Filled as images are asked for."""
    return {}


def _find_joins(target: Target, image: str) -> list[tuple[Dockerfile, str, Note, bool]]:
    head, last = _parts(image)
    if not last or "*" in last:
        return []
    sure: dict[str, tuple[Dockerfile, str, Note, bool]] = {}
    likely: dict[str, tuple[Dockerfile, str, Note, bool]] = {}
    for one in _built_names(target):
        literal = one.last.replace("*", "")
        note = Note(one.place, f"{one.by} builds {one.dockerfile.path} as {one.last}")
        if one.last == last:
            same = not head or not one.head or "*" in head + one.head or head == one.head
            where = sure if same else likely
            where.setdefault(one.dockerfile.path, (one.dockerfile, one.stage, note, same))
        elif "*" in one.last and len(literal) > 3 and fnmatchcase(last, one.last):
            likely.setdefault(one.dockerfile.path, (one.dockerfile, one.stage, note, False))
    if sure:
        return [sure[path] for path in sorted(sure)]
    if likely:
        return [likely[path] for path in sorted(likely)]
    if _is_foreign(head, last):
        return []
    return _alike(target, last)


_FOREIGN = regex(
    r"^(?:quay\.io|registry\.k8s\.io|k8s\.gcr\.io|gcr\.io/(?:google|distroless|k8s)|public\.ecr\.aws"
    r"|mcr\.microsoft\.com|docker\.elastic\.co|grafana|prom|bitnami|hashicorp|confluentinc"
    r"|rancher|library|otel|jaegertracing|openzipkin|curlimages|alpine|busybox|amazon|dpage"
    r"|elastic|envoyproxy|istio|linkerd|traefik|getsentry|temporalio|apache|minio)(?:/|$)"
)
_UTILITIES = frozenset(
    {"busybox", "alpine", "debian", "ubuntu", "node", "python", "curl", "kubectl", "migrate",
     "wait-for", "bash", "git", "aws-cli", "flyway", "liquibase", "hello-world", "whoami"}
)  # fmt: skip


def _is_foreign(head: str, last: str) -> bool:
    """Whether the name is a well-known project's: no application of the repository has it."""
    image = ImageReference(last)
    return bool(server_of_image(image)) or last in _UTILITIES or bool(_FOREIGN.match(head))


_SUFFIX = regex(r"[-_.](?:prod|production|staging|stage|dev|develop|latest|image|app)$")


def _namesake(target: Target, last: str) -> str | None:
    """The one application that an image is called after: ``backend``, ``shop-backend``.

    A name that only begins alike is another project's (``shop`` does not make ``shop-ui``).
    """
    wanted = _SUFFIX.sub("", last)
    ends = (wanted[at + 1 :] for at, char in enumerate(wanted) if char in "-_")
    found = set(applications_named(target, (last, wanted))) or set(applications_named(target, ends))
    return found.pop() if len(found) == 1 else None


@once
def _dockerfiles_by_folder(target: Target) -> dict[str, list[Dockerfile]]:
    """Application → the Dockerfiles of nothing but it."""
    found: dict[str, list[Dockerfile]] = {}
    for one in dockerfiles(target):
        folders = applications_of_image(target, one)
        if len(folders) == 1:
            found.setdefault(folders[0], []).append(one)
    return found


def _alike(target: Target, last: str) -> list[tuple[Dockerfile, str, Note, bool]]:
    """The Dockerfiles of the application that the last part of a name is called after."""
    folder = _namesake(target, last)
    if folder is None:
        return []
    found = _dockerfiles_by_folder(target).get(folder, [])
    found = [one for one in found if not images(target).is_dev_container(one)]
    found = [one for one in found if not is_development_name(one.path)] or found
    own = application_at(target, folder)
    title = own.title if own is not None else folder
    return [
        (one, "", Note(one.place, f"an image of {title}, which {last} is named after"), False)
        for one in found
    ]


# -- from a service or a container ---------------------------------------------------------


def program_of_service(target: Target, stack: Stack, service: ComposeService) -> Program | None:
    """What a merged compose service runs, its ``command`` and mounts taken into account."""
    entrypoint, command = service.entrypoint, service.command
    build = service.build
    if build is not None and build.complete:
        path = build.dockerfile
        if path is None or not target.has(path):
            return None
        dockerfile = target.parse(read_dockerfile, path)
        stage = dockerfile.stage(build.target) if build.target else None
        if stage is None and not build.target and dockerfile.stages:
            stage = dockerfile.stages[-1]
        if stage is None:
            return None
        program: Program | None = _of_stage(target, dockerfile, stage, entrypoint, command)
    elif service.image:
        program = _of_image(target, service.image, entrypoint, command)
    else:
        return None
    return None if program is None else _with_mounts(target, stack, service, program)


def program_of_container(target: Target, container: Container) -> Program | None:
    """What a container of a Kubernetes workload runs."""
    root = container.root
    if not container.image:
        return None
    entrypoint = _listed(root.seq("command")) if "command" in root else None
    command = _listed(root.seq("args")) if "args" in root else None
    program = _of_image(target, container.image, entrypoint, command)
    if program is None:
        return None
    roots = _CONFIG_ROOTS.get(program.server, ())
    paths = [mount.str("mountPath") for mount in root.maps("volumeMounts")]
    if any(f"{path}/".startswith(one) or path.startswith(one) for path in paths for one in roots):
        return replace(program, configs_known=False)
    return program


def _listed(items: Iterable[object]) -> tuple[str, ...]:
    return tuple(f"{item}" for item in items if isinstance(item, (str, int, float)))


def _of_stage(
    target: Target,
    dockerfile: Dockerfile,
    stage: Stage,
    entrypoint: Sequence[str] | None,
    command: Sequence[str] | None,
) -> Program | None:
    if entrypoint is None and command is None:
        return program_of_dockerfile(target, dockerfile, stage)
    return _program(target, dockerfile, stage, entrypoint, command)


def _of_image(
    target: Target,
    image: str,
    entrypoint: Sequence[str] | None,
    command: Sequence[str] | None,
) -> Program | None:
    found = []
    for dockerfile, wanted, note, certain in _joins(target, image):
        stage = dockerfile.stage(wanted) if wanted else images(target).final_stage(dockerfile)
        one = None if stage is None else _of_stage(target, dockerfile, stage, entrypoint, command)
        if one is not None:
            found.append(replace(one, certain=certain, joined=note))
    if found:
        return replace(found[0], alternatives=tuple(found[1:]))
    if "$" in image.partition(":")[0] or "{{" in image:
        return None
    base = image_reference(image)
    words = (*(entrypoint or ()), *(command or ()))
    server = server_of_image(base)
    if entrypoint is not None or (command and not command[0].startswith("-")):
        named = command_server(words)
        rest = not any(_ENTRY.search(word) for word in words[:1])
        server = named or ("" if rest and entrypoint is not None else server)
    return Program(None, None, base, (), None, server, command=words)


def _with_mounts(
    target: Target, stack: Stack, service: ComposeService, program: Program
) -> Program:
    """The program with the configuration that the service mounts over the image's."""
    roots = _CONFIG_ROOTS.get(program.server)
    if not roots:
        return program
    placed = dict(program.placed)
    known = program.configs_known

    def put(inside: str, path: str | None) -> None:
        nonlocal known
        if path is None:
            known = False
        elif target.has(path):
            placed[posixpath.normpath(inside)] = path
        elif target.has_dir(path):
            for one in target.below(path)[:200]:
                placed[posixpath.normpath(posixpath.join(inside, one[len(path) :].lstrip("/")))] = (
                    one
                )
        else:
            known = False

    def concerns(inside: str) -> bool:
        return any(inside.startswith(root) or f"{inside}/".startswith(root) for root in roots)

    for mount in service.volumes:
        if concerns(mount.target):
            put(mount.target, mount.path if mount.kind == "bind" else None)
    for grant in service.configs:
        resource = stack.configs.get(grant.source)
        if concerns(grant.target):
            put(grant.target, resource.path if resource is not None else None)
    return replace(
        program,
        placed=tuple(placed.items()),
        configs=tuple(dict.fromkeys(placed.values())),
        configs_known=known,
    )
