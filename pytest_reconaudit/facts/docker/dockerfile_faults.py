"""What makes a Dockerfile unbuildable as text: unknown instructions, shell syntax, lost ends."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.docker.images import Images, from_names, shell_syntax
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import KEYWORDS, Dockerfile, Instruction

__all__ = ["OFFICIAL", "Fault", "dockerfile_faults"]

_OFFICIAL_NAMES = (
    "adminer alpine almalinux alt amazoncorretto amazonlinux api-firewall arangodb archlinux "
    "backdrop bash bonita buildpack-deps busybox caddy cassandra centos chronograf cirros "
    "clearlinux clefos clojure composer consul convertigo couchbase couchdb crate crux dart "
    "debian docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir "
    "erlang express-gateway fedora flink fluentd friendica gazebo gcc geonetwork ghost golang "
    "gradle groovy haproxy haskell haxe hello-world hitch httpd hylang ibm-semeru-runtimes "
    "ibmjava influxdb irssi jetty jobber joomla jruby julia kapacitor kibana kong krakend "
    "lightstreamer liquibase logstash mageia mariadb matomo maven mediawiki memcached mono "
    "mongo mongo-express monica mysql nats nats-streaming neo4j neurodebian nextcloud nginx "
    "node notary nuxeo odoo open-liberty openjdk openresty opensuse oraclelinux orientdb "
    "percona perl photon php php-zendserver phpmyadmin plone postfixadmin postgres pypy "
    "python r-base rabbitmq rakudo-star rapidoid redis redmine registry rethinkdb rockylinux "
    "rocket.chat ros ruby rust sapmachine satosa scratch silverpeas sl solr sonarqube "
    "sourcemage spark spiped storm swarm swift swipl teamspeak telegraf thrift tomcat tomee "
    "traefik ubuntu unit varnish vault websphere-liberty wordpress xwiki yourls znc zookeeper "
    "zipkin"
)
OFFICIAL = frozenset(_OFFICIAL_NAMES.split())
"""Images of Docker Hub that have no publisher in their name."""
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "cmd", "powershell", "pwsh"})
_SCRIPT_FLAGS = frozenset({"-c", "-e", "--eval", "-p", "--print", "-r", "--execute", "--command"})
_QUOTED = regex(r"""^(?:'[^']+'|"[^"]+")$""", re.DOTALL)


class Fault(Struct, frozen=True):
    """One defect. ``clause`` is the catalogue's letter; ``grave`` whether the build must fail."""

    clause: str
    place: Place
    says: str
    evidence: str
    grave: bool = True


def dockerfile_faults(dockerfile: Dockerfile, images: Images) -> Iterator[Fault]:
    """Everything that is wrong with the text of a Dockerfile that has instructions."""
    foreign = bool(dockerfile.syntax) and "docker/dockerfile" not in dockerfile.syntax
    first = dockerfile.instructions[0]
    for one in dockerfile.instructions:
        if not one.known and not foreign:
            near = difflib.get_close_matches(one.keyword, sorted(KEYWORDS), n=1, cutoff=0.7)
            hint = f", perhaps {near[0]}" if near else ""
            says = f"`{_short(one.keyword)}` is no Dockerfile instruction{hint}"
            yield Fault("a", one.place, says, one.written)
        elif one is first and one.keyword not in ("FROM", "ARG"):
            says = f"the first instruction is {one.keyword}, but only ARG may stand before FROM"
            yield Fault("a", one.place, says, one.written)
        elif one.keyword == "FROM" and not _is_from(one):
            says = "FROM takes one image, or an image, AS and a name"
            yield Fault("a", one.place, says, one.written)
        elif one.keyword == "RUN" and (again := _instruction_in_shell(one)):
            says = f"RUN hands the instruction {again} to the shell, which has no such command"
            yield Fault("a", one.place, says, one.written, grave=False)
        word = shell_syntax(one)
        if word is not None:
            says = f"{one.keyword} is not run by a shell: `{word.text}` is taken for a file name"
            yield Fault("b", one.place, says, one.written)
        yield from _shell_quotes(one)
        yield from _apart(dockerfile, one)
    yield from _open_ends(dockerfile)
    yield from _unknown_sources(dockerfile, images)


_FRONTEND = regex(r"docker/dockerfile(?:-upstream)?:1\.(\d+)")
_SINCE = 16
"""The minor version of the frontend that reads a blank between ``<<`` and the name."""


