"""Lockfiles of npm and its relatives: who needs one, and whether a fresh clone has it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.ci.pipelines import workflow_steps, workflows
from pytest_reconaudit.facts.ci.workspace import Workspace
from pytest_reconaudit.facts.docker.image_files import ImageFiles, RunStep, image_files
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.docker.npm_managers import AbsentManager, absent_manager
from pytest_reconaudit.facts.docker.toolchains import (
    is_development_command,
    is_development_name,
)
from pytest_reconaudit.facts.folders import join
from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.facts.installs import NpmInstall, npm_install
from pytest_reconaudit.facts.invocations import Invocation
from pytest_reconaudit.facts.packages import NpmPackage, npm_at, npm_package, npm_packages
from pytest_reconaudit.facts.web.lock_fit import Covering, Drift, covering, drifts
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Stage
from pytest_reconaudit.readers.npm_peers import (
    PeerConflict,
    PeerFaults,
    read_npm_overrides,
    read_npm_peers,
)
from pytest_reconaudit.readers.shell import ShellCommand
from pytest_reconaudit.readers.workflow import Job, Step, Workflow
from pytest_reconaudit.target import IgnoreRule, Target, once

__all__ = ["Install", "LockSubject", "UsedManager", "lock_subjects", "manager_in_use"]

LOCKS = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
    "pnpm": ("pnpm-lock.yaml",),
    "yarn": ("yarn.lock",),
    "bun": ("bun.lock", "bun.lockb"),
}
_MANAGER = {name: manager for manager, names in LOCKS.items() for name in names}
_FROZEN = {
    "npm": "npm ci",
    "pnpm": "pnpm install --frozen-lockfile",
    "yarn": "yarn install --immutable",
    "bun": "bun install --frozen-lockfile",
}
_SHOWN = 5
_ROOT = "the root"
_FROZEN_CLASSIC = "yarn install --frozen-lockfile"
_NAMES = {"npm": "npm", "pnpm": "pnpm", "yarn": "Yarn", "bun": "Bun"}
_PROGRAMS = ("npm", "pnpm", "yarn", "bun", "npx", "corepack")
_MAIN = ("ci", "ci-cd", "cicd", "main", "build", "test", "tests", "pipeline", "ci_cd")
_FOR_READERS = regex(
    r"(?:^|/)(?:examples?|samples?|demos?|demo-[\w-]+|[\w-]+-(?:demo|example|template)|templates?"
    r"|tests?|e2e|fixtures?|benchmarks?|playgrounds?"
    r"|sandbox|starters?|create-[\w-]+|integration[\w-]*)(?:/|$)",
    re.IGNORECASE,
)
_FOR_DEVELOPERS = regex(
    r"(?:^|/)(?:dev-?tools?|tools?|tooling|hack|scripts?|lint(?:ers?|ing)?)(?:/|$)"
)
"""Helpers of those who work on the repository: nothing of them is shipped."""
_FOR_DOCUMENTS = regex(r"(?:^|/)(?:[\w-]+-)?(?:docs?|documentation|storybook)(?:/|$)")
_SHIPS = regex(
    r"build-push-action|docker push|buildx build|npm publish|yarn publish|pnpm publish|gh release"
    r"|action-gh-release|upload-release-asset|create-release|semantic-release|changesets/action"
    r"|tauri-action|electron-builder|(?:wrangler|vercel|netlify|fly|flyctl|firebase|sst|amplify)\s+deploy"
    r"|kubectl apply|helm upgrade|aws s3 sync|gcloud run deploy|rsync -",
    re.IGNORECASE,
)
_CLASSIC = "# yarn lockfile v1"
_ONLY_DEV = regex(r"--only[= ]dev")


class Install(Struct, frozen=True):
    """One command that installs the dependencies of a known package.json."""

    place: Place
    text: str
    asked: NpmInstall
    source: str
    """``image``, ``workflow``, ``script`` …"""
    package: NpmPackage
    lock: str
    """The lockfile that it would use, by path; empty when no clone has one."""
    other: str
    """The lockfile of another manager beside the package, when its own is absent."""
    rule: Note | None
    """The git-ignore rule that keeps the lockfile out."""
    main: bool = False
    """In the repository's main CI workflow."""
    clause: str = ""
    """``a``: it needs a lockfile that is absent; ``d``: it does not obey the lockfile."""
    ships: bool = True
    """What it installs ends in an image, a release or a deployment."""
    uncopied: bool = False
    """An image's install: the lockfile of the repository is not in the image yet."""
    idle: bool = False
    """Nothing of the repository builds this Dockerfile, and another one of its package is built."""
    classic: bool = False
    """Yarn 1 runs it, as its lockfile or the lack of settings tells."""
    conflict: PeerConflict | None = None
    """What it is forced past: a package that asks for another version than is locked."""
    conflicts: int = 0
    """How many there are of it."""
    unmet: bool = False
    """The lockfile lacks peers, as one that is written with ``--legacy-peer-deps``."""
    removed: int | None = None
    """The line of the image that deletes the lockfile before."""
    hidden: Note | None = None
    """The line of a ``.dockerignore`` that keeps the lockfile out of the build."""
    contexts: tuple[str, ...] = ()
    """The folders that the Dockerfile is built from, where there are several."""
    below: str = ""
    """Of ``cache:``: the lockfile in a folder, which it does not look into unless it is told to."""
    linked: tuple[str, ...] = ()
    """Folders that package.json names (``file:../shared``) and the image lacks by then."""
    corepack: str = ""
    """The newer Yarn that the root's ``packageManager`` asks for, and nothing in the image gets."""
    adds: int | None = None
    """The line of the image that adds packages after, which changes what was installed."""
    standalone: bool = False
    """Next.js writes a server of its own, whose place depends on the root that it is built in."""
    covering: Covering | None = None
    """The lockfile of the workspace, of another manager than is asked here."""
    other_classic: bool = False
    """The lockfile of another manager is one of Yarn 1."""
    absent: AbsentManager | None = None
    """The stage of an image does not have that other manager."""
    setup: str = ""
    """The action that sets that other manager up, where a workflow does not do so."""
    steps: str = ""
    """Of ``cache:`` the steps that it takes by that other manager, where a job lacks one."""
    drifts: tuple[Drift, ...] = ()
    """Where the lockfile does not fit package.json any more: who insists on it, fails."""

    @property
    def stale(self) -> bool:
        """It goes by a lockfile that was written for other versions."""
        return self.clause == "d" and bool(self.lock and self.drifts) and not self.asked.frozen

    @property
    def plain(self) -> bool:
        """It goes by a lockfile, and only does not insist on it."""
        loose = self.clause == "d" and bool(self.lock)
        return loose and not self.uncopied and not self.asked.forced

    @property
    def habit(self) -> bool:
        """What people write in every file alike."""
        forced = bool(self.asked.forced) and not self.asked.frozen and not self.uncopied
        return self.plain or (self.clause == "d" and forced)

    def says(self, alike: Sequence[Install]) -> str:
        """What is wrong with all that are alike, this one first, in one sentence."""
        text = f"`{self.text}`"
        root = ", ".join(dict.fromkeys(one.package.folder or _ROOT for one in alike))
        # One line may try it twice: `install || install`.
        places = list(dict.fromkeys(f"{one.place.path}:{one.place.line}" for one in alike))
        more = ""
        if len(places) > 1:
            here = f"{self.place.path}:"
            alone = all(one.startswith(here) for one in places)
            listed = [one.removeprefix(here) for one in places] if alone else places
            dots = " …" if len(listed) > _SHOWN else ""
            more = f" ({len(places)} times: {'lines ' * alone}{', '.join(listed[:_SHOWN])}{dots})"
        if self.idle:
            more += "; nothing here builds this file"
        if self.clause == "a" and self.below:
            shown = list(dict.fromkeys(one.below for one in alike))
            verb = "are" if len(shown) > 1 else "is"
            lacks = f"looks for a lockfile in the root, where none is: {', '.join(shown)}"
            return f"{text} {lacks} {verb} not found{more}"
        if self.clause == "a":
            return f"{text} {self.needs(root)}{more}"
        if self.by_force:
            forced = " ".join(self.asked.forced)
            says = f"{text} installs {root} past what packages ask of each other ({forced})"
            return f"{says}{self._clash}{more}"
        locks = list(dict.fromkeys(one.lock for one in alike if one.lock))
        what = f"{', '.join(locks[:-1])} or {locks[-1]}" if len(locks) > 1 else "".join(locks)
        return f"{text} is no repeatable install: {self.why(what or root)}{more}"

    @property
    def kind(self) -> str:
        """What tells it from others of its clause: they are told apart from each other."""
        if self.below:
            return "below"
        forced = f"forced {self.asked.frozen}" if self.clause == "d" and self.by_force else ""
        manager = self.asked.manager if self.plain else ""
        if self.stale and self.plain:
            return f"stale {self.lock}"
        return forced or manager or ("uncopied" if self.clause == "d" and self.uncopied else "")

    @property
    def by_force(self) -> bool:
        """What is wrong with it is that it is forced."""
        return bool(self.asked.forced) and not self.uncopied

    @property
    def _clash(self) -> str:
        one = self.conflict
        if one is None:
            return ""
        more = f", and {self.conflicts - 1} more" if self.conflicts > 1 else ""
        return f": {one.package} wants {one.peer} {one.wanted}, and {one.locked} is locked{more}"

    def why(self, what: str) -> str:
        """Why an install that does not obey a lockfile brings other versions than meant.

        :param what: the lockfiles; without one, the packages.
        """
        if not self.lock:
            missing = f"no clone has a lockfile {self._of}for {what}{self.lacks}"
            if not self.asked.frozen:
                return missing
            name = "Yarn 1" if self.asked.manager == "yarn" else "Bun"
            return f"{missing}, and without one {name} takes the newest versions and goes on"
        if self.uncopied:
            lacks = "is not copied before it"
            if self.removed is not None:
                lacks = f"is not in the image (line {self.removed} removes it)"
            elif self.hidden is not None:
                lacks = f"is kept out of the build by {self.hidden.place.path}"
            return f"{what} {lacks}, so a build takes the newest that fit package.json"
        if self.stale:
            first, more = self.drifts[0].told(), len(self.drifts) - 1
            others = f"; and {more} more" if more else ""
            return (
                f"{what} is out of date ({first}{others}), so it takes other versions and goes on"
            )
        return f"once package.json no longer fits {what}, it takes other versions and goes on"

    def needs(self, what: str) -> str:
        """Why it fails for packages without a lockfile."""
        return f"needs a lockfile, but no clone has one {self._of}for {what}{self.lacks}"

    @property
    def _of(self) -> str:
        return f"of {_NAMES[self.asked.manager]} " if self.other else ""

    def cure_of(self, alike: Sequence[Install]) -> str:
        """What to do about all that are alike."""
        paths = {one.below: one.place for one in alike if one.below}
        if len(paths) > 1:
            each = ", ".join(
                f"`cache-dependency-path: {path}` (line {place.line})"
                for path, place in paths.items()
            )
            return f"Say where it is, beside `{self.text}`: {each}."
        commands: dict[str, int | None] = {}
        for one in alike:
            commands.setdefault(one.obeying, one.place.line)
        if self.cure == self._copied(f"`{self.obeying}`") and len(commands) > 1:
            return self._copied(", ".join(f"`{c}` (line {at})" for c, at in commands.items()))
        return self.cure

    @property
    def cure(self) -> str:
        """What to do about it."""
        if self.below:
            return f"Say where it is, beside `{self.text}`: `cache-dependency-path: {self.below}`."
        if self.covering is not None and not self.lock:
            how = "install from that folder"
            if self.source == "image":
                how = "copy it with the manifests of its root, and install from there"
            return self._with_other(
                f"{self.covering.lock} was written for it too: {how}",
                _FROZEN_CLASSIC if self.other_classic else self.covering.command,
            )
        if self.other and not self.lock:
            manager = _MANAGER[posixpath.basename(self.other)]
            if self.asked.verb == "cache":
                said = f"{self.other} is committed: say `cache: {manager}`, and install by it."
                return f"{said}{self.steps}"
            obeying = _FROZEN_CLASSIC if self.other_classic else _FROZEN[manager]
            return self._with_other(f"{self.other} is committed: install by it", obeying)
        frozen = f"`{_FROZEN_CLASSIC if self.classic else _FROZEN[self.asked.manager]}`"
        if self.clause == "d" and self.by_force:
            one = self.conflict
            mend = (
                "Mend what makes it need force"
                if one is None
                else (f"Take versions of {one.package} and {one.peer} that fit each other")
            )
            return f"{mend}, write the lockfile anew, and install by it: {frozen}."
        if not self.lock:
            start = "Commit"
            if self.rule is not None:
                start = f"Take the line out of {self.rule.place.path} that hides it, and commit"
            commit = f"{start} the lockfile that `{self.asked.manager} install` writes"
            if self.asked.verb == "cache":
                return f"{commit}, or take `{self.text}` out."
            copied = "; copy it with package.json before the install" * (self.source == "image")
            return (
                f"{commit}{copied}." if self.asked.frozen else f"{commit}{copied}: then {frozen}."
            )
        if self.clause != "d":
            return ""
        if self.uncopied and posixpath.dirname(self.lock) != self.package.folder:
            whole = f"{self.lock} is that of the whole workspace: copy the manifests of its root"
            steps = [f"{whole} with it, and install from there: {frozen}.", *self._renewed]
            if self.corepack:
                steps.append(f"It takes {self.corepack}: run `corepack enable` before.")
            if self.adds is not None:
                steps.append(
                    f"What line {self.adds} adds changes the versions again: list it in"
                    " package.json, and take that line out."
                )
            if self.standalone:
                steps.append(
                    "With the root in the image Next.js writes its server to"
                    f" `.next/standalone/{self.package.folder}`: the COPY of it, and what starts"
                    " it, change with that."
                )
            return " ".join(steps)
        if self.uncopied:
            return self._copied(f"`{self.obeying}`")
        if self.asked.verb == "focus":
            return ""
        said = f"The lockfile is committed: write {frozen} in its place"
        if self.stale:
            renewed = (
                f"`{self.asked.manager} install` in {posixpath.dirname(self.lock) or 'the root'}"
            )
            said = f"Renew the lockfile first ({renewed}) and commit it, for {frozen} fails as long"
            said += " as it does not fit; then write that in its place"
            if self.covering is not None:
                said = (
                    f"{self.covering.lock} was written for it too: install from that folder, with"
                    f" `{self.covering.command}`, and delete {self.lock}. Or {said[:1].lower()}"
                    f"{said[1:]}"
                )
        if self.asked.manager == "npm" and _ONLY_DEV.search(self.text):
            return f"{said}, without `--only`: npm 7 and later take no such value for it."
        if self.asked.manager == "npm" and "--production" in self.text.split():
            return f"{said}, with the options it has (`--omit=dev` for `--production`)."
        return f"{said}, with the options it has."

    def _with_other(self, said: str, command: str) -> str:
        """What to do where another manager wrote the lockfile: what is left out stays left out, and
        who runs it must be there."""
        manager = command.partition(" ")[0]
        more = ""
        if self.asked.production:
            if manager == "yarn" and not self.other_classic:
                more = (
                    " To leave the devDependencies out, as now, takes `yarn workspaces focus"
                    " --production` there."
                )
            else:
                command += f" {_PRODUCTION[manager]}"
        if self.absent is not None:
            return f"{said}. {self.absent.remedy(command)}{more}"
        if self.setup:
            more = f" The workflow has no {manager} yet: `{self.setup}` sets it up.{more}"
        return f"{said}, with `{command}`.{more}"

    @property
    def obeying(self) -> str:
        """The command that obeys the lockfile, with the options that it has now."""
        frozen = _FROZEN_CLASSIC if self.classic else _FROZEN[self.asked.manager]
        kept = []
        for word in self.text.split()[1:]:
            new = _RENAMED.get(word, word) if self.asked.manager == "npm" else word
            needless = word in _NEEDLESS
            if word in _FORCE and self.conflict is None and not self.unmet:
                needless = True
            if not needless and word not in frozen.split() and word not in _VERBS:
                kept.append(new)
        return " ".join((frozen, *dict.fromkeys(kept)))

    def _copied(self, commands: str) -> str:
        """What it takes to have the lockfile in the image."""
        steps = [f"Copy the lockfile ({self.lock}) before the install, and obey it: {commands}."]
        steps += self._renewed
        if self.removed is not None:
            steps.append(f"Line {self.removed}, which removes it, goes.")
        if self.hidden is not None:
            steps.append(
                f"{self.hidden.place} (`{self.hidden.message}`) keeps it out of the build: take"
                " that line out, or the COPY fails."
            )
        if self.contexts:
            shown = " and ".join(f"`{one or '.'}`" for one in self.contexts)
            steps.append(
                f"The file is built from {shown}, where package.json and the lockfile are other"
                " ones: settle for one of them first."
            )
        if self.linked:
            shown = ", ".join(f"{one}/" for one in self.linked)
            steps.append(
                f"package.json takes {shown} by `file:`, which is not in the image by then: copy it"
                " to the same place beside it, from a build context that has both."
            )
        if self.unmet:
            steps.append(
                "The lockfile was written with `--legacy-peer-deps`: write it anew without, or keep"
                " that option."
            )
        return " ".join(steps)

    @property
    def _renewed(self) -> list[str]:
        """What comes before all else where the lockfile is out of date."""
        if not self.stale:
            return []
        first = self.drifts[0].told()
        return [f"Renew it first: it is out of date ({first}), and a frozen install fails."]

    @property
    def lacks(self) -> str:
        """Why there is no lockfile for it, after the package's name; empty where one is missing."""
        also = ", and was written for it too" if self.covering is not None else ""
        return f" ({self.other} is another manager's{also})" if self.other else ""


