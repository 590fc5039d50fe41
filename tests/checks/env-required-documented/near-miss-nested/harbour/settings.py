from pydantic import BaseModel
from pydantic_settings import BaseSettings


class Tides(BaseModel):
    station: str


class Settings(BaseSettings):
    # Handed over by whoever makes the settings; no variable holds it.
    tides: Tides
    harbour_name: str


settings = Settings(tides=Tides(station="quay"))
