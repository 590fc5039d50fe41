"""Finished runs for the report tests: a believable one, a hostile one, a big one, an empty one."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_reconaudit.model import (
    Confidence,
    DeploymentMap,
    Finding,
    ItemResult,
    MapEdge,
    MapNode,
    Note,
    Outcome,
    Pillar,
    Place,
    Run,
    Severity,
    Span,
    fingerprint,
)
from pytest_reconaudit.policy import Policy

C, H, M, L, I = (  # noqa: E741
    Severity.CRITICAL,
    Severity.HIGH,
    Severity.MEDIUM,
    Severity.LOW,
    Severity.INFO,
)

TITLES = {
    "docker-healthcheck-served": "The health check of an image asks a path that its server answers",
    "docker-multi-stage": "The image that ships carries no build tools",
    "compose-references-exist": "Every file that compose names is in the repository",
    "compose-limits-set": "Every service has a memory limit",
    "ports-consistent": "One port per service in compose, manifests, env files and source",
    "ci-jobs-reachable": "Every job of a workflow can run on at least one of its triggers",
    "ci-gates-effective": "A failing test step fails its job",
    "ci-cache-used": "Jobs that install dependencies cache them",
    "env-key-parity": "The env templates declare the same keys",
    "env-secrets-not-committed": "No secret is in the repository",
    "env-secret-fallback-absent": "No secret has a fallback value in code",
    "query-not-in-loop": "No query runs once per row of another",
    "query-list-bounded": "Every list endpoint bounds what it returns",
    "db-indexes-applied": "Every index that a migration defines is in the database",
    "db-fk-indexed": "Every foreign key is indexed",
    "cache-key-invalidated": "What a handler changes, it also drops from the cache",
    "web-routes-lazy": "Pages are loaded when they are visited",
    "k8s-hpa-present": "Every scalable workload has an autoscaler",
    "k8s-probes-work": "Probes ask a port and a path that the container serves",
    "deploy-config-parses": "Every configuration file parses",
    "rust-lockfile-committed": "Cargo.lock is in the repository",
    "env-syntax-portable": "Env files mean the same to every reader of them",
    "docker-user-nonroot": "The server does not run as root",
}
PILLARS = {
    "query": Pillar.PERFORMANCE,
    "db": Pillar.PERFORMANCE,
    "cache": Pillar.PERFORMANCE,
    "web": Pillar.PERFORMANCE,
}
SECURITY = {"env-secrets-not-committed", "env-secret-fallback-absent", "docker-user-nonroot"}

HEALTH_FIX = """\
Let the check ask what the server answers, and give it time to start:

```dockerfile
# before
HEALTHCHECK CMD curl -f http://localhost:7000/health
# after
HEALTHCHECK --start-period=20s CMD curl -fsS http://localhost:7000/healthz
```

Then compare with `docker inspect --format '{{.State.Health.Status}}' CONTAINER`.
"""
LOOP_FIX = """\
Ask once for all rows and join in memory:

```python
ids = [booking.berth_id for booking in bookings]
berths = {b.id: b for b in session.scalars(select(Berth).where(Berth.id.in_(ids)))}
```

