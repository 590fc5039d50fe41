import logging

import redis.asyncio as redis

log = logging.getLogger(__name__)


async def connected() -> redis.Redis:
    return redis.from_url("redis://cache:6379")


async def remember(session_id: str) -> None:
    diag_client = await connected()
    await diag_client.setex(f"session:{session_id}", 600, "1")
    found = await diag_client.keys("session:*")
    log.warning("sessions: %d", len(found))
