"""Which command line tools an image holds: those of its base, installed or copied ones.

The bases are what the official images' own build files install. Absence is claimed for well-known
tools only, and only when everything that goes into the image is known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.network.programs import Program
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, ImageReference, Stage
from pytest_reconaudit.readers.shell import shell_words, unwrapped
from pytest_reconaudit.target import Target

__all__ = ["ImageTools", "MissingTool", "missing_tool", "tools_in_image"]

_BUSYBOX_WORDS = (
    "sh ash wget nc ping ping6 ps pgrep pidof kill killall grep egrep sed awk cat echo test [ cut "
    "head tail tr sort uniq wc find xargs ls cp mv rm mkdir chmod chown date sleep env expr id "
    "hostname ip netstat nslookup printf timeout top vi which traceroute telnet stat touch true "
    "false tee tar gzip gunzip unzip watch seq readlink realpath basename dirname du df dd md5sum "
    "sha256sum su uname whoami yes base64 diff less ln mktemp od"
)
_BUSYBOX = frozenset(_BUSYBOX_WORDS.split())
_GNU_WORDS = (
    "sh dash bash cat echo test [ cut head tail tr sort uniq wc find xargs ls cp mv rm mkdir chmod "
    "chown date sleep env expr id hostname printf timeout which stat touch true false tee tar gzip "
    "gunzip seq readlink realpath basename dirname du df dd md5sum sha256sum su uname whoami yes "
    "base64 diff ln mktemp od grep egrep sed awk perl kill"
)
_GNU = frozenset(_GNU_WORDS.split())
_KNOWN_WORDS = (
    "curl wget nc ncat netcat bash sh ash pg_isready psql redis-cli valkey-cli mysqladmin mysql "
    "mongosh mongo python python3 node jq dig nslookup ps pgrep pidof http grpc_health_probe "
    "grpcurl perl ruby php java telnet ping rabbitmq-diagnostics rabbitmqctl nginx ss netstat git "
    "kubectl"
)
_KNOWN = frozenset(_KNOWN_WORDS.split())
"""Tools whose absence can be claimed; any other name may be the application's own."""

_PROVIDES = {
    "netcat-openbsd": "nc netcat", "netcat-traditional": "nc netcat", "netcat": "nc netcat",
    "nmap-ncat": "nc ncat", "ncat": "ncat nc", "nmap": "nmap ncat", "postgresql": "psql pg_isready",
    "redis": "redis-cli", "redis-tools": "redis-cli", "valkey": "valkey-cli redis-cli",
    "valkey-cli": "valkey-cli redis-cli", "mysql-client": "mysql mysqladmin",
    "mariadb-client": "mysql mysqladmin mariadb mariadb-admin",
    "default-mysql-client": "mysql mysqladmin", "mariadb": "mysql mysqladmin", "python3": "python3",
    "python": "python python3", "python-is-python3": "python python3", "nodejs": "node",
    "nodejs-current": "node", "npm": "node npm", "procps": "ps pgrep top kill",
    "procps-ng": "ps pgrep",
    "bind-tools": "dig nslookup host", "dnsutils": "dig nslookup host",
    "bind9-dnsutils": "dig nslookup host", "iproute2": "ip ss", "net-tools": "netstat ifconfig",
    "iputils-ping": "ping", "iputils": "ping", "inetutils-ping": "ping", "httpie": "http",
    "curl-minimal": "curl", "busybox": " ".join(_BUSYBOX), "busybox-extras": "telnet",
    "bash": "bash",
    "openjdk": "java", "wget2": "wget2", "nginx-light": "nginx", "nginx-core": "nginx",
    "build-base": "make gcc", "perl": "perl", "inetutils-telnet": "telnet",
}  # fmt: skip
_CONFIDENT_BASES = frozenset({"alpine", "busybox", "debian", "ubuntu", "scratch"})
_DEBIAN = regex(
    r"bookworm|bullseye|buster|trixie|stretch|jammy|noble|focal|slim|stable|bionic|debian|ubuntu"
)
_FULL = frozenset({"node", "python", "ruby", "golang", "rust", "perl", "buildpack-deps", "gcc"})
"""Official images that without ``slim`` stand on buildpack-deps: curl, wget and much more."""
_SLIM_OWN = {
    "node": "node npm npx yarn", "python": "python python3 pip", "ruby": "ruby gem",
    "rust": "cargo", "perl": "perl", "golang": "go", "openjdk": "java",
    "php": "php curl",
}  # fmt: skip
_SERVERS_DEBIAN = {
    "nginx": "nginx curl envsubst", "postgres": "psql pg_isready",
    "redis": "redis-cli redis-server", "valkey": "valkey-cli redis-cli",
}  # fmt: skip
_SERVERS_ALPINE = {
    "nginx": "nginx curl", "postgres": "psql pg_isready bash", "redis": "redis-cli redis-server",
    "valkey": "valkey-cli redis-cli", "node": "node npm npx yarn", "python": "python python3 pip",
    "ruby": "ruby gem", "golang": "go", "rust": "cargo", "php": "php curl", "nginx-unprivileged":
    "nginx curl", "openjdk": "java", "httpd": "httpd", "caddy": "caddy", "haproxy": "haproxy",
    "memcached": "memcached", "traefik": "traefik", "alpine": "", "docker": "docker git",
    "eclipse-temurin": "java curl wget", "rabbitmq": "rabbitmqctl rabbitmq-diagnostics bash",
}  # fmt: skip
_MANAGERS = frozenset(
    {"apk", "apt-get", "apt", "dnf", "yum", "microdnf", "tdnf", "zypper", "pacman"}
)
_BINARIES = regex(r"^/?(?:usr/)?(?:local/)?s?bin/?$")
_SYSTEM = regex(r"^/(?:usr|lib|etc|opt|bin|sbin)?(?:/local|/lib|/bin)?/?$")
_SCRIPT = regex(r"\b(?:curl|wget)\b[^\n;&]{0,300}\|\s*(?:sudo\s+)?(?:ba)?sh\b")


