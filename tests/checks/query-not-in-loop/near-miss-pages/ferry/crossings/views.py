from django.shortcuts import get_object_or_404, render
from django.views.generic import ListView

from .models import Booking, Crossing, Harbour


class CrossingListView(ListView):
    """Everything that the page shows comes along."""

    queryset = Crossing.objects.select_related("origin", "vessel")
    paginate_by = 50


class HarbourListView(ListView):
    """The page says itself for which rows it looks at the country."""

    model = Harbour
    template_name = "crossings/harbours.html"


class MixedListView(ListView):
    """What it lists is decided by the request."""

    template_name = "crossings/harbours.html"

    def get_queryset(self):
        if "departures" in self.request.GET:
            return Crossing.objects.all()
        return Harbour.objects.all()


class ValuesListView(ListView):
    template_name = "crossings/bookings.html"
    context_object_name = "bookings"

    def get_queryset(self):
        return Booking.objects.values("passenger", "crossing", "invoice")


def departures(request, pk):
    # The rows know the harbour that they were asked of.
    harbour = get_object_or_404(Harbour, pk=pk)
    rows = harbour.departures.select_related("vessel")
    return render(request, "crossings/departures.html", {"departures": rows})


def last_bookings(request):
    return render(request, "crossings/bookings.html", {"bookings": Booking.objects.all()[:5]})


def told_apart(request):
    # Another list of the same name as the rows of a loop.
    found = Booking.objects.order_by("-pk")
    return render(request, "crossings/summary.html", {"bookings": found})
