"""As whom the program of an image runs: ``USER``, the base's own, or the orchestrator's wish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.docker.image_files import absolute, image_files
from pytest_reconaudit.facts.docker.images import images
from pytest_reconaudit.facts.docker.toolchains import is_development_command, runs_something
from pytest_reconaudit.facts.installs import system_packages
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.facts.network.programs import dockerfiles_of_image, server_of_image
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, ImageReference, Instruction, Stage
from pytest_reconaudit.target import Target, once

__all__ = ["ImageUser", "ImageUsers"]

_ASIDE = regex(
    r"(?:^|/)(?:tests?|test[_-][\w-]*|e2e|playwright|cypress|hack|bench(?:marks?|es)?|fuzz|docs?|tools?|ci)/",
    re.IGNORECASE,
)
"""Folders whose images nobody runs for others."""

_DROPPERS = regex(
    r"\b(?:gosu|su-exec|setpriv|runuser|s6-setuidgid|chpst|start-stop-daemon|dropprivs|fixuid"
    r"|su[ \t]+-|su[ \t]+\w+[ \t]+-|sudo[ \t]+-\w*u|with-contenv|setuidgid|chroot[ \t]+--userspec)"
)
_DROP_PACKAGES = frozenset({"gosu", "su-exec", "s6", "s6-overlay", "runit", "fixuid"})
_NONROOT_NAMES = regex(
    r"unprivileged|nonroot|non-root|rootless|chiseled|\bgitpod/workspace|^bitnami(?:legacy)?/"
    r"|^cgr\.dev/|chainguard/|^jupyter/|/jupyter/|^linuxserver/|lscr\.io/|ghcr\.io/linuxserver/"
    r"|^public\.ecr\.aws/lambda/|^amazon/aws-lambda-"  # the platform picks the user
    r"|^quay\.io/keycloak/|^selenium/|^browserless/|ubi\d+/(?:nodejs|python|openjdk|go-toolset|php"
    r"|ruby|httpd|nginx)"
)
_NONROOT_SHORT_TEXT = (
    "grafana grafana-oss grafana-enterprise prometheus alertmanager node-exporter loki promtail "
    "tempo mimir keycloak jenkins elasticsearch opensearch opensearch-dashboards kibana "
    "logstash pgadmin4 airflow superset solr kong fluentd curl node-red sonarqube nifi "
    "zookeeper kafka cp-kafka hasura puppeteer cypress oauth2-proxy kratos hydra keto "
    "oathkeeper auto-setup admin-tools vault-k8s k6 verdaccio haproxy varnish activemq-artemis "
    "neo4j cockroach opentelemetry-collector opentelemetry-collector-contrib meltano n8n "
    "metabase unleash-server spicedb authelia zot renovate trivy-operator flink spark dashboard "
    "temporal ui artemis distroless-nonroot pgbouncer"
)
_NONROOT_SHORT = frozenset(_NONROOT_SHORT_TEXT.split())
"""Images that run as somebody else by themselves."""
_DROP_SHORT_TEXT = (
    "postgres postgis timescaledb timescaledb-ha pgvector mysql mariadb percona redis valkey "
    "keydb mongo mongodb-community-server rabbitmq cassandra couchdb influxdb memcached vault "
    "consul etcd nats clickhouse-server clickhouse elasticsearch minio ghost eclipse-mosquitto "
    "envoy rethinkdb arangodb couchbase crate orientdb telegraf chronograf kapacitor redmine "
    "registry zookeeper kafka gitea docker dind gitlab-ce rocket.chat openldap neo4j squid "
    "supabase-postgres spilo citus pgvecto-rs meilisearch"
)
_DROP_SHORT = frozenset(_DROP_SHORT_TEXT.split())
"""Servers whose official entry point gives up root, or that are off-the-shelf data stores."""
_WORKERS = frozenset({"nginx", "httpd", "openresty", "angie", "apache", "wordpress", "nextcloud"})
"""A root master with unprivileged workers."""
_SYSTEMS_TEXT = (
    "alpine debian ubuntu busybox centos rockylinux almalinux fedora amazonlinux archlinux "
    "oraclelinux buildpack-deps ubi8 ubi9 ubi-minimal ubi8-minimal ubi9-minimal opensuse photon "
    "wolfi-base"
)
_SYSTEMS = frozenset(_SYSTEMS_TEXT.split())
_LANGUAGES_TEXT = (
    "node python ruby php golang openjdk eclipse-temurin amazoncorretto java rust bun deno perl "
    "elixir erlang dart swift haskell julia pypy tomcat jetty aspnet runtime runtime-deps sdk "
    "composer gradle maven scratch nginx httpd caddy traefik static base cc openresty"
)
_LANGUAGES = frozenset(_LANGUAGES_TEXT.split())


class ImageUser(Struct, frozen=True):
    """Why an image's program runs as root."""

    place: Place
    """The last ``USER`` when one says root, else the final ``FROM``."""
    stage: Stage
    written: str
    """What ``USER`` says; empty without one."""
    base: str
    workers: bool
    """The server's workers give up root by themselves."""
    known_base: bool
    """The base is one whose user is known to be root."""
    command: Instruction | None
    overridden: tuple[Note, ...]
    """Where everybody who runs the image asks for another user; empty unless all do."""
    family: str = ""
    """How a user is made there: ``node``, ``distroless`` … have one, ``alpine`` and ``debian`` each
    have a command of their own; empty where a bare number is the surest."""

    made: tuple[str, str] = ("", "")
    """(name, number) of a user that the image has made and does not take."""

    @property
    def remedy(self) -> str:
        """What to write, in Markdown."""
        if self.workers:
            return _UNPRIVILEGED if self.family == "nginx" else ""
        made, owner = _USERS.get(self.family, _NUMBER)
        name, number = self.made
        if name:
            also = f" ({number}, where a number is asked for)" if number else ""
            made, owner = f"The image makes a user for it: `USER {name}` last{also}.", name
        return (
            f"{made} What the program writes while it runs (folders below its own, a file that the"
            " start script makes, volumes that are there already) has to belong to that user first:"
            f" `COPY --chown={owner}`, `chown`. Let it listen on a port from 1024 up."
        )


