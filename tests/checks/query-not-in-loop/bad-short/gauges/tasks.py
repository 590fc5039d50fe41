from celery import shared_task


@shared_task
def calibrate(station, gauges):
    print(station, gauges)
