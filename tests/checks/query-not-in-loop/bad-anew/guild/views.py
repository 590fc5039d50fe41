from django.shortcuts import render
from django.views import View

from guild.filters import CraftFilter
from guild.models import Craft


class BoardView(View):
    def get(self, request):
        crafts = CraftFilter(request.GET, queryset=Craft.objects.all()).qs
        late = crafts.filter(tasks__state="late").prefetch_related("tasks").distinct()
        rows = []
        for craft in late:
            task = craft.tasks.filter(state="late").order_by("touched_at").first()
            rows.append({"craft": craft, "task": task})
        return render(request, "guild/board.html", {"rows": rows})


class OpenView(View):
    def get(self, request):
        rows = []
        for craft in Craft.objects.prefetch_related("tasks"):
            rows.append((craft.name, craft.tasks.filter(state="open").count()))
        return render(request, "guild/open.html", {"rows": rows})
