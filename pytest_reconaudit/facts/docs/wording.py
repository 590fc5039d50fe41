"""Which lines and sections of a document speak of what need not be there."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex

__all__ = [
    "Held",
    "is_aside",
    "is_aside_block",
    "is_creating",
    "is_elsewhere",
    "is_gone",
    "is_how_to",
    "is_planned",
    "leaves",
    "makes",
]

Held = tuple[str, str, Place, str, Note | None]
"""(kind, text, where, what is not so or empty, what was meant) of one claim."""

_ASIDE = regex(
    r"(?i)\b(?:to-?do|or (?:an )?equivalent|deferred|follow-up"
    r"|plan(?:s|ned|ning)?|roadmap|future|upcoming|coming soon|not yet|would|could"
    r"|will (?:be|have|add|live)|should (?:be|have|create|add)|propos\w+|suggest\w*|recommend\w*"
    r"|creat(?:e|es|ed|ing)|generat\w+|add(?:s|ed|ing)?|new|remov\w+|delet\w+|renam\w+"
    r"|mov(?:e|ed|es|ing)|no longer|deprecat\w+|obsolete|former\w*|previous\w*|old(?:er)?|legacy"
    r"|replac\w+|instead|used to|e\.?g\.?|for example|example|such as|like|similar|optional\w*"
    r"|if you|your|you (?:can|may|want)|copy|cp|save|writ(?:e|es|ing|ten)|put|place|touch|mkdir"
    r"|output|produc\w+|emit\w*|download\w*|upload\w*|store[sd]?|log(?:s|ged)?|missing|absent"
    r"|doesn'?t exist|does not exist|not found|lack(?:s|ing)?|without|never|other project|another"
    r"|upstream|external|third[- ]party|conver(?:t|ts|ted|ting)|migrat\w+|merg\w+|consolidat\w+"
    r"|archiv\w+|clean(?:ed)? up|(?:git)?ignored?|extract\w*|unzip|template|placeholder|sample"
    r"|dummy|install\w*|clone[sd]?|fork|submodule|schema of|format|syntax|convention|pattern"
    r"|naming|named?|prefix)\b"
    r"|❌|\[ \]|~~|→|->|⏳|🔜|新規|新建|新增|予定|計画|计划|예정|신규"
)
_ASIDE_BLOCK = regex(
    r"(?i)\b(?:to-?do|or (?:an )?equivalent|deferred|plan(?:s|ned|ning)?|roadmap|future|upcoming"
    r"|coming soon|not yet|would|could|will (?:be|have|add|live)|should (?:be|have|create|add)"
    r"|propos\w+|suggest\w*|creat(?:e|es|ed|ing)|generat\w+|add(?:s|ed|ing)?|new|remov\w+"
    r"|delet\w+|renam\w+|no longer|deprecat\w+|obsolete|former\w*|previous\w*|old(?:er)?|legacy"
    r"|replac\w+|instead|used to|e\.?g\.?|such as|like|similar|if you|save|writ(?:e|es|ing|ten)"
    r"|touch|mkdir|output|produc\w+|emit\w*|download\w*|upload\w*|missing|absent|not found"
    r"|lack(?:s|ing)?|without|never|other project|another|upstream|external|third[- ]party"
    r"|migrat\w+|merg\w+|archiv\w+|extract\w*|unzip|placeholder|sample|dummy|fork|submodule"
    r"|format|syntax|convention"
    r"|pattern|naming|prefix|your (?:own|project|app\w*|repo\w*|package|code|server|machine))\b"
    r"|❌|\[ \]|~~|⏳|🔜|新規|新建|新增|予定|計画|计划|예정|신규"
)
"""As above, of what stands before a block of commands: to install, copy or run is its business."""
_CODE = regex(r"`[^`\n]*`")
_ASIDE_SECTION = regex(
    r"(?i)\b(?:to-?do|plan(?:ned|s)?|roadmap|future|next steps?|upcoming|propos\w+|ideas?|backlog"
    r"|deferred"
    r"|migrat\w+|legacy|deprecat\w+|history|change-?log|changes|releases?|remov\w+|delet\w+|old"
    r"|archive|examples?|recommend\w+|suggest\w+|improve\w*|enhance\w*|missing|issues?|problems?"
    r"|troubleshoot\w*|faq|creat\w+|adding|new|template|your|custom\w*|alternativ\w*|before|was"
    r"|third[- ]party|external|acknowledg\w+|credits|related|see also|references?)\b"
)
_ELSEWHERE = regex(
    r"npx create|(?:npm|yarn|pnpm) (?:create|init)\b|cargo (?:new|init|generate)|django-admin"
    r"|rails new|gh repo|degit|nix-shell"
)
_LEAVES = regex(
    r"(?:docker(?:-compose| compose)? (?:exec|run)|kubectl exec)\b.{0,300}\b(?:ba|a|z)?sh\s*$"
    r"|\bssh\s|\bwget\s|\bcurl\s(?:[^|]{0,300}\s)?(?:-\w{0,9}[oO]\w{0,20}\s|>)|\bunzip\s"
    r"|\btar\s+-?\w{0,9}x|helm pull"
)
_MAKES = regex(r"\bmkdir\s|\btouch\s|\bcat\s*>|\btee\s|\becho\s[^|]{0,300}>|\bcp\s|\bmv\s")


def is_aside(line: str, headings: Iterable[str]) -> bool:
    """Whether a line speaks of what is planned, gone, made, or only an example; what it says in
    code format is not listened to."""
    return bool(_ASIDE.search(_CODE.sub("``", line))) or any(
        _ASIDE_SECTION.search(one) for one in headings
    )


def is_aside_block(line: str, headings: Iterable[str]) -> bool:
    """Whether the words above a block of commands say that it is for what need not be there."""
    return bool(_ASIDE_BLOCK.search(_CODE.sub("``", line))) or any(
        _ASIDE_SECTION.search(one) for one in headings
    )


def is_elsewhere(lines: Iterable[str]) -> bool:
    """Whether a block of commands begins another project."""
    return any(_ELSEWHERE.search(line) for line in lines)


def leaves(line: str) -> bool:
    """Whether what follows a command is typed on another machine, in a container, or about what it
    has brought."""
    return _LEAVES.search(line) is not None


def makes(line: str) -> bool:
    """Whether a command makes files, whose names then need not be there."""
    return _MAKES.search(line) is not None


_PLANNED = regex(
    r"(?i)\b(?:to-?do|planned|roadmap|future|upcoming|coming soon|not yet|propos\w+|deprecat\w+"
    r"|legacy|obsolete|no longer|removed|will be|deferred|follow-up"
    r"|or (?:an )?equivalent)\b|⏳|🔜|🚧|~~|\[ \]"
)


def is_planned(line: str) -> bool:
    """Whether words say that something is not there yet, or no more."""
    return _PLANNED.search(_CODE.sub("``", line)) is not None


_HOW_TO = regex(
    r"(?i)\b(?:add|creat(?:e|ing)|implement(?:ing)?|writ(?:e|ing)|develop(?:ing)?)\s(?:\S+\s){0,4}?"
    r"(?:endpoints?|controllers?|handlers?|features?)\b"
    r"|\b(?:adding|extending|introducing)\s(?:\S+\s){0,4}?"
    r"(?:endpoints?|routes?|controllers?|handlers?|features?|modules?|services?|apis?|pages?)\b"
    r"|\b(?:naming|conventions?|anti-?patterns?|best practices|style guide)\b"
)
_SAMPLE = regex(
    r"(?i)\b(?:bad|wrong|avoid|incorrect|don'?t|good|correct|for example|patterns?)\W{0,4}$"
    r"|[❌✅🚫⛔]"
)
_STEP = regex(r"(?i)^\s*(?:touch\s|\W{0,4}edit:\s)")
"""A line of a walk-through that makes the code of which it speaks."""


def is_how_to(above: Iterable[str], before: str, lines: Iterable[str]) -> bool:
    """Whether a block shows how routes are named or made, rather than which ones there are.

    :param above: the headings over it.
    :param before: the line with text above it.
    """
    if any(_HOW_TO.search(one) for one in above) or _SAMPLE.search(before.rstrip(" *_:")):
        return True
    return sum(_STEP.match(line) is not None for line in lines) > 1


_CREATING = regex(
    r"(?i)\b(?:creates?|creating|generates?|produces?|scaffolds?|writes?|downloads?"
    r"|will (?:add|be (?:added|created|generated|made|written|downloaded)|have|look)"
    r"|(?:as|for) (?:an )?example|e\.g\.)(?!\w)"
)


def is_creating(lead: str) -> bool:
    """Whether the line above a list says that what follows is what a command makes, or an
    example."""
    return bool(lead) and _CREATING.search(_CODE.sub("``", lead)) is not None


_GONE = regex(
    r"(?i)\b(?:instead|replac(?:e[sd]|ing)|renam\w+|moved|former\w*|previous\w*|was|old|missing|add"
    r" (?:this|it)|does not exist|doesn'?t exist|not found|optional(?:ly)?|example|your|another)\b"
    r"|❌|→|->|⏳"
)


def is_gone(line: str) -> bool:
    """Whether words say of a command that it is planned, gone, replaced, or only an example."""
    return is_planned(line) or _GONE.search(_CODE.sub("``", line)) is not None
