"""A cache has a size, and throws away what is old when it is full."""

from pytest_reconaudit.api import CacheMemory, Severity, SkipReason, audit, report, skip


@audit(
    pillar=2,
    severity=Severity.HIGH,
    impact="The cache grows until the machine kills it, or refuses every write when it is full.",
    fix="""
    Give Redis a limit below its container's memory, and a policy that suits a cache; a queue gets
    an instance of its own with `noeviction`:

    ```yaml
    redis:
      command: ["redis-server", "--maxmemory", "512mb", "--maxmemory-policy", "allkeys-lfu"]
    ```

    In the process use a cache with a capacity: `moka`, `lru`, `lru-cache`, `functools.lru_cache`.
    """,
)
def cache_memory_bounded(cache_memory: CacheMemory) -> None:
    """Every cache has a bound: Redis by maxmemory and an evicting policy, a map by its size.

    Why: what is cached is bounded by nothing else; TTLs only bound how long, not how much.
    Decides: for the Redis of each compose file whose settings are told by command or mounted
    configuration, when code uses it as a cache: (a) no maxmemory: medium, low when every write has
    a TTL; (b) maxmemory with noeviction: medium; (c) a queue lives there too (Bull, Celery, Sidekiq
    …) and the policy is allkeys-*: jobs are thrown away; (d) volatile-* while a fifth of the keys
    or more have no TTL (live). Files for development and tests, stacks that only hold what a
    program on the host needs, and one Redis of several whose name does not tell its part: a note.
    (e) A map that lives as long as the process is filled as a cache under ids, addresses or texts,
    and nothing in its file looks at its size or takes anything out: medium when a request fills it
    under texts that it brings, else a note. Maps of locks pass.
    With `--recon-redis` the running server is asked for its settings too.
    Blind spots: managed Redis, settings made at run time, maps whose keys are few by nature.
    """
    for one in cache_memory.faults:
        report(
            at=one.place,
            says=one.says,
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.evidence,
            related=one.proof,
            clause=one.clause,
            key=one.name,
        )
    if cache_memory.unreachable:
        skip(SkipReason.NO_SERVER, cache_memory.unreachable)
    if cache_memory.unknown:
        skip(SkipReason.UNRESOLVED, cache_memory.unknown)