_ASKS = frozenset({"curl", "wget", "http"})
"""Tools that ask an address, each as well as the other."""
_STATIC_PROBE = """\
```dockerfile
COPY --from=busybox:1.37-musl /bin/wget /usr/bin/wget
```"""


class ImageTools(Struct, frozen=True):
    """The tools of one image."""

    base: str
    """The base image as a message names it; empty when unknown."""
    tools: frozenset[str]
    complete: bool
    """Everything that goes into the image is known."""
    shell: bool
    """It has some shell, as far as is known."""
    installs: tuple[Place, ...] = ()
    """Where packages are installed, for "searched here"."""
    commands: tuple[str, ...] = ()
    """The texts of all ``RUN``s: a tool that one of them names may be made by it."""

    def has(self, tool: str) -> bool | None:
        """Whether a tool is there; ``None`` when this cannot be told."""
        name = tool.rpartition("/")[2]
        if name in self.tools:
            return True
        if not self.complete or name not in _KNOWN:
            return None
        made = re.compile(rf"(?:/|-o\s?|-O\s?|>\s*){re.escape(name)}(?![\w.-])")
        return None if any(made.search(text) for text in self.commands) else False


class MissingTool(Struct, frozen=True):
    """Why a command cannot run."""

    tool: str
    tools: ImageTools

    @property
    def says(self) -> str:
        base = f"{self.tools.base} has none" if self.tools.base else "the image has none"
        return f"`{self.tool}` is not in the image: {base} and nothing installs it"

    def remedy(self, *, built: bool) -> str:
        """What can ask in its place; empty when the general words fit.

        :param built: a Dockerfile of the repository makes the image, so it can be given a tool.
        """
        names = ("node", "python3", "java")
        own = next((name for name in names if name in self.tools.tools), "")
        ways = f"; or let its `{own}` ask, in exec form" if own else ""
        if self.tools.shell:
            if self.tool not in _ASKS or "wget" in self.tools.tools:
                return ""
            if "curl" in self.tools.tools:
                return "Ask with `curl -fsS`, which the image holds."
            first = "install one in the stage that ships" if built else "ask in its own way"
            return (
                f"The image holds neither `curl` nor `wget`: {first}{ways}. A health subcommand of"
                " the program itself needs no tool at all."
            )
        probe = f"; or copy a static probe in:\n\n{_STATIC_PROBE}\n\nElse" if built else ". Else"
        return (
            "The image has no shell and no such tools. Let the program ask itself, in exec form,"
            f" where it has a subcommand for that{ways}{probe} take the check out and let others"
            " ask from outside: the orchestrator (`httpGet` of Kubernetes), a sidecar that has the"
            " tools, or the service that waits, by trying again."
        )


