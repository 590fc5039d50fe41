"""A live Redis, read and never written: who gets in, and what it was started with.

PING, INFO and CONFIG GET only. Each answer is waited for two seconds, all of them ten. The URL's
password and the server's own appear in no message and in no result.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis import Redis

__all__ = ["is_local", "read_redis"]

ANSWER_SECONDS = 2
TOTAL_SECONDS = 10.0
_SETTINGS = ("maxmemory", "maxmemory-policy", "appendonly", "protected-mode")
_FORM = "--recon-redis: no Redis URL; write redis://HOST[:PORT][/DATABASE]"


def read_redis(url: str, total: float = TOTAL_SECONDS) -> dict[str, Any]:
    """What a Redis says of itself, or ``{"unreachable": reason}``. Never raises because of what
    the other side does.

    ``open``: whether it answers without credentials. ``version``, ``config_file`` (empty: it was
    started without one), ``settings`` and ``endless_share`` (per cent of the keys without a time to
    live) are ``None`` where it does not tell.
    """
    try:
        import redis  # noqa: F401
    except ImportError:
        return {
            "unreachable": "--recon-redis: needs the redis package; install it with"
            " pip install 'pytest-reconaudit[live]'"
        }
    result: dict[str, Any] = {}

    def work() -> None:
        result.update(_read(url))

    # A server that sends one byte a second keeps every time-out of a socket content.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(total)
    if not result:
        return {"unreachable": f"--recon-redis: no answer within {total:g} s"}
    return dict(result)


def is_local(url: str) -> bool:
    """Whether the URL names this machine, or a socket on it."""
    if url.startswith("unix:"):
        return True
    match = re.match(r"[a-z]+://(?:[^/@]*@)?(\[[^\]]*\]|[^:/?]*)", url)
    host = match[1].strip("[]") if match else ""
    return host in ("", "localhost", "::1") or host.startswith("127.")


def _read(url: str) -> dict[str, Any]:
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.exceptions import AuthenticationError, RedisError
    from redis.retry import Retry

    options: dict[str, Any] = {
        "socket_timeout": ANSWER_SECONDS,
        "socket_connect_timeout": ANSWER_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "decode_responses": True,
        "encoding_errors": "replace",
    }
    try:
        known = Redis.from_url(url, **options)
        given = dict(known.connection_pool.connection_kwargs)
    except (ValueError, TypeError):
        return {"unreachable": _FORM}
    secret = str(given.get("password") or "")
    stranger = Redis.from_url(_anonymous(url), **options)
    try:
        is_open = _answers(stranger)
        if not is_open and not secret:
            return {"open": False, "version": None, "config_file": None, "settings": None}
        reader = stranger if is_open else known
        if not is_open:
            try:
                known.ping()
            except AuthenticationError:
                return {"unreachable": "--recon-redis: the server refuses these credentials"}
        server = _asked(lambda: reader.info("server"))
        settings = _asked(lambda: reader.config_get(*_SETTINGS))
        keyspace = _asked(lambda: reader.info("keyspace"))
    except (RedisError, OSError, ValueError) as error:
        return {"unreachable": f"--recon-redis: {_clean(error, secret)}"}
    finally:
        known.close()
        stranger.close()
    return {
        "open": is_open,
        "version": str(server.get("redis_version", "")) if server else None,
        "config_file": str(server.get("config_file", "")) if server else None,
        "settings": {str(key): str(value) for key, value in settings.items()} if settings else None,
        "endless_share": _endless_share(keyspace),
    }


def _endless_share(keyspace: dict[str, Any]) -> int | None:
    """Per cent of the keys of all databases that have no time to live."""
    keys = endless = 0
    for counts in keyspace.values():
        if isinstance(counts, dict):
            number, expiring = counts.get("keys"), counts.get("expires")
            if isinstance(number, int) and isinstance(expiring, int):
                keys += number
                endless += max(number - expiring, 0)
    return 100 * endless // keys if keys else None


def _anonymous(url: str) -> str:
    """The same server without credentials, wherever the URL holds them."""
    bare = re.sub(r"^([a-z]+://)[^/@]*@", r"\1", url, count=1)
    return re.sub(r"([?&])(?:password|username)=[^&]*", r"\1", bare)


def _answers(client: Redis) -> bool:
    """Whether a PING without credentials is answered.

    Raises what the library raises when there is no connection at all.
    """
    from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError

    try:
        client.ping()
    except (AuthenticationError, NoPermissionError):
        return False
    except ResponseError as error:
        if str(error).startswith(("NOAUTH", "DENIED", "NOPERM")):
            return False
        raise
    return True


def _asked(question: Callable[[], Any]) -> dict[str, Any]:
    """An answer, or nothing when the server forbids the question."""
    from redis.exceptions import ResponseError

    try:
        answer = question()
    except ResponseError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _clean(error: Exception, secret: str) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    if secret:
        text = text.replace(secret, "***")
    return re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", text)[:300]