_RENAMED = {
    "--production": "--omit=dev",
    "--production=true": "--omit=dev",
    "--only=production": "--omit=dev",
    "--only=prod": "--omit=dev",
}
"""Options of npm that newer releases call otherwise."""
_PRODUCTION = {
    "npm": "--omit=dev",
    "pnpm": "--prod",
    "yarn": "--production",
    "bun": "--production",
}
"""What leaves the devDependencies out."""
_FORCE = frozenset({"--legacy-peer-deps", "--force", "-f"})
_NEEDLESS = frozenset(
    {"--no-package-lock", "--package-lock=false", "--no-save", "--save", "--no-lockfile",
     "--no-frozen-lockfile", "--frozen-lockfile=false", "--package-lock"}
)  # fmt: skip
"""What makes no sense with a lockfile that is obeyed."""
_VERBS = frozenset({"install", "i", "in", "ins", "isntall", "ci", "clean-install"})


class UsedManager(Struct, frozen=True):
    """The manager that a package with lockfiles of several is installed with."""

    manager: str
    why: str
    """What tells: ``Dockerfile installs by its lockfile``."""


class LockSubject(Struct, frozen=True, eq=False):
    """A file that installs packages, a ``.gitignore`` that hides lockfiles, or a package root."""

    path: str
    installs: tuple[Install, ...] = ()
    hidden: tuple[tuple[Note, str], ...] = ()
    """(ignore rule, package root whose lockfile it keeps out)."""
    fatal: bool = False
    """Some install of such a package fails without the lockfile."""
    tracked: tuple[tuple[Note, str], ...] = ()
    """(ignore rule, lockfile that is in the repository all the same)."""
    forced: tuple[Place, ...] = ()
    """Commands that add an ignored lockfile by force."""
    managers: tuple[str, ...] = ()
    """Who writes the hidden lockfiles."""
    imaged: bool = False
    """An image installs a package whose lockfile is hidden."""
    aside: bool = False
    """The packages whose lockfiles are hidden are there for documents alone."""
    locks: tuple[tuple[str, str], ...] = ()
    """(manager, lockfile) of a package root with lockfiles of several managers."""
    used: UsedManager | None = None
    """Of those the one that is in use."""

    @property
    def rivals(self) -> int:
        """How many managers have lockfiles beside each other."""
        return len({kind for kind, _ in self.locks})

    @property
    def odd(self) -> str:
        """Of lockfiles of several managers one that nobody uses, as far as is known."""
        kept = self.used.manager if self.used is not None else ""
        return next((path for kind, path in self.locks if kind != kept), "")

    @property
    def settled(self) -> str:
        """Which of the lockfiles of several managers stays; empty where nothing tells."""
        used = self.used
        if used is None:
            return ""
        kept = " and ".join(path for kind, path in self.locks if kind == used.manager)
        others = " and ".join(path for kind, path in self.locks if kind != used.manager)
        return f"{_NAMES[used.manager]} is in use ({used.why}): keep {kept}, delete {others}."

    @property
    def hides(self) -> str:
        """What is wrong with the hidden lockfiles."""
        roots = ", ".join(dict.fromkeys(path for _, path in self.hidden))
        forced = f", and {self.forced[0]} adds it by force" if self.forced else ""
        return f"git ignores the lockfile of {roots}{forced}"

    @property
    def cure(self) -> str:
        """What to do about the hidden lockfiles."""
        writes = " or ".join(f"`{one} install`" for one in self.managers)
        frozen = " or ".join(f"`{_FROZEN[one]}`" for one in self.managers)
        many = len(self.hidden) > 1
        lines, locks = ("lines", "lockfiles") if many else ("line", "lockfile")
        said = f"Take the {lines} out of {self.path}, commit the {locks} that {writes} writes"
        said += f" there, and install by {'them' if many else 'it'}: {frozen}."
        copied = "copy the lockfile together with package.json before the install."
        return said + f" In the Dockerfile, {copied}" * self.imaged

    def groups(self) -> list[list[Install]]:
        """The installs with a fault, those with the same one together, those of this file first."""
        found: dict[tuple[str, bool, bool, str], list[Install]] = {}
        for one in self.installs:
            if one.clause:
                main = one.main and one.clause == "a"
                found.setdefault((one.clause, main, bool(one.lock), one.kind), []).append(one)
        for group in found.values():
            group.sort(key=lambda one: (one.place.path != self.path, one.place.key()))
        return [group for _, group in sorted(found.items())]


