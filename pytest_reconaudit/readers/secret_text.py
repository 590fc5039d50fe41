"""Secret or placeholder? Pure functions on names and values, for every check about secrets.

A *secret name* is told word by word (``JWT_SECRET``, ``smtp.password``, ``apiKey``), so that
``JWT_SECRET_NAME``, ``TOKEN_TTL`` and ``ENABLE_PASSWORD_RESET`` are none. A *placeholder* is a
value that nobody would take for a real one. Detectors such as detect-secrets and gitleaks judge
lines of any text by entropy; what is known here about keys, files and defaults says more.

Values are hostile: everything works on at most :data:`MAX_VALUE` characters and no pattern
backtracks.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from math import log2

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = [
    "Credentials",
    "Token",
    "credentials_in",
    "decoded",
    "entropy",
    "is_local_host",
    "is_outbound_name",
    "is_placeholder",
    "is_public_name",
    "is_reference",
    "is_secret_name",
    "is_secret_value",
    "is_signing_name",
    "is_store_name",
    "is_uuid",
    "is_wordy",
    "names_a_cookie",
    "tokens_in",
]

MAX_VALUE = 4096
"""Longer values are judged by their beginning."""
MIN_LENGTH = 8
MIN_ENTROPY = 3.0

# -- names ---------------------------------------------------------------------------------

_NAME_WORDS = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ALONE = frozenset(
    {"SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASSPHRASE", "PASS", "PWD", "TOKEN", "APIKEY",
     "DSN", "PGPASSWORD", "CREDENTIAL", "CREDENTIALS",
     "SECRETKEY", "AUTHTOKEN", "ACCESSKEY", "PRIVATEKEY"}
)  # fmt: skip
_BEFORE_KEY = frozenset(
    {"API", "PRIVATE", "ACCESS", "SECRET", "ENCRYPTION", "ENCRYPT", "SIGNING", "SIGN", "MASTER",
     "JWT", "SESSION", "COOKIE", "HMAC", "CRYPTO", "AES", "SSH", "DEPLOY", "LICENSE", "APP",
     "AUTH", "SHARED"}
)  # fmt: skip
_AFTER = frozenset(
    {"BASE", "VALUE", "TEXT", "STRING", "HEX", "PROD", "PRODUCTION", "STAGING", "DEV", "PRIMARY",
     "SECONDARY", "CURRENT", "OLD", "NEW", "PREVIOUS", "DEFAULT", "ADMIN", "ROOT", "KEY", "RW",
     "RO", "MASTER", "REPLICA", "PLAIN", "RAW", "V"}
)  # fmt: skip
"""What may follow the secret word; with any other word (``_NAME``, ``_TTL``, ``_HOLDERS``) the
value only says something about a secret."""
_SWITCH = frozenset(
    {"ENABLE", "DISABLE", "USE", "REQUIRE", "ALLOW", "SKIP", "IS", "HAS", "SHOW", "NO", "WITH",
     "VALIDATE", "VERIFY", "FORGOT", "RESET", "CHECK", "MAX", "MIN", "NUM", "TOTAL", "PER", "HIDE",
     "EXPIRY", "EXPIRES", "EXPIRATION", "EXPIRE", "TTL", "TIMEOUT", "LIFETIME", "DURATION",
     "LENGTH", "ROTATE", "COOLDOWN", "VALIDITY"}
)  # fmt: skip
"""First words of a switch or a number about secrets."""
_PUBLIC_WORDS = frozenset(
    {"PUBLIC", "PUBLISHABLE", "PUB", "RECAPTCHA", "SITE", "CSRF", "XSRF", "ANON", "SEARCH"}
)
_PUBLIC_PREFIXES = (
    "VITE_", "NEXT_PUBLIC_", "REACT_APP_", "VUE_APP_", "EXPO_PUBLIC_", "GATSBY_", "NUXT_PUBLIC_",
    "PUBLIC_",
)  # fmt: skip
_CHANNELS = frozenset({"PUSHER", "SOKETI", "REVERB"})
"""Message servers whose application key every browser is given; the secret is another one."""
_COUNTERS = frozenset({"POSTHOG", "MIXPANEL", "AMPLITUDE"})
"""Statistics, for which every browser is given the project's key or token."""
_OWNERS = frozenset({"PERSONAL", "SECRET", "SERVICE", "ACCOUNT", "PRIVATE", "ADMIN", "PASSWORD"})
_SIGNING = frozenset({"JWT", "SESSION", "ENCRYPTION", "COOKIE", "SIGNING", "NEXTAUTH"})
_SIGNING_NAMES = frozenset({"SECRET_KEY", "SECRET_KEY_BASE", "DJANGO_SECRET_KEY", "SIGNING_SECRET"})


