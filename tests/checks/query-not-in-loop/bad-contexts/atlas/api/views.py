from rest_framework import viewsets

from atlas.maps.models import Loan, Sheet

from .serializers import LoanSerializer, SheetSerializer


class SheetViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Sheet.objects.order_by("title")
    serializer_class = SheetSerializer


class LoanViewSet(viewsets.ReadOnlyModelViewSet):
    """All that a library has."""

    serializer_class = LoanSerializer

    def get_queryset(self):
        return Loan.objects.filter(library=self.request.site.library)
