"""Masks what looks like a secret in a line of text, wherever text of the target is shown."""

from __future__ import annotations

import re

from pytest_reconaudit.model import mask
from pytest_reconaudit.patterns import regex

__all__ = ["hide_in_advice", "hide_in_words", "hide_secrets"]

_SECRET = (
    r"(?:[\w.-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|private[_-]?key"
    r"|(?:access|session|cookie|signing|encryption|master)[_-]?key|credential|auth(?!or(?!iz))|dsn)[\w.-]*)"
)
_SECRET_WORDS = ("pass", "pwd", "secret", "token", "key", "credent", "auth", "dsn")
"""A name that :data:`_SECRET` matches has one of these, in small letters."""
_QUOTED = regex(
    rf"""(?ix) (?P<head> \b{_SECRET} ["']?
    (?: \s? : \s? [&\w<>']{{1,30}} (?: [ ] [\w<>']{{1,20}} )? )?
    \s* (?: := | => | ={{2,3}} | [:=] ) \s* )
    (?P<quote> ["'`] ) (?P<value> [^"'`]{{3,}} ) (?P=quote)"""
)
_PAIR = regex(
    r"""(?P<head>\bauth\s?[:=]\s?\(\s{0,20}["'][^"'\n]{0,80}["'],\s{0,20})"""
    r"""(?P<quote>["'])(?P<value>[^"'\n]{3,200})(?P=quote)"""
)
"""``auth=("user", "password")``."""
_BARE = regex(
    rf"""(?ix) (?P<head> \b{_SECRET}["']? \s* (?: = | :\s ) \s* )
    (?P<value> [^\s"'#,;][^\s"'#,;]{{2,}} )"""
)
_FALLBACK = regex(
    rf"""(?ix) (?P<head> \b{_SECRET} ["']? [^"'`\n]{{0,60}}?
    (?: unwrap_or\w* | \|\| | \?\? | \?: | , | \b or \b ) [^"'`\n]{{0,40}} )
    (?P<quote> ["'`] ) (?P<value> [^"'`]{{3,200}} ) (?P=quote)"""
)
"""``env("JWT_SECRET") || "default"`` and ``getenv("JWT_SECRET", "default")``."""
_DEFAULT = regex(rf"(?i)(?P<head>\$\{{{_SECRET}:?[-=]?)(?P<value>[^\s${{}}]{{3,200}})(?=\}})")
"""``${JWT_SECRET:-default}``."""
_USERINFO = regex(
    r"(?P<head>\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,100}:)(?P<value>[^\s@/]{1,200})@", re.I
)
_KNOWN = regex(
    r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|AKIA[0-9A-Z]{16}"
    r"|[sr]k_live_\w{12,}|xox[abprs]-[\w-]{10,}|eyJ[\w-]{8,}\.[\w-]{8,}[\w.-]*)"
)
_KNOWN_WORDS = (
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "AKIA", "k_live_", "xox",
    "eyJ",
)  # fmt: skip
"""What :data:`_KNOWN` matches has one of these."""
_HINT = regex(
    r"[ \t'\"\[,]-|://|(?i:earer|basic|assword|dentified|\btoken)|[A-Z]="
    r"|(?i:key|token|secret|passw(?:or)?d)="
)
"""What a line has that one of :data:`_SAID` can match: most have not."""
_NAME = r"(?:PASS(?:WORD|WD|PHRASE)?|PWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|AUTH)"
_SAID = (
    # DB_PASSWORD=x before a command, in a Makefile or a script of package.json
    regex(rf"(?P<head>\b[A-Z0-9_]{{0,60}}{_NAME}[A-Z0-9_]{{0,30}}=[\"']?)(?P<value>[^\s\"']{{3,500}})"),
    regex(
        r"(?P<head>(?<![\w-])--?[a-z-]{0,40}(?:pass(?:word|wd)?|token|secret|api-?key|requirepass)"
        r"(?:[ \t=]|[\"'],[ \t]*){1,3}[\"']?)(?P<value>[^\s\"'-][^\s\"']{2,500})"
    ),
    regex(
        r"(?P<head>\b(?:redis-cli|redis-benchmark)\b[^\n|;&]{0,100}?\s-a\s+[\"']?"
        r"|\bsshpass\s+-p\s*[\"']?|\blogin\b[^\n|;&]{0,100}?\s-p\s+[\"']?"
        r"|\bmysql\w{0,10}\b[^\n|;&]{0,100}?[\s\"']-p"
        r"|\b(?:curl|wget)\b[^\n|;&]{0,200}?\s(?:-u|--user)[ \t=]*[\"']?[^\s:\"']{0,60}:)"
        r"(?P<value>[^\s\"']{3,500})"
    ),
    regex(
        r"(?P<head>\b(?:bearer|basic|token)[ \t]{1,3})"
        r"(?P<value>(?=[^\s\"']{0,100}\d)[\w.+/=~-]{12,500})", re.IGNORECASE,
    ),
    # `host=db user=app password=x`, as libpq takes it
    regex(
        r"(?P<head>\b(?:host|user|dbname)=[^\"'\n]{0,200}?\bpassword=)(?P<value>[^\s\"';{}$%]{3,200})"
    ),
    regex(
        r"(?P<head>\bpassword=)(?P<value>[^\s\"';{}$%]{3,200})"
        r"(?=[ \t][^\"'\n]{0,200}\b(?:host|dbname)=)"
    ),
    # `?api_key=x` of an address, `token=x` within a key: a value that no person would choose
    regex(
        r"(?P<head>(?:(?i:api[_-]?key|access[_-]?key|token|secret|passw(?:or)?d))=)"
        r"(?P<value>(?=\w{0,60}\d)(?=\w{0,60}[a-z])(?=\w{0,60}[A-Z])\w{16,500})"
    ),
    regex(r"(?P<head>\b[a-z][a-z0-9+.-]{1,20}://)(?P<value>[^\s:/@]{16,200})(?=@)", re.IGNORECASE),
    regex(
        r"(?P<head>\b(?:password|identified[ ]{1,3}by)[ \t]{1,3}')(?P<value>[^'\n]{3,200})(?=')",
        re.IGNORECASE,
    ),
)  # fmt: skip
"""Secrets as commands, headers, addresses and SQL give them."""
_RANDOM = regex(r"(?<![A-Za-z0-9])[A-Za-z0-9]{20,300}(?![A-Za-z0-9])")
_LONG = 20
"""Characters that :data:`_RANDOM` matches at the least."""
_ALTERNATES = regex(r"\d[A-Za-z]|[A-Za-z]\d")
_KEY_BODY = regex(r"^\s*[A-Za-z0-9+/]{48,}={0,2}\s*$")
_DATA_FILE = regex(
    r"(?:\.env[^/]*|(?:^|/)env\.[^/]*|\.ya?ml|\.ini|\.conf|\.cfg|\.toml|\.properties|\.tf(?:vars)?"
    r"|(?:^|/)(?:Docker|Container)file[^/]*|\.(?:ba)?sh|\.pem|\.key|\.tpl|\.template|\.example|\.sample)$",
    re.I,
)
_ABOUT_IT = regex(
    r"(?:name|ref|file|path|ur[il]|ttl|expir\w*|seconds|hours|length|header|issuer|polic\w+)[\"']?\s*\W*$",
    re.I,
)
"""How a key ends that only says something about a secret: ``secretName: berths-tls``."""
_REFERENCE = ("$", "{{", "<", "%", "…")
"""How a value begins that only names where the secret comes from."""