def tools_in_image(target: Target, program: Program) -> ImageTools | None:
    """The tools of the image that a container runs; ``None`` when nothing is known of it."""
    base = _of_base(program.base, _base_text(program))
    if program.dockerfile is None or program.stage is None:
        return base
    if base is None:
        return None
    return _with_stage(program.dockerfile, program.stage, base)


def _base_text(program: Program) -> str:
    if program.dockerfile is None or program.stage is None:
        return ""
    return program.dockerfile.chain(program.stage)[-1].base or ""


# -- bases ---------------------------------------------------------------------------------


def _of_base(image: ImageReference | None, written: str) -> ImageTools | None:
    if image is None:
        return None
    name, tag = image.name.lower(), image.tag.lower()
    short = name.rpartition("/")[2]
    shown = f"{name}:{tag}" if tag else name
    if written.strip().lower() == "scratch" or name == "scratch":
        return ImageTools("scratch", frozenset(), True, False)
    if "distroless" in name or name.startswith("cgr.dev/chainguard/"):
        return _distroless(name, short, tag, shown)
    official = "/" not in name or name.startswith(
        ("public.ecr.aws/docker/library/", "mirror.gcr.io/library/", "nginxinc/")
    )
    if short == "busybox" and official:
        return ImageTools(shown, _BUSYBOX, True, True)
    if not official:
        return _of_others(short, name, shown)
    alpine = short == "alpine" or "alpine" in tag
    if alpine and short in _SERVERS_ALPINE:
        own = set(_SERVERS_ALPINE[short].split())
        if short.startswith("nginx") and "slim" in tag:
            own.discard("curl")
        return ImageTools(shown, _BUSYBOX | own, True, True)
    if short in ("debian", "ubuntu"):
        return ImageTools(shown, _GNU, True, True)
    if short in _SERVERS_DEBIAN and not alpine:
        return ImageTools(shown, _GNU | set(_SERVERS_DEBIAN[short].split()), True, True)
    if short in _SLIM_OWN and "slim" in tag and short != "eclipse-temurin":
        return ImageTools(shown, _GNU | set(_SLIM_OWN[short].split()), True, True)
    if short in _FULL and "alpine" not in tag:
        own = set(_SLIM_OWN.get(short, "").split())
        return ImageTools(shown, _GNU | own | {"curl", "wget", "git"}, False, True)
    if short in ("fedora", "centos", "rockylinux", "almalinux", "amazonlinux", "oraclelinux"):
        return ImageTools(shown, _GNU | {"curl"}, False, True)
    return None


def _of_others(short: str, name: str, shown: str) -> ImageTools | None:
    if name in ("prom/prometheus", "prom/alertmanager", "prom/node-exporter"):
        return ImageTools(shown, _BUSYBOX, True, True)
    if short in ("grafana", "grafana-oss", "grafana-enterprise") and name.startswith("grafana/"):
        return ImageTools(shown, _BUSYBOX | {"curl", "bash"}, False, True)
    return None


def _distroless(name: str, short: str, tag: str, shown: str) -> ImageTools | None:
    if name.startswith("cgr.dev/"):
        return None  # some of these have a shell, some do not
    own: set[str] = set()
    if short.startswith("python"):
        own = {"python", "python3"}
    elif short.startswith("nodejs"):
        own = {"node"}
    elif short.startswith("java"):
        own = {"java"}
    if "debug" in tag:
        return ImageTools(shown, _BUSYBOX | own, True, True)
    return ImageTools(shown, frozenset(own), True, False)