1. Collect the ids.
2. Run **one** query with `IN`.
3. Look each row up in the result.
"""


def pillar_of(check: str) -> Pillar:
    if check in SECURITY:
        return Pillar.SECURITY
    return PILLARS.get(check.partition("-")[0], Pillar.DEPLOYMENT)


def finding(
    check: str,
    severity: Severity,
    path: str,
    line: int | None,
    message: str,
    *,
    evidence: str = "",
    impact: str = "",
    fix: str = "",
    confidence: Confidence = Confidence.CERTAIN,
    related: tuple[Note, ...] = (),
    clause: str = "",
    subject: str = "",
    column: int | None = None,
    suppressed: str = "",
) -> Finding:
    return Finding(
        check=check,
        pillar=pillar_of(check),
        severity=severity,
        confidence=confidence,
        message=message,
        place=Place(path, line, column),
        evidence=evidence,
        impact=impact,
        remediation=fix,
        related=related,
        clause=clause,
        subject=subject,
        fingerprint=fingerprint(check, path, evidence or message, clause),
        suppressed=suppressed,
    )


def item(
    check: str,
    subject: str,
    *findings: Finding,
    reason: str = "",
    outcome: Outcome | None = None,
    fail_on: Severity | None = H,
) -> ItemResult:
    if outcome is None:
        outcome = Policy(fail_on).outcome(findings)
    settled = tuple(replace(one, subject=one.subject or subject) for one in findings)
    title = TITLES.get(check, check)
    return ItemResult(check, pillar_of(check), title, subject, outcome, reason, settled)


def skipped(check: str, reason: str, subject: str = "") -> ItemResult:
    return item(check, subject, reason=reason, outcome=Outcome.SKIPPED)


def crashed(check: str, subject: str, reason: str) -> ItemResult:
    return item(check, subject, reason=reason, outcome=Outcome.ERROR)


BELIEVABLE_FINDINGS = (
    finding(
        "docker-healthcheck-served",
        C,
        "services/berths/Dockerfile",
        31,
        "HEALTHCHECK asks GET /health on port 7000, but the server answers only /healthz and"
        " /readyz there",
        column=1,
        evidence="HEALTHCHECK CMD curl -f http://localhost:7000/health",
        impact="The container never becomes healthy, so what waits for it never starts.",
        fix=HEALTH_FIX,
        clause="a",
        related=(
            Note(Place("services/berths/app/main.py", 44), "the routes that are served"),
            Note(Place("compose.yaml", 27), "`gateway` waits for service_healthy"),
        ),
    ),
    finding(
        "ci-jobs-reachable",
        C,
        ".github/workflows/release.yml",
        58,
        "job deploy-production needs build-images, which runs on pull requests only, while deploy-"
        "production runs on tags only: it never runs",
        evidence="needs: [build-images]",
        impact="Nothing is deployed, and no run is red.",
        fix="Let `build-images` run on tags too, or drop its `if:`.",
        related=(Note(Place(".github/workflows/release.yml", 21), "`if:` of build-images"),),
    ),
    finding(
        "compose-references-exist",
        H,
        "compose.prod.yaml",
        19,
        "service broker mounts ./infra/rabbit/definitions.json, which is not in the repository",
        evidence="- ./infra/rabbit/definitions.json:/etc/rabbitmq/definitions.json:ro",
        impact="Docker creates an empty folder there and the broker fails to start.",
        fix="Commit the file, or mount one that exists.",
    ),
    finding(
        "ports-consistent",
        H,
        "deploy/k8s/berths.yaml",
        36,
        "service berths listens on 7000 but its manifest sends traffic to 8080",
        evidence="targetPort: 8080",
        impact="The service answers nothing in the cluster.",
        fix="Use one port everywhere; name it once and refer to it by `targetPort: http`.",
        related=(
            Note(Place("services/berths/app/main.py", 61), "binds 7000"),
            Note(Place("compose.yaml", 22), "publishes 7000"),
            Note(Place("config/berths.env.example", 4), "PORT=7000"),
        ),
    ),
    finding(
        "k8s-probes-work",
        H,
        "deploy/k8s/tariffs.yaml",
        None,
        "no readiness probe of tariffs could be matched with a route",
        confidence=Confidence.POSSIBLE,
        evidence="path: /internal/ready",
        impact="Traffic may reach pods that are not ready.",
        fix="Probe a path that the router serves.",
    ),
    finding(
        "env-key-parity",
        M,
        "config/gateway.env.example",
        1,
        "declares 11 keys, config/gateway.production.env 14: AMQP_PREFETCH, SENTRY_DSN and"
        " SESSION_TTL_SECONDS are missing here",
        evidence="AMQP_PREFETCH SENTRY_DSN SESSION_TTL_SECONDS",
        impact="A fresh checkout starts with settings that production does not have.",
        fix="Add the missing keys with safe values.",
        confidence=Confidence.LIKELY,
    ),
    finding(
        "compose-limits-set",
        L,
        "compose.yaml",
        9,
        "none of 6 services sets a memory limit",
        evidence="services:",
        impact="One leaking service takes the host down with it.",
        fix="Set `deploy.resources.limits.memory` for each service.",
    ),
    finding(
        "ci-cache-used",
        I,
        ".github/workflows/test.yml",
        14,
        "the cache key leaves the lock file out",
        evidence="key: npm-${{ runner.os }}",
        fix="Put `hashFiles('**/package-lock.json')` into the key.",
    ),
    finding(
        "query-not-in-loop",
        H,
        "services/berths/app/bookings.py",
        88,
        "list_bookings runs 3 queries for each row of its result: 301 for a page of 100 bookings",
        column=9,
        evidence="berth = session.get(Berth, booking.berth_id)",
        impact="Response time grows with the page; the pool is busy for its whole length.",
        fix=LOOP_FIX,
        related=(
            Note(Place("services/berths/app/bookings.py", 90), "second query of the loop"),
            Note(Place("services/berths/app/bookings.py", 93), "third query of the loop"),
        ),
    ),
    finding(
        "db-fk-indexed",
        M,
        "services/berths/migrations/0007_invoices.sql",
        12,
        "foreign key invoices.booking_id has no index",
        evidence="booking_id bigint not null references bookings (id)",
        impact="Every delete of a booking reads the whole table.",
        fix="`create index concurrently invoices_booking_id_idx on invoices (booking_id);`",
    ),
    finding(
        "query-list-bounded",
        M,
        "services/tariffs/src/routes/tariffs.ts",
        41,
        "GET /tariffs returns every row of tariffs: no limit",
        evidence="const rows = await db.selectFrom('tariffs').selectAll().execute()",
        impact="One request reads 240,000 rows.",
        fix="Take `limit` and `cursor`, with an upper bound of 200.",
        confidence=Confidence.LIKELY,
    ),
    finding(
        "web-routes-lazy",
        L,
        "web/src/router.tsx",
        3,
        "14 of 14 pages are imported at start",
        evidence="import { BerthMap } from './pages/BerthMap'",
        impact="The first visit downloads the whole application.",
        fix="Use `React.lazy` for pages behind a click.",
    ),
    finding(
        "env-secret-fallback-absent",
        H,
        "services/gateway/src/auth.ts",
        17,
        "SESSION_SECRET falls back to a value that stands in the source",
        evidence="process.env.SESSION_SECRET ?? 'ti***'",
        impact="Whoever reads the source can sign sessions when the variable is missing.",
        fix="Throw when the variable is missing.",
    ),
)
ACCEPTED_FINDINGS = (
    finding(
        "docker-user-nonroot",
        M,
        "services/tariffs/Dockerfile",
        24,
        "the server runs as root",
        evidence='CMD ["node", "dist/server.js"]',
        fix="`USER node`",
        suppressed="binds port 80 until the proxy moves, TIDE-411",
    ),
    finding(
        "compose-limits-set",
        L,
        "compose.tools.yaml",
        3,
        "none of 2 services sets a memory limit",
        evidence="services:",
        suppressed="in the baseline",
    ),
)
EXCERPTS = {
    "services/berths/Dockerfile:31": [
        (28, "COPY --from=build /app/.venv /app/.venv"),
        (29, "ENV PATH=/app/.venv/bin:$PATH"),
        (30, "EXPOSE 7000"),
        (31, "HEALTHCHECK CMD curl -f http://localhost:7000/health"),
        (32, ""),
        (33, 'CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "7000"]'),
    ],
    ".github/workflows/release.yml:58": [
        (55, "  deploy-production:"),
        (56, "    if: startsWith(github.ref, 'refs/tags/v')"),
        (57, "    runs-on: ubuntu-24.04"),
        (58, "    needs: [build-images]"),
        (59, "    environment: production"),
        (60, "    steps:"),
        (61, "      - uses: actions/checkout@v5"),
    ],
    "services/berths/app/bookings.py:88": [
        (85, "    bookings = session.scalars(query.limit(page.size)).all()"),
        (86, "    out = []"),
        (87, "    for booking in bookings:"),
        (88, "        berth = session.get(Berth, booking.berth_id)"),
        (89, "        # the tariff may have changed since the booking was made"),
        (90, "        tariff = session.get(Tariff, booking.tariff_id)"),
        (91, "        out.append(BookingOut.build(booking, berth, tariff))"),
    ],
    "deploy/k8s/berths.yaml:36": [
        (33, "  ports:"),
        (34, "    - name: http"),
        (35, "      port: 80"),
        (36, "      targetPort: 8080"),
        (37, "---"),
    ],
}


def service(name: str, file: str, first: int, last: int, *, group: str = "") -> MapNode:
    """A service on the map, at some lines of its file."""
    place = Place(file, first, 3)
    spans = (Span(file, first, last),)
    return MapNode(f"service:{file}:{name}", "service", name, group or file, place, spans)


def port(owner: MapNode, number: int, line: int, state: str = "listens") -> MapNode:
    """A port of a service."""
    assert owner.place is not None
    path = owner.place.path
    return MapNode(
        f"port:{path}:{owner.title}:{number}", "port", str(number), owner.id,
        Place(path, line, 7), (Span(path, line, line),), state,
    )  # fmt: skip


def tidewater_map() -> DeploymentMap:
    """The booking platform's deployment: a pipeline, three images, four services."""
    berths = service("berths", "compose.yaml", 12, 30)
    gateway = service("gateway", "compose.yaml", 31, 44)
    store = service("postgres", "compose.yaml", 45, 60)
    pods = service("Deployment/berths", "deploy/k8s/berths.yaml", 1, 25)
    path = "services/berths/Dockerfile"
    built = MapNode(f"image:{path}", "image", path, "built here", Place(path, 1), (Span(path),),
                    "built", ("from debian:12-slim",))  # fmt: skip
    nginx = MapNode("image:nginx:1.27", "image", "nginx:1.27", "from a registry", None, (),
                    "foreign")  # fmt: skip
    postgres = MapNode("image:postgres:16", "image", "postgres:16", "from a registry", None, (),
                       "foreign")  # fmt: skip
    flow = ".github/workflows/release.yml"
    release = MapNode(f"pipeline:{flow}", "pipeline", "release.yml", "GitHub Actions",
                      Place(flow, 1), (Span(flow),))  # fmt: skip
    web, claimed = port(gateway, 80, 35), port(gateway, 9090, 36, "unknown")
    api, lost = port(berths, 4000, 16), port(pods, 8080, 20, "nobody")
    data = port(store, 5432, 50)
    key = MapNode("key:PORT", "key", "PORT", "configuration", Place("compose.yaml", 18),
                  details=("read nowhere",))  # fmt: skip
    return DeploymentMap(
        (built, nginx, postgres, release, berths, gateway, store, pods, web, claimed, api, lost,
         data, key),
        (
            MapEdge(release.id, built.id, "builds", Place(flow, 40), "step build"),
            MapEdge(built.id, berths.id, "runs", Place("compose.yaml", 13)),
            MapEdge(built.id, pods.id, "runs", Place("deploy/k8s/berths.yaml", 18), "berths"),
            MapEdge(nginx.id, gateway.id, "runs", Place("compose.yaml", 32)),
            MapEdge(postgres.id, store.id, "runs", Place("compose.yaml", 46)),
            MapEdge(berths.id, api.id, "listens", Place("services/berths/src/main.rs", 30)),
            MapEdge(gateway.id, berths.id, "needs", Place("compose.yaml", 40), "started after"),
            MapEdge(berths.id, data.id, "asks", Place("compose.yaml", 20), "DATABASE_URL"),
            MapEdge(gateway.id, api.id, "asks", Place("gateway/nginx.conf", 9), "proxy_pass", True),
            MapEdge(berths.id, key.id, "sets", Place("compose.yaml", 18), "compose"),
        ),
    )  # fmt: skip


