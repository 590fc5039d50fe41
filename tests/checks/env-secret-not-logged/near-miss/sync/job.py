import logging
import os

logger = logging.getLogger(__name__)

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
credentials_path = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "service-account.json")


def connect() -> None:
    # The other arm runs only when the address holds no credentials.
    logger.info(f"queue: {REDIS_URL.split('@')[-1] if '@' in REDIS_URL else REDIS_URL}")
    if not os.path.exists(credentials_path):
        logger.error(f"no service account at {credentials_path}")
