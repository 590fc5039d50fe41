"""What the actions of other publishers are pinned to, and whose they are."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.ci.actions import action_files
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.told_once import told_once
from pytest_reconaudit.model import Note, Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Job, Workflow
from pytest_reconaudit.target import Target, once

__all__ = ["Pin", "PinnedFile", "pinned_files", "repository_owners"]


class Pin(Struct, frozen=True):
    """One ``uses:`` of something in another repository."""

    place: Place
    text: str
    action: str
    """``owner/name`` in lower case."""
    kind: str
    """``commit``, ``tag``, ``branch``, or ``documented``: a moving name that its publisher tells
    users to write (``dtolnay/rust-toolchain@stable``)."""
    trusted: bool
    """Published by GitHub itself."""
    workflow: bool = False
    """A reusable workflow, not an action."""
    alike: str = ""
    """The publisher that the owner looks like, with where it is used (a place) or known."""
    alike_place: Place | None = None
    related: bool = False
    """Of the publisher that the repository itself seems to belong to: whoever may push there may
    push here."""
    harmless: bool = False
    """Wherever it is used, the job has no secret, may only read, and runs on GitHub's machines."""
    elsewhere: tuple[Place, ...] | None = ()
    """Where other files use the same; ``None`` where one of those tells it."""

    @property
    def cause(self) -> tuple[str, str, bool]:
        """What several uses are one finding by: one commit mends them all."""
        return self.action, self.text.rpartition("@")[2], self.workflow


class PinnedFile(Struct, frozen=True, eq=False):
    """One workflow or composite action with its pins."""

    path: str
    pins: tuple[Pin, ...]
    problems: tuple[Problem, ...] = ()
    made: Note | None = None
    """The remark at its head that it is generated, or copied here from elsewhere."""

    @property
    def heads(self) -> list[tuple[Place, str]]:
        return [(self.made.place, self.made.message)] if self.made is not None else []

    @property
    def belongs(self) -> str:
        """Where a change of it belongs, if not here."""
        if self.made is None:
            return ""
        return (
            f"The head of the file says: {self.made.message!r}. Where that holds, do this where the"
            " file comes from: here it is undone again. "
        )


_BRANCHES = frozenset(
    {
        "master", "main", "develop", "dev", "trunk", "head", "next", "devel", "development",
        "staging", "production", "edge", "canary", "nightly", "unstable", "mainline", "default",
    }
)  # fmt: skip
_COMMIT = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.IGNORECASE)
_DOCUMENTED = regex(
    r"dtolnay/(?:rust-toolchain|install)|taiki-e/(?:install-action|[\w-]+)|moonrepo/\w+"
    r"|dtolnay/[\w-]+|pypa/gh-action-pypi-publish|obi1kenobi/[\w-]+|nightly\b",
    re.IGNORECASE,
)
_GITHUB = frozenset({"actions", "github"})
_PUBLISHERS = frozenset(
    """
    actions github docker aquasecurity hashicorp google-github-actions aws-actions azure codecov
    softprops dorny peaceiris peter-evans pypa ruby gradle golangci goreleaser sigstore sonarsource
    swatinem dtolnay taiki-e tj-actions oven-sh denoland astral-sh appleboy slackapi reviewdog
    anchore cloudflare coverallsapp docker-library dependabot electron getsentry goto-bus-stop
    gitleaks rustsec embarkstudios treosh cypress-io grafana mozilla-actions helm engineerd
    hadolint ossf step-security super-linter shivammathur symfony pre-commit mikepenz
    jamesives amannn crazy-max endbug stefanzweifel webfactory dawidd6 actions-rust-lang
    actions-rs microsoft erlef julia-actions haskell-actions conda-incubator cachix
    DeterminateSystems trufflesecurity semgrep returntocorp bridgecrewio snyk
    """.lower().split()
)
"""Owners whose names an impostor would come close to."""
_MIRRORS = frozenset(
    {"buildjet", "useblacksmith", "depot", "runs-on", "namespacelabs", "namespace-actions",
     "warpbuilds", "ubicloud", "step-security", "actions", "github", "gacts", "crazy-max",
     "actions-rs", "actions-rust-lang", "cirruslabs", "gitea", "forgejo", "everlytic"}
)  # fmt: skip
"""Owners that publish drop-in versions of others' actions under the same name."""
_COMMON = regex(
    r"(?:setup|install|action|actions|deploy|release|github|lint|build|publish|cache|checkout|docker"
    r"|upload|download|create|get|run)(?:-.*)?|.*-(?:actions?|setup)|\.github|workflows"
)
"""Repository names that any number of publishers share."""
_REMOTE = regex(r"^\s*url\s*=\s*\S*?[/:]([\w.-]+)/[\w.-]+?(?:\.git)?/?\s*$", re.MULTILINE)
_OWNER_TEST = regex(
    r"github\.(?:repository_owner|repository|event\.repository\.full_name)\s*[!=]=\s*'([\w.-]+)"
)
_TEAM = regex(r"@([\w-]+)/[\w.-]+")
_MANIFEST = regex(r"github\.com[/:]([\w.-]+)/")


