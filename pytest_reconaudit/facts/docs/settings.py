"""Environment variables that a document tells its reader to set."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_reconaudit.facts.docs.wording import Held, is_planned
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.markdown import Document, Fence
from pytest_reconaudit.target import Target

__all__ = ["setting_claims"]

_FILES = frozenset({"", "env", "dotenv", "bash", "sh", "shell", "ini", "properties", "zsh"})
_NAME = r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
_SET = regex(rf"(?:export\s+)?({_NAME})=(?!\$\(|`)")
_USED = regex(rf"(?:\$\{{?)({_NAME})\b|\b({_NAME})=(?:\"?\$\(|`)")
_ROW = regex(rf"\s*\|\s*`({_NAME})`\s*\|")
_ABOUT = regex(r"(?i)\benv(?:ironment)?\b|\bvariables?\b|\bsettings?\b|\bconfig\w*")
_WORD = regex(r"[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+){0,8}")
_SEPARATOR = regex(r"[._-]")
_TOOL = regex(
    r"(?:AWS|GOOGLE|GCP|GCLOUD|AZURE|ARM|OTEL|NODE|NPM|PNPM|YARN|BUN|PYTHON|PIP|UV|POETRY|RUST"
    r"|CARGO|GO|DOCKER|COMPOSE|BUILDKIT|KUBE|KUBERNETES|HELM|POSTGRES|PG|PGADMIN|MYSQL|MARIADB"
    r"|MONGO|RABBITMQ|MINIO|GF|KONG|KC|KEYCLOAK|VAULT|CONSUL|ELASTIC|NEXT|NEXTAUTH|AUTH"
    r"|CLERK|SUPABASE|VERCEL|NETLIFY|FLY|RAILWAY|RENDER|HEROKU|SENTRY|DD|NEW|OPENAI|ANTHROPIC"
    r"|GEMINI|MISTRAL|GROQ|OLLAMA|HF|HUGGINGFACE|LANGCHAIN|LANGSMITH|LANGFUSE|PINECONE|TAVILY"
    r"|CUDA|NVIDIA|TORCH|PYTORCH|OMP|TF|CELERY|FLOWER|DJANGO|FLASK|UVICORN|GUNICORN|WEB|PRISMA"
    r"|SQLX|DIESEL|JAVA|JDK|GRADLE|MAVEN|ANDROID|EXPO|EAS|GIT|GITHUB|GITLAB|CI|SSH|SSL|TLS|HTTP"
    r"|HTTPS|NO|LC|XDG|ACME|TRAEFIK|CADDY|N8N|TURBO|NX|VITE|PLAYWRIGHT|CYPRESS|K6|LOCUST"
    r"|STRIPE|TWILIO|CLOUDINARY|FIREBASE|CLOUDFLARE|CF|WRANGLER|TERRAFORM|PULUMI|SONAR|CODECOV)_"
)
"""First words of names that libraries, images and programs read by themselves."""
_RELAXED = (".java", ".kt", ".cs", ".scala", ".groovy")
"""Languages whose frameworks derive names of variables from keys."""
_READERS = (
    ".rs", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".py", ".go", ".rb", ".php", ".sql",
    ".prisma", ".vue", ".svelte", ".html", ".yml", ".yaml", ".toml", ".json", ".sh", ".bash",
    ".swift", ".dart", ".ex", ".exs", ".cpp", ".h", ".c", ".tf", ".hcl", ".ini", ".cfg", ".conf",
    ".properties", ".tpl", ".j2", ".ps1", ".bat", ".mk", ".service", ".template", ".xml", ".lua",
    ".env", "Dockerfile", "Makefile", "Procfile", "justfile", "Justfile", "Caddyfile",
)  # fmt: skip
_BIG = 1_000_000
_FEW = 3
"""Variables that nobody reads before a document is said to name them: one alone may belong to a
library."""


def setting_claims(target: Target, document: Document) -> Iterator[Held]:
    """The variables of blocks and tables that nothing of the repository can mean; silent about a
    document that names no other one rightly."""
    named = [*_in_fences(document), *_in_tables(document)]
    if len(named) <= _FEW:
        return
    # Variables of the commands that the document itself gives.
    own = {name for pair in _USED.findall(target.text(document.path)) for name in pair}
    named = [(name, place) for name, place in named if name not in own]
    if len(named) <= _FEW or any(path.endswith(_RELAXED) for path in target.everything):
        return
    words = target.remember(_words)
    if not words:
        return
    lost: dict[str, Place] = {}
    backed = 0
    for name, place in named:
        if _TOOL.match(name) or "__" in name:
            continue
        if _known(words, name):
            backed += 1
        else:
            lost.setdefault(name, place)
    if backed and len(lost) >= _FEW:
        for name, place in lost.items():
            yield "setting", name, place, "nothing in the repository reads it", None


def _in_fences(document: Document) -> Iterator[tuple[str, Place]]:
    for fence in document.fences:
        if fence.language not in _FILES or is_planned(" ".join((fence.before, *fence.headings))):
            continue
        if _OF_ANOTHER.search(fence.before) is not None:
            continue
        found = list(_of_fence(document, fence))
        if len(found) > 1:
            yield from found


_OF_ANOTHER = regex(
    r"(?i)\]\(https?://(?:www\.)?(?:github|gitlab)\.com/[\w.-]+/[\w.-]+/?\)(?=.{0,300}?(?:variable|\.env\b|setting))"
)
"""A block of settings of another repository, to which the words above it lead."""


def _of_fence(document: Document, fence: Fence) -> Iterator[tuple[str, Place]]:
    for number, line in fence.lines:
        match = _SET.match(line.strip())
        if match is None:
            continue
        name = match[1]
        yield name, Place(document.path, number, line.index(name) + 1)


def _in_tables(document: Document) -> Iterator[tuple[str, Place]]:
    last, header = 0, ""
    for number, line in document.prose:
        if not line.lstrip().startswith("|"):
            continue
        if number != last + 1:
            header = line
        last = number
        match = _ROW.match(line)
        if match is not None and _ABOUT.search(header) and not is_planned(line):
            yield match[1], Place(document.path, number, match.start(1) + 1)


def _known(words: frozenset[str], name: str) -> bool:
    """Whether a name is read: as it is, by a settings class (``db_host``, ``db.host``, ``dbHost``),
    or by one that puts a prefix before its fields."""
    parts = name.split("_")
    whole = "".join(parts).lower()
    return whole in words or "".join(parts[1:]).lower() in words


def _words(target: Target) -> frozenset[str]:
    """Every name in what is no document, without its separators."""
    found: set[str] = set()
    for path in target.everything:
        if path.endswith(_READERS) or "/.env" in path or path.startswith(".env"):
            text = target.text(path)
            if len(text) > _BIG:
                continue
            for word in set(_WORD.findall(text)):
                found.add(_SEPARATOR.sub("", word).lower())
                if "." in word:
                    found.update(_SEPARATOR.sub("", part).lower() for part in word.split("."))
    return frozenset(found)
