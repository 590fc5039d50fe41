from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie, vary_on_headers
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.models import Opening, Plan
from portal.suggestions import suggestions_for


class Suggestions(APIView):
    # what varies stands below: it is known when the answer is kept
    @method_decorator(cache_page(60 * 60))
    @method_decorator(vary_on_headers("Authorization"))
    def get(self, request):
        return Response({"results": suggestions_for(request.user)})


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