@once
def lock_subjects(target: Target) -> tuple[LockSubject, ...]:
    """Everything there is to judge, by path."""
    by_file: dict[str, list[Install]] = {}
    for install in (*_installs(target), *_in_caches(target)):
        by_file.setdefault(install.place.path, []).append(install)
    needing: dict[str, list[Install]] = {}
    for found in by_file.values():
        for one in found:
            needing.setdefault(one.package.folder, []).append(one)
    subjects = [LockSubject(path, installs=tuple(found)) for path, found in by_file.items()]
    subjects = _together(subjects)
    failing = {
        one.package.folder for found in by_file.values() for one in found if one.clause == "a"
    }
    subjects += _ignores(target, needing, failing)
    subjects += _rivals(target)
    return tuple(sorted(subjects, key=lambda one: one.path))


@once
def _installs(target: Target) -> tuple[Install, ...]:
    """Every command that installs what a package.json lists."""
    return (*_worked_on(target, list(_in_images(target))), *_in_commands(target))


def _together(subjects: list[LockSubject]) -> list[LockSubject]:
    """Installs that do not insist on their lockfile are one habit: the first file tells of all."""
    first = next(
        (
            one
            for ships in (True, False)
            for one in sorted(subjects, key=lambda one: one.path)
            if any(each.habit and each.ships is ships for each in one.installs)
        ),
        None,
    )
    if first is None:
        return subjects
    found = []
    moved = [
        each
        for one in sorted(subjects, key=lambda one: one.path)
        if one is not first
        for each in one.installs
        if each.habit
    ]
    for one in subjects:
        if one is first:
            found.append(replace(one, installs=(*one.installs, *moved)))
        elif left := tuple(each for each in one.installs if not each.habit):
            found.append(replace(one, installs=left))
    return found


