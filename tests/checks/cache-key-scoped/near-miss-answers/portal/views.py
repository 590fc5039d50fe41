from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie, vary_on_headers
from django.views.generic import TemplateView
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.models import Opening, Plan
from portal.base import PortalView
from portal.suggestions import suggestions_for


class Suggestions(APIView):
    # what varies stands below: it is known when the answer is kept
    @method_decorator(cache_page(60 * 60))
    @method_decorator(vary_on_headers("Authorization"))
    def get(self, request):
        return Response({"results": suggestions_for(request.user)})


class Rates(PortalView):
    # rendered after both decorators: the answer is kept when it knows what it varies on
    @method_decorator(vary_on_headers("X-Region"))
    @method_decorator(cache_page(timeout=600, cache="rates"))
    def get(self, request):
        answer = Response(request.region.rates())
        answer["X-Rates"] = "daily"
        return answer


class Berths(ListAPIView):
    @method_decorator(vary_on_cookie)
    @method_decorator(cache_page(600))
    def list(self, request, *args, **kwargs):
        self.keeper = request.user
        return super().list(request, *args, **kwargs)


@vary_on_cookie
@cache_page(60)
def desk(request):
    return TemplateResponse(request, "desk.html", {"name": request.user.first_name})


@method_decorator([vary_on_cookie, cache_page(900)], name="dispatch")
class Moorings(TemplateView):
    template_name = "moorings.html"

    def get_context_data(self, **kwargs):
        return {"mine": self.request.user.moorings.all()}


@login_required
@cache_page(60 * 5)
def plans(request):
    return render(request, "plans.html", {"plans": Plan.objects.all()})


@cache_page(60)
@vary_on_cookie
def home(request):
    return render(request, "home.html", {"name": request.user.first_name})


@cache_page(600)
def greeting(request):
    response = render(request, "greeting.html", {"name": request.user.first_name})
    patch_vary_headers(response, ["Cookie"])
    return response


@cache_page(0)
def cart(request):
    return render(request, "cart.html", {"items": request.user.items.all()})


@method_decorator([cache_page(900), vary_on_cookie], name="get")
class Openings(APIView):
    def get(self, request):
        return Response(list(Opening.objects.for_user(request.user).values()))


# @cache_page(60 * 5)
def profile(request):
    return render(request, "profile.html", {"user": request.user})
