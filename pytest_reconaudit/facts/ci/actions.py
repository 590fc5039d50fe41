"""Actions that GitHub stopped, that their authors archived, or that run on a dead runtime.

A plain table, true on :data:`TABLE_DATE`. What stands in no row is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.ci.pipelines import actions, local_action, workflows
from pytest_reconaudit.facts.told_once import told_once
from pytest_reconaudit.model import Place, Problem, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Job, Step
from pytest_reconaudit.target import Target, once

__all__ = ["TABLE_DATE", "ActionFile", "EndedAction", "UsedAction", "action_files"]

TABLE_DATE = "2026-08-22"
"""When the table was last compared with the publishers' notices and releases."""


class EndedAction(Struct, frozen=True):
    """One row: which versions of which action ended, how, and what to use instead."""

    action: str
    """``owner/name``, ``owner/*`` or ``owner/setup-*``, in lower case."""
    kind: str
    """``stopped`` (the step fails or does nothing), ``retired``, ``archived`` or ``old``."""
    severity: Severity
    since: str
    """Day or month; empty when the publisher named none."""
    replacement: str
    last_major: int = 0
    """The newest major version that ended; 0: all of them."""
    floors: tuple[tuple[int, int, int], ...] = ()
    """Oldest versions that still work within a later major, for exact versions and commits."""
    reason: str = ""


_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_ARTIFACT = "GitHub switched the artifact service of v1 to v3 off"
_PAGES = "it deploys through the artifact service of v3, which GitHub switched off"
_CACHE = "GitHub switched the cache service that it talks to off"
_RUNTIME = "it is built for Node 16 or older, which GitHub's runners no longer have"
_ARCHIVED = "its repository is archived: no fixes, whatever breaks or is found in it"

TABLE: tuple[EndedAction, ...] = (
    EndedAction("actions/upload-artifact", "stopped", _HIGH, "2025-01-30",
                "actions/upload-artifact@v4 or newer (names must be unique per job)", 3,
                reason=_ARTIFACT),
    EndedAction("actions/download-artifact", "stopped", _HIGH, "2025-01-30",
                "actions/download-artifact@v4 or newer", 3, reason=_ARTIFACT),
    EndedAction("actions/upload-pages-artifact", "stopped", _HIGH, "2025-01-30",
                "actions/upload-pages-artifact@v3 or newer", 2, reason=_PAGES),
    EndedAction("actions/deploy-pages", "stopped", _HIGH, "2025-01-30",
                "actions/deploy-pages@v4 or newer", 3, reason=_PAGES),
    EndedAction("actions/cache", "stopped", _HIGH, "2025-03-01", "actions/cache@v4 or newer", 2,
                floors=((3, 4, 0), (4, 2, 0)), reason=_CACHE),
    EndedAction("github/codeql-action", "retired", _MEDIUM, "2023-01",
                "github/codeql-action@v4 or newer", 1,
                reason="it gets neither new queries nor fixes"),
    EndedAction("github/codeql-action", "retired", _MEDIUM, "2025-01",
                "github/codeql-action@v4 or newer", 2,
                reason="it gets neither new queries nor fixes"),
    EndedAction("actions-rs/audit-check", "archived", _MEDIUM, "2023-10",
                "rustsec/audit-check or a plain `cargo audit`", reason=_ARCHIVED),
    EndedAction("actions-rs/*", "archived", _MEDIUM, "2023-10",
                "dtolnay/rust-toolchain, Swatinem/rust-cache and plain cargo commands",
                reason=_ARCHIVED),
    EndedAction("actions/create-release", "archived", _MEDIUM, "2021-03",
                "softprops/action-gh-release or `gh release create`", reason=_ARCHIVED),
    EndedAction("actions/upload-release-asset", "archived", _MEDIUM, "2021-03",
                "softprops/action-gh-release or `gh release upload`", reason=_ARCHIVED),
    EndedAction("actions/setup-ruby", "archived", _MEDIUM, "", "ruby/setup-ruby",
                reason=_ARCHIVED),
    EndedAction("actions/setup-elixir", "archived", _MEDIUM, "", "erlef/setup-beam",
                reason=_ARCHIVED),
    EndedAction("actions/setup-haskell", "archived", _MEDIUM, "", "haskell-actions/setup",
                reason=_ARCHIVED),
    EndedAction("gradle/gradle-build-action", "archived", _MEDIUM, "",
                "gradle/actions/setup-gradle", reason=_ARCHIVED),
    EndedAction("grafana/k6-action", "archived", _MEDIUM, "",
                "grafana/setup-k6-action and grafana/run-k6-action", reason=_ARCHIVED),
    EndedAction("crazy-max/ghaction-docker-buildx", "archived", _MEDIUM, "",
                "docker/setup-buildx-action", reason=_ARCHIVED),
    EndedAction("marvinpinto/action-automatic-releases", "archived", _MEDIUM, "",
                "softprops/action-gh-release", reason=_ARCHIVED),
    EndedAction("azure/container-scan", "archived", _MEDIUM, "", "aquasecurity/trivy-action",
                reason=_ARCHIVED),
    EndedAction("jakejarvis/s3-sync-action", "archived", _MEDIUM, "", "`aws s3 sync`",
                reason=_ARCHIVED),
    EndedAction("jakejarvis/lighthouse-action", "archived", _MEDIUM, "",
                "treosh/lighthouse-ci-action", reason=_ARCHIVED),
    EndedAction("maxheld83/ghpages", "archived", _MEDIUM, "", "actions/deploy-pages",
                reason=_ARCHIVED),
    EndedAction("actions/checkout", "old", _LOW, "2024-11", "actions/checkout@v4 or newer", 3,
                reason=_RUNTIME),
    EndedAction("actions/setup-*", "old", _LOW, "2024-11", "the newest major version", 3,
                reason=_RUNTIME),
)  # fmt: skip