# -- what a Dockerfile adds ----------------------------------------------------------------


def _with_stage(dockerfile: Dockerfile, stage: Stage, base: ImageTools) -> ImageTools:
    tools, complete, shell = set(base.tools), base.complete, base.shell
    installs: list[Place] = []
    virtual: dict[str, set[str]] = {}
    for one in reversed(dockerfile.chain(stage)):
        for step in one.instructions:
            if step.keyword in ("COPY", "ADD"):
                words = step.exec_form or tuple(word.text.strip("\"'") for word in step.words)
                if not words:
                    continue
                goal = words[-1]
                found, whole = _copied(words[:-1], goal, from_stage=step.flag("from") is not None)
                tools |= found
                complete = complete and not whole
                shell = shell or bool(found & {"sh", "bash", "busybox"}) or whole
            elif step.keyword == "RUN":
                if _SCRIPT.search(step.text):
                    complete = False
                for command in step.commands:
                    if _runs_a_script(command.words):
                        complete = False
                    change = _installed(command.words, virtual)
                    if change is None:
                        continue
                    added, removed, known = change
                    if added or not known:
                        installs.append(command.place)
                    tools = (tools | added) - removed
                    complete = complete and known
    texts = tuple(
        text
        for one in dockerfile.chain(stage)
        for step in one.of("RUN")
        for text in (step.text, *(heredoc.text for heredoc in step.heredocs))
    )
    return ImageTools(base.base, frozenset(tools), complete, shell, tuple(installs), texts)


def _runs_a_script(words: Sequence[str]) -> bool:
    """Whether a command is a program of somebody else's, which may install anything."""
    rest = unwrapped(tuple(words))
    program = rest[0] if rest else ""
    name = program.rpartition("/")[2]
    if name in _SHELLS:
        return any(not word.startswith("-") for word in rest[1:2])
    if name in ("make", "just", "task", "ansible-playbook", "puppet", "source", "."):
        return True
    if name.endswith((".sh", ".bash", ".py", ".pl")):
        return True
    own = name in ("mvnw", "gradlew", "configure") or "node_modules" in program
    return "/" in program and not own and not _BINARIES.match(program.rpartition("/")[0])


def _copied(sources: Sequence[str], goal: str, *, from_stage: bool) -> tuple[set[str], bool]:
    """(names that a ``COPY`` puts into the image, whether it may bring whole system folders)."""
    found = {posixpath.basename(goal)} | {posixpath.basename(one) for one in sources}
    if "busybox" in found:
        found |= _BUSYBOX
    whole = from_stage and (
        goal == "/" or any(_SYSTEM.match(one) or _BINARIES.match(one) for one in sources)
    )
    wild = from_stage and any("*" in one for one in sources) and _BINARIES.match(goal) is not None
    return found, whole or wild


Change = tuple[set[str], set[str], bool]
"""(tools added, tools removed, whether all names were plain)."""


def _installed(words: Sequence[str], virtual: dict[str, set[str]]) -> Change | None:
    rest = list(unwrapped(tuple(words)))
    name = rest[0].rpartition("/")[2] if rest else ""
    if name in ("npm", "pip", "pip3", "gem", "cargo", "go", "corepack"):
        return None
    if name == "ln":
        plain = [posixpath.basename(word) for word in rest[1:] if not word.startswith("-")]
        return set(plain[-1:]), set(), True
    if name not in _MANAGERS:
        return None
    plain = []
    group = ""
    options = iter(rest[1:])
    for word in options:
        if word in ("-t", "--virtual") and name == "apk":
            group = next(options, "")
        elif word.startswith("--virtual="):
            group = word.partition("=")[2]
        elif word in ("-o", "-c", "--repository", "-X", "-t", "--target-release"):
            next(options, "")
        elif not word.startswith(("-", "+")):
            plain.append(word)
    verb = plain[0] if plain else ""
    names = plain[1:]
    if name == "pacman":
        verb, names = "install", plain
    known = not any("$" in one or "`" in one for one in names)
    if verb in ("install", "add", "in"):
        added = {tool for one in names for tool in _tools_of(one)}
        if group:
            virtual[group] = added
        return added, set(), known
    if verb in ("remove", "purge", "del", "erase", "autoremove"):
        gone = {tool for one in names for tool in virtual.get(one, set(_tools_of(one)))}
        return set(), gone, True
    return None


