"""What the repository's guides claim of it, each claim held against what is there.

Only claims in code format that have the shape of a path, a command or a symbol are judged; a claim
counts as refuted when nothing of the repository can be meant by it, wherever it lies. Documents of
a website, translations and prompts are left out: they speak of their readers' projects.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import structs

from pytest_reconaudit.facts.docs.addresses import address_claims
from pytest_reconaudit.facts.docs.claims import Claim, JudgedDocument
from pytest_reconaudit.facts.docs.commands import command_claims
from pytest_reconaudit.facts.docs.links import link_claims
from pytest_reconaudit.facts.docs.names import NameClaims
from pytest_reconaudit.facts.docs.paths import PathClaims
from pytest_reconaudit.facts.docs.settings import setting_claims
from pytest_reconaudit.facts.docs.starters import is_starter
from pytest_reconaudit.facts.docs.templates import home_of, is_pattern
from pytest_reconaudit.facts.docs.wording import is_gone
from pytest_reconaudit.facts.packages import cargo_at
from pytest_reconaudit.facts.rust.specimens import is_specimen
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.markdown import Document, read_markdown
from pytest_reconaudit.target import Target, once

__all__ = ["judged_documents"]

_GUIDE = regex(
    r"(?i)(?:^|/)(?:readme(?:[-_][\w-]+)?|contributing|install(?:ation|ing)?|hacking|develop(?:ment|ing|er)?s?"
    r"|usage|runbook|architecture|getting[-_ ]?started|testing|local[-_ ]?dev\w*"
    r"|[\w-]*guide|[\w-]*quick[-_ ]?(?:start|deploy|reference)[\w-]*|(?:how[-_]?to|start|setup"
    r"|deploy(?:ment)?)(?:[-_][\w-]+)?|[\w-]*[-_](?:setup|instructions|deployment)"
    r"|(?:[\w-]+[-_])?(?:configuration|environment|env|operations)"
    r"|(?:[\w-]+[-_])?(?:rest[-_])?api(?:[-_]?(?:docs?|documentation|reference|endpoints))?)\.md$"
)
_REPORT = regex(
    r"(?i)(?:^|[/_-])(?:complete[d]?|completion|status|reports?|summary|final|progress|audit"
    r"|analysis|todos?|plan|roadmap|proposal|changelog|changes|history|releases?|fixe[sd]|fix"
    r"|announcement|prompts?|synthesis|mandate|review|notes?|adr|rfc|checklist|implemented"
    r"|refactor(?:ing|ed)?|enhancements?|improvements?"
    r"|verification|assessment|retrospective|diagnostic|findings|success)(?:$|[/_.-])"
)
_TRANSLATED = regex(
    r"(?i)(?:[._-](?:[a-z]{2}|[a-z]{2}[._-][a-z]{2,4}|chinese|japanese|korean)\.md$)"
    r"|(?:^|/)(?:i18n|translations?|locales?|lang|[a-z]{2}[-_](?:[A-Z]{2}|[Hh]an[st]))/"
)
_SITES = (
    "docusaurus.config.js", "docusaurus.config.ts", "mkdocs.yml", "mkdocs.yaml", "book.toml",
    "mint.json", "docs.json", "conf.py", "_config.yml", "SUMMARY.md", "_sidebar.md", "sidebars.js",
    "sidebars.ts", "astro.config.mjs", "astro.config.ts", "hugo.toml", "config.toml", "antora.yml",
    ".vitepress", ".vuepress", "next.config.js", "next.config.mjs", "next.config.ts",
    "source.config.ts",
)  # fmt: skip
_ASIDE = regex(
    r"(?i)(?:^|/)(?:experiment(?:s|al)?|proposals?|rfcs?|adrs?|archived?|attic|deprecated|legacy|old"
    r"|poc|prototypes?|playground|sandbox|drafts?|contrib|third[-_]?party|(?:[\w-]+[-_])?tests?|e2e"
    r"|specs?|examples?|samples?|demos?|bench(?:es|marks?)?|research|misc)/"
)
_PLANNING = regex(
    r"(?i)(?:^|/)(?:specs|plans?|planning|proposals?|rfcs?|adrs?|decisions|design[-_]?docs?|roadmaps?"
    r"|backlog|epics|stories|tickets|tasks)/"
)
"""Folders of documents that say what is to be made."""
_PUT_AWAY = regex(r"(?i)(?:^|/)[\w.-]*(?:backups?|bak)(?:[-_.]?(\d{4,})[\w-]*|[-_.][\w-]+)?/")
"""Folders of copies: dated ones, and those beside what they are copies of."""
_DATED = regex(r"20\d{2}[-_]?[01]\d(?:[-_]?[0-3]\d)?(?!\d)")
_ONE_OFF = regex(
    r"(?im)^[^\w\n]*(?:[\w ]{0,30}\bstatus\b\W{0,8}(?:success|complete|done|resolved|restored|fixed"
    r"|accomplished)|[\w ]{0,30}\bobjectives? (?:achieved|met)\b|mission (?:complete|accomplished))"
)
"""How what was written of one event begins."""
_HEAD = 1_500
_FOREIGN = regex(
    r"(?i)(?:^|/)(?:site-packages|node_modules|vendor(?:ed|s)?|bower_components|static|public|assets"
    r"|wwwroot|_?bmad[\w-]*|bmm|prompts?|agents?|skills?|[\w-]+[-_]old|old[-_][\w-]+)/"
    r"|copilot-instructions"
)
"""Documents of somebody else's package, and instructions for programs."""
_MOST = 120_000
"""Characters of a document that is read."""


