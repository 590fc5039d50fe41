"""What part a compose file or service plays: development or production, server or one-time job."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from pytest_reconaudit.facts.compose.stacks import OVERRIDES, Stack
from pytest_reconaudit.facts.k8s.cluster import environment
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService

__all__ = [
    "is_development",
    "is_for_tests",
    "is_one_shot",
    "is_tool_container",
    "never_started",
    "only_develops",
]

_DEVELOPMENT = ("development", "test", "example")
_MORE = regex(
    r"(?:^|[/._-])(?:devcontainers?|ci|debug|bench(?:mark)?s?|integration|dependencies|e2e"
    r"|hot-?reload|tutorials?|playground|simulator)(?=[/._-]|$)"
)
_TESTS = regex(
    r"(?:^|[._-])(?:tests?|testing|e2e|load(?![-_.]?balanc)|load-?tests?|stress|smoke|bench(?:mark)?s?"
    r"|integration|ci)(?=[._-]|$)"
)
_DEV_PROFILE = regex(
    r"dev(?:el(?:opment)?)?|debug(?:ging)?|local|tests?(?:ing)?|tools?|e2e|ci|manual|admin|seed"
)
_ONE_SHOT_NAME = regex(
    r"(?:^|[-_])(?:migrat\w*|seed\w*|init\w*|setup|bootstrap\w*|create\w*|provision\w*|installer"
    r"|install|job|jobs?-once|backup|restore|cli|tests?|e2e|lint\w*|builder|build|fixtures?"
    r"|wait\w*|certs?|keygen|loader|import\w*|upgrade|cleanup|prepare|configurator|schema"
    r"|permissions?|perms?|copy|download\w*)(?=$|[-_\d])"
)
_ONE_SHOT_IMAGE = frozenset(
    {
        "mc", "hello-world", "curl", "migrate", "wait-for-dependencies", "k6", "flyway",
        "liquibase", "dbmate", "playwright", "cypress", "awscli", "aws-cli", "wait-for",
        "wait-for-it", "kafka-init", "openapi-generator-cli",
    }
)  # fmt: skip
_BARE_IMAGE = frozenset({"busybox", "alpine", "debian", "ubuntu", "bash"})
_ONE_SHOT_PROGRAM = regex(
    r"(?:\S{0,80}/)?(?:mc|aws|curl|psql|echo|true|chown|chmod|mkdir|cp|wget|openssl|keytool|exit"
    r"|wait-for-it(?:\.sh)?|flyway|liquibase|dbmate|make|protoc|pytest|tox"
    r"|(?:cargo|go|dotnet|mvn|gradle|npm|yarn|pnpm)\s+(?:run\s+|-\S+\s+)*(?:build|test|generate|install"
    r"|package|lint)(?:[:\w-]*))(?=\s|$)"
)
_ONE_SHOT_TASK = regex(
    r"(?<![\w-])(?:migrat\w+|db:[\w:]+|seed\w*|upgrade[ ]heads?|createbuckets?|bootstrap)(?![\w=-])"
)
_SHELL = regex(r"^(?:\S{0,40}/)?(?:ba|a|da)?sh(?:[ ]+-\w+)*[ ]+")
_IDLE = regex(r"\bsleep\s+(?:infinity|inf|\d{4,})|\btail\s+-[fF]\s+/dev/null|\bcat\s*$")


def is_development(path: str) -> bool:
    """Whether a compose file's path says that it is for development, tests or an example."""
    lower = path.lower()
    if posixpath.basename(lower) in OVERRIDES:
        return True  # what `docker compose up` adds on a developer's machine
    return environment(lower) in _DEVELOPMENT or bool(_MORE.search(lower))


def is_for_tests(path: str) -> bool:
    """Whether a compose file's own name says that its stack is there for tests of any kind."""
    return bool(_TESTS.search(posixpath.basename(path).lower()))


def only_develops(stack: Stack) -> bool:
    """Whether some file of the stack, other than a default override, is for development."""
    return any(
        is_development(path) for path in stack.files if posixpath.basename(path) not in OVERRIDES
    )


def never_started(service: ComposeService) -> bool:
    """Whether the file itself scales the service to nothing: a template for others."""
    for route in (("scale",), ("deploy", "replicas")):
        found = service.find(*route)
        if found is not None and str(found.value) == "0":
            return True
    return False


def is_tool_container(service: ComposeService) -> bool:
    """Whether people work in it: it idles, or only a development profile starts it."""
    words = " ".join((*(service.entrypoint or ()), *(service.command or ())))
    if _IDLE.search(words[:2000]):
        return True
    typed = (service.find("stdin_open"), service.find("tty"))
    if all(found is not None and found.value is True for found in typed):
        return True
    profiles = [one.name.lower() for one in service.profiles]
    return bool(profiles) and all(
        any(_DEV_PROFILE.fullmatch(part) for part in re.split(r"[-_.]", name)) for name in profiles
    )


@lru_cache(maxsize=8)
def _awaited(stack: Stack) -> frozenset[str]:
    """The services whose end another one waits for; stacks are asked one after the other."""
    return frozenset(
        needed.service
        for service in stack.services
        for needed in service.depends_on
        if needed.condition == "service_completed_successfully"
    )


def is_one_shot(stack: Stack, service: ComposeService) -> bool:
    """Whether the service is meant to end: a migration, a seed, an initialisation."""
    if service.name in _awaited(stack):
        return True
    restart = service.find("restart")
    if restart is not None and str(restart.value).lower() in ("no", "false", "never"):
        return True
    policy = service.find("deploy", "restart_policy", "condition")
    if policy is not None and policy.value == "none":
        return True
    mode = service.find("deploy", "mode")
    if mode is not None and str(mode.value).endswith("-job"):
        return True
    if _ONE_SHOT_NAME.search(service.name.lower()):
        return True
    if service.image is not None and service.build is None:
        short = posixpath.basename(service.image.partition("@")[0]).partition(":")[0]
        if short in _ONE_SHOT_IMAGE:
            return True
        if short in _BARE_IMAGE and not service.command and not service.entrypoint:
            return True  # a shell without anybody to type: it only holds what it depends on
        # A database as a rule; told so, it upgrades its data and ends.
        if short == "pgautoupgrade" and any(
            one.key == "PGAUTO_ONESHOT" for one in service.environment
        ):
            return True
    words = " ".join((*(service.entrypoint or ()), *(service.command or ())))[:4000]
    last = re.split(r"&&|;|\n|\|\|", _SHELL.sub("", words.strip().rstrip(";")))[-1].strip()
    if _ONE_SHOT_PROGRAM.match(last):
        return True
    return bool(_ONE_SHOT_TASK.search(last)) and not last.startswith("exec ")