@lru_cache(maxsize=8192)
def _words(name: str) -> tuple[str, ...]:
    return tuple(word.upper() for word in _NAME_WORDS.findall(name[:200]))


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Whether what is set under this name is to be kept secret."""
    if is_public_name(name):
        return False
    words = _words(name)
    if not words or words[0] in _SWITCH:
        return False
    last = -1
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        if (
            word in _ALONE
            or (word == "KEY" and before in _BEFORE_KEY)
            or (word == "BASE" and words[max(0, index - 2) : index] == ("SECRET", "KEY"))
        ):
            last = index
    if last < 0:
        return False
    if words in (("PWD",), ("OLDPWD",), ("PASS",)):
        return False
    if words[last] == "PASS" and last and words[last - 1] in ("PROXY", "FASTCGI", "ALL", "BY"):
        return False
    return all(word in _AFTER or word.isdigit() for word in words[last + 1 :])


def is_public_name(name: str) -> bool:
    """Whether the name says that the value is for everybody (a bundled or publishable key)."""
    words = _words(name)
    if words[-2:] == ("APP", "KEY") and _CHANNELS.intersection(words):
        return True
    if _COUNTERS.intersection(words) and not _OWNERS.intersection(words):
        return True
    plain = name.removeprefix("NX_")  # its builder hands what begins so to the browser, too
    return plain.startswith(_PUBLIC_PREFIXES) or bool(_PUBLIC_WORDS.intersection(words))


@lru_cache(maxsize=4096)
def is_signing_name(name: str) -> bool:
    """Whether who knows the value can forge sessions or tokens, or read what is encrypted."""
    if not is_secret_name(name):
        return False
    words = _words(name)
    if "_".join(words) in _SIGNING_NAMES:
        return True
    return bool(_SIGNING.intersection(words)) and bool({"SECRET", "KEY"}.intersection(words))


_STORES = frozenset(
    {"DB", "DATABASE", "PG", "PGPASSWORD", "POSTGRES", "POSTGRESQL", "MYSQL", "MARIADB", "SQL",
     "REDIS", "VALKEY", "GRAFANA", "GF", "MONGO", "MONGODB", "QUEUE", "MQ", "RABBITMQ", "RABBIT",
     "AMQP", "BROKER", "KAFKA", "ELASTIC", "ELASTICSEARCH", "OPENSEARCH", "CLICKHOUSE", "MINIO",
     "NEO", "CACHE", "INFLUXDB", "INFLUX", "COUCHDB", "PGADMIN", "MSSQL", "ORACLE", "CASSANDRA",
     "NATS"}
)  # fmt: skip
_OUTBOUND = frozenset(
    {"OPENAI", "ANTHROPIC", "STRIPE", "AWS", "S", "GITHUB", "GITLAB", "GOOGLE", "GCP", "AZURE",
     "SLACK", "TWILIO", "SENDGRID", "MAILGUN", "MAILJET", "POSTMARK", "RESEND", "SMTP", "MAIL",
     "MAILER", "EMAIL", "SENTRY", "DATADOG", "POSTHOG", "SEGMENT", "ALGOLIA", "CLOUDINARY",
     "MAPBOX", "PAYPAL", "PLAID", "TELEGRAM", "DISCORD", "TWITTER", "FACEBOOK", "HUGGINGFACE",
     "GEMINI", "MISTRAL", "COHERE", "GROQ", "REPLICATE", "ELEVENLABS", "LLM", "NPM", "DOCKER"}
)  # fmt: skip


def is_store_name(name: str) -> bool:
    """Whether the secret opens a database, queue or dashboard, and only that."""
    words = set(_words(name))
    return bool(_STORES & words) and not is_signing_name(name)


def is_outbound_name(name: str) -> bool:
    """Whether the secret is shown to somebody else's service: a made-up one opens nothing."""
    words = _words(name)
    if "WEBHOOK" in words or is_signing_name(name):
        return False
    return bool(_OUTBOUND.intersection(words)) or words[-2:] in (
        ("API", "KEY"), ("ACCESS", "KEY"), ("CLIENT", "SECRET"),
    )  # fmt: skip


