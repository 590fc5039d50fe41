import logging
import os

logger = logging.getLogger(__name__)
redis_url = os.environ["REDIS_URL"]
logger.info("queue at %s", redis_url)
