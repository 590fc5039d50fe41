"""What commands and actions do to a running system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.ci.deploys import (
    act_of,
    action_act,
    compose_call,
    failing_curl,
    names_rollback,
)
from pytest_reconaudit.readers.shell import shell_words
from pytest_reconaudit.readers.workflow import Step, read_workflow


def _step(uses: str, **inputs: str) -> Step:
    lines = "".join(f"          {key}: {value}\n" for key, value in inputs.items())
    text = f"on: push\njobs:\n  a:\n    steps:\n      - uses: {uses}\n        with:\n{lines}"
    return read_workflow(text, "w.yml").jobs[0].steps[0]


@pytest.mark.parametrize(
    ("command", "kind", "tool"),
    [
        ("docker compose -f a.yml --profile x up -d", "deploy", "compose"),
        ("docker-compose restart", "restart", "compose"),
        ("docker compose -p shop down --volumes", "down", "compose"),
        ("docker compose exec -T -e A=1 api alembic upgrade head", "migrate", "alembic"),
        ("docker compose run --rm api sh -c 'npx prisma migrate deploy'", "migrate", "prisma"),
        ("docker run -d --name api -p 80:80 acme/api", "deploy", "docker"),
        ("docker -H ssh://root@host stack deploy -c a.yml shop", "deploy", "swarm"),
        ("docker inspect -f '{{.State.Health.Status}}' api", "health", "docker"),
        ("kubectl -n shop set image deployment/api api=acme/api:1", "deploy", "kubectl"),
        ("kubectl --context=eu rollout undo deployment/api", "rollback", "kubectl"),
        ("kubectl rollout status deployment/api --timeout=5m", "health", "kubectl"),
        ("kubectl exec deploy/api -- bin/rails db:migrate", "migrate", "rails"),
        ("helm -n shop upgrade --install api ./chart", "deploy", "helm"),
        ("heroku run --app shop rake db:migrate", "migrate", "rails"),
        ("git push heroku main", "deploy", "heroku"),
        ("gcloud --project p run deploy api --image x", "deploy", "cloudrun"),
        ("aws --region eu-central-1 ecs wait services-stable --cluster c", "health", "ecs"),
        ("curl -fsS --retry 5 https://shop.example.net/healthz", "health", "curl"),
        ("wget -qO- http://localhost:8080/ready", "health", "wget"),
        ("npx wait-on http://localhost:3000", "health", "wait-on"),
        ("npm run db:migrate", "migrate", "script"),
        ("make migrate", "migrate", "script"),
        ("uv run manage.py migrate", "migrate", "django"),
        ("python manage.py migrate --check", "verify", "django"),
        ("diesel migration pending", "verify", "diesel"),
        ("psql -c 'select * from pg_indexes'", "verify", "psql"),
        ("poetry run fastapi deploy", "deploy", "fastapi"),
    ],
)
def test_kinds(command: str, kind: str, tool: str) -> None:
    act = act_of(shell_words(command))
    assert act is not None
    assert (act.kind, act.tool) == (kind, tool)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "docker build -t api .",
        "docker run --rm acme/lint",
        "docker compose logs -f",
        "docker compose up --dry-run",
        "kubectl get pods",
        "kubectl apply --dry-run=server -f k8s/",
        "helm template ./chart",
        "git push origin main",
        "curl -sSL https://get.docker.com",
        "curl -X POST https://hooks.slack.com/services/x",
        "curl -d '{}' https://api.example.net/health",
        "curl -o out.tar.gz https://example.net/files/out",
        "npm run migrate:create add_users",
        "go migrate",
        "npx",
        "echo helm upgrade",
    ],
)
def test_no_act(command: str) -> None:
    assert act_of(shell_words(command)) is None


def test_options_say_more() -> None:
    atomic = act_of(("helm", "upgrade", "api", "./chart", "--atomic"))
    waiting = act_of(("helm", "upgrade", "api", "./chart", "--wait"))
    plain = act_of(("helm", "upgrade", "api", "./chart"))
    assert atomic is not None
    assert waiting is not None
    assert plain is not None
    assert (atomic.waits, atomic.reverts) == (True, True)
    assert (waiting.waits, waiting.reverts) == (True, False)
    assert (plain.waits, plain.reverts) == (False, False)
    up = act_of(("docker", "compose", "up", "-d", "--wait"))
    assert up is not None
    assert up.waits
    assert up.server_only


def test_inside_and_url() -> None:
    inside = act_of(shell_words("docker compose exec api diesel migration run"))
    assert inside is not None
    assert inside.inside[0] == "api"
    request = act_of(shell_words("curl https://shop.example.net/orders"))
    assert request is not None
    assert request.url == "https://shop.example.net/orders"
    assert not request.surely


def test_actions() -> None:
    ecs = action_act(
        _step(
            "aws-actions/amazon-ecs-deploy-task-definition@v2",
            service="api",
            **{"wait-for-service-stability": "true"},
        )
    )
    assert ecs is not None
    assert ecs.waits
    assert action_act(_step("aws-actions/amazon-ecs-deploy-task-definition@v2")) is None
    fly = action_act(_step("superfly/flyctl-actions@1.5", args="deploy --remote-only"))
    assert fly is not None
    assert fly.managed
    kubectl = action_act(_step("actions-hub/kubectl@master", args="apply -f k8s"))
    assert kubectl is not None
    assert kubectl.kind == "deploy"
    assert action_act(_step("actions/checkout@v4")) is None
    assert action_act(_step("./deploy")) is None


def test_small_parts() -> None:
    assert compose_call(("docker", "compose", "-f", "a", "up", "-d")) == ("up", ("-d",))
    assert compose_call(("docker", "ps")) is None
    assert failing_curl(("curl", "-fsS", "http://x"))
    assert failing_curl(("curl", "--fail-with-body", "http://x"))
    assert not failing_curl(("curl", "-o", "f", "http://x"))
    assert names_rollback("Roll back")
    assert names_rollback("scripts/rollback.sh")
    assert not names_rollback("rollout")


@given(st.lists(st.text(max_size=12), max_size=12))
def test_never_raises(words: list[str]) -> None:
    act_of(tuple(words))
    for head in ("docker", "kubectl", "curl", "helm", "make", "diesel", "heroku", "npm"):
        act_of((head, *words))