# -- installs ------------------------------------------------------------------------------


def _in_images(target: Target) -> Iterator[Install]:
    for dockerfile in dockerfiles(target):
        if images(target).is_dev_container(dockerfile) or is_development_name(dockerfile.path):
            continue
        files = image_files(target, dockerfile)
        final = images(target).final_stage(dockerfile)
        if final is None or is_development_command(dockerfile, final):
            continue
        needed = {stage.index for stage in dockerfile.needed(final)}
        obeyed: set[tuple[int, str]] = set()
        for stage in dockerfile.stages:
            if stage.index not in needed:
                continue
            for step in files.steps(stage):
                asked = npm_install(step.words)
                if asked is None or (asked.offline and not asked.frozen):
                    continue
                if _guarded(step.command):
                    continue
                folder = step.at(asked.folder) if asked.folder else step.folder
                at = posixpath.join(folder, "package.json")
                manifest = files.origin(stage, at, step.instruction)
                if manifest is None:
                    continue
                package = npm_package(target, posixpath.dirname(manifest))
                if package is None or _FOR_DEVELOPERS.search(package.folder):
                    continue
                if asked.offline:  # from what was fetched, and only by the lockfile
                    obeyed.add((stage.index, package.path))
                    continue
                ci = {"CI"} & set(dockerfile.variables(stage, step.instruction))
                if asked.manager == "pnpm" and (ci or _says_ci(step.command)):
                    continue
                if step.command.fallback and asked.frozen:
                    continue
                at_hand = any(
                    files.origin(stage, posixpath.join(above, name), step.instruction)
                    for above in _upwards(folder)
                    for name in LOCKS[asked.manager]
                )
                removed = _removed(files, stage, step, folder, asked.manager)
                at_hand = at_hand and removed is None
                for one in _judged(target, package, asked, "image", step.place, step.text):
                    uncopied = bool(one.lock) and not at_hand
                    if one.asked.frozen and one.lock:
                        obeyed.add((stage.index, package.path))
                    elif not uncopied and any(
                        (above.index, package.path) in obeyed for above in dockerfile.chain(stage)
                    ):
                        continue  # it was found to fit the lockfile before
                    if asked.verb == "focus" and one.clause == "d" and not uncopied:
                        continue  # it installs by the lockfile, and has no form that insists on it
                    if one.plain and asked.manager == "yarn" and not one.classic and not uncopied:
                        if ci or _says_ci(step.command):
                            continue  # there the newer Yarns insist on the lockfile themselves
                        inner = len(package.folder) + 1 if package.folder else 0
                        members = [
                            posixpath.join(folder, member.path[inner:])
                            for member in npm_packages(target)
                            if member.workspace_root == package.folder and member is not package
                        ]
                        if any(files.origin(stage, at, step.instruction) is None for at in members):
                            continue  # the newer Yarns would not have it with `--immutable`
                    if uncopied:
                        one = _explained(target, files, stage, step, folder, one)
                        one = replace(one, removed=removed)
                    if one.other and not one.lock:
                        manager = _MANAGER[posixpath.basename(one.other)]
                        newer = manager == "yarn" and not one.other_classic
                        absent = absent_manager(files, stage, step, manager, newer=newer)
                        one = replace(one, absent=absent)
                    yield replace(one, uncopied=uncopied)