_COMMITS = """
actions/cache 0.0.1 e7ad80454a6127bc11c0f89f007eff9fecd8c4f7
actions/cache 0.0.2 0da99ad140d4e8eb671003569d4e357fa825ff44
actions/cache 1.0.0 9d8c7b4041799ff4995821122f3c4ce8934a36b7
actions/cache 1.0.1 86dff562ab522d4b40945cd4cd51c5d4b4b40cbc
actions/cache 1.0.2 44543250bd1b1d68b70b6e9949c2a11f5b11d990
actions/cache 1.0.3 cffae9552bb9f84b9812c1ee9ea2e3c0a70a797e
actions/cache 1.1.0 a505c2e7a6652a1d5727baf1c2dc5a5b2d1ecc60
actions/cache 1.1.1 fe1055e9d167ff6b0247ec54ca5851b2701fe95c
actions/cache 1.1.2 70655ec8323daeeaa7ef06d7c56e1b9191396cbe
actions/cache 1.2.0 d9747005de0f7240e5d35a68dca96b3f41b8b340
actions/cache 1.2.1 f5ce41475b483ad7581884324a6eca9f48f8dcc7
actions/cache 2.0.0 b8204782bbb5f872091ecc5eb9cb7d004e35b1fa
actions/cache 2.1.0 d29c1df198dd38ac88e0ae23a2881b99c2d20e68
actions/cache 2.1.1 5ca27f25cb3a0babe750cad7e4fddd3e55f29e9a
actions/cache 2.1.2 d1255ad9362389eac595a9ae406b8e8cb3331f16
actions/cache 2.1.3 0781355a23dac32fd3bac414512f4b903437991a
actions/cache 2.1.4 26968a09c0ea4f3e233fdddbafd1166051a095f6
actions/cache 2.1.5 1a9e2138d905efd099035b49d8b7a3888c653ca8
actions/cache 2.1.6 c64c572235d810460d0d6876e9c705ad5002b353
actions/cache 2.1.7 937d24475381cd9c75ae6db12cb4e79714b926ed
actions/cache 2.1.8 2b250bc32ad02700b996b496c14ac8c2840a2991
actions/cache 3.0.0 4b0cf6cc4619e737324ddfcec08fff2413359514
actions/cache 3.0.1 136d96b4aee02b1f0de3ba493b1d47135042d9c0
actions/cache 3.0.2 48af2dc4a9e8278b89d7fa154b955c30c6aaab09
actions/cache 3.0.3 30f413bfed0a2bc738fdfd409e5a9e96b24545fd
actions/cache 3.0.4 c3f1317a9e7b1ef106c153ac8c0f00fed3ddbc0d
actions/cache 3.0.5 0865c47f36e68161719c5b124609996bb5c40129
actions/cache 3.0.6 f4278025ab0f432ce369118909e46deec636f50c
actions/cache 3.0.7 a7c34adf76222e77931dedbf4a45b2e4648ced19
actions/cache 3.0.8 fd5de65bc895cf536527842281bea11763fefd77
actions/cache 3.0.9 ac8075791e805656e71b4ba23325ace9e3421120
actions/cache 3.0.10 56461b9eb0f8438fd15c7a9968e3c9ebb18ceff1
actions/cache 3.0.11 9b0c1fce7a93df8e3bb8926b0d6e9d89e92f20a7
actions/cache 3.2.0 c17f4bf4666a8001b1a45c09eb7a485c41aa64c3
actions/cache 3.2.1 c1a5de879eb890d062a85ee0252d6036480b1fe2
actions/cache 3.2.2 4723a57e26efda3a62cbde1812113b730952852d
actions/cache 3.2.3 58c146cc91c5b9e778e71775dfe9bf1442ad9a12
actions/cache 3.2.4 627f0f41f6904a5b1efbaed9f96d9eb58e92e920
actions/cache 3.2.5 6998d139ddd3e68c71e9e398d8e40b71a2f39812
actions/cache 3.2.6 69d9d449aced6a2ede0bc19182fadc3a0a42d2b0
actions/cache 3.3.0 940f3d7cf195ba83374c77632d1e2cbb2f24ae68
actions/cache 3.3.1 88522ab9f39a2ea568f7027eddc7d8d8bc9d59c8
actions/cache 3.3.2 704facf57e6136b1bc63b828d79edcd491f0ee84
actions/cache 3.3.3 e12d46a63a90f2fae62d114769bbf2a179198b5c
actions/cache 4.0.0 13aacd865c20de90d75de3b17ebe84f7a17d57d2
actions/cache 4.0.1 ab5e6d0c87105b4c9c2047343972218f562e4319
actions/cache 4.0.2 0c45773b623bea8c8e75f6c82b208c3cf94ea4f9
actions/cache 4.1.0 2cdf405574d6ef1f33a1d12acccd3ae82f47b3f2
actions/cache 4.1.1 3624ceb22c1c5a301c8db4169662070a689d9ea8
actions/cache 4.1.2 6849a6489940f00c2f30c0fb92c6274307ccb58a
actions/upload-artifact 1.0.0 3446296876d12d4e3a0f3145a3c87e67bf0a16b5
actions/upload-artifact 2.0.1 97b7dace6c8d860ce9708aba808be6a2ee4cbc3a
actions/upload-artifact 2.1.0 ebad382c0953e8c6b4039e8d30dfd19ee7b2a862
actions/upload-artifact 2.1.1 5f948bc1f0a251f88bb4c9b1c3dfa6cbd1327dc5
actions/upload-artifact 2.1.2 c8879bf5aef7bef66f9b82b197f34c4eeeb1731b
actions/upload-artifact 2.1.3 268d7547644ab8a9d0c1163299e59a1f5d93f39b
actions/upload-artifact 2.1.4 58740802ef971a2d71eff71e63d48ab68d1f5507
actions/upload-artifact 2.2.0 27bce4eee761b5bc643f46a8dfb41b430c8d05f6
actions/upload-artifact 2.2.1 726a6dcd0199f578459862705eed35cda05af50b
actions/upload-artifact 2.2.2 e448a9b857ee2131e752b06002bf0e093c65e571
actions/upload-artifact 2.2.3 ee69f02b3dfdecd58bb31b4d133da38ba6fe3700
actions/upload-artifact 2.2.4 27121b0bdffd731efa15d66772be8dc71245d074
actions/upload-artifact 2.3.0 da838ae9595ac94171fa2d4de5a2f117b3e7ac32
actions/upload-artifact 2.3.1 82c141cc518b40d92cc801eee768e7aafc9c2fa2
actions/upload-artifact 3.0.0 6673cd052c4cd6fcf4b4e6e60ea986c889389535
actions/upload-artifact 3.1.0 3cea5372237819ed00197afe530f5a7ea3e805c8
actions/upload-artifact 3.1.1 83fd05a356d7e2593de66fc9913b3002723633cb
actions/upload-artifact 3.1.2 0b7f8abb1508181956e8e162db84b466c27e18ce
actions/upload-artifact 3.1.3 a8a3f3ad30e3422c9c7b888a15615d19a852ae32
actions/upload-artifact 3.2.0 9ee08a3b00e91a926cc9547dc79589c20872452f
actions/upload-artifact 3.2.1 ff15f0306b3f739f7b6fd43fb5d26cd321bd4de5
actions/download-artifact 1.0.0 18f0f591fbc635562c815484d73b6e8e3980482e
actions/download-artifact 2.0.0 1de1dea89c32dcb1f37183c96fe85cfe067b682a
actions/download-artifact 2.0.1 1ac47ba4b6af92e65d0438b64ce1ea49ce1cc48d
actions/download-artifact 2.0.2 381af06b4268a1e0ad7b7c7e5a09f1894977120f
actions/download-artifact 2.0.3 80d2d4023c185001eacb50e37afd7dd667ba8044
actions/download-artifact 2.0.4 b3cedea9bed36890c824f4065163b667eeca272b
actions/download-artifact 2.0.5 c3f5d00c8784369c43779f3d2611769594a61f7a
actions/download-artifact 2.0.6 f8e41fbffeebb48c0273438d220bb2387727471f
actions/download-artifact 2.0.7 f144d3c3916a86f4d6b11ff379d17a49d8f85dbc
actions/download-artifact 2.0.8 4a7a711286f30c025902c28b541c10e147a9b843
actions/download-artifact 2.0.9 158ca71f7c614ae705e79f25522ef4658df18253
actions/download-artifact 2.0.10 3be87be14a055c47b01d3bd88f8fe02320a9bb60
actions/download-artifact 2.1.0 f023be2c48cc18debc3bacd34cb396e0295e2869
actions/download-artifact 2.1.1 cbed621e49e4c01b044d60f6c80ea4ed6328b281
actions/download-artifact 3.0.0 fb598a63ae348fa914e94cd0ff38f362e927b741
actions/download-artifact 3.0.1 9782bd6a9848b53b110e712e20e42d89988822b7
actions/download-artifact 3.0.2 9bc31d5ccc31df68ecc42ccf4149144866c47d8a
actions/download-artifact 3.1.0 a9bc5e6ef2cb54c177f32aa5726adaa15e7e2d59
"""
"""The commits of releases that stopped, for pins without a version in a comment."""
_BY_COMMIT = {
    (action, commit): tuple(int(part) for part in version.split("."))
    for action, version, commit in (line.split() for line in _COMMITS.strip().split("\n"))
}


