from django.shortcuts import get_object_or_404, render
from django.views.generic import DetailView, ListView

from .models import Booking, Crossing, Harbour


class CrossingListView(ListView):
    model = Crossing
    paginate_by = 50


class HarbourListView(ListView):
    template_name = "crossings/harbours.html"
    context_object_name = "harbours"

    def get_queryset(self):
        return Harbour.objects.order_by("name")


def bookings(request):
    # The invoice is there, the crossing is not.
    found = Booking.objects.select_related("invoice").order_by("-pk")
    context = {"bookings": found, "title": "Bookings"}
    return render(request, "crossings/bookings.html", context)


class HarbourDetail(DetailView):
    def get(self, request, pk):
        harbour = get_object_or_404(Harbour, pk=pk)
        departures = harbour.departures.order_by("leaves_at")
        return render(
            request,
            "crossings/harbour.html",
            {"harbour": harbour, "departures": departures},
        )
