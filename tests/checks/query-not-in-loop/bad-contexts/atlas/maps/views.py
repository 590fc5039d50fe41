from django.db.models import Q
from django.views.generic import DetailView, ListView, TemplateView

from .models import Loan, Reader, Scan, Sheet


class Desk(TemplateView):
    template_name = "maps/desk.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["title"] = "Desk"
        context["sheets"] = (
            Sheet.objects.filter(withdrawn=False, loans__isnull=True)
            .order_by("title")
        )
        return context


class Returns(TemplateView):
    template_name = "maps/returns.html"

    def get_context_data(self, **kwargs):
        loans = Loan.objects.filter(reader__isnull=False).order_by("-pk")
        return super().get_context_data(**kwargs) | {
            "title": "Returns",
            "loans": loans,
        }


class ScanSearch(ListView):
    """Readers are asked for first; the list is of scans."""

    model = Scan
    template_name = "maps/scans.html"

    def get_queryset(self):
        readers = Reader.objects.exclude(name="")
        return Scan.objects.filter(Q(reader__in=readers)).visible_to(self.request.user)


class ReaderPage(DetailView):
    """The loans of one reader are a handful."""

    model = Reader
    template_name = "maps/reader.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context.update({"loans": Loan.objects.filter(reader=self.object)})
        return context