def _removed(
    files: ImageFiles, stage: Stage, step: RunStep, folder: str, manager: str
) -> int | None:
    """The line of an image that deletes the lockfile, before an install of the same stage."""
    for one in files.steps(stage):
        if one.command is step.command:
            return None
        if one.name == "rm" and any(
            one.at(word) in (posixpath.join(folder, name), folder + "/package-lock*")
            for word in one.words[1:]
            for name in LOCKS[manager]
        ):
            return one.place.line
    return None


def _explained(
    target: Target, files: ImageFiles, stage: Stage, step: RunStep, folder: str, one: Install
) -> Install:
    """Why the lockfile is not there, and what else stands in the way."""
    hidden = None
    others: list[str] = []
    for context in files.contexts:
        others.append(context.path)
        prefix = f"{context.path}/" if context.path else ""
        rules = files.images.dockerignore(files.dockerfile, context)
        if rules is not None and one.lock.startswith(prefix) and hidden is None:
            rule = rules.excluded(one.lock[len(prefix) :])
            hidden = None if rule is None else Note(rule.place, rule.text)
    manifests = [path for path in others if npm_package(target, path) is not None]
    linked = []
    packages = [one.package, *filter(None, (npm_package(target, path) for path in manifests))]
    asked = [
        (package.folder, version)
        for package in packages
        for _, _, version, _ in package.manifest.dependencies
    ]
    for home, version in asked:
        scheme, _, path = version.partition(":")
        if scheme not in ("file", "link") or not path.startswith(".."):
            continue
        inside = posixpath.normpath(posixpath.join(folder, path))
        at = posixpath.join(inside, "package.json")
        if files.origin(stage, at, step.instruction) is None:
            linked.append(posixpath.normpath(posixpath.join(home, path)))
    return replace(
        one,
        hidden=hidden,
        contexts=tuple(manifests) if len(manifests) > 1 else (),
        linked=tuple(dict.fromkeys(linked)),
        corepack=_newer_yarn(target, files, stage, one),
        adds=_adds(files, stage, step, one.asked.manager),
        standalone=_is_standalone(target, one.package.folder),
    )


_NEWER_YARN = regex(r'"packageManager"\s{0,9}:\s{0,9}"(yarn@(?:[2-9]|[1-9]\d)[\w.-]{0,40})')
_STANDALONE = regex(r"\boutput\s{0,9}:\s{0,9}['\"]standalone['\"]")


def _newer_yarn(target: Target, files: ImageFiles, stage: Stage, one: Install) -> str:
    """The Yarn that ``packageManager`` beside the lockfile asks for, unless the image gets it."""
    manifest = posixpath.join(posixpath.dirname(one.lock), "package.json")
    found = _NEWER_YARN.search(target.text(manifest))
    if found is None or one.asked.manager != "yarn":
        return ""
    gets = any("corepack" in (step.name, *step.words) for step in files.steps(stage))
    return "" if gets else f"`{found[1]}`"


def _adds(files: ImageFiles, stage: Stage, step: RunStep, manager: str) -> int | None:
    """The line of a stage that adds packages to those which an install before it brought."""
    after = False
    for one in files.steps(stage):
        if one.command is step.command:
            after = True
        elif after and one.words[:2] == (manager, "add") and one.folder == step.folder:
            return one.place.line
    return None


def _is_standalone(target: Target, folder: str) -> bool:
    names = (f"next.config.{suffix}" for suffix in ("js", "mjs", "cjs", "ts", "mts"))
    paths = (posixpath.join(folder, name) for name in names)
    return any(target.has(path) and _STANDALONE.search(target.text(path)) for path in paths)


def _says_ci(command: ShellCommand) -> bool:
    """``CI=true pnpm install``: for the manager it runs in CI."""
    return any(
        name == "CI" and value not in ("", "0", "false") for name, value in command.assignments
    )


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        if folder in ("", "/"):
            return
        folder = posixpath.dirname(folder)


def _worked_on(target: Target, found: list[Install]) -> Iterator[Install]:
    """An image that only Compose builds, beside another one that installs by the same lockfile,
    is the one for work: nothing of it is shipped."""
    obeying = {(one.lock, one.place.path) for one in found if one.asked.frozen and one.lock}
    by_path = {one.path: one for one in dockerfiles(target)}
    built = {path for path, one in by_path.items() if images(target).deployments(one)}
    served = {one.package.folder for one in found if one.place.path in built}
    served.update(posixpath.dirname(path) for path in built)
    for one in found:
        path = one.place.path
        builds = images(target).deployments(by_path[path])
        beside = any(lock == one.lock and at != path for lock, at in obeying)
        only_composed = bool(builds) and all(build.origin == "compose" for build in builds)
        if one.clause == "d" and beside and only_composed:
            yield replace(one, ships=False)
            continue
        variant = posixpath.basename(path).lower() not in ("dockerfile", "containerfile")
        if one.clause == "d" and variant and not builds and one.package.folder in served:
            one = replace(one, ships=False, idle=True)
        yield one


def _guarded(command: ShellCommand) -> bool:
    """Whether a command looks at the lockfile first, or stands in for a frozen install that
    failed: ``npm ci || npm install``."""
    for text in command.conditions:
        if _speaks_of_lock(text):
            return True
        asked = npm_install(text.removeprefix("!").split()) if text.startswith("!") else None
        if asked is not None and asked.frozen:
            return True
    return False


