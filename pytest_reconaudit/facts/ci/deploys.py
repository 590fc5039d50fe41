"""What a deployment is made of: commands and actions that put a version into service, take one
back, look whether it lives, stop it, or migrate its database.

A table, nothing else: :func:`act_of` knows a command, :func:`action_act` an action. Whether a
``docker compose up`` is a deployment or the start of a test environment is for the caller to say
(:attr:`Act.server_only`): only the place where it runs tells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from msgspec import Struct

from pytest_reconaudit.facts.ci.gate_kinds import without_runner
from pytest_reconaudit.facts.ci.npm_calls import script_call
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import unwrapped
from pytest_reconaudit.readers.workflow import Step

__all__ = [
    "Act",
    "act_of",
    "action_act",
    "compose_call",
    "failing_curl",
    "migration_tool",
    "names_rollback",
]


class Act(Struct, frozen=True):
    """What one command or action does to a running system."""

    kind: str
    """``deploy`` puts a version into service, ``rollback`` brings an older one back, ``health``
    asks whether it lives, ``down`` stops it, ``restart`` starts the same version again,
    ``migrate`` changes the database's schema, ``verify`` asks which migrations or indexes it
    has."""
    tool: str
    """``compose kubectl helm skaffold swarm docker systemd fly heroku cloud …``; the migration
    tool for ``migrate`` and ``verify``."""
    server_only: bool = False
    """Only a deployment when it runs on a server (over ssh, with another Docker host): on a CI
    machine or a laptop it starts a test environment."""
    waits: bool = False
    """It waits for the new version to be healthy, and fails when it does not get there."""
    reverts: bool = False
    """It goes back to the version before when the new one does not get healthy; or the service's
    own settings, which no command shows, say so (ECS, Swarm)."""
    managed: bool = False
    """A platform that starts the new version beside the old one, checks it, keeps the old one
    and can switch back."""
    inside: tuple[str, ...] = ()
    """The command that a migration or probe runs *inside a container*: ``compose exec app X``,
    ``kubectl exec pod -- X``; empty when it runs where the script does."""
    url: str = ""
    """What a ``health`` request asks for; empty when it is no request."""
    surely: bool = True
    """``False`` for a plain request, which is a health check only behind a deployment."""


_COMPOSE_VALUES = frozenset(
    {"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory",
     "--ansi", "--progress", "--parallel", "-H", "--host", "-c", "--context"}
)  # fmt: skip
_EXEC_VALUES = frozenset(
    {"-e", "--env", "-u", "--user", "-w", "--workdir", "--index", "--name", "-v", "--volume", "-p",
     "--publish", "--entrypoint", "-l", "--label", "--network", "--env-file", "-n", "--namespace",
     "-c", "--container", "--context", "--kubeconfig", "--platform", "--add-host", "-h"}
)  # fmt: skip


def compose_call(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """(verb, the words behind it) of ``docker compose …``; ``None`` for any other command."""
    name = words[0].rpartition("/")[2] if words else ""
    rest = words[1:]
    if name in ("docker", "podman", "nerdctl"):
        if rest[:1] != ("compose",):
            return None
        rest = rest[1:]
    elif name not in ("docker-compose", "podman-compose"):
        return None
    rest = _without_options(rest, _COMPOSE_VALUES)
    return (rest[0], rest[1:]) if rest else None


def _without_options(words: tuple[str, ...], takes: frozenset[str]) -> tuple[str, ...]:
    """The words from the first one on that is neither an option nor an option's value."""
    index = 0
    while index < len(words) and words[index].startswith("-") and words[index] != "--":
        index += 2 if words[index] in takes else 1
    return words[index:]


