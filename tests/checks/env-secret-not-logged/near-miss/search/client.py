"""Says whether a key is set, and takes it out of what a server answers."""

import logging
import os

log = logging.getLogger(__name__)


def start(error: Exception) -> None:
    billing_key = os.environ["BILLING_API_KEY"]
    log.info(f"billing starts (keyed={bool((billing_key or '').strip())})")
    log.error("billing failed: %s", _safe_message(error, billing_key))


def _safe_message(error: Exception, key: str) -> str:
    return str(error).replace(key, "…")
