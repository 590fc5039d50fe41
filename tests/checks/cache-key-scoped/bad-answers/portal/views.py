from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie, vary_on_headers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.models import Chart, Invoice
from portal.serializers import InvoiceSerializer
from portal.suggestions import suggestions_for


class Suggestions(View):
    @method_decorator(vary_on_cookie)
    @method_decorator(cache_page(60 * 60))
    def get(self, request):
        return JsonResponse({"results": suggestions_for(request.user)})


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


class Rates(View):
    @method_decorator(vary_on_headers("X-Region"))
    @method_decorator(
        cache_page(
            timeout=600,
            cache="rates",
        )
    )
    def get(self, request):
        return HttpResponse(request.region.rates())


class Tides(APIView):
    # one of its answers is no Response, and is kept before anything above it speaks
    @method_decorator(vary_on_headers("X-Region"))
    @method_decorator(cache_page(600))
    def get(self, request):
        if request.region is None:
            return HttpResponse(status=204)
        return Response(request.region.tides())


class Berths(APIView):
    # nothing tells what the answer varies on
    @method_decorator(cache_page(600))
    def get(self, request):
        return Response({"berths": request.user.berths()})
