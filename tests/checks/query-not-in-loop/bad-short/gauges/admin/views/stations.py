from gauges.models import Gauge, Station


def overview(request):
    # Whoever runs the platform looks at it now and then.
    return {
        one.name: Gauge.objects.filter(station=one).count()
        for one in Station.objects.filter(closed=False)
    }