@once
def pinned_files(target: Target) -> tuple[PinnedFile, ...]:
    """Every workflow and composite action with what it uses of other publishers, by path."""
    own, likely = repository_owners(target), _likely_owners(target)
    drafts: dict[str, list[tuple[Place, str, str, str, bool]]] = {}
    problems: dict[str, tuple[Problem, ...]] = {}
    for file in action_files(target):
        drafts.setdefault(file.path, [])
        problems[file.path] = file.problems
        for use in file.uses:
            drafts[file.path].append((use.place, use.text, use.action, use.ref, False))
    for workflow in workflows(target):
        for job in workflow.jobs:
            name, _, ref = job.uses.partition("@")
            parts = name.split("/")
            if not ref or job.uses.startswith(".") or len(parts) < 3:
                continue
            action = "/".join(parts[:2]).lower()
            row = (job.uses_place, job.uses, action, ref, True)
            drafts.setdefault(workflow.path, []).append(row)
    owners = _owners(drafts)
    pins_of = {path: tuple(_pins(drafts[path], own, likely, owners)) for path in sorted(drafts)}
    weak = _weak_places(target)
    strong = {
        pin.cause
        for pins in pins_of.values()
        for pin in pins
        if (pin.place.path, pin.place.line) not in weak
    }
    told = told_once(target, pins_of, lambda pin: pin.cause, lambda pin: pin.place)
    return tuple(
        PinnedFile(
            path,
            tuple(
                replace(pin, harmless=pin.cause not in strong, elsewhere=told[pin.cause][path])
                for pin in pins
            ),
            problems.get(path, ()),
            _made(target, path),
        )
        for path, pins in pins_of.items()
        if pins or problems.get(path)
    )


_HEAD = 12
_MADE = regex(
    r"auto(?:matically)?[- ]?(?:synced|generated|managed)|\bgenerated (?:by|from|with)\b"
    r"|\b(?:synced|copied) from\b|\bmanaged by\b"
    r"|\b(?:do not|don'?t|never) (?:edit|change|modify|touch)\b",
    re.IGNORECASE,
)


def _made(target: Target, path: str) -> Note | None:
    """What the comments at a file's head say of where it comes from."""
    for number, line in enumerate(target.text(path)[:4_000].split("\n")[:_HEAD], 1):
        if line.strip() and not line.lstrip().startswith("#"):
            return None
        if _MADE.search(line):
            return Note(Place(path, number, 1), line.strip("#! \t\r")[:160])
    return None


def _weak_places(target: Target) -> frozenset[tuple[str, int | None]]:
    """(path, line) of the uses in jobs from which nothing can be taken but time."""
    return frozenset(
        (workflow.path, step.uses_place.line)
        for workflow in workflows(target)
        for job in workflow.jobs
        if _is_weak(target, workflow, job)
        for step in job.steps
        if step.uses
    )


