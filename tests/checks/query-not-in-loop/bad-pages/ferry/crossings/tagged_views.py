from django.views.generic import ListView

from .models import Crossing


class TaggedListView(ListView):
    """Its page is of its own name, and the list is filtered."""

    queryset = Crossing.objects.select_related("origin", "vessel")
    template_name = "crossings/tagged.html"