class UsedAction(Struct, frozen=True, eq=False):
    """One ``uses:`` of an action of another repository."""

    place: Place
    text: str
    action: str
    """``owner/name`` in lower case."""
    path: str
    """The folder within that repository: ``analyze`` of ``github/codeql-action/analyze``."""
    ref: str
    comment: str
    job: str
    """Id of the job; empty in a composite action."""
    ended: EndedAction | None
    version: str
    """The version that was judged, as ``v3`` or ``v3.1.2``; empty when it is not known."""
    without_init: bool = False
    """A CodeQL ``analyze`` or ``autobuild`` in a job that never initialises CodeQL."""

    @property
    def cause(self) -> tuple[str, str] | None:
        """What several uses are one finding by: the row of the table and the version."""
        return (self.ended.action, self.version or self.ref) if self.ended else None


class ActionFile(Struct, frozen=True, eq=False):
    """A workflow or composite action with the actions that it uses."""

    path: str
    uses: tuple[UsedAction, ...]
    problems: tuple[Problem, ...] = ()
    told: Mapping[tuple[str, str], tuple[Place, ...] | None] = {}
    """Of what ended, cause → where other files use the same; ``None`` where one of those tells."""


_VERSION = regex(r"(?:releases/)?v?(\d{1,4})(?:\.(\d{1,4}))?(?:\.(\d{1,4}))?(?:\.x)?$")
_IN_COMMENT = regex(
    r"(?:^|[\s@=:/(])(?:v(\d{1,4})|(\d{1,4})(?=\.\d))(?:\.(\d{1,4}))?(?:\.(\d{1,4}))?(?![\w])"
)
_COMMIT = regex(r"[0-9a-f]{40}")
_ENTERPRISE = regex(r"\bghes?\b|_ghes?\b|\bghes?_|server_url", re.IGNORECASE)
"""Steps for GitHub Enterprise Server, where the old artifact actions are the right ones."""


