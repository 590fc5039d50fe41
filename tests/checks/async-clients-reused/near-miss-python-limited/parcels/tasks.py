from celery import shared_task

from parcels.carriers import announce


@shared_task(bind=True, max_retries=5)
def announce_parcel(self, parcel: str) -> None:
    announce(parcel)
