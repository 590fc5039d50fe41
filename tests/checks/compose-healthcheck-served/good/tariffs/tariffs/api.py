from fastapi import APIRouter

router = APIRouter(tags=["tariffs"])


@router.get("/ready")
def ready() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/zones/{zone}")
def zone(zone: str) -> dict[str, str]:
    return {"zone": zone}