@once
def action_files(target: Target) -> tuple[ActionFile, ...]:
    """Every workflow that runs and every composite action, with its actions; sorted by path.

    Files that use no action of another repository are left out, unreadable ones are kept.
    """
    found = []
    for workflow in workflows(target):
        uses = [use for job in workflow.jobs for use in _uses(job.steps, job, target)]
        found.append(ActionFile(workflow.path, tuple(uses), workflow.problems))
    found += [
        ActionFile(action.path, tuple(_uses(action.steps, None, target)))
        for action in actions(target)
    ]
    files = sorted((f for f in found if f.uses or f.problems), key=lambda f: f.path)
    uses_of = {file.path: file.uses for file in files}
    told = told_once(target, uses_of, lambda use: use.cause, lambda use: use.place)
    return tuple(
        replace(
            file,
            told={use.cause: told[use.cause][file.path] for use in file.uses if use.cause},
        )
        for file in files
    )


def _uses(steps: tuple[Step, ...], job: Job | None, target: Target) -> Iterator[UsedAction]:
    for step in steps:
        name, _, ref = step.uses.partition("@")
        parts = name.split("/")
        if not ref or len(parts) < 2 or name.startswith((".", "docker:")):
            continue
        action = "/".join(parts[:2]).lower()
        path = "/".join(parts[2:]).lower()
        version = _version(action, ref, step.uses_comment)
        row = _row(action, version)
        ended = row if row and not _enterprise(step, job) else None
        yield UsedAction(
            place=step.uses_place,
            text=step.uses,
            action=action,
            path=path,
            ref=ref,
            comment=step.uses_comment,
            job=job.id if job else "",
            ended=ended,
            version="v" + ".".join(f"{part}" for part in version) if version else "",
            without_init=action == "github/codeql-action"
            and path in ("analyze", "autobuild")
            and job is not None
            and not _initialises(job, target),
        )


