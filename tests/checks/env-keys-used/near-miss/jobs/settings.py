from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    model_config = {"env_prefix": "JOBS_"}
    queue: str = "default"