def thirty_services() -> DeploymentMap:
    """Three compose files with ten services each, every one asking the next."""
    nodes: list[MapNode] = []
    edges: list[MapEdge] = []
    services = []
    for number in range(30):
        file = f"stacks/{'abc'[number // 10]}/compose.yaml"
        one = service(f"service-{number:02}", file, number % 10 * 9 + 1, number % 10 * 9 + 9)
        services.append(one)
        path = f"services/service-{number:02}/Dockerfile"
        image = MapNode(f"image:{path}", "image", path, "built here", Place(path, 1),
                        (Span(path),), "built")  # fmt: skip
        ports = [port(one, 3000 + number, number % 10 * 9 + 4), port(one, 9000, number % 10 * 9 + 5,
                 "unknown")]  # fmt: skip
        nodes += [image, one, *ports]
        edges.append(MapEdge(image.id, one.id, "runs", one.place))
        if number:
            before = services[number - 1]
            edges.append(MapEdge(before.id, ports[0].id, "asks", before.place, "URL",
                                 number % 7 == 0))  # fmt: skip
    return DeploymentMap(tuple(nodes), tuple(edges))


def believable() -> Run:
    """A harbour's booking platform: findings in pillars 2, 3 and 5 and every outcome."""
    by_check: dict[str, list[Finding]] = {}
    for one in (*BELIEVABLE_FINDINGS, *ACCEPTED_FINDINGS):
        by_check.setdefault(f"{one.check} {one.place.path}", []).append(one)
    items = [
        item(members[0].check, members[0].place.path, *members) for members in by_check.values()
    ]
    healthy = {
        "docker-multi-stage": ("services/berths/Dockerfile", "services/tariffs/Dockerfile"),
        "docker-healthcheck-served": ("services/tariffs/Dockerfile",),
        "compose-references-exist": ("compose.yaml",),
        "ci-gates-effective": (
            ".github/workflows/release.yml",
            ".github/workflows/test.yml",
            ".github/workflows/nightly.yml",
        ),
        "deploy-config-parses": ("compose.yaml", "compose.prod.yaml", "deploy/k8s/berths.yaml"),
        "cache-key-invalidated": ("berths:list", "tariffs:current"),
        "env-secrets-not-committed": ("",),
        "query-not-in-loop": ("services/tariffs",),
    }
    items += [item(check, subject) for check, names in healthy.items() for subject in names]
    items += [
        skipped("k8s-hpa-present", "not-renderable: helm is not on PATH", "deploy/chart"),
        skipped("db-indexes-applied", "no-server: give a database with --recon-dsn"),
        skipped("rust-lockfile-committed", "no-input: no Cargo.toml in the repository"),
        skipped(
            "ports-consistent", "unresolved: the port of gateway is ${GATEWAY_PORT}", "gateway"
        ),
        crashed(
            "env-syntax-portable",
            "config/legacy.env.example",
            "the check crashed: IndexError: string index out of range (env/syntax_portable.py:37)",
        ),
    ]
    items.sort(key=lambda one: (one.check, one.subject))
    return Run("tidewater", H, tuple(items), cycle=3, excerpts=EXCERPTS, deployment=tidewater_map())