def _row(action: str, version: tuple[int, ...]) -> EndedAction | None:
    """The first row that says of this version that it has ended."""
    named = (row for row in TABLE if _named(row.action, action))
    return next((row for row in named if _has_ended(row, version)), None)


def _named(pattern: str, action: str) -> bool:
    return action.startswith(pattern[:-1]) if pattern.endswith("*") else action == pattern


def _version(action: str, ref: str, comment: str) -> tuple[int, ...]:
    """The version of a ref: of the tag, the comment behind a commit, or the commit itself."""
    if not _COMMIT.fullmatch(ref.lower()):
        match = _VERSION.match(ref)
        return tuple(int(part) for part in match.groups() if part) if match else ()
    match = _IN_COMMENT.search(comment)
    if match:
        return tuple(int(part) for part in match.groups() if part)
    return _BY_COMMIT.get((action, ref.lower()), ())


def _has_ended(row: EndedAction, version: tuple[int, ...]) -> bool:
    if not row.last_major:
        return True
    if not version:
        return False
    if version[0] <= row.last_major:
        return True
    # A bare major is a moving tag and so the newest of its line.
    return len(version) > 1 and any(
        version[0] == floor[0] and version < floor[: len(version)] for floor in row.floors
    )


def _enterprise(step: Step, job: Job | None) -> bool:
    texts = [step.if_, step.name, step.uses_comment]
    if job:
        texts += [job.if_, job.id, job.name, *job.runs_on]
    return any(_ENTERPRISE.search(text) for text in texts)


def _initialises(job: Job, target: Target) -> bool:
    """Whether a step of the job, or a local action that it calls, runs ``codeql-action/init``."""
    for step in job.steps:
        if step.uses.lower().startswith("github/codeql-action/init"):
            return True
        if step.uses.startswith("./"):
            action = local_action(target, step.uses)
            if action is None or any("codeql-action/init" in s.uses.lower() for s in action.steps):
                return True
    return False