def _inside(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command behind ``exec [options] SERVICE`` or ``run [options] IMAGE``."""
    rest = _without_options(words, _EXEC_VALUES)[1:]
    if rest[:1] == ("--",):
        rest = rest[1:]
    return _shell_text(unwrapped(rest))


def _shell_text(words: tuple[str, ...]) -> tuple[str, ...]:
    """``sh -c "a b"`` → ``a b``."""
    if len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash", "ash", "dash"):
        for index, word in enumerate(words[1:-1], 1):
            if not word.startswith("-"):
                break
            if word.endswith("c"):
                return tuple(words[index + 1].split())
    return words


# -- commands --------------------------------------------------------------------------------

_DEPLOYS: tuple[tuple[str, re.Pattern[str], Act], ...] = tuple(
    (head, regex(rf"{pattern}(?!\S)"), act)
    for head, pattern, act in (
        ("docker", "stack deploy", Act("deploy", "swarm", reverts=True)),
        ("docker", "service (?:update|scale)", Act("deploy", "swarm", reverts=True)),
        ("docker", "service rollback", Act("rollback", "swarm")),
        ("docker", "stack (?:rm|down)", Act("down", "swarm")),
        ("kubectl", "rollout undo", Act("rollback", "kubectl")),
        ("kubectl", "rollout (?:status|history)", Act("health", "kubectl", waits=True)),
        ("kubectl", "wait", Act("health", "kubectl", waits=True)),
        ("kubectl", "rollout restart", Act("deploy", "kubectl")),
        ("kubectl", "argo rollouts set", Act("deploy", "rollouts", waits=True, managed=True)),
        ("kubectl", "argo rollouts (?:abort|undo)", Act("rollback", "rollouts")),
        ("kubectl", "set image", Act("deploy", "kubectl")),
        ("kubectl", "(?:apply|replace)", Act("deploy", "kubectl")),
        ("oc", "rollout undo", Act("rollback", "kubectl")),
        ("oc", "rollout status", Act("health", "kubectl", waits=True)),
        ("oc", "(?:rollout latest|apply|replace|set image)", Act("deploy", "kubectl")),
        ("helm", "rollback", Act("rollback", "helm")),
        ("helm", "(?:upgrade|install)", Act("deploy", "helm")),
        ("helmfile", "(?:apply|sync)", Act("deploy", "helm")),
        ("skaffold", "(?:run|deploy|apply)", Act("deploy", "skaffold", waits=True)),
        ("argocd", "app (?:rollback)", Act("rollback", "argocd")),
        ("argocd", "app (?:wait|get)", Act("health", "argocd", waits=True)),
        ("argocd", "app sync", Act("deploy", "argocd", managed=True)),
        ("werf", "converge", Act("deploy", "werf", waits=True, reverts=True)),
        ("nomad", "(?:job )?run", Act("deploy", "nomad", waits=True)),
        ("nomad", "job revert", Act("rollback", "nomad")),
        ("kamal", "(?:deploy|redeploy|setup)", Act("deploy", "kamal", waits=True, reverts=True)),
        ("kamal", "rollback", Act("rollback", "kamal")),
        ("cap", r"\S+ deploy", Act("deploy", "capistrano")),
        ("cap", r"\S+ deploy:rollback", Act("rollback", "capistrano")),
        ("fly", "deploy", Act("deploy", "fly", waits=True, managed=True)),
        ("flyctl", "deploy", Act("deploy", "fly", waits=True, managed=True)),
        ("railway", "up", Act("deploy", "railway", managed=True)),
        ("heroku", "container:release", Act("deploy", "heroku", managed=True)),
        ("heroku", "(?:releases:)?rollback", Act("rollback", "heroku")),
        ("git", r"push (?:\S+ )*?heroku(?: \S+)*", Act("deploy", "heroku", managed=True)),
        ("git", r"push (?:\S+ )*?dokku(?: \S+)*", Act("deploy", "dokku", managed=True)),
        ("serverless", "deploy", Act("deploy", "serverless", managed=True)),
        ("sls", "deploy", Act("deploy", "serverless", managed=True)),
        ("serverless", "rollback", Act("rollback", "serverless")),
        ("cdk", "deploy", Act("deploy", "cloudformation", waits=True, reverts=True)),
        ("sam", "deploy", Act("deploy", "cloudformation", waits=True, reverts=True)),
        ("copilot", "(?:svc |job )?deploy", Act("deploy", "copilot", waits=True, reverts=True)),
        ("eb", "deploy", Act("deploy", "beanstalk", managed=True)),
        ("aws", "ecs update-service", Act("deploy", "ecs", reverts=True)),
        ("aws", "ecs wait", Act("health", "ecs", waits=True)),
        ("aws", "deploy create-deployment", Act("deploy", "codedeploy", managed=True)),
        ("aws", "lambda update-function-code", Act("deploy", "lambda", managed=True)),
        ("aws", "cloudformation deploy", Act("deploy", "cloudformation", waits=True, reverts=True)),
        ("aws", "apprunner start-deployment", Act("deploy", "apprunner", managed=True)),
        ("aws", "(?:elbv2|elasticbeanstalk|deploy|lambda|cloudformation) wait",
         Act("health", "aws", waits=True)),
        ("gcloud", r"(?:beta |alpha )?run (?:services |jobs )?(?:deploy|update|replace)",
         Act("deploy", "cloudrun", waits=True, managed=True)),
        ("gcloud", r"(?:beta |alpha )?app deploy",
         Act("deploy", "appengine", waits=True, managed=True)),
        ("gcloud", r"(?:beta |alpha )?functions deploy",
         Act("deploy", "functions", waits=True, managed=True)),
        ("gcloud", r"(?:beta |alpha )?deploy releases create",
         Act("deploy", "clouddeploy", managed=True)),
        ("gcloud", r"(?:beta |alpha )?run services update-traffic", Act("rollback", "cloudrun")),
        ("az", "(?:webapp|containerapp|functionapp) (?:up|deploy|update|deployment)",
         Act("deploy", "azure", managed=True)),
        ("doctl", "apps (?:create-deployment|update)", Act("deploy", "doctl", managed=True)),
        ("dokku", "git:from-image", Act("deploy", "dokku", managed=True)),
        *((tool, "deploy", Act("deploy", tool, managed=True)) for tool in (
            "fastapi", "modal", "encore", "shuttle", "deployctl", "convex", "reflex", "chalice",
            "zappa", "sst", "koyeb", "northflank", "porter", "caprover", "mup", "upsun")),
        ("systemctl", r"(?:--user |--now )*(?:restart|reload|reload-or-restart|start)",
         Act("deploy", "systemd", server_only=True)),
        ("systemctl", r"(?:--user |--now )*stop", Act("down", "systemd", server_only=True)),
        ("systemctl", r"(?:--user |-q |--quiet )*(?:is-active|status)", Act("health", "systemd")),
        ("supervisorctl", "(?:restart|reload|update|start)",
         Act("deploy", "supervisor", server_only=True)),
        ("service", r"\S+ (?:restart|reload)", Act("deploy", "systemd", server_only=True)),
        ("pm2", "(?:restart|reload|startOrReload|startOrRestart|start|deploy)",
         Act("deploy", "pm2", server_only=True)),
    )
)  # fmt: skip
_BY_HEAD: Mapping[str, tuple[tuple[re.Pattern[str], Act], ...]] = {
    head: tuple((pattern, act) for other, pattern, act in _DEPLOYS if other == head)
    for head in {head for head, _, _ in _DEPLOYS}
}
_SKIPPED_VALUES = {
    "kubectl": frozenset({"-n", "--namespace", "--context", "--kubeconfig", "--cluster", "-s"}),
    "oc": frozenset({"-n", "--namespace", "--context", "--kubeconfig"}),
    "helm": frozenset({"-n", "--namespace", "--kube-context", "--kubeconfig"}),
    "helmfile": frozenset({"-f", "--file", "-e", "--environment", "-l", "--selector", "-n"}),
    "aws": frozenset({"--region", "--profile", "--output"}),
    "gcloud": frozenset({"--project"}),
    "docker": frozenset({"-H", "--host", "-c", "--context", "--config", "-l"}),
    "argocd": frozenset({"--server", "--auth-token"}),
}
"""Options with a value that may stand before the verb."""
_DRY = regex(
    r"--dry-run(?!=none)|(?<!\S)--help|(?<!\S)--version|--noop(?!\S)|(?<!\S)--validate-only"
)
_DOCKER_HEALTH = regex(r"State\.Health|\.State\.(?:Status|Running)|health(?:y|=)|HealthCheck")
_WAITERS = frozenset(
    {"wait-on", "wait-for-it", "wait-for-it.sh", "wait-for", "wait-for.sh", "wait4x", "dockerize",
     "newman", "hurl", "grpc_health_probe", "grpc-health-probe", "http", "httpie", "xh", "goss"}
)  # fmt: skip
_REQUEST = regex(r"(?:https?://|\$|localhost\b|127\.0\.0\.1|[\w.-]+:\d{2,5}(?:/|$))")
_HEALTH_PATH = regex(
    r"/(?:[\w-]+/)*(?:healthz?|health[_-]?checks?|readyz?|ready|readiness|livez?|live|liveness|ping"
    r"|status|up|alive|version|actuator/health)/?(?:[?#].*)?$",
    re.IGNORECASE,
)
_NO_PROBE = regex(
    r"hooks\.slack|discord(?:app)?\.com/api|webhook|api\.github\.com|api\.telegram|githubusercontent"
    r"|get\.|install|releases?/download|\.(?:sh|tar|gz|zip|deb|asc|gpg|tgz|json|ya?ml|xz)(?:[?#].*)?$",
    re.IGNORECASE,
)
_SENDS = frozenset(
    {"-d", "--data", "--data-raw", "--data-binary", "--json", "-T", "--upload-file", "-F", "--form"}
)
_ROLLBACK = regex(
    r"roll(?:ing)?[-_ ]?back|\brevert\b|\brestore[-_ ]previous"
    r"|previous[-_ ](?:version|release|image|tag)|last[-_ ](?:known[-_ ])?good",
    re.IGNORECASE,
)


def act_of(words: tuple[str, ...]) -> Act | None:
    """What a command (wrappers such as ``sudo`` taken off) does to a running system.

    ``None`` for everything else, dry runs included. ``words`` are unquoted; nothing is expanded.
    """
    words = _shell_text(without_runner(words))
    if not words:
        return None
    name = words[0].rpartition("/")[2]
    migration = migration_tool(words)
    if migration is not None:
        return Act(*migration)
    compose = compose_call(words)
    if compose is not None:
        return _compose(*compose)
    if name in ("curl", "wget"):
        return _request(words)
    if name in _WAITERS:
        return Act("health", name, waits=True)
    if name in ("docker", "podman", "nerdctl"):
        found = _docker(words)
        if found is not None:
            return found
    if name == "heroku" and words[1:2] in (("run",), ("run:detached",)):
        inner = act_of(_without_options(words[2:], frozenset({"-a", "--app", "-r", "--remote"})))
        return _within(inner, words[1:]) if inner is not None else None
    if name in ("kubectl", "oc") and "exec" in words[1:6]:
        inner = act_of(_inside(words[words.index("exec") + 1 :]))
        return _within(inner, words) if inner is not None else None
    if name not in _BY_HEAD:
        return None
    rest = _verbs(name, words[1:])
    text = " ".join(rest[:12])
    if _DRY.search(" ".join(words)):
        return None
    for pattern, act in _BY_HEAD[name]:
        if pattern.match(text):
            return _adjusted(act, words)
    return None


def _verbs(name: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with options before the verb taken off."""
    if name in ("systemctl", "git"):
        return words
    return _without_options(words, _SKIPPED_VALUES.get(name, frozenset()))


def _adjusted(act: Act, words: tuple[str, ...]) -> Act:
    """The act with what its options add."""
    if act.kind != "deploy":
        return act
    if act.tool == "helm":
        atomic = bool({"--atomic", "--rollback-on-failure"}.intersection(words))
        atomic = atomic or "--atomic=true" in words or "--cleanup-on-fail" in words
        waits = atomic or any(word.startswith("--wait") for word in words)
        return Act("deploy", "helm", waits=waits, reverts=atomic)
    if act.tool == "swarm":
        # Without `--detach` the client waits for the tasks; rolling back is the service's choice.
        return Act("deploy", "swarm", waits="--detach=false" in words, reverts=True)
    return act


def _compose(verb: str, rest: tuple[str, ...]) -> Act | None:
    if "--dry-run" in rest:
        return None
    if verb == "up":
        waits = any(word.startswith("--wait") for word in rest)
        return Act("deploy", "compose", server_only=True, waits=waits)
    if verb in ("restart", "start"):
        return Act("restart", "compose", server_only=True)
    if verb in ("down", "stop"):
        return Act("down", "compose", server_only=True)
    if verb in ("exec", "run"):
        inner = act_of(_inside(rest))
        return _within(inner, rest) if inner is not None else None
    return None


def _within(inner: Act, words: tuple[str, ...]) -> Act | None:
    """An act that is done inside a container."""
    if inner.kind not in ("migrate", "verify", "health"):
        return None
    return Act(
        inner.kind, inner.tool, inside=inner.inside or words, url=inner.url, surely=inner.surely,
        waits=inner.waits,
    )  # fmt: skip


def _docker(words: tuple[str, ...]) -> Act | None:
    rest = _without_options(words[1:], _SKIPPED_VALUES["docker"])
    verb = rest[0] if rest else ""
    if verb == "container":
        rest = rest[1:]
        verb = rest[0] if rest else ""
    if verb in ("exec", "run"):
        inner = act_of(_inside(rest[1:]))
        if inner is not None and (found := _within(inner, rest)) is not None:
            return found
        if verb == "run" and ({"-d", "--detach"} & set(rest) or _short_flag(rest, "d")):
            return Act("deploy", "docker", server_only=True)
        return None
    if verb in ("restart", "start"):
        return Act("restart", "docker", server_only=True)
    if verb == "stop" or (verb == "rm" and ({"-f", "--force"} & set(rest))):
        return Act("down", "docker", server_only=True)
    if verb in ("inspect", "ps") and _DOCKER_HEALTH.search(" ".join(rest)):
        return Act("health", "docker")
    return None


def _short_flag(words: tuple[str, ...], flag: str) -> bool:
    """Whether a cluster such as ``-itd`` holds a flag."""
    return any(re.fullmatch(r"-[a-z]{2,4}", word) and flag in word for word in words)


def _request(words: tuple[str, ...]) -> Act | None:
    """A GET of a URL: perhaps a look at what was deployed."""
    if _SENDS & set(words) or any(word.startswith(("--data", "--form")) for word in words):
        return None
    for first, second in pairwise(words):
        if first in ("-X", "--request") and second.upper() not in ("GET", "HEAD"):
            return None
        if first in ("-o", "--output", "-O") and not second.startswith(("/dev/null", "-", "http")):
            return None
    url = next((word for word in words[1:] if _REQUEST.match(word)), "")
    if not url or _NO_PROBE.search(url[:500]):
        return None
    if {"-O", "--remote-name"} & set(words) and words[0].endswith("curl"):
        return None
    return Act(
        "health", words[0].rpartition("/")[2], url=url,
        surely=_HEALTH_PATH.search(url[:500]) is not None,
    )  # fmt: skip


def failing_curl(words: tuple[str, ...]) -> bool:
    """Whether a request fails on an HTTP error status by itself: ``curl -f``, any ``wget``."""
    name = words[0].rpartition("/")[2] if words else ""
    if name != "curl":
        return name == "wget"
    for word in words[1:]:
        if word in ("--fail", "--fail-with-body"):
            return True
        if word.startswith("-") and not word.startswith("--"):
            flags = re.match(r"-([a-zA-Z#]*?)(?=[oHdXuAbcemtwKTFEr]|$)", word)
            if flags and "f" in flags[1]:
                return True
    return False


def names_rollback(text: str) -> bool:
    """Whether a name, a path or a command says that it brings an older version back."""
    return _ROLLBACK.search(text) is not None


# -- migrations ------------------------------------------------------------------------------

_MIGRATIONS: tuple[tuple[str, str, str], ...] = (
    ("diesel", r"diesel (?:\S+ )*?(?:migration run|database setup|setup)", "migrate"),
    ("diesel", r"diesel (?:\S+ )*?(?:migration (?:list|pending)|print-schema)", "verify"),
    ("sqlx", r"(?:cargo )?sqlx (?:\S+ )*?(?:migrate run|database (?:setup|reset))", "migrate"),
    ("sqlx", r"(?:cargo )?sqlx (?:\S+ )*?migrate info", "verify"),
    ("sea-orm", r"sea-orm-cli migrate(?: (?:up|fresh|refresh|reset))?(?! status)", "migrate"),
    ("sea-orm", r"sea-orm-cli migrate status", "verify"),
    ("refinery", r"refinery migrate", "migrate"),
    ("prisma", r"prisma (?:migrate (?:deploy|dev|reset)|db push)", "migrate"),
    ("prisma", r"prisma migrate (?:status|diff)", "verify"),
    ("drizzle", r"drizzle-kit (?:migrate|push)\S*", "migrate"),
    ("drizzle", r"drizzle-kit check\S*", "verify"),
    ("knex", r"knex (?:\S+ )*?migrate:(?:latest|up)", "migrate"),
    ("knex", r"knex (?:\S+ )*?migrate:(?:status|list)", "verify"),
    ("typeorm", r"typeorm(?:-ts-node-\w+)? (?:\S+ )*?migration:run", "migrate"),
    ("typeorm", r"typeorm(?:-ts-node-\w+)? (?:\S+ )*?migration:show", "verify"),
    ("sequelize", r"sequelize(?:-cli)? (?:\S+ )*?db:migrate", "migrate"),
    ("sequelize", r"sequelize(?:-cli)? (?:\S+ )*?db:migrate:status", "verify"),
    ("rails", r"(?:bin/)?(?:rails|rake) db:(?:migrate|prepare|setup|schema:load)", "migrate"),
    ("rails", r"(?:bin/)?(?:rails|rake) db:(?:migrate:status|abort_if_pending_migrations)",
     "verify"),
    ("django", r"(?:\S*python3? )?\S*manage\.py migrate(?! .*--(?:check|plan))", "migrate"),
    ("django", r"(?:\S*python3? )?\S*manage\.py (?:showmigrations|makemigrations .*--check)",
     "verify"),
    ("django", r"(?:\S*python3? )?\S*manage\.py migrate .*--(?:check|plan)", "verify"),
    ("alembic", r"alembic (?:\S+ )*?upgrade", "migrate"),
    ("alembic", r"alembic (?:\S+ )*?(?:current|check|heads|history)", "verify"),
    ("flask", r"flask db upgrade", "migrate"),
    ("flask", r"flask db (?:current|check|heads)", "verify"),
    ("flyway", r"flyway (?:\S+ )*?migrate", "migrate"),
    ("flyway", r"flyway (?:\S+ )*?(?:info|validate)", "verify"),
    ("liquibase", r"liquibase (?:\S+ )*?update", "migrate"),
    ("liquibase", r"liquibase (?:\S+ )*?(?:status|validate|diff)", "verify"),
    ("goose", r"goose (?:\S+ )*?up", "migrate"),
    ("goose", r"goose (?:\S+ )*?(?:status|validate)", "verify"),
    ("migrate", r"migrate (?:\S+ )*?-(?:path|source|database)\S* (?:\S+ )*?up", "migrate"),
    ("migrate", r"migrate (?:\S+ )*?-(?:path|source|database)\S* (?:\S+ )*?version", "verify"),
    ("dbmate", r"dbmate (?:\S+ )*?(?:up|migrate)", "migrate"),
    ("dbmate", r"dbmate (?:\S+ )*?status", "verify"),
    ("atlas", r"atlas (?:migrate apply|schema apply)", "migrate"),
    ("atlas", r"atlas migrate (?:status|lint|validate|diff)", "verify"),
    ("artisan", r"(?:php )?\S*artisan migrate(?!:status)", "migrate"),
    ("artisan", r"(?:php )?\S*artisan migrate:status", "verify"),
    ("ecto", r"mix ecto\.(?:migrate|setup)", "migrate"),
    ("ecto", r"mix ecto\.migrations", "verify"),
    ("doctrine", r"(?:php )?\S*console doctrine:migrations:migrate", "migrate"),
    ("doctrine", r"(?:php )?\S*console doctrine:migrations:(?:status|up-to-date)", "verify"),
    ("doctrine", r"(?:php )?\S*console doctrine:schema:validate", "verify"),
    ("ef", r"dotnet ef database update", "migrate"),
    ("ef", r"dotnet ef migrations (?:list|has-pending-model-changes)", "verify"),
    ("skeema", r"skeema push", "migrate"),
    ("skeema", r"skeema (?:diff|lint)", "verify"),
)  # fmt: skip
_MIGRATION_TABLE = tuple(
    (tool, regex(rf"{pattern}(?!\S)"), kind) for tool, pattern, kind in _MIGRATIONS
)
_MAX_WORDS = 40
"""Longer commands are no migration calls."""
_MIGRATION_HEADS = frozenset(
    {
        "diesel", "cargo", "sqlx", "sea-orm-cli", "refinery", "prisma", "drizzle-kit", "knex",
        "typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm", "sequelize", "sequelize-cli",
        "rails", "rake", "manage.py", "python", "python3", "alembic", "flask", "flyway",
        "liquibase", "goose", "migrate", "dbmate", "atlas", "php", "artisan", "mix", "console",
        "dotnet", "skeema",
    }
)  # fmt: skip
_SCRIPT_MIGRATES = regex(
    r"(?:^|[:_.-])(?:migrate|migrations?)(?:$|[:_.-](?:up|run|latest|deploy|prod|production|all"
    r"|apply|test|ci|db|dev)$)|^(?:db|database|prisma)[:_-]migrate(?:$|[:_-]\w+$)"
)
_SCRIPT_VERIFIES = regex(
    r"migrat\w*[:_.-](?:status|info|check|list|pending|show|verify|validate|diff)$"
    r"|(?:check|verify|validate)[:_.-](?:migrations?|indexes|schema|db)|schema[:_.-](?:check|diff)"
)
_INDEX_CHECK = regex(
    r"\bpg_(?:stat_(?:user|all)_)?index(?:es)?\b|\bpg_class\b|SHOW INDEX|information_schema"
    r"|indisvalid|__diesel_schema_migrations|_sqlx_migrations|_prisma_migrations|schema_migrations",
    re.IGNORECASE,
)


def migration_tool(words: tuple[str, ...]) -> tuple[str, str] | None:
    """(``migrate`` or ``verify``, tool) of a command of a migration tool; else ``None``."""
    if not words:
        return None
    name = words[0].rpartition("/")[2]
    if name in ("psql", "mysql", "sqlite3"):
        return ("verify", name) if _INDEX_CHECK.search(" ".join(words)) else None
    if name in _MIGRATION_HEADS:
        text = " ".join((name, *words[1:_MAX_WORDS]))
        for tool, pattern, kind in _MIGRATION_TABLE:
            if tool in _ROWS_OF.get(name, (tool,)) and pattern.match(text):
                return kind, tool
        return None
    call = script_call(words)
    script = call.script if call is not None else ""
    if name in ("make", "just", "task"):
        script = next((word for word in words[1:] if word[:1] != "-" and "=" not in word), "")
    if not script:
        return None
    if _SCRIPT_VERIFIES.search(script):
        return "verify", "script"
    if _SCRIPT_MIGRATES.search(script) and "down" not in script and "create" not in script:
        return "migrate", "script"
    return None


_ROWS_OF: Mapping[str, tuple[str, ...]] = {
    "python": ("django",), "python3": ("django",), "php": ("artisan", "doctrine"),
    "cargo": ("sqlx",), "migrate": ("migrate",), "rake": ("rails",),
}  # fmt: skip
"""Programs with few rows of their own: the others are matched against all."""


# -- actions ---------------------------------------------------------------------------------

_ACTIONS: tuple[tuple[re.Pattern[str], Act], ...] = tuple(
    (regex(pattern, re.IGNORECASE), act)
    for pattern, act in (
        (r"azure/k8s-deploy", Act("deploy", "kubectl", waits=True)),
        (r"azure/(?:webapps-deploy|functions-action|container-apps-deploy-action|aci-deploy)",
         Act("deploy", "azure", managed=True)),
        (r"google-github-actions/deploy-(?:cloudrun|appengine|cloud-functions)",
         Act("deploy", "gcloud", waits=True, managed=True)),
        (r"google-github-actions/create-cloud-deploy-release",
         Act("deploy", "clouddeploy", managed=True)),
        (r"akhileshns/heroku-deploy", Act("deploy", "heroku", managed=True)),
        (r"einaregilsson/beanstalk-deploy", Act("deploy", "beanstalk", managed=True)),
        (r"digitalocean/app_action(?:/deploy)?", Act("deploy", "doctl", managed=True)),
        (r"aws-actions/aws-lambda-deploy", Act("deploy", "lambda", managed=True)),
        (r"aws-actions/aws-cloudformation-github-deploy",
         Act("deploy", "cloudformation", waits=True, reverts=True)),
        (r"superfly/flyctl-actions|superfly/fly-pr-review-apps",
         Act("deploy", "fly", waits=True, managed=True)),
        (r"johnbeynon/render-deploy-action|sws2apps/render-deployment",
         Act("deploy", "render", managed=True)),
        (r"bervProject/railway-deploy", Act("deploy", "railway", managed=True)),
        (r"deliverybot/helm|bitovi/github-actions-deploy-eks-helm|wahyd4/.*helm.*",
         Act("deploy", "helm")),
        (r"[\w-]+/(?:wait_for_response|wait-on-action|newman-action|[\w-]*health-?check[\w-]*)",
         Act("health", "action", waits=True)),
    )
)  # fmt: skip
_ARGUED = regex(
    r"(?:steebchen|actions-hub|kodermax|tale|koslib|Consensys|wahyd4|stefanprodan)"
    r"/[\w-]*kubectl[\w-]*",
    re.IGNORECASE,
)
"""Actions whose input is a kubectl command line."""


def action_act(step: Step) -> Act | None:
    """What an action does to a running system; ``None`` when it does nothing to one.

    Static sites (pages, Netlify, Vercel, workers) are no deployments here: their hosts keep every
    version and switch in one step.
    """
    name = step.uses.partition("@")[0]
    if not name or name.startswith((".", "docker:")):
        return None
    if _ARGUED.fullmatch(name):
        text = step.with_.str("args") or step.with_.str("command") or step.with_.str("run")
        words = tuple(text.split())
        if words[:1] != ("kubectl",):
            words = ("kubectl", *words)
        return act_of(words)
    lowered = name.lower()
    if lowered == "aws-actions/amazon-ecs-deploy-task-definition":
        if not step.with_.str("service"):
            return None  # it registers a task definition, nothing more
        waits = step.with_.str("wait-for-service-stability").lower() == "true"
        return Act("deploy", "ecs", waits=waits, reverts=True)
    if lowered == "helmfile/helmfile-action":
        return act_of(("helmfile", *step.with_.str("helmfile-args").split()))
    if lowered.startswith("superfly/flyctl-actions"):
        return act_of(("flyctl", *step.with_.str("args").split()))
    if lowered == "azure/k8s-deploy" and step.with_.str("action", "deploy") == "reject":
        return Act("rollback", "kubectl")
    for pattern, act in _ACTIONS:
        if pattern.fullmatch(name):
            return act
    return None