_NUMBER = ("`USER 10001` last: a number needs no entry in `/etc/passwd`.", "10001")
_USERS = {
    "node": (
        "The image has a user for it: `USER node` last (1000, where a number is asked for).",
        "node:node",
    ),
    "bun": (
        "The image has a user for it: `USER bun` last (1000, where a number is asked for).",
        "bun:bun",
    ),
    "deno": (
        "The image has a user for it: `USER deno` last (1993, where a number is asked for).",
        "deno:deno",
    ),
    "dotnet": (
        "The image has a user for it: `USER $APP_UID` last (`app`, 1654).",
        "1654",
    ),
    "distroless": (
        "Take the tag `nonroot` of the base, or `USER 65532` last: each of these images has it.",
        "65532:65532",
    ),
    "alpine": ("`RUN adduser -D -u 10001 app`, and `USER 10001` last.", "10001"),
    "debian": ("`RUN useradd --uid 10001 --create-home app`, and `USER 10001` last.", "10001"),
}
"""By family: what makes or names the user, and to whom files are given.

The users of images are those of their makers' Dockerfiles: docker-node, oven-sh/bun,
denoland/deno_docker, dotnet-docker (since 8.0), GoogleContainerTools/distroless.
"""
_UNPRIVILEGED = (
    "Take `nginxinc/nginx-unprivileged` with the same tag: it runs as user 101, and its"
    " configuration listens on port 8080: let yours, the published port and the probes follow."
)


_NEEDS_MAKER = frozenset({"base", "static", "cc", "runtime", "runtime-deps", "sdk", "aspnet"})
"""Names that anybody gives an image; known to be root when Google or Microsoft made it."""


_DEBIAN = frozenset(
    {"debian", "ubuntu", "python", "ruby", "golang", "rust", "openjdk", "eclipse-temurin", "perl",
     "buildpack-deps", "php", "maven", "gradle", "elixir", "dart"}
)  # fmt: skip


_OFFICIAL = regex(r"^(?:(?:[\w.-]+/)*library/)?[^/]+$")
_DOTNET = regex(r"^mcr\.microsoft\.com/dotnet/")
_OLD_DOTNET = regex(r"^[1-7](?:\.|-|$)")


def _family(image: ImageReference | None) -> str:
    """See :attr:`ImageUser.family`."""
    if image is None:
        return ""
    name, short, tag = image.name, image.short, image.tag
    if _is_distroless(image):
        return "distroless"
    if short in ("node", "nginx") and _OFFICIAL.match(name):
        return short
    if name in ("oven/bun", "denoland/deno") and "distroless" not in tag:
        return short
    if _DOTNET.match(name) and tag and not _OLD_DOTNET.match(tag):
        return "dotnet"
    if short == "alpine" or "alpine" in tag:
        return "alpine"
    return "debian" if short in _DEBIAN else ""


def _is_distroless(image: ImageReference) -> bool:
    """Whether it is one of Google's distroless images, wherever it is kept."""
    return "distroless/" in f"{image.name}/"