def _tools_of(package: str) -> Iterator[str]:
    """The tools of a distribution's package, by its name; versions are left off."""
    name = re.split(r"[=<>~@:]", package, maxsplit=1)[0].rpartition("/")[2].lower()
    yield name
    for stem, tools in _PROVIDES.items():
        if name == stem:
            yield from tools.split()
    if re.match(r"postgresql(?:-?\d+)?(?:-client|\d+)?(?:-[\d.]+)?$|postgresql\S*client", name):
        yield from ("psql", "pg_isready")
    elif name.startswith("openjdk"):
        yield "java"
    elif name.startswith("python3"):
        yield "python3"


# -- commands ------------------------------------------------------------------------------

_BUILTIN_WORDS = (
    "exit test [ [[ echo true false cd export set : return kill printf read if then else fi while "
    "do done for until case esac eval exec trap wait local shift break continue ! { } ( )"
)
_BUILTINS = frozenset(_BUILTIN_WORDS.split())
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_OR = regex(r"\|\|")
_REST = regex(r"&&|;|\||\n|(?<![>&])&(?![>&])")
_QUOTED = regex(r"'[^']*'|\"(?:\\.|[^\"\\])*\"")


def missing_tool(
    tools: ImageTools, command: Sequence[str] | str, *, depth: int = 0
) -> MissingTool | None:
    """The tool without which a command cannot succeed; nothing when it may.

    :param command: a shell text (run by ``/bin/sh``), or the words of an exec form.
    """
    if not isinstance(command, str):
        words = unwrapped(tuple(command))
        if not words:
            return None
        name = words[0].rpartition("/")[2]
        if tools.has(name) is False or (name in _SHELLS and not tools.shell and tools.complete):
            return MissingTool(name, tools)
        if name in _SHELLS and depth < 3:
            script = next(
                (
                    words[index + 1]
                    for index, word in enumerate(words[:-1])
                    if index and word.startswith("-") and word.endswith("c")
                ),
                None,
            )
            return None if script is None else _in_script(tools, script, depth + 1)
        return None
    if not tools.shell and tools.complete:
        return MissingTool("/bin/sh", tools)
    return _in_script(tools, command, depth)


def _in_script(tools: ImageTools, text: str, depth: int) -> MissingTool | None:
    """A shell text fails when each of its alternatives (``a || b``) needs a missing tool."""
    if len(text) > 4_000 or "<<" in text or re.search(r"\b(?:if|while|until|for|case)\b", text):
        alternatives = [text]  # a script: only what surely runs first is judged below
        first_only = True
    else:
        alternatives, first_only = _parts(_OR, text), False
    faults: list[MissingTool] = []
    for alternative in alternatives:
        found = None
        judged = False
        for part in _parts(_REST, alternative):
            words = _command(part)
            if not words:
                continue
            name = words[0].rpartition("/")[2]
            if name in _BUILTINS:
                if first_only:
                    return None
                continue
            judged = True
            if "$" in words[0]:
                break
            found = missing_tool(tools, words, depth=depth + 1) if depth < 3 else None
            if found is not None or first_only:
                break
        if judged and found is None:
            return None
        if found is not None:
            faults.append(found)
    return faults[0] if faults else None


def _parts(pattern: re.Pattern[str], text: str) -> list[str]:
    """The text split at a pattern outside quotes."""
    hidden = _QUOTED.sub(lambda match: "_" * len(match[0]), text)
    out, start = [], 0
    for match in pattern.finditer(hidden):
        out.append(text[start : match.start()])
        start = match.end()
    return [*out, text[start:]]


def _command(text: str) -> tuple[str, ...]:
    words = [word for word in shell_words(text.strip().lstrip("({!").strip()) if word]
    while words and re.match(r"[A-Za-z_]\w*=", words[0]):
        words.pop(0)
    return unwrapped(tuple(words))
