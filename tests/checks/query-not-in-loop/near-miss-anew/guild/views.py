from django.db.models import Count, Prefetch, Q
from django.shortcuts import render
from django.views import View

from guild.filters import CraftFilter
from guild.models import Craft, Task


class BoardView(View):
    def get(self, request):
        crafts = CraftFilter(request.GET, queryset=Craft.objects.all()).qs
        tasks = Prefetch("tasks", queryset=Task.objects.filter(state="late"), to_attr="late")
        rows = []
        for craft in crafts.prefetch_related(tasks):
            rows.append({"craft": craft, "late": craft.late})
        return render(request, "guild/board.html", {"rows": rows})


class OpenView(View):
    def get(self, request):
        rows = []
        for craft in Craft.objects.annotate(n=Count("tasks", filter=Q(tasks__state="open"))):
            rows.append((craft.name, craft.n))
        for craft in Craft.objects.prefetch_related("tasks"):
            rows.append((craft.name, [one.state for one in craft.tasks.all()]))
        return render(request, "guild/open.html", {"rows": rows})


class WordsView(View):
    def get(self, request):
        words = request.GET.getlist("word")
        # no rows: what is filtered is a list of the request's own
        found = [word.strip() for word in words if word.strip()]
        return render(request, "guild/words.html", {"found": found})