@once
def judged_documents(target: Target) -> tuple[JudgedDocument, ...]:
    """Every guide, README and report with at least one claim, by path."""
    found = []
    for path, report in _documents(target):
        text = target.text(path)
        if len(text) > _MOST or target.is_generated(path):
            continue
        document = target.parse(read_markdown, path)
        if document.front_matter and not posixpath.basename(path).lower().startswith("readme"):
            continue
        judged = _judged(target, document, report)
        if judged.judged:
            found.append(judged)
    return _gathered(target, found)


def _gathered(target: Target, documents: list[JudgedDocument]) -> tuple[JudgedDocument, ...]:
    """The documents with each claim told once: where the first of them makes it, guides before
    reports; the links of all guides together, those of reports not at all."""
    ranked = sorted(
        documents, key=lambda one: (one.is_report, one.is_aside, one.path.count("/"), one.path)
    )
    guides = [one for one in ranked if not (one.is_report or one.is_starter)]
    links = [claim for one in guides for claim in one.of("link")]
    same: dict[tuple[str, str], list[Claim]] = {}
    for one in ranked:
        for claim in one.refuted:
            same.setdefault((claim.kind, claim.text), []).append(claim)
    home = next((one.path for one in guides if one.of("link")), "")
    reports = {one.path for one in documents if one.is_report}
    said = {
        text: {claim.place.path for claim in claims}
        for (kind, text), claims in same.items()
        if kind in _RUN
    }
    pages = _in_pages(target, said, reports)
    found: dict[str, JudgedDocument] = {}
    for one in ranked:
        kept = tuple(
            structs.replace(
                claim,
                also=(
                    # What was so once is not mended.
                    *(
                        other.place
                        for other in others[1:]
                        if one.is_report or other.place.path not in reports
                    ),
                    *(pages.get(claim.text, ()) if claim.kind in _RUN else ()),
                ),
            )
            for claim in one.refuted
            if claim.kind != "link" and (others := same[claim.kind, claim.text])[0] is claim
        )
        gathered = tuple(links) if one.path == home else ()
        found[one.path] = structs.replace(one, refuted=kept, links=gathered)
    return tuple(found[one.path] for one in documents)


_RUN = ("script", "command")


def _in_pages(
    target: Target, said: dict[str, set[str]], reports: set[str]
) -> dict[str, list[Place]]:
    """Where the pages of websites and other documents, which are not judged themselves, tell their
    readers to run the same.

    :param said: what is claimed, with the documents of which that is known.
    """
    found: dict[str, list[Place]] = {}
    if not said:
        return found
    for path in target.documents:
        if path in reports or not path.lower().endswith(".md") or not _is_live(target, path):
            continue
        if _REPORT.search(posixpath.basename(path)) or _ASIDE.search(path) or _TASKS.search(path):
            continue
        text = target.text(path)
        for one, known in said.items():
            at = text.find(one) if path not in known else -1
            if at < 0 or _GOES_ON.match(text, at + len(one)):
                continue
            if _BEGUN.search(text[max(0, at - _BEFORE) : at].removesuffix("./")):
                continue  # the end of another path
            if target.has(posixpath.join(posixpath.dirname(path), one)):
                continue  # beside this document it is there
            line = text[text.rfind("\n", 0, at) + 1 : text.find("\n", at)]
            if not is_gone(line):
                number = text.count("\n", 0, at) + 1
                found.setdefault(one, []).append(Place(path, number))
    return found