def _is_known_root(image: ImageReference | None) -> bool:
    if image is None:
        return False
    if _is_distroless(image):
        return True
    if image.short in _NEEDS_MAKER:
        return re.search(r"distroless|microsoft\.com|dotnet", image.name) is not None
    return image.short in _SYSTEMS or image.short in _LANGUAGES


class ImageUsers:
    """The users of the images of one repository."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def root_of(self, dockerfile: Dockerfile) -> ImageUser | None:
        """Why the deployed stage runs as root; ``None`` when it does not, or nothing tells."""
        stage = images(self._target).final_stage(dockerfile)
        if stage is None or _ASIDE.search(dockerfile.path):
            return None
        chain = dockerfile.chain(stage)
        image, base = chain[-1].image, chain[-1].base or chain[-1].written
        user = next((one.last("USER") for one in chain if one.last("USER")), None)
        if user is not None and not self._is_root(dockerfile, stage, user):
            return None
        if image is None and user is None:
            return None  # a variable hides the base
        own_entry = any(one.last("ENTRYPOINT") for one in chain)
        if user is not None and image is not None and image.short in _DROP_SHORT and not own_entry:
            return None  # the server's own entry point needs root, and gives it up
        known = user is None and image is not None
        if known and (_gives_up_root(image) or self._built_with_user(dockerfile, base)):
            return None
        if user is None and not self._runs(dockerfile, stage, image):
            return None
        if is_development_command(dockerfile, stage) or self._drops(dockerfile, stage):
            return None
        command = next(
            (
                one.last(keyword)
                for keyword in ("CMD", "ENTRYPOINT")
                for one in chain
                if one.last(keyword)
            ),
            None,
        )
        if command is not None and _BUILDER.search(" ".join(_words(command)[:3])):
            return None  # it makes a package and ends
        short = image.short if image else ""
        tag = image.tag if image else ""
        return ImageUser(
            place=user.place if user is not None else stage.place,
            stage=stage,
            written=user.text if user is not None else "",
            base=base,
            workers=short in _WORKERS or (short == "php" and ("apache" in tag or "fpm" in tag)),
            known_base=user is not None or _is_known_root(image),
            command=command,
            overridden=self._overridden(dockerfile),
            family=_family(image),
            made=self._made(dockerfile, stage),
        )

    def _made(self, dockerfile: Dockerfile, stage: Stage) -> tuple[str, str]:
        """The last user that a stage, or what it is built on, makes, with its number if said."""
        files = image_files(self._target, dockerfile)
        for one in dockerfile.chain(stage):
            for step in reversed(list(files.steps(one))):
                made = _made_user(step.words)
                if made[0]:
                    return made
        return "", ""

    def _built_with_user(self, dockerfile: Dockerfile, base: str) -> bool:
        """Whether the base is built here, by a Dockerfile that ends as somebody else."""
        for other, _, certain in dockerfiles_of_image(self._target, base):
            stage = images(self._target).final_stage(other)
            if not certain or other.path == dockerfile.path or stage is None:
                continue
            chain = other.chain(stage)
            user = next((one.last("USER") for one in chain if one.last("USER")), None)
            if user is not None and not self._is_root(other, stage, user):
                return True
        return False

    def _is_root(self, dockerfile: Dockerfile, stage: Stage, user: Instruction) -> bool:
        files = image_files(self._target, dockerfile)
        holder = next(
            (one for one in dockerfile.chain(stage) if any(i is user for i in one.instructions)),
            stage,
        )
        name = files.expand(holder, user, user.text.strip()).partition(":")[0].strip()
        return name in ("root", "0")

    def _runs(self, dockerfile: Dockerfile, stage: Stage, image: ImageReference | None) -> bool:
        """Whether the image is there to run something, not to be built on or copied from."""
        if runs_something(dockerfile, stage):
            return True
        return image is not None and (image.short in _WORKERS or bool(server_of_image(image)))

    def _drops(self, dockerfile: Dockerfile, stage: Stage) -> bool:
        """Whether the start gives up root: by its words, its script, or a tool put in for it."""
        files = image_files(self._target, dockerfile)
        for one in dockerfile.chain(stage):
            for keyword in ("ENTRYPOINT", "CMD"):
                last = one.last(keyword)
                if last is None:
                    continue
                if _DROPPERS.search(" ".join(last.exec_form or (last.text,))):
                    return True
                words = last.exec_form if last.exec_form is not None else last.text.split()
                for word in words[:4]:
                    if "/" not in word and "." not in word:
                        continue
                    if word == "/init":
                        return True
                    path = files.origin(one, absolute(files.workdir(one), word))
                    text = self._target.text(path) if path and self._target.has(path) else ""
                    if _DROPPERS.search(text) or re.search(r"^user[ \t]*=", text, re.MULTILINE):
                        return True
            for step in files.steps(one):
                if _DROP_PACKAGES & set(system_packages(step.words) or ()):
                    return True
                if re.search(r"gosu|su-exec|s6-overlay|fixuid", " ".join(step.words)):
                    return True
            for copy in one.of("COPY", "ADD"):
                if re.search(r"gosu|su-exec|s6-overlay|fixuid|/s6", copy.text):
                    return True
        return False

    def _overridden(self, dockerfile: Dockerfile) -> tuple[Note, ...]:
        seen = list(_runners(self._target).get(dockerfile.path, ()))
        if not seen or any(note is None for note in seen):
            return ()
        return tuple(dict.fromkeys(note for note in seen if note is not None))


_USER_NAME = regex(r"[a-z_][a-z0-9_-]{0,31}")
_USER_VALUED = frozenset(
    {"-b", "-c", "-d", "-e", "-f", "-g", "-G", "-h", "-k", "-K", "-p", "-s", "-u", "-Z",
     "--base-dir", "--comment", "--home-dir", "--home", "--expiredate", "--inactive", "--gid",
     "--groups", "--skel", "--key", "--password", "--shell", "--uid", "--gecos", "--ingroup",
     "--firstuid", "--lastuid", "--conf", "--root"}
)  # fmt: skip
"""Options of ``useradd`` and of both kinds of ``adduser`` that take a value."""


def _made_user(words: Sequence[str]) -> tuple[str, str]:
    """(name, number) of the user that a command makes; empty for another command."""
    if not words or words[0].rpartition("/")[2] not in ("useradd", "adduser"):
        return "", ""
    names: list[str] = []
    number = ""
    rest = iter(words[1:])
    for word in rest:
        option, equals, value = word.partition("=")
        if not word.startswith("-"):
            names.append(word)
            continue
        # Letters may stand together: `-rmu 10001`.
        last = option if option.startswith("--") else f"-{option[-1]}"
        if last in _USER_VALUED and not equals:
            value = next(rest, "")
        if last in ("-u", "--uid") and value.isdigit():
            number = value
    # With two names, one that is there already is put into a group.
    if len(names) != 1 or names[0] == "root" or not _USER_NAME.fullmatch(names[0]):
        return "", ""
    return names[0], number


_BUILDER = regex(
    r"(?:^|[\s/])(?:build|package|compile|mk|make)(?:[-_](?:\w+))*\.(?:sh|bash)\b|\b(?:rpmbuild|debuild"
    r"|dpkg-buildpackage|makepkg|goreleaser|nfpm)\b"
)
"""Commands that make something and end, in an image that is a build tool."""


def _words(command: Instruction) -> list[str]:
    return list(command.exec_form) if command.exec_form is not None else command.text.split()


def _gives_up_root(image: ImageReference | None) -> bool:
    if image is None:
        return False
    if image.short in _NONROOT_SHORT or image.short in _DROP_SHORT:
        return True
    return bool(_NONROOT_NAMES.search(f"{image.name}:{image.tag}"))


@once
def _runners(target: Target) -> dict[str, list[Note | None]]:
    """Dockerfile → for each service and container that runs it, where it asks for another user;
    ``None`` for one that does not."""
    found: dict[str, list[Note | None]] = {}
    for stack in stacks(target):
        for service in stack.services:
            if service.build is None or service.build.dockerfile is None:
                continue
            user = service.find("user")
            name = str(user.value).partition(":")[0] if user is not None else ""
            note = None
            if user is not None and name not in ("", "root", "0") and "$" not in name:
                note = Note(user.place, f"compose service {service.name} runs it as {name}")
            found.setdefault(service.build.dockerfile, []).append(note)
    for path, note in _containers(target):
        found.setdefault(path, []).append(note)
    return found


def _containers(target: Target) -> Iterator[tuple[str, Note | None]]:
    for workload in workloads(target):
        pod = workload.object.pod
        if pod is None:
            continue
        for container in pod.containers:
            note = None
            for holder in (container.root, pod.spec):
                context = holder.map("securityContext")
                number = context.get("runAsUser")
                if context.get("runAsNonRoot") is True or (isinstance(number, int) and number > 0):
                    key = "runAsNonRoot" if context.get("runAsNonRoot") is True else "runAsUser"
                    says = f"{workload.object.kind} {workload.object.name} sets {key}"
                    note = Note(context.key_place(key), says)
                    break
            for dockerfile, _, _ in dockerfiles_of_image(target, container.image):
                yield dockerfile.path, note