_SECRETS = regex(r"\bsecrets\b|\bgithub\.token\b|\bGITHUB_TOKEN\b|\bid-token\b")


def _is_weak(target: Target, workflow: Workflow, job: Job) -> bool:
    """Whether a job has no secret and no right to write, and its machine is thrown away."""
    own = job.permissions if job.permissions is not None else workflow.permissions
    # A token without any word about it: who sends a request from a fork gets one that reads.
    reads = workflow.events <= {"pull_request"} if own is None else _only_reads(own)
    if not reads or not workflow.events or job.environment or not job.runs_on:
        return False
    if any("self-hosted" in label or "${{" in label for label in job.runs_on):
        return False
    first = (job.place.line or 1) - 1
    later = [one.place.line for one in workflow.jobs if (one.place.line or 0) > first + 1]
    lines = target.text(workflow.path).split("\n")
    text = "\n".join(lines[first : min((one for one in later if one), default=0) - 1 or None])
    return not (_SECRETS.search(text) or _SECRETS.search(str(workflow.env)))


def _only_reads(permissions: object) -> bool:
    if isinstance(permissions, str):
        return permissions in ("read-all", "")
    if isinstance(permissions, Mapping):
        return all(value in ("read", "none") for value in permissions.values())
    return False


def _owners(
    drafts: Mapping[str, list[tuple[Place, str, str, str, bool]]],
) -> Mapping[str, Mapping[str, Place]]:
    """Repository name → owner → where it is first used."""
    found: dict[str, dict[str, Place]] = {}
    for path in sorted(drafts):
        for place, _, action, _, reusable in drafts[path]:
            if not reusable:
                owner, _, name = action.partition("/")
                found.setdefault(name, {}).setdefault(owner, place)
    return found


def _pins(
    rows: list[tuple[Place, str, str, str, bool]],
    own: frozenset[str],
    likely: frozenset[str],
    owners: Mapping[str, Mapping[str, Place]],
) -> Iterator[Pin]:
    for place, text, action, ref, reusable in sorted(rows, key=lambda row: row[0].key()):
        owner, _, name = action.partition("/")
        if owner in own or "${{" in text:
            continue
        alike, alike_place = ("", None) if reusable else _alike(owner, name, owners.get(name, {}))
        if owner in likely:
            alike, alike_place = "", None
        yield Pin(
            place,
            text,
            action,
            _kind(action, ref),
            owner in _GITHUB,
            reusable,
            alike,
            alike_place,
            owner in likely,
        )


def _kind(action: str, ref: str) -> str:
    if _COMMIT.fullmatch(ref):
        return "commit"
    if _DOCUMENTED.match(action) and not re.match(r"v?\d", ref):
        return "documented"
    if ref.lower() in _BRANCHES or ref.startswith("refs/heads/"):
        return "branch"
    if re.fullmatch(r"(?:releases?|v)/v?\d[\w.]*|latest|stable|current", ref):
        return "documented"
    return "branch" if "/" in ref and not re.search(r"\d", ref) else "tag"


def _alike(owner: str, name: str, others: Mapping[str, Place]) -> tuple[str, Place | None]:
    """The publisher that an owner may be mistaken for."""
    if owner in _PUBLISHERS or owner in _MIRRORS:
        return "", None
    for other, place in others.items():
        if other == owner:
            continue
        known = other in _PUBLISHERS and other not in _MIRRORS
        if _near(owner, other) or (known and not _COMMON.fullmatch(name)):
            return f"{other}/{name}", place
    for known_owner in _PUBLISHERS:
        if len(known_owner) > 5 and _distance(owner, known_owner) <= (
            1 if len(known_owner) < 9 else 2
        ):
            return f"{known_owner}/{name}", None
    return "", None