_TASKS = regex(r"(?i)(?:^|/)(?:tasks?|tickets?|issues?|backlog|plans?|[\w-]*reports?|history)/")
_BEGUN = regex(r"[\w:/.@-]\Z")
_BEFORE = 4
_GOES_ON = regex(r"[\w:/-]|\.\w")


def _is_live(target: Target, path: str) -> bool:
    """Whether a document is no copy that was put away, nor one for programs."""
    if any(part.startswith(".") for part in path.split("/")[:-1]):
        return False
    if _FOREIGN.search(path) or _TRANSLATED.search(path):
        return False
    match = _PUT_AWAY.search(path)
    if match is None:
        return True
    above = path[: match.start()].rstrip("/")
    return not match[1] and not target.has(posixpath.join(above, path[match.end() :]))


def _documents(target: Target) -> Iterator[tuple[str, bool]]:
    for path in target.documents:
        if not path.lower().endswith(".md") or not _is_live(target, path):
            continue
        if not target.is_plain(path):
            continue  # a link to another document, whose own folder its paths start from
        package = cargo_at(target, posixpath.dirname(path))
        if package is not None and is_specimen(target, package):
            continue  # somebody else's code that a tool is tried with
        if "template" in path.lower() or _is_site(target, path):
            continue
        if is_pattern(path) and home_of(target, path) is None:
            continue  # what is written from it may lie in another repository
        name = posixpath.basename(path)
        readme = name.lower().startswith("readme.")
        if not readme and _REPORT.search(name):
            yield path, True
        elif readme or _GUIDE.search(path):
            yield path, not readme and _PLANNING.search(path) is not None


def _is_site(target: Target, path: str) -> bool:
    """Whether a document is a page of a website: of the documentation of a product."""
    if posixpath.basename(path).lower().startswith("readme"):
        return False
    return posixpath.dirname(path) in target.remember(_site_folders) or any(
        path.startswith(f"{folder}/") for folder in target.remember(_site_folders) if folder
    )


def _site_folders(target: Target) -> frozenset[str]:
    found = set()
    for folder in {posixpath.dirname(path) for path in target.documents}:
        above = folder
        while above:
            if any(
                target.has(f"{above}/{name}") or target.has_dir(f"{above}/{name}")
                for name in _SITES
            ):
                found.add(above)
            above = posixpath.dirname(above)
        if folder.startswith("docs") and any(
            target.has(name) for name in ("mkdocs.yml", "mkdocs.yaml", "book.toml", "docs.json")
        ):
            found.add("docs")
    return frozenset(found)


def _judged(target: Target, document: Document, report: bool) -> JudgedDocument:
    paths = PathClaims(target, document)
    names = NameClaims(target, document)
    refuted: list[Claim] = []
    judged = 0
    held = (
        paths.claims(),
        command_claims(target, document),
        names.claims(),
        address_claims(target, document),
        link_claims(target, document),
        setting_claims(target, document),
    )
    for claims in held:
        for kind, text, place, says, nearest in claims:
            judged += 1
            if says:
                refuted.append(Claim(kind, text, place, says, nearest))
    refuted.sort(key=lambda one: (one.place.key(), one.text))
    unique: dict[tuple[str, str], list[Claim]] = {}
    for one in refuted:
        unique.setdefault((one.kind, one.text), []).append(one)
    kept = [
        structs.replace(
            first,
            again=tuple(
                dict.fromkeys(one.place for one in more if one.place.line != first.place.line)
            ),
        )
        for first, *more in unique.values()
    ]
    aside = _ASIDE.search(document.path) is not None or _is_one_off(target, document.path)
    starter = bool(kept) and is_starter(target.text(document.path))
    return JudgedDocument(document.path, report, aside, judged, tuple(kept), starter)


def _is_one_off(target: Target, path: str) -> bool:
    """Whether a guide was written for one event: by the date in its name, or by how it begins."""
    name = posixpath.basename(path)
    if name.lower().startswith("readme"):
        return False
    return _DATED.search(name) is not None or _ONE_OFF.search(target.text(path)[:_HEAD]) is not None
