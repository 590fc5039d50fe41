from app.base import Gauge, RiverGauge


def make(kind: str) -> Gauge | RiverGauge:
    return KINDS[kind]()


def check(gauge: Gauge):
    return gauge.probe()


def install(kind: str):
    return check(make(kind))
