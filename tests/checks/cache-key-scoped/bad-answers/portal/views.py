from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie, vary_on_headers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.models import Chart, Invoice
from portal.serializers import InvoiceSerializer
from portal.suggestions import suggestions_for


class Suggestions(APIView):
    @method_decorator(vary_on_cookie)
    @method_decorator(cache_page(60 * 60))
    def get(self, request):
        return Response({"results": suggestions_for(request.user)})


class Invoices(ListAPIView):
    serializer_class = InvoiceSerializer

    def get_queryset(self):
        return Invoice.objects.filter(account=self.request.user.account)

    @method_decorator(cache_page(300))
    def list(self, request, *args, **kwargs):
        return super().list(request, *args, **kwargs)


@cache_page(60 * 5)
@login_required
def chart(request, slug):
    return render(request, "chart.html", {"chart": get_object_or_404(Chart, slug=slug)})


class Rates(APIView):
    @method_decorator(vary_on_headers("X-Region"))
    @method_decorator(
        cache_page(
            timeout=600,
            cache="rates",
        )
    )
    def get(self, request):
        return Response(request.region.rates())