HOSTILE_TEXTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a | b || c \\| d",
    "`tick` ``double`` ```triple``` `open",
    "first\nsecond\n\n# heading\n- list",
    "[click](javascript:alert(1)) ![pic](http://evil.example/x.png)",
    "@octocat mentions #123 and GH-7 and org/repo#9",
    "\x1b[31mred\x1b[0m \x07 \x00 \u202egnp.exe\u202c",
    "</style></script><!-- --> ]]> &amp; &lt;",
    "{{ 7 * 7 }} {% raw %} ${HOME} $(id) $x$",
    "**bold** __bold__ ~~gone~~ _em_ *em*",
    "https://evil.example/a www.evil.example mail@evil.example :smile:",
    "1. one",
    "- dash",
    "+",
    "====",
    "surrogate \udcff name",
    "\u6e2f\u53e3\u7ba1\u7406 \u0645\u064a\u0646\u0627\u0621",
    "x" * 300,
    "'\"><svg/onload=alert(1)>",
    "$$\\frac{1}{2}$$ [^1] [ref][1]",
    "|---|---|",
    "    indented code",
    "> quote",
    "&#60;b&#62; <b>",
    "``` fence",
    "~~~",
    "a``b`[x](y)",
)


def hostile() -> Run:
    """Every text of every finding is an attack on the report that shows it."""
    items = []
    excerpts: dict[str, list[tuple[int, str]]] = {}
    for number, words in enumerate(HOSTILE_TEXTS, 1):
        path = f"{words}/{number}"
        one = finding(
            f"hostile-{number:02}",
            Severity(number % 5),
            path,
            number,
            words,
            evidence=words,
            impact=words,
            fix=f"{words}\n\n```sh\n{words}\n```\n\n- {words}\n\n{words}",
            related=(Note(Place(path, 1), words), Note(Place(path, 2))),
            clause="a",
        )
        excerpts[str(one.place)] = [(number, words), (number + 1, words)]
        accepted = replace(one, suppressed=words, fingerprint=words)
        items.append(item(one.check, words, one, accepted, reason=f"unresolved: {words}"))
        items.append(skipped(f"hostile-skip-{number}", f"no-input: {words}", words))
        items.append(crashed(f"hostile-crash-{number}", words, f"the check crashed: {words}"))
        items.append(item(f"hostile-ok-{number}", words))
    nodes = tuple(
        MapNode(f"{kind}:{words}", kind, words, words, Place(words, number), (Span(words),),
                "nobody", (words,))
        for number, words in enumerate(HOSTILE_TEXTS, 1)
        for kind in ("service", "image", "pipeline")
    )  # fmt: skip
    edges = tuple(
        MapEdge(f"{a}:{words}", f"{b}:{words}", kind, Place(words, 1), words, True)
        for words in HOSTILE_TEXTS
        for a, b, kind in (("image", "service", "runs"), ("pipeline", "image", "builds"))
    )
    return Run(
        "<b>`x`</b> | @me", H, tuple(items), excerpts=excerpts,
        deployment=DeploymentMap(nodes, edges),
    )  # fmt: skip


