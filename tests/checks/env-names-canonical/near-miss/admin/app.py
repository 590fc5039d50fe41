import os

from pydantic_settings import BaseSettings

# The worker calls it QUEUE_USERNAME; this is another application.
QUEUE_PASS = os.environ["QUEUE_PASS"]


class Settings(BaseSettings):
    broker_uri: str
    model_config = {"env_prefix": "ADMIN_"}
