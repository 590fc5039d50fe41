"""Where workflows run the load tests, and whether anything answers there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.ci.work import JobWork, Work, job_works
from pytest_reconaudit.facts.load.scripts import LoadScript, load_scripts
from pytest_reconaudit.facts.network.asks import is_local
from pytest_reconaudit.facts.network.programs import server_of_image
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import image_reference
from pytest_reconaudit.readers.shell import unwrapped
from pytest_reconaudit.target import Target, once

__all__ = ["LoadRun", "load_runs"]

_HOST = regex(r"^https?://([\w.-]+|\[::1\])(?::\d{1,5})?(?=/|$)")
_IMAGE = regex(r"(?:[\w.-]+(?::\d+)?/)?(?:grafana|loadimpact)/(?:x?k6)(?:[:@][\w.:-]+)?")
_RUNNERS = frozenset({"npx", "bunx", "pnpx", "yarn", "pnpm"})
_HARMLESS_ACTIONS = regex(
    r"^(?:actions/(?:checkout|setup-\w+|cache|upload-artifact|download-artifact|github-script)"
    r"|grafana/(?:setup-k6-action|run-k6-action|k6-action)|docker/(?:login|setup)-[\w-]+"
    r"|dtolnay/rust-toolchain|actions-rs/toolchain|swatinem/rust-cache|pnpm/action-setup"
    r"|oven-sh/setup-bun|artilleryio/action-cli|8398a7/action-slack|slackapi/[\w-]+)(?:/[\w-]+)*@",
)
_HARMLESS = """\
    echo printf export cd mkdir cat ls pwd test [ [[ set true false sleep rm cp mv chmod tee
    sudo apt apt-get apt-key add-apt-repository gpg wget tar unzip install curl git jq sed awk grep
    k6 artillery npm-install date head tail sort python-version node-version which command exit
    source if then fi for do done"""
_HARMLESS_COMMANDS = frozenset(_HARMLESS.split())
"""Commands that open no port; anything else may start what is then loaded."""


class LoadRun(Struct, frozen=True, eq=False):
    """One command or action of a workflow that runs a load test."""

    script: LoadScript
    work: Work
    job: JobWork
    at: str
    """The local address that is loaded; empty when it is another one or not known."""
    alone: bool
    """The job starts nothing that could answer there."""

    @property
    def place(self) -> Place:
        return self.work.place


@once
def load_runs(target: Target) -> tuple[LoadRun, ...]:
    """Every place where a workflow runs a load test, in file order."""
    scripts = {one.path: one for one in load_scripts(target)}
    if not scripts:
        return ()
    found: list[LoadRun] = []
    for works in job_works(target).values():
        for job in works:
            for index, work in enumerate(job.items):
                path, given = _what(work, scripts)
                script = scripts.get(path)
                if script is None:
                    continue
                found.append(
                    LoadRun(
                        script=script,
                        work=work,
                        job=job,
                        at=_local(script, job, work, given),
                        alone=_alone(job, index),
                    )
                )
    return tuple(found)


def _what(work: Work, scripts: Mapping[str, LoadScript]) -> tuple[str, tuple[str, ...]]:
    """(the load test that a command or action runs, the words that set its address)."""
    if work.action is not None:
        name = work.action.uses.partition("@")[0]
        if name in ("grafana/k6-action", "grafana/run-k6-action"):
            given = work.action.with_.str("filename") or work.action.with_.str("path")
            words = tuple(work.action.with_.str("flags").split())
            return posixpath.normpath(given.strip()) if given else "", words
        return "", ()
    words = unwrapped(work.words)
    if words and words[0].rpartition("/")[2] in _RUNNERS:
        words = tuple(word for word in words[1:] if word not in ("exec", "dlx", "-y", "--yes"))
    name = words[0].rpartition("/")[2].partition("@")[0] if words else ""
    if name in ("docker", "podman"):
        return _in_container(work, words, scripts), words
    if name not in ("k6", "artillery") or "run" not in words[1:3] or work.folder is None:
        return "", ()
    for word in words[2:]:
        if word.startswith("-") or "$" in word:
            continue
        path = posixpath.normpath(posixpath.join(work.folder, word))
        if path in scripts:
            return path, words
    return "", ()


def _in_container(work: Work, words: tuple[str, ...], scripts: Mapping[str, LoadScript]) -> str:
    """The script that `docker run grafana/k6 run - < FILE`, or one by a mounted folder, runs."""
    image = next((at for at, word in enumerate(words) if _IMAGE.fullmatch(word)), None)
    if image is None or "run" not in words[image + 1 : image + 3] or work.folder is None:
        return ""
    if "-" in words[image + 2 :]:
        fed = [
            posixpath.normpath(posixpath.join(work.folder, one.target))
            for one in (work.command.redirects if work.command is not None else ())
            if one.op in ("<", "0<")
        ]
        return fed[0] if fed and fed[0] in scripts else ""
    for word in words[image + 2 :]:
        name = posixpath.basename(word)
        same = [path for path in scripts if posixpath.basename(path) == name]
        if len(same) == 1:
            return same[0]
    return ""


def _local(script: LoadScript, job: JobWork, work: Work, given: tuple[str, ...]) -> str:
    """The one local address that a run loads."""
    keys = {key for request in script.requests for key in request.keys}
    levels = (work.step.env, job.job.env, job.workflow.env)
    if any(key in level for key in keys for level in levels):
        return ""
    if any(word.startswith(("-e", "--env", "-t", "--target", "--overrides")) for word in given):
        return ""
    if work.command is not None and any(name in keys for name, _ in work.command.assignments):
        return ""
    hosts = set()
    for request in script.requests:
        match = _HOST.match(request.url)
        if match is None or not is_local(match[1].lower()):
            return ""
        hosts.add(match[0])
    return sorted(hosts)[0] if hosts else ""


def _alone(job: JobWork, index: int) -> bool:
    """Whether nothing that a job does before could answer on a port."""
    one = job.job
    if job.opaque or one.container or any("self-hosted" in label for label in one.runs_on):
        return False
    for name in one.services:
        service = one.services.map(name)
        image = image_reference(service.str("image"))
        if not server_of_image(image):
            return False
    return not any(_may_start(work) for work in job.items[:index])


def _may_start(work: Work) -> bool:
    if work.action is not None:
        return not _HARMLESS_ACTIONS.match(work.action.uses.lower())
    if work.command is not None and work.command.following == "&":
        return True
    return bool(work.words) and not any(name in _HARMLESS_COMMANDS for name in _names(work.words))


def _names(words: tuple[str, ...]) -> Iterator[str]:
    name = words[0].rpartition("/")[2]
    yield name
    if name in ("npm", "yarn", "pnpm") and words[1:2] and words[1] in ("ci", "install", "i", "add"):
        yield "npm-install"