def _in_commands(target: Target) -> Iterator[Install]:
    main = _main_workflow(target)
    spaces: dict[int, Workspace] = {}
    obeyed: set[tuple[int, str]] = set()
    for invocation in invocations_of(target, _PROGRAMS):
        asked = npm_install(invocation.words)
        if asked is None or asked.offline or (invocation.assumed and invocation.folder is None):
            continue
        if invocation.source == "package.json":
            continue
        command = invocation.command
        if _guarded(command):
            continue
        if asked.frozen and command.fallback:
            continue
        folder = invocation.folder
        if asked.folder and folder is not None:
            folder = join(folder, asked.folder)
        if folder is None or (folder and not target.has_dir(folder)):
            continue
        package = npm_at(target, folder)
        if package is None:
            continue
        here = (id(invocation.job), package.path)
        if _may_be_made(target, invocation, package, asked, spaces):
            roots = (package.folder, package.workspace_root or package.folder)
            # Whoever wrote it, the frozen install found that it fits.
            if asked.frozen and invocation.job is not None and _has_lock(target, roots, asked):
                obeyed.add(here)
            continue
        source = "workflow" if invocation.source in ("workflow", "action") else invocation.source
        is_main = main is not None and command.place.path == main.path
        text = " ".join(command.text.split())
        for one in _judged(target, package, asked, source, command.place, text, main=is_main):
            if one.asked.frozen and one.lock and invocation.job is not None:
                obeyed.add(here)
            elif one.plain and here in obeyed:
                continue  # it was found to fit the lockfile before
            yield one


def _has_lock(target: Target, folders: Iterable[str], asked: NpmInstall) -> bool:
    return any(
        target.has(posixpath.join(folder, name))
        for folder in folders
        for name in LOCKS[asked.manager]
    )


def _may_be_made(
    target: Target,
    invocation: Invocation,
    package: NpmPackage,
    asked: NpmInstall,
    spaces: dict[int, Workspace],
) -> bool:
    """Whether a step of the job before may have written the lockfile."""
    step, job = invocation.step, invocation.job
    if step is None or job is None:
        return False
    if step.remote or job.base is None:
        return True
    folder = package.folder
    if any(folder == one or folder.startswith(f"{one}/") for one in job.foreign):
        return True
    space = spaces.setdefault(id(job), Workspace(target, job))
    commands = invocation.trace.script.commands
    index = next((i for i, one in enumerate(commands) if one is invocation.command), 0)
    roots = dict.fromkeys((folder, package.workspace_root or folder))
    return asked.frozen and any(
        space.may_have(posixpath.join(root, name), step.step.index, index)
        for root in roots
        for name in LOCKS[asked.manager]
        if not target.ignored_by(posixpath.join(root, name))
    )


def _in_caches(target: Target) -> Iterator[Install]:
    """``setup-node`` with ``cache:`` and no path: it wants a lockfile in the root, or fails."""
    main = _main_workflow(target)
    package = npm_package(target, "")
    for workflow in workflows(target):
        for job, step in workflow_steps(workflow):
            if not step.uses.startswith("actions/setup-node@"):
                continue
            manager = step.with_.str("cache")
            if manager not in ("npm", "yarn", "pnpm") or step.with_.str("cache-dependency-path"):
                continue
            if any(
                "path" in one.with_ or "repository" in one.with_
                for one in job.steps
                if one.uses.startswith("actions/checkout@")
            ):
                continue
            accepted = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock")
            wanted = ("pnpm-lock.yaml",) if manager == "pnpm" else accepted
            if any(target.has(name) for name in wanted):
                continue
            found = package or next(iter(npm_packages(target)), None)
            if found is None:
                continue
            below = _below(target, job, wanted)
            other = next(iter(found.lockfiles), "") if not found.folder else ""
            asked = NpmInstall(manager, "cache", "", True, None, (), False)
            yield Install(
                place=step.with_.key_place("cache"),
                text=f"cache: {manager}",
                asked=asked,
                source="workflow",
                package=found,
                lock="",
                other=other,
                rule=_rule(target, "", manager),
                main=main is not None and workflow.path == main.path,
                clause="a",
                below=below,
                steps=_pnpm_steps(target, job, step) if other.endswith("pnpm-lock.yaml") else "",
            )


def _pnpm_steps(target: Target, job: Job, step: Step) -> str:
    """What a job lacks that is to keep the cache of pnpm: ``setup-node`` asks pnpm where it is, so
    pnpm comes first. Empty where it does."""
    for one in job.steps:
        if one.index >= step.index:
            break
        if one.uses.startswith("pnpm/action-setup@") or "corepack" in one.run:
            return ""
    version = ""
    if _NAMES_PNPM.search(target.text("package.json")) is None:
        written = _LOCK_VERSION.match(target.text("pnpm-lock.yaml"))
        major = _PNPM_OF_LOCK.get(written[1], "") if written is not None else ""
        version = f"\n  with:\n    version: {major or 'VERSION'}"
    node = step.uses if _NODE_ACTION.fullmatch(step.uses) else "actions/setup-node@v4"
    return (
        " `setup-node` asks pnpm for the place of its cache, so `pnpm/action-setup` comes before:"
        f"\n\n```yaml\n- uses: pnpm/action-setup@v4{version}\n- uses: {node}\n  with:\n"
        "    cache: pnpm # beside what it has\n```"
    )


_NODE_ACTION = regex(r"actions/setup-node@[\w.-]{1,60}")
_NAMES_PNPM = regex(r"\"packageManager\"\s*:\s*\"pnpm@")
_LOCK_VERSION = regex(r"\s{0,9}lockfileVersion:\s{0,9}['\"]?(\d{1,3})")
_PNPM_OF_LOCK = {"5": "7", "6": "8", "9": "9"}
"""The first number of a lockfile's version → of the pnpm that writes it."""


def _below(target: Target, job: Job, wanted: Sequence[str]) -> str:
    """The lockfile in a folder that a cache of a job would be keyed by: that of a folder which the
    job works in, else any."""
    locks = [
        lock
        for one in npm_packages(target)
        for lock in one.lockfiles
        if posixpath.basename(lock) in wanted and not _FOR_READERS.search(one.folder)
    ]
    folders = [step.directory for step in job.steps]
    for step in job.steps:
        folders += _ENTERS.findall(step.run)
    entered = [posixpath.normpath(folder) for folder in folders if folder]
    inside = [lock for folder in entered for lock in locks if posixpath.dirname(lock) == folder]
    if not inside and any(npm_package(target, folder) is not None for folder in entered):
        return ""  # it is the lockfile of that package that is absent
    return next(iter(inside or locks), "")