def big(size: int = 2000) -> Run:
    """``size`` findings over all six pillars, as long-winded as real ones."""
    domains = ("docker", "compose", "ci", "env", "k8s", "db", "query", "cache", "web", "docs")
    items = []
    excerpts: dict[str, list[tuple[int, str]]] = {}
    for number in range(size):
        domain = domains[number % len(domains)]
        check = f"{domain}-rule-{number % 43:02}"  # 43 is prime to 10: 430 checks, one pillar each
        path = f"services/area{number % 37}/{domain}/module_{number % 211}.py"
        line = 10 + number % 900
        severity = (C, H, M, L, M, L, H, L, I, M)[(number * 7 + number // 10) % 10]
        one = replace(
            finding(
                check,
                severity,
                path,
                line,
                f"function handle_{number} runs {number % 9 + 2} queries for each row of its"
                f" result, {number % 9 * 100 + 201} for a page of 100",
                evidence=f"row = session.get(Model{number}, entry.model_id)",
                impact="Response time grows with the page; the pool is busy for its whole length.",
                fix=LOOP_FIX,
                related=tuple(
                    Note(Place(path, line + step), f"query {step} of the loop") for step in (1, 4)
                ),
            ),
            pillar=Pillar(number % 43 % 6 + 1),
        )
        source = "        total = total + await session.scalar(select(func.count()))  # step"
        excerpts[str(one.place)] = [(line + step, f"{source} {step}") for step in range(-3, 4)]
        items.append(
            replace(item(check, f"{path}#{number}", one), pillar=one.pillar, title="Healthy state")
        )
    return Run("fleet", H, tuple(items), excerpts=excerpts)


def empty() -> Run:
    """Nothing was collected."""
    return Run("nothing", H, ())
