"""The images that workflows push, and what their tags are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.ci.ci_paths import never_runs
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.ci.reachability import job_reaches
from pytest_reconaudit.facts.ci.work import JobWork, Work, job_works
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.target import Target, once

__all__ = ["BrokenTag", "ImagePush", "LostTag", "WorkflowPushes", "workflow_pushes"]


class ImagePush(Struct, frozen=True, eq=False):
    """One step that pushes an image."""

    place: Place
    """The tags, else the step."""
    job: str
    image: str
    """The name without tag, as written."""
    tags: tuple[str, ...]
    """As written, without the name."""
    kinds: frozenset[str]
    """What the tags are made of: ``commit``, ``latest``, ``version`` (anything that tells a
    release or a branch), ``unknown``."""
    unused: Step | None
    """A metadata step whose tags are computed for this image and never used."""
    versioned_at: Place | None
    """Another push of the same image with tags of another kind."""
    deployed_by: Place | None
    """Where the commit tag is written into a deployment."""


class LostTag(Struct, frozen=True, eq=False):
    """A tag with the whole commit hash that is asked for while only short hashes are pushed."""

    uses: tuple[tuple[Place, str, str], ...]
    """(place, job, text) of every use."""
    made: Place
    """Where the short tag is made."""
    shape: str
    """The tag that is pushed, for a person: ``sha-1a2b3c4``."""


class BrokenTag(Struct, frozen=True, eq=False):
    """A tag rule that begins with the branch, under events that have none."""

    place: Place
    job: str
    text: str
    events: tuple[str, ...]


class WorkflowPushes(Struct, frozen=True, eq=False):
    """One workflow that pushes images."""

    workflow: Workflow
    pushes: tuple[ImagePush, ...]
    lost: LostTag | None = None
    broken: tuple[BrokenTag, ...] = ()


_BUILD_PUSH = regex(r"(?:docker|depot|useblacksmith)/build-push-action@", re.IGNORECASE)
_METADATA = regex(r"(?:docker|crazy-max/ghaction-docker)(?:-meta|/metadata-action)@", re.I)
_EXPRESSION = regex(r"\$\{\{\s*(.{1,2000}?)\s*\}\}", re.DOTALL)
_COMMIT = regex(
    r"github\.sha|GITHUB_SHA|rev-parse|head\.sha|(?:short|git|commit|long)?[-_.]?sha\b|commit[-_]?(?:id|"
    r"hash|sha)|\.after\b",
    re.IGNORECASE,
)
_PULLS = frozenset({"pull_request", "pull_request_target", "issue_comment"})
_LAST_VARIABLE = regex(r"(?:^|/)[^/:]*(?:\$\{\{.{1,2000}\}\}|\$\{?\w+\}?)$", re.DOTALL)
"""A name that ends in a variable, which may hold the tag too."""
_NAMES_TAGS = regex(r"\$\{\{.{0,1000}(?:outputs\.(?:\w*-)?tags?\b|version|ref_name)", re.DOTALL)
"""An expression that stands for whole names and says that it computes tags."""
_FOR_TESTS = regex(
    r"(?:^|[^a-z])(?:ci|tests?|testing|dev|nightly|cache|prs?|preview|e2e|snapshot|canary|edge|builder"
    r"|buildcache|devcontainer)(?:[^a-z]|$)",
    re.IGNORECASE,
)
"""Images and jobs that no release comes from."""
_USES_COMMIT = regex(
    r"set image|--set(?:-string)?|image[._-]?tag|yq|sed|kustomize|newTag|task-definition|IMAGE\b"
    r"|image:",
    re.IGNORECASE,
)


@once
def workflow_pushes(target: Target) -> tuple[WorkflowPushes, ...]:
    """Every workflow that pushes images, in path order."""
    drafts = {
        workflow.path: []
        if workflow.events and workflow.events <= _PULLS
        else [push for work in job_works(target).get(workflow.path, ()) for push in _pushes(work)]
        for workflow in workflows(target)
    }
    by_image: dict[str, list[tuple[Place, frozenset[str]]]] = {}
    for pushes in drafts.values():
        for push in pushes:
            by_image.setdefault(_same(push.image), []).append((push.place, push.kinds))
    deployed = _deploys_commit(target)
    reaches = job_reaches(target)
    found = []
    for workflow in workflows(target):
        pushes = [
            _joined(push, by_image, deployed)
            for push in drafts[workflow.path]
            if not _FOR_TESTS.search(_same(_EXPRESSION.sub("", push.image)))
        ]
        events = {reach.job.id: reach.events for reach in reaches.get(workflow.path, ())}
        lost = _lost_tag(target, workflow)
        broken = tuple(_broken(target, workflow, events))
        if pushes or lost or broken:
            found.append(WorkflowPushes(workflow, tuple(pushes), lost, broken))
    return tuple(found)


# -- tags that metadata-action makes -------------------------------------------------------

_FULL = r"(?:\$\{\{\s*github\.sha\s*\}\}|\$GITHUB_SHA\b|\$\{GITHUB_SHA\})"
_MAKES_FULL = regex(
    rf"(?:value=|(?:-t|--tag|docker\s+tag\s.{{0,300}}|docker\s+push)\s*\S{{0,300}}:)(?:\w{{1,10}}-)?{_FULL}"
)
_ASKS_FULL = regex(
    rf"(?:(?<=[\w}}]):|\b(?:image\.)?tag=|\.tag=)(?:sha-|[\w]{{1,12}}-)?{_FULL}", re.IGNORECASE
)
_ASKING = regex(
    r"image-ref|\bset image\b|--set(?:-string)?\b|docker (?:pull|run)|edit set image|\bimage\s*[:=]"
    r"|image[._-]?tag|\byq\b|\bsed\b",
    re.IGNORECASE,
)


def _lost_tag(target: Target, workflow: Workflow) -> LostTag | None:
    """Uses of ``image:<whole hash>`` while all that the repository pushes are short hashes."""
    made: tuple[Place, str] | None = None
    for job in workflow.jobs:
        for step in job.steps:
            if not _METADATA.match(step.uses) or never_runs(step.if_):
                continue
            rules = step.with_.str("tags")
            if not rules or _MAKES_FULL.search(rules):
                return None  # by default it makes others than hashes
            for line in rules.split("\n"):
                rule = line.strip()
                if re.match(r"type=sha\b", rule):
                    if "format=long" in rule:
                        return None
                    prefix = re.search(r"\bprefix=([^,]*)", rule)
                    shown = prefix[1] if prefix else "sha-"
                    shape = re.sub(r"\{\{\s*branch\s*\}\}", "main", shown) + "1a2b3c4"
                    made = made or (step.with_.value_place("tags"), shape)
    if made is None or _makes_full(workflow):
        return None
    uses = tuple(_asks_full(target, workflow))
    return LostTag(uses, made[0], made[1]) if uses else None


def _makes_full(workflow: Workflow) -> bool:
    """Whether some step names an image by the whole hash when it builds or pushes it."""
    for job in workflow.jobs:
        if job.uses:
            return True  # what it pushes is not known here
        for step in job.steps:
            built = step.with_.str("tags") if _BUILD_PUSH.match(step.uses) else ""
            if re.search(_FULL, built) or _MAKES_FULL.search(step.run):
                return True
            if step.uses and "metadata" not in step.uses and "DOCKER_METADATA_SHORT" in step.env:
                return True
    return "DOCKER_METADATA_SHORT_SHA_LENGTH" in workflow.env


def _asks_full(target: Target, workflow: Workflow) -> Iterator[tuple[Place, str, str]]:
    lines = target.text(workflow.path).split("\n")
    for job in workflow.jobs:
        if never_runs(job.if_):
            continue
        for number in range(job.place.line or 1, min(job.end, len(lines)) + 1):
            text = lines[number - 1]
            if text.lstrip().startswith("#") or "docker build" in text:
                continue
            before = lines[number - 2] if number > 1 else ""
            if _ASKS_FULL.search(text) and (_ASKING.search(text) or _ASKING.search(before)):
                yield Place(workflow.path, number), job.id, text.strip()


_BY_BRANCH = regex(r"type=sha\b[^\n]{0,200}\bprefix=\{\{\s*branch\s*\}\}[-._]")


def _broken(
    target: Target, workflow: Workflow, events: Mapping[str, frozenset[str] | None]
) -> Iterator[BrokenTag]:
    """``type=sha,prefix={{branch}}-`` where a run may have no branch: the tag is ``-1a2b3c4``."""
    lines = target.text(workflow.path).split("\n")
    for job in workflow.jobs:
        run = events.get(job.id)
        if not run:
            continue
        bare = sorted(run & {"pull_request", "release"})
        if "push" in run and any(
            one.event == "push" and (one.tags or one.tags_ignore) for one in workflow.triggers
        ):
            bare.append("push of a tag")
        for step in job.steps:
            if not bare or step.if_ or not _METADATA.match(step.uses):
                continue
            if not _used(job, step):
                continue
            start = step.place.line or 1
            for number in range(start, min(start + 40, len(lines)) + 1):
                match = _BY_BRANCH.search(lines[number - 1])
                if match and "enable=" not in lines[number - 1]:
                    place = Place(workflow.path, number, match.start() + 1)
                    yield BrokenTag(place, job.id, lines[number - 1].strip(), tuple(bare))
                    break


def _used(job: Job, step: Step) -> bool:
    """Whether a step that builds on every event takes the tags."""
    return any(
        f"steps.{step.id}.outputs.tags" in other.with_.str("tags")
        for other in job.steps[step.index + 1 :]
        if step.id and not other.if_
    )


def _joined(
    push: ImagePush,
    by_image: Mapping[str, list[tuple[Place, frozenset[str]]]],
    deployed: Place | None,
) -> ImagePush:
    other = next(
        (
            place
            for place, kinds in by_image[_same(push.image)]
            if place != push.place and kinds - push.kinds
        ),
        None,
    )
    return replace(push, versioned_at=other, deployed_by=deployed)


def _same(image: str) -> str:
    """What two spellings of an image have in common: its last part."""
    return image.rpartition("/")[2].lower() or image


def _pushes(work: JobWork) -> Iterator[ImagePush]:
    if _FOR_TESTS.search(f"{work.job.id} {work.job.name}"):
        return
    for item in work.items:
        if item.action is not None:
            step = item.action
            if _BUILD_PUSH.match(step.uses) and _really(step):
                yield from _of_action(work, item, step)
        elif item.words:
            yield from _of_command(work, item)


def _really(step: Step) -> bool:
    """Whether the action pushes: ``push: true`` (or an expression), or an output of that kind."""
    push = step.with_.str("push").strip().lower()
    if never_runs(step.if_):
        return False
    if push:
        return push != "false"
    outputs = step.with_.str("outputs")
    return "push=true" in outputs or "type=registry" in outputs


def _of_action(work: JobWork, item: Work, step: Step) -> Iterator[ImagePush]:
    written = step.with_.str("tags")
    if not written or "push-by-digest=true" in step.with_.str("outputs"):
        return
    lines = list(_lines(written))
    names = dict.fromkeys(_split(line)[0] for line in lines)
    place = step.with_.key_place("tags") if step is item.step else item.place
    for name in names:
        tags = [_split(line)[1] for line in lines if _split(line)[0] == name]
        yield _push(work, place, name, tags, step)


def _lines(written: str) -> Iterator[str]:
    """The names of a list by line or comma; an expression is never cut."""
    hidden = _EXPRESSION.sub(lambda match: "\0" * len(match[0]), written)
    start = 0
    for cut in [*re.finditer(r"[\n,]", hidden), None]:
        end = cut.start() if cut is not None else len(written)
        if written[start:end].strip():
            yield written[start:end].strip()
        start = end + 1


def _of_command(work: JobWork, item: Work) -> Iterator[ImagePush]:
    words = item.words
    if words[0].rpartition("/")[2] not in ("docker", "podman", "buildah") or len(words) < 3:
        return
    if words[1] == "push" or words[1:3] == ("image", "push"):
        if {"-a", "--all-tags"} & set(words):
            return
        name = next((word for word in reversed(words[2:]) if not word.startswith("-")), "")
        if name:
            image, tag = _split(name)
            tags = [tag, *_other_tags(work, image)]
            yield _push(work, item.place, image, tags, None)
    elif "--push" in words and "build" in words[1:3]:
        names = [
            words[index + 1] if word in ("-t", "--tag") else word.partition("=")[2]
            for index, word in enumerate(words[:-1])
            if word in ("-t", "--tag") or word.startswith("--tag=")
        ]
        for image in dict.fromkeys(_split(name)[0] for name in names):
            tags = [_split(name)[1] for name in names if _split(name)[0] == image]
            yield _push(work, item.place, image, tags, None)


def _other_tags(work: JobWork, image: str) -> Iterator[str]:
    """The other tags of an image that the same job pushes."""
    for item in work.items:
        if item.words[1:2] == ("push",) or item.words[1:3] == ("image", "push"):
            name, tag = _split(item.words[-1])
            if name == image:
                yield tag


def _push(
    work: JobWork, place: Place, image: str, tags: Iterable[str], step: Step | None
) -> ImagePush:
    given = tuple(dict.fromkeys(tags))
    job = work.job
    kinds = frozenset(_kind(work.workflow, job, image, tag) for tag in given)
    unused = _unused(job, image, step) if step is not None else None
    return ImagePush(place, job.id, image, given, kinds, unused, None, None)


def _split(name: str) -> tuple[str, str]:
    """(image, tag) of ``registry:5000/app:1.0``; expressions are one piece."""
    hidden = _EXPRESSION.sub(lambda match: "\0" * len(match[0]), name)
    hidden = re.sub(r"\$\{[^}]*\}", lambda match: "\0" * len(match[0]), hidden)
    at = hidden.rfind(":")
    if at < 0 or "/" in hidden[at:]:
        return name, ""
    return name[:at], name[at + 1 :]


def _kind(workflow: Workflow, job: Job, image: str, tag: str) -> str:
    """What a tag is made of."""
    if not tag:
        if _NAMES_TAGS.search(image):
            return "version"
        return "unknown" if _LAST_VARIABLE.search(image.strip()) else "latest"
    text = tag
    for _ in range(2):
        text = _EXPRESSION.sub(lambda match: _value(workflow, job, match), text)
        text = re.sub(r"\$\{?(\w+)\}?", lambda match: _variable(workflow, job, match), text)
    if text.lower() == "latest":
        return "latest"
    if "$" not in text:
        return "version"
    rest = _EXPRESSION.sub("", text)
    rest = re.sub(r"\$\{?\w+(?:[:#%][^}]*)?\}?", "", rest)
    inner = _EXPRESSION.findall(text) + re.findall(r"\$\{?(\w+)", text)
    if inner and all(_COMMIT.search(one) for one in inner):
        return "commit" if re.fullmatch(r"[-_.]?(?:sha|git|commit|g)?[-_.]?", rest) else "version"
    return "version"


def _value(workflow: Workflow, job: Job, match: re.Match[str]) -> str:
    name = match[1].strip()
    if name.startswith("env."):
        for env in (job.env, workflow.env):
            if name[4:] in env:
                return env.str(name[4:])
    return match[0]


def _variable(workflow: Workflow, job: Job, match: re.Match[str]) -> str:
    for env in (job.env, workflow.env):
        if match[1] in env:
            return env.str(match[1])
    return match[0]


def _unused(job: Job, image: str, step: Step) -> Step | None:
    """The metadata step that computes tags for this image which nobody uses."""
    texts = _texts(job)
    for other in job.steps[: step.index]:
        if not _METADATA.match(other.uses) or not other.id:
            continue
        names = other.with_.str("images")
        if _same(image) not in names.lower() and image not in names:
            continue
        used = re.compile(
            rf"steps\.{re.escape(other.id)}\.outputs\.(?:tags|version|json|bake)|DOCKER_METADATA_OUTPUT"
            rf"|toJSON\(steps\.{re.escape(other.id)}",
            re.IGNORECASE,
        )
        if not any(used.search(text) for text in texts):
            return other
    return None


def _texts(job: Job) -> list[str]:
    found = [job.if_]
    for step in job.steps:
        found += [step.run, step.if_]
        found += [value for value in step.with_.values() if isinstance(value, str)]
        found += [value for value in step.env.values() if isinstance(value, str)]
    found += [value for value in job.outputs.values() if isinstance(value, str)]
    return found


@once
def _deploys_commit(target: Target) -> Place | None:
    """Where a workflow writes the commit into a deployment, which makes that tag the right one."""
    for works in job_works(target).values():
        for work in works:
            for item in work.items:
                text = item.text[:1_000]
                if item.words and _USES_COMMIT.search(text) and _COMMIT.search(text):
                    if "docker" in item.words[0] and "build" in item.words[1:3]:
                        continue
                    if item.words[0].rpartition("/")[2] in ("docker", "echo", "git"):
                        continue
                    return item.place
                if item.action is not None and "task-definition" in item.action.uses:
                    return item.place
    return None