_ENTERS = regex(r"(?:\bcd|--prefix|--cwd|--dir|-C)[ =]+(?:\./)?([\w./-]+)")


def _judged(
    target: Target,
    package: NpmPackage,
    asked: NpmInstall,
    source: str,
    place: Place,
    text: str,
    *,
    main: bool = False,
) -> Iterator[Install]:
    lock = _lock(target, package, asked.manager)
    if lock and not asked.frozen and _insists(target, lock):
        asked = replace(asked, frozen=True)
    other = next(iter(package.lockfiles), "") if not lock else ""
    classic = asked.manager == "yarn" and _is_classic(target, package, lock, text)
    if asked.manager == "bun" and posixpath.basename(other) in _MIGRATED:
        return  # it goes by the lockfile of the other manager
    above = covering(target, package)
    if above is not None and above.lock == lock:
        above = None
    if not lock and not other and above is not None:
        other = above.lock
    else:
        above = above if lock and posixpath.dirname(lock) == package.folder else None
    peers = _peers(target, lock) if asked.forced else None
    conflict = peers.conflicts[0] if peers is not None and peers.conflicts else None
    if conflict is None:
        asked = replace(asked, forced=())  # there is nothing that it is forced past
    rule = _rule(target, package.workspace_root or package.folder, asked.manager)
    clause = ""
    if asked.frozen and not lock and not classic and asked.manager != "bun":
        clause = "a"
    elif _FOR_READERS.search(package.folder) and not (asked.frozen and lock):
        pass  # nothing that is shipped
    elif source == "image" or source == "workflow":
        loose = source == "image" or _unfrozen_in_ci(asked, lock, classic=classic)
        if asked.forced or (loose and not (asked.frozen and lock)):
            clause = "d"
    yield Install(
        place,
        text,
        asked,
        source,
        package,
        lock,
        other,
        None if lock else rule,
        main,
        clause,
        source != "workflow" or _ships(target, place.path),
        classic=classic,
        conflict=conflict,
        conflicts=len(peers.conflicts) if peers is not None else 0,
        unmet=peers is not None and peers.missing,
        covering=above,
        other_classic=_CLASSIC in target.text(other)[:400] if other else False,
        setup=_lacking_setup(target, place.path, other) if source == "workflow" and other else "",
        drifts=drifts(target, lock) if lock else (),
    )


def _lacking_setup(target: Target, path: str, lock: str) -> str:
    """The action that sets up the manager of a lockfile, unless a workflow does so already."""
    text = target.text(path)
    action = _SETUPS.get(_MANAGER[posixpath.basename(lock)], "")
    return "" if not action or action in text or "corepack" in text else action


_SETUPS = {"bun": "oven-sh/setup-bun", "pnpm": "pnpm/action-setup"}


def _peers(target: Target, lock: str) -> PeerFaults | None:
    """What a lockfile of npm says of peers, as far as the package.json beside it leaves that
    alone (``overrides``)."""
    if not lock.endswith(".json"):
        return None
    found = target.parse(read_npm_peers, lock)
    if not found.conflicts:
        return found
    beside = posixpath.join(posixpath.dirname(lock), "package.json")
    overridden = read_npm_overrides(target.text(beside))
    kept = tuple(
        one
        for one in found.conflicts
        if overridden.isdisjoint({("", one.peer), (one.package, one.peer)})
    )
    return PeerFaults(found.path, found.tells, kept, found.missing)


_MIGRATED = ("package-lock.json", "yarn.lock", "pnpm-lock.yaml")
"""What Bun takes over where it has no lockfile of its own."""


def _is_classic(target: Target, package: NpmPackage, lock: str, text: str) -> bool:
    """Whether Yarn 1 runs a command: without a lockfile nothing speaks for a newer one."""
    if lock:
        return _CLASSIC in target.text(lock)[:400]
    if "--immutable" in text:
        return False
    for folder in _upwards(package.folder):
        if target.has(posixpath.join(folder, ".yarnrc.yml")):
            return False
        path = posixpath.join(folder, "package.json")
        if target.has(path) and _NEWER.search(target.text(path)):
            return False
    return True


_NEWER = regex(r"\"packageManager\"\s*:\s*\"yarn@(?:[2-9]|\d\d)")


def _insists(target: Target, lock: str) -> bool:
    """Whether a setting beside a lockfile makes every install obey it."""
    return any(
        target.has(path) and pattern.search(target.text(path)) is not None
        for name, pattern in _SETTINGS.get(_MANAGER[posixpath.basename(lock)], ())
        for path in (posixpath.join(posixpath.dirname(lock), name),)
    )


_SETTINGS = {
    "pnpm": ((".npmrc", regex(r"^\s*frozen-lockfile\s*=\s*true", re.MULTILINE)),),
    "yarn": (
        (".yarnrc.yml", regex(r"^enableImmutableInstalls:\s*true", re.MULTILINE)),
        (".yarnrc", regex(r"^--(?:install\.)?frozen-lockfile\s+true", re.MULTILINE)),
    ),
    "bun": (("bunfig.toml", regex(r"^\s*(?:frozenLockfile|production)\s*=\s*true", re.MULTILINE)),),
}


def _ships(target: Target, path: str) -> bool:
    """Whether a workflow publishes or deploys something."""
    known = _shipping(target)
    if path not in known:
        known[path] = _SHIPS.search(target.text(path)) is not None
    return known[path]


@once
def _shipping(target: Target) -> dict[str, bool]:
    """What :func:`_ships` has answered."""
    return {}


def _unfrozen_in_ci(asked: NpmInstall, lock: str, *, classic: bool) -> bool:
    """pnpm and the newer Yarns obey the lockfile in CI by themselves."""
    if asked.manager == "pnpm":
        return False
    if asked.manager == "yarn":
        return classic and (bool(lock) or asked.frozen)
    return True


def _lock(target: Target, package: NpmPackage, manager: str) -> str:
    """The lockfile of a manager for a package: beside it, or in the root of its workspace."""
    folders = [package.folder]
    if package.workspace_root is not None:
        folders.append(package.workspace_root)
    if manager in ("pnpm", "yarn", "bun"):  # they look further up themselves
        folder = package.folder
        while folder:
            folder = posixpath.dirname(folder)
            folders.append(folder)
    for folder in dict.fromkeys(folders):
        for name in LOCKS[manager]:
            path = posixpath.join(folder, name)
            if target.has(path):
                return path
    return ""