_COOKIE_NAME = regex(
    r"_{0,2}[A-Za-z][A-Za-z0-9]{0,20}(?:[._:-]{1,2}[A-Za-z0-9]{1,20}){0,6}", re.IGNORECASE
)
_COOKIE_WORDS = frozenset(
    {"session", "sessions", "sid", "sess", "state", "token", "jwt", "auth", "user", "cookie", "id",
     "csrf", "refresh", "login", "impersonating", "indicator", "connect"}
)  # fmt: skip
_KEY_WORDS = frozenset(
    {"secret", "key", "keys", "change", "me", "changeme", "password", "your", "my", "replace",
     "default", "insecure", "signing", "encryption", "example", "dev", "prod", "supersecret"}
)  # fmt: skip


def names_a_cookie(name: str, value: str) -> bool:
    """Whether ``AUTH_COOKIE_KEY`` is the key *of* a cookie: its value reads ``app_session``."""
    if _words(name)[-2:] != ("COOKIE", "KEY") or len(value) > 64:
        return False
    words = {word.lower() for word in _WORD.findall(value)}
    return (
        _COOKIE_NAME.fullmatch(value) is not None
        and bool(words & _COOKIE_WORDS)
        and not words & _KEY_WORDS
    )


# -- values --------------------------------------------------------------------------------

