from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class DriverOut(Answer):
    id: int
    name: str


class ParcelOut(Answer):
    id: int
    weight: int


class StopOut(Answer):
    id: int


class TourShort(Answer):
    id: int
    day: str
    stops: list[StopOut] = []


class TourOut(TourShort):
    driver: DriverOut | None = None
    parcels: list[ParcelOut] = []