def hide_secrets(path: str, line: str) -> str:
    """A source line with whatever looks like a secret masked to its first two characters.

    Masks too much rather than too little. A value without quotes counts only in data files and
    scripts: in code, ``password = hash(input)`` is no secret.
    """
    line = hide_in_words(line)
    plain = line.casefold()
    if not any(word in plain for word in _SECRET_WORDS):
        if _DATA_FILE.search(path) and _KEY_BODY.match(line):
            line = mask(line.strip())
        return line
    line = _PAIR.sub(_masked, _QUOTED.sub(_masked, line))
    line = _FALLBACK.sub(_masked, line)
    line = _DEFAULT.sub(_masked, line)
    if _DATA_FILE.search(path):
        line = _BARE.sub(_masked, line)
        if _KEY_BODY.match(line):
            line = mask(line.strip())
    return line


def hide_in_advice(text: str) -> str:
    """The same for what to do, which may quote code of the target, line by line."""
    return "\n".join(map(_hidden_in_line, hide_in_words(text).split("\n")))


def _hidden_in_line(line: str) -> str:
    plain = line.casefold()
    if len(line) > _LONGEST_ADVICE or not any(word in plain for word in _SECRET_WORDS):
        return line
    return _PAIR.sub(_masked, _QUOTED.sub(_masked, line))


_LONGEST_ADVICE = 2_000


def hide_in_words(text: str) -> str:
    """The same for a sentence that may quote the target: only what can hardly be anything else."""
    if any(word in text for word in _KNOWN_WORDS):
        text = _KNOWN.sub(lambda match: mask(match[0]), text)
    if "@" in text:
        text = _USERINFO.sub(_masked, text)
    if _HINT.search(text):
        for pattern in _SAID:
            text = pattern.sub(_masked, text)
    if any(len(word) >= _LONG for word in text.split()):
        text = _RANDOM.sub(_unless_a_name, text)
    return text


def _unless_a_name(match: re.Match[str]) -> str:
    """A run of letters and digits masked when no person chose it.

    Digests and commits are lower-case hexadecimal; a name has its digits in one or two places.
    """
    word = match[0]
    if word.upper() in (word, word.swapcase()) or len(_ALTERNATES.findall(word)) < 4:
        return word
    return mask(word)


def _masked(match: re.Match[str]) -> str:
    """The match with its group ``value`` masked, unless that is no secret itself."""
    value = match["value"]
    if _ABOUT_IT.search(match["head"]) or value.startswith(_REFERENCE) or value.endswith("***"):
        return match[0]
    start = match.start("value") - match.start()
    return match[0][:start] + mask(value) + match[0][start + len(value) :]