_FAKE = regex(
    r"change.?(?:me|this|it|in)|chang(?:e|ing).?(?:before|for|your|the)|\byour|your[-_ ]|example"
    r"|placeholder|dummy|sample|replace|xxx|todo|test|\*{3}|localhost|fixme|foo.?bar|fake|mock"
    r"|\bdemo\b|default|redacted|goes.?here|insecure|unsafe|not.?secure|not.?a.?secret|notasecret"
    r"|super.?secret|some.?secret|my.?secret|\bmy[-_][a-z]+[-_](?:secret|password|token|key)|this.?is|to.?be.?set|fill.?(?:me|in)|insert|local.?dev"
    r"|develop|dev.?only|for.?dev|\bdev[-_]|[-_]dev\b|generate|secret.?here|key.?here|"
    r"very.?secret|must.?be|set.?(?:me|this)|\.\.\.|at.?least.?\d|32.?char|min.?32|random.?string"
    r"|do.?not.?use|please|temporary|somesecret|nothing|undefined",
    re.IGNORECASE,
)
_WHOLE = regex(r"(?:minioadmin|your|secret_?key|passw(?:or)?d)\d*", re.IGNORECASE)
_COUNTED = regex(r"[A-Za-z]{2,24}[-_.@]?0?123(?:4(?:5(?:6(?:7(?:8(?:90?)?)?)?)?)?)?[!#]?")
"""A word and the digits in their order."""
_CAPITALS = regex(r"[A-Z]{2,40}(?:[ _-][A-Z]{1,40})*+")
_BRACKETED = regex(r"\[[A-Za-z][\w .-]{0,80}\]|\([A-Za-z][\w .-]{0,80}\)|\{[A-Za-z][\w .-]{0,80}\}")
"""A name in brackets, to be replaced by what it names."""
_CLIENT = regex(r"pub[0-9a-f]{32}")
"""A client token of Datadog, made for pages that everybody reads."""
_REFERENCE = regex(
    r"\$\{|\$\(|^\$[A-Za-z_]|\$[A-Z_]{3}|\{\{|<%|%[A-Z_]{2,60}%|@@\w|__[A-Z_]{2,60}__|[#@]\{"
)
_LEADING_REFERENCE = regex(
    r"(?:op|vault|awssm|ssm|gcpsm|sm|secret|secrets|keyvault|bws|doppler|infisical|file)://"
    r"|(?:ref\+|arn:aws|ENC[\[(]|vault:|(?:AgA|AQICAH|CiQA)[A-Za-z0-9+/]{60}|!vault"
    r"|\$ANSIBLE_VAULT|projects/|env:|file:[./~])"
    r"|(?:/run/secrets/|/var/run/|/etc/|/secrets/|\./|\.\./|/)"
)
_PUBLIC_VALUES = ("pk_", "pk.", "phc_", "ssh-rsa ", "ssh-ed25519 ", "-----BEGIN PUBLIC")
"""How values begin that are made to be given to everybody."""
_PUBLISHED = (
    "Eby8vdM02xNOcqFlq", "C2y6yDjf5/R+ob0N8A7Cgv30VR", "6LeIxAcTAAAAA", "wJalrXUtnFEMI",
    "AKIAIOSFODNN7", "4eC39HqLyjWDarjtT1zdp7dc", "1x00000000000000000", "2x00000000000000000",
    "xoxb-17653672481-", "850181e4652dd023b7a98c58ae0d2d34", "625729a08b95bf1b7ff351a663f3a23c",
)  # fmt: skip
"""Keys that their makers publish: storage and database emulators, captcha tests, manuals."""
_COMMON_WORDS = """
    a access account acme admin administrator api app application apps auth authentication backend
    bar base basic bot bucket cache changeme client cluster code common company compose config
    cookie credential credentials customer data database db demo dev develop development docker
    dummy elastic email encryption env environment example fake file foo for frontend gateway
    generic github google grafana guest hello here host id in initial internal is it its jwt keep
    kafka key keycloak keys letmein local login mail main manager mariadb master me minio
    minioadmin mock mongo mongodb monitoring my mysql name nats neo new no none not null of oauth
    only open org pass passphrase passwd password path pg placeholder platform please postgres
    postgresql prod production project public put pwd qwerty rabbit rabbitmq random read readonly
    redis refresh registry replica replication root sample secret secrets secure security sender
    server service session set shared sign signing signin simple site smtp some something staging
    store string strong super superadmin superuser supersecret support system temp test tester
    testing that the this to token top ultra url use user username users valid value very vault web
    webhook welcome with word world write www x y you your z mypassword mysecret secretkey
    secretpassword passw userpassword adminpassword dbpassword rootpassword strongpassword
    testpassword jwtsecret sessionsecret appsecret clientsecret postgrespassword yourstrong
"""
_COMMON = frozenset(_COMMON_WORDS.split())
"""Words of which a default is made; two of them are no secret, one with digits neither."""
_LEET = str.maketrans(
    {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s", "!": "i"}
)
_WORD = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_RUN = regex(r"[A-Z]?[a-z]{3,}")
_VOWEL = regex(r"[aeiouyAEIOUY]")
_HASH = regex(r"\$(?:2[abxy]|argon2\w{0,2}|[156]|scrypt|pbkdf2[\w-]{0,12})\$|\{SS?HA\d*\}|pbkdf2_")
"""What is kept in place of a password, so that nobody need know it."""
_UUID = regex(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_BASE64 = regex(r"[A-Za-z0-9+/\s]*={0,2}\s*")
_NUMBERISH = regex(r"[\d.,:_\s-]*|true|false|yes|no|on|off|null|nil|none", re.IGNORECASE)


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    size = len(value)
    return -sum(n / size * log2(n / size) for n in Counter(value).values()) if size else 0.0


def is_reference(value: str) -> bool:
    """Whether the value only names where the secret comes from (``${X}``, ``vault://…``)."""
    value = value[:MAX_VALUE].strip()
    return _REFERENCE.search(value) is not None or _LEADING_REFERENCE.match(value) is not None


@lru_cache(maxsize=8192)
def is_placeholder(value: str) -> bool:
    """Whether the value stands for one that is still to be put in, or for nothing at all."""
    value = value[:MAX_VALUE].strip().strip("\"'`").strip()
    if not value or is_reference(value) or _NUMBERISH.fullmatch(value):
        return True
    opening = value.find("<")
    if opening >= 0 and value.find(">", opening) > 0:
        return True
    if _FAKE.search(value) or _WHOLE.fullmatch(value) or _CAPITALS.fullmatch(value):
        return True
    if _COUNTED.fullmatch(value) or _BRACKETED.fullmatch(value) or _CLIENT.fullmatch(value):
        return True
    if value.isupper() and value.replace(" ", "").isalpha():
        return True  # a word in capitals of any script
    if value.startswith((*_PUBLIC_VALUES, *_PUBLISHED)) or _demo_jwt(value):
        return True
    return _is_run(value) or _only_common(value) or _only_common(value.translate(_LEET))


def _demo_jwt(value: str) -> bool:
    """A token whose own payload says that it is an example."""
    if not value.startswith("ey") or value.count(".") != 2:
        return False
    body = value.split(".")[1]
    payload = decoded(body.replace("-", "+").replace("_", "/") + "=" * (-len(body) % 4))
    return payload is not None and _FAKE.search(payload.replace("demo", " demo ")) is not None


def _only_common(value: str) -> bool:
    """Made of everyday words (and numbers) alone."""
    words = [word.lower() for word in _WORD.findall(value)]
    letters = sum(len(word) for word in words)
    if not words or letters < 0.5 * len(value):
        return False
    return all(word in _COMMON or len(word) < 2 or _glued(word) for word in words)


def _glued(word: str) -> bool:
    """Two everyday words without a separator."""
    return len(word) < 30 and any(
        word[:cut] in _COMMON and word[cut:] in _COMMON for cut in range(2, len(word) - 1)
    )


def _is_run(value: str) -> bool:
    """``aaaaaaaa``, ``12345678``, ``abcdef0123456789``, ``deadbeefdeadbeef``."""
    plain = "".join(char for char in value[:256].lower() if char.isalnum())
    if len(plain) < 4:
        return False
    if len(set(plain)) <= 2:
        return True
    steps = sum(
        1
        for one, other in pairwise(plain)
        if ord(other) - ord(one) in (0, 1, -1)
        or one + other in ("90", "9a", "f0", "z0", "z1", "0a")
    )
    if steps >= 0.75 * (len(plain) - 1):
        return True
    period = (plain + plain).find(plain, 1)
    return len(plain) >= 8 and period <= min(10, len(plain) // 2)


def is_wordy(value: str) -> bool:
    """Whether a person made the value up of words: a poor secret, but hardly a leaked one."""
    value = value[:MAX_VALUE]
    wordlike = sum(len(run) for run in _RUN.findall(value) if _VOWEL.search(run))
    return wordlike >= 0.5 * len(value)


def is_secret_value(value: str) -> bool:
    """Whether a secret key's value is a real one: long and varied enough, and no placeholder."""
    value = value.strip()
    if _HASH.match(value) or _SPOKEN.search(value[:MAX_VALUE]) is not None:
        return False
    if _STARTED.fullmatch(value):
        return True
    plain = decoded(value) if len(value) <= MAX_VALUE else None
    if plain and plain.isascii() and plain.isprintable() and is_placeholder(plain):
        return False
    return (
        len(value) >= MIN_LENGTH
        and entropy(value[:MAX_VALUE]) >= MIN_ENTROPY
        and not is_placeholder(value)
    )


_STARTED = regex(r"django-insecure-[!-~]{50}")
"""What ``startproject`` makes: random, whatever it is called, and signs where it is kept."""
_SPOKEN = regex(r"[^\W\d_a-zA-Z]{2}|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Letters of other scripts side by side: a sentence that people read, as in files of translations.
What machines make up is of ASCII."""


def is_uuid(value: str) -> bool:
    """Whether the value is a UUID."""
    return _UUID.fullmatch(value.strip()) is not None


def decoded(value: str) -> str | None:
    """What base64 text says; ``None`` when it is no valid base64, empty text stays empty.

    Bytes that are no text become U+FFFD.
    """
    if _BASE64.fullmatch(value) is None:
        return None
    try:
        data = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return data.decode("utf-8", "replace")


# -- tokens of well-known providers, in any text ------------------------------------------------


class Token(Struct, frozen=True):
    """Something that is a secret whatever it is called."""

    kind: str
    value: str
    offset: int


_TOKENS = regex(
    r"(?<![A-Za-z0-9_-])(?:(?P<aws>AKIA[0-9A-Z]{16})(?![0-9A-Za-z])"
    r"|(?P<github>gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{36,251})"
    r"|(?P<gitlab>glpat-[A-Za-z0-9_-]{20,64})"
    r"|(?P<stripe>[sr]k_live_[A-Za-z0-9]{16,250})"
    r"|(?P<slack>xox[abprs]-[0-9A-Za-z-]{20,250})"
    r"|(?P<npm>npm_[A-Za-z0-9]{36}(?![A-Za-z0-9]))"
    r"|(?P<sendgrid>SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}))"
)
_KINDS = {
    "aws": "an AWS access key",
    "github": "a GitHub token",
    "gitlab": "a GitLab token",
    "stripe": "a Stripe live key",
    "slack": "a Slack token",
    "npm": "an npm token",
    "sendgrid": "a SendGrid key",
}
_PRESIGNED = regex(r"(?:X-Amz-Credential|AWSAccessKeyId)=[\"']?$", re.IGNORECASE)
_MARKS = ("AKIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "k_live_",
          "xox", "npm_", "SG.")  # fmt: skip
_PRIVATE = regex(r"-----BEGIN (?:[A-Z0-9]{1,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE = regex(r"[A-Za-z0-9+/=]{40}")


def tokens_in(text: str) -> Iterator[Token]:
    """The provider tokens and private keys of a text, in order; evident examples are left out."""
    if any(mark in text for mark in _MARKS):
        for match in _TOKENS.finditer(text):
            value, kind = match[0], match.lastgroup or ""
            body = value.rpartition("_")[2] if kind in ("github", "stripe", "npm") else value
            if kind == "aws" and _PRESIGNED.search(text, max(match.start() - 40, 0), match.start()):
                continue  # names who signed the URL; the signature holds for hours and one object
            if not _example_token(body):
                yield Token(_KINDS[kind], value, match.start())
    if "PRIVATE KEY" in text:
        for match in _PRIVATE.finditer(text):
            # Without a body it is a pattern, a check for a header or a shortened example.
            body = text[match.end() : match.end() + 400].replace("\\n", "\n").replace("\\r", "")
            body = body.partition("-----END")[0]
            line = _KEY_LINE.search(body[:300])
            if "..." in body or "…" in body:
                continue
            if line is not None and entropy(line[0]) > 3.5 and not _is_run(line[0]):
                yield Token("a private key", match[0] + body[:80], match.start())


_EXAMPLES = (
    "example", "xxxx", "your", "test", "fake", "dummy", "placeholder", "sample", "redacted",
    "abcdef", "123456", "000000", "not-a", "token", "quickstart",
)  # fmt: skip


def _example_token(body: str) -> bool:
    lowered = body.lower()
    return any(word in lowered for word in _EXAMPLES) or entropy(body) < 3.0 or _is_run(body)


# -- credentials in URLs -------------------------------------------------------------------------


class Credentials(Struct, frozen=True):
    """``scheme://user:password@host``."""

    scheme: str
    user: str
    password: str
    host: str
    database: str
    offset: int
    """Where the URL begins in the text."""

    @property
    def shown(self) -> str:
        """The URL without the password's tail."""
        return f"{self.scheme}://{self.user}:{self.password[:2]}***@{self.host}"


_USERINFO = regex(
    r"(?<![A-Za-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]{1,30})://"
    r"(?P<user>[^\s:/@\"'`<>(){}\[\],;|\\]{0,100}):(?P<password>[^\s/@\"'`<>]{1,256})@"
    r"(?P<host>[A-Za-z0-9_.-]{1,253}|\[[0-9a-fA-F:]{2,45}\]|[$%{<][^\s/@\"'`]{0,100})"
    r"(?::[0-9]{1,5})?(?:/(?P<database>[A-Za-z0-9_.-]{1,100}))?"
)
_LOCAL = regex(
    r"localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal"
)
_RESERVED = regex(
    r"(?:^|\.)(?:example|invalid|test|localhost|local)(?:\.(?:com|org|net))?$|(?:^|\.)host(?:name)?$"
    r"|(?:your|my)[-_.]|^(?:domain|server|ip|address|proxy|db-?host|some-?host)$",
    re.IGNORECASE,
)


def credentials_in(text: str) -> Iterator[Credentials]:
    """The URLs of a text that carry a user's password, in order."""
    if "@" not in text or "://" not in text:
        return
    for match in _USERINFO.finditer(text):
        yield Credentials(
            match["scheme"], match["user"], match["password"], match["host"],
            match["database"] or "", match.start(),
        )  # fmt: skip


def is_local_host(host: str) -> bool:
    """Whether the host is this machine, or one that only an example names."""
    return _LOCAL.fullmatch(host) is not None or _RESERVED.search(host) is not None