def _rule(target: Target, folder: str, manager: str) -> Note | None:
    rule: IgnoreRule | None = target.ignored_by(posixpath.join(folder, LOCKS[manager][0]))
    return None if rule is None else Note(rule.place, f"git ignores it: {rule.pattern}")


def _speaks_of_lock(text: str) -> bool:
    return any(name in text for names in LOCKS.values() for name in names)


def _main_workflow(target: Target) -> Workflow | None:
    """The workflow that checks every push: by its name, else by its size."""
    found = [
        one
        for one in workflows(target)
        if one.events & {"push", "pull_request", "merge_group"} and one.jobs
    ]

    def rank(one: Workflow) -> tuple[int, int, str]:
        stem = posixpath.basename(one.path).rpartition(".")[0].lower()
        words = set(re.split(r"[-_.]", stem))
        named = _MAIN.index(stem) if stem in _MAIN else 20 if "ci" in words else 30
        return named, -len(one.jobs), one.path

    return min(found, key=rank, default=None)


# -- ignored, forced and rival lockfiles ---------------------------------------------------


def _ignores(
    target: Target, needing: Mapping[str, Sequence[Install]], failing: set[str]
) -> Iterator[LockSubject]:
    hidden: dict[str, list[tuple[Note, str]]] = {}
    tracked: dict[str, list[tuple[Note, str]]] = {}
    managers: dict[str, str] = {}
    """Package root → who installs it."""
    for package in npm_packages(target):
        for lock in package.lockfiles:
            rule = target.ignored_by(lock) if target.tracked is not None else None
            if rule is not None:
                tracked.setdefault(rule.place.path, []).append(
                    (Note(rule.place, rule.pattern), lock)
                )
        root = package.workspace_root
        if root is not None and root != package.folder:
            continue
        if package.lockfiles or _lock_above(target, package.folder):
            continue
        if _FOR_READERS.search(package.folder) or not package.manifest.dependencies:
            continue
        if _FOR_DEVELOPERS.search(package.folder) and package.folder not in needing:
            continue
        # A library leaves its lockfile out by choice; a program that is installed here does not.
        if package.folder not in needing and not package.manifest.private:
            continue
        manager = package.manager or package.manifest.package_manager
        if manager not in LOCKS:
            asked = {one.asked.manager for one in needing.get(package.folder, ())}
            manager = asked.pop() if len(asked) == 1 else "npm"
        for name in LOCKS[manager][:1]:
            rule = target.ignored_by(posixpath.join(package.folder, name))
            if rule is not None:
                shown = package.folder or _ROOT
                managers[shown] = manager
                hidden.setdefault(rule.place.path, []).append(
                    (Note(rule.place, rule.pattern), shown)
                )
    forced = _forced(target)
    for path in sorted({*hidden, *tracked}):
        mine = tuple(hidden.get(path, ()))
        folders = {"" if root == _ROOT else root for _, root in mine}
        yield LockSubject(
            path,
            hidden=mine,
            fatal=not folders.isdisjoint(failing),
            tracked=tuple(tracked.get(path, ())),
            forced=forced if mine else (),
            managers=tuple(dict.fromkeys(managers[root] for _, root in mine)),
            imaged=any(
                one.source == "image" for folder in folders for one in needing.get(folder, ())
            ),
            aside=all(_FOR_DOCUMENTS.search(folder) for folder in folders),
        )


def _lock_above(target: Target, folder: str) -> bool:
    while folder:
        folder = posixpath.dirname(folder)
        package = npm_package(target, folder)
        if package is not None and package.lockfiles and package.manifest.workspaces:
            return True
        if target.has(posixpath.join(folder, "pnpm-workspace.yaml")):
            return True
    return False


def _forced(target: Target) -> tuple[Place, ...]:
    return tuple(
        one.command.place
        for one in invocations_of(target, ("git",))
        if one.words[1:2] == ("add",)
        and {"-f", "--force"} & set(one.words)
        and any(_speaks_of_lock(word) for word in one.words[2:])
    )


def _rivals(target: Target) -> Iterator[LockSubject]:
    for package in npm_packages(target):
        if _is_torn(package) and not _FOR_READERS.search(package.folder):
            locks = tuple((_MANAGER[posixpath.basename(one)], one) for one in package.lockfiles)
            yield LockSubject(package.path, locks=locks, used=manager_in_use(target, package))


def _is_torn(package: NpmPackage) -> bool:
    """Whether lockfiles of several managers lie beside a package.json."""
    return len({_MANAGER[posixpath.basename(lock)] for lock in package.lockfiles}) > 1


def manager_in_use(target: Target, package: NpmPackage) -> UsedManager | None:
    """Which manager a package is installed with whose nearest lockfiles are of several ones;
    ``None`` where there is no such doubt, or nothing settles it.

    What images and workflows install with decides, then ``packageManager``, then which lockfile
    still fits package.json.
    """
    home: NpmPackage | None = package
    for folder in _upwards(package.folder):
        home = npm_package(target, folder)
        if home is not None and home.lockfiles:
            break
    if home is None or not _is_torn(home):
        return None
    known = _in_use(target)
    if home.path not in known:
        known[home.path] = _used_manager(target, home)
    return known[home.path]


@once
def _in_use(target: Target) -> dict[str, UsedManager | None]:
    """package.json → what :func:`manager_in_use` has answered."""
    return {}


def _used_manager(target: Target, package: NpmPackage) -> UsedManager | None:
    by_manager: dict[str, list[str]] = {}
    for one in _installs(target):
        if one.lock in package.lockfiles and one.source in ("image", "workflow"):
            by_manager.setdefault(one.asked.manager, []).append(one.place.path)
    said = package.manifest.package_manager
    if len(by_manager) == 1:
        ((manager, files),) = by_manager.items()
        some = list(dict.fromkeys(files))
        shown = ", ".join(some[:_TOLD]) + (" …" if len(some) > _TOLD else "")
        return UsedManager(manager, f"{shown} install{'s' * (len(some) == 1)} by it")
    if said in LOCKS:
        return UsedManager(said, f"{package.path} says so in `packageManager`")
    if by_manager:
        return None
    stale = {lock: gone[0] for lock in package.lockfiles if (gone := drifts(target, lock))}
    fitting = {
        _MANAGER[posixpath.basename(lock)] for lock in package.lockfiles if lock not in stale
    }
    if len(fitting) != 1 or not stale:
        return None
    lock, drift = next(iter(stale.items()))
    return UsedManager(fitting.pop(), f"{lock} is out of date: {drift.told()}")


_TOLD = 3
"""Files that are named for what they install with."""
