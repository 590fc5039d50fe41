from django.views.generic import TemplateView

from .models import Loan, Sheet


class Desk(TemplateView):
    template_name = "maps/desk.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["sheets"] = Sheet.objects.filter(withdrawn=False).select_related("publisher")
        context["newest"] = Loan.objects.order_by("-pk")[:5]
        context["names"] = Loan.objects.filter(sheet__withdrawn=False).values("sheet", "reader")
        return context


class Other(TemplateView):
    """What is returned to a script is no template's."""

    template_name = "maps/other.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"loans": self.loans()}

    def loans(self):
        return Loan.objects.select_related("sheet")