def _apart(dockerfile: Dockerfile, one: Instruction) -> Iterator[Fault]:
    """A heredoc whose body older builders take for instructions."""
    for heredoc in one.heredocs:
        if not heredoc.apart:
            continue
        pinned = _FRONTEND.search(dockerfile.syntax)
        old = pinned is not None and int(pinned[1]) < _SINCE
        mark = f"<<{'-' if heredoc.strip else ''}"
        whose = (
            f"the frontend that `# syntax=` pins (1.{pinned[1]})"
            if old and pinned
            else (f"a builder older than Dockerfile frontend 1.{_SINCE} (BuildKit 0.22)")
        )
        says = (
            f"a blank stands between {mark} and {heredoc.name}: {whose} takes the lines of the "
            "heredoc for instructions and stops"
        )
        yield Fault("g", one.place, says, one.written, grave=old)


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"


_DOUBLED = regex(r"\s*(RUN|ENV|WORKDIR|EXPOSE|ENTRYPOINT|CMD)\s+(?=[\w./\[\"'$-])")
"""Not COPY: that is a command of the Windows shell."""


def _instruction_in_shell(one: Instruction) -> str:
    """The instruction that a ``RUN`` in shell form begins with: ``RUN RUN apk add …``."""
    if one.exec_form is not None or one.heredocs:
        return ""
    found = _DOUBLED.match(one.text)
    return found[1] if found else ""


def _is_from(one: Instruction) -> bool:
    words = one.words
    return len(words) == 1 or (len(words) == 3 and words[1].text.upper() == "AS")


def _open_ends(dockerfile: Dockerfile) -> Iterator[Fault]:
    for problem in dockerfile.problems:
        dangling = dockerfile.dangling
        if dangling is None or "heredoc" in problem.message:
            yield Fault("c", problem.place, problem.message, "")
            continue
        text = dangling.text.rstrip()
        # `RUN make \` at the end builds all the same; `RUN make && \` does not.
        grave = not text or text.endswith(
            ("&&", "||", "|", "(", "{", ",", "[", "=", dockerfile.escape)
        )
        yield Fault("c", problem.place, problem.message, dangling.written[-200:], grave)


def _unknown_sources(dockerfile: Dockerfile, images: Images) -> Iterator[Fault]:
    contexts = {name.lower() for name in images.stage_names(dockerfile)}
    for stage, name, place in from_names(dockerfile):
        if "$" in name or name.lower() in contexts:
            continue
        evidence = f"--from={name}"
        earlier = dockerfile.stage(name, before=stage.index)
        if earlier is not None:
            continue
        if stage.name and stage.name.lower() == name.lower():
            yield Fault("e", place, f"stage {name} copies from itself", evidence)
            continue
        later = dockerfile.stage(name)
        if later is not None and later.index != stage.index:
            says = (
                f"stage {name} begins only at line {later.place.line}, after it is copied from;"
                " the classic builder and Podman refuse that"
            )
            yield Fault("e", place, says, evidence, grave=False)
            continue
        if name.isdigit():
            says = f"there is no stage {name} before stage {stage.index}"
            yield Fault("e", place, says, evidence)
        elif (
            not re.search(r"[/:@]", name)
            and name.lower() not in OFFICIAL
            and not images.is_context_somewhere(name)
        ):
            names = ", ".join(s.name for s in dockerfile.stages if s.name) or "none has a name"
            says = f"`{_short(name)}` is neither an earlier stage ({names}) nor an image"
            built = bool(images.builds(dockerfile))
            if not built:
                # Who builds it elsewhere may pass a context of that name.
                says += f"; it can only be a context (`--build-context {_short(name)}=…`)"
            yield Fault("e", place, says, evidence, grave=built)


def _shell_quotes(one: Instruction) -> Iterator[Fault]:
    if one.exec_form is None or one.keyword not in ("CMD", "ENTRYPOINT", "RUN"):
        return
    for index, word in enumerate(one.exec_form):
        if not _QUOTED.match(word):
            continue
        before = one.exec_form[:index]
        if before and (before[-1] in _SCRIPT_FLAGS or before[0].rpartition("/")[2] in _SHELLS):
            continue  # the argument is a script; its quotes are read by whoever runs it
        says = f"{one.keyword} in exec form passes the quotes of {_short(word)} on as they stand"
        yield Fault("f", one.place, says, one.text, grave=False)