def _near(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return (len(short) >= 4 and long.startswith(short)) or _distance(one, other) <= 2


def _distance(one: str, other: str) -> int:
    """How many letters differ; capped at 3, as more does not matter."""
    if abs(len(one) - len(other)) > 2 or len(one) > 60:
        return 3
    if sum((Counter(one) - Counter(other)).values()) > 2:
        return 3
    earlier: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        below = [i]
        for j, their in enumerate(other, 1):
            cost = min(row[j] + 1, below[j - 1] + 1, row[j - 1] + (letter != their))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == their:
                cost = min(cost, earlier[j - 2] + 1)  # two letters changed places
            below.append(cost)
        earlier, row = row, below
    return row[-1]


@once
def repository_owners(target: Target) -> frozenset[str]:
    """Who owns the repository, in lower case, as far as its own files tell.

    Asked of the clone's remote, of ``github.repository == '…'`` in its workflows, of CODEOWNERS,
    of the manifests in its root, and of the badges of its workflows in the README.
    """
    found = {match.lower() for match in _REMOTE.findall(target.text(".git/config"))}
    for workflow in workflows(target):
        text = target.text(workflow.path)
        if "github.repository" in text:
            found.update(match.lower() for match in _OWNER_TEST.findall(text))
    for path in ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"):
        if target.has(path):
            found.update(match.lower() for match in _TEAM.findall(target.text(path)))
    for path in ("package.json", "Cargo.toml", "pyproject.toml", "go.mod", "composer.json"):
        if target.has(path):
            named = _MANIFEST.search(_own_address(path, target.text(path)))
            if named:
                found.add(named[1].lower())
    if target.has("README.md"):
        files = {posixpath.basename(one.path) for one in workflows(target)}
        shown: dict[tuple[str, str], set[str]] = {}
        for owner, name, file in _BADGE.findall(target.text("README.md")):
            if file in files:
                shown.setdefault((owner.lower(), name.lower()), set()).add(file)
        own = target.root.name.lower()
        # A single badge may be another repository's: file names such as `ci.yml` are common.
        found.update(
            owner for (owner, name), some in shown.items() if name == own or len(some) >= _SOME
        )
    return frozenset(found) - _GITHUB


_LINK = regex(r"(?:github\.com|githubusercontent\.com)[/:]([\w.-]{1,60})/[\w.-]{1,100}")
_PUSHED = regex(r"ghcr\.io/([\w.-]{1,60})/")
_MAY_PUSH = regex(r"packages:\s*write|docker/login-action|docker login|podman login")
_READMES = ("README.md", "README.rst", "README.adoc", "README", "Readme.md", "readme.md")
_MOST = 2000


@once
def _likely_owners(target: Target) -> frozenset[str]:
    """To whom the repository seems to belong, in lower case: whose images its workflows push, and
    whose repositories its README, or setup.py, links to more than half of the time."""
    found: set[str] = set()
    for workflow in workflows(target):
        text = target.text(workflow.path)
        if "ghcr.io/" in text and _MAY_PUSH.search(text):
            found.update(match.lower() for match in _PUSHED.findall(text)[:_MOST])
    for path in (*_READMES, "setup.py", "setup.cfg"):
        if target.has(path):
            links = Counter(match.lower() for match in _LINK.findall(target.text(path))[:_MOST])
            for owner, times in links.most_common(1):
                if times > 1 and times * 2 > links.total():
                    found.add(owner)
    return frozenset(found) - _GITHUB - _PUBLISHERS


_SOME = 3
"""Badges of workflows by whose files a repository is known."""
_BADGE = regex(r"github\.com/([\w.-]+)/([\w.-]+)/actions/workflows/([\w.-]+\.ya?ml)")


def _own_address(path: str, text: str) -> str:
    """The lines of a manifest that give the project's own address."""
    if path == "go.mod":
        return text.partition("\n")[0]
    lines = [line for line in text.split("\n")[:400] if "github.com" in line]
    keys = ("repository", "homepage", '"url"', "source", "Source", "Repository", "bugs", "Homepage")
    return "\n".join(line for line in lines if line.strip().strip('"').startswith(keys)
                     or '"url"' in line)  # fmt: skip
