import json

from django.contrib.auth.models import User
from django.http import JsonResponse
from django.shortcuts import get_object_or_404

from .models import Work


def labels(request):
    works = Work.objects.order_by("title")
    return JsonResponse({"labels": [f"{work.artist.name}: {work.title}" for work in works]})


def old_labels(request):
    works = Work.objects.order_by("title")
    return JsonResponse({"labels": [f"{work.title}, {work.artist.name}" for work in works]})


def invite_curators(request, pk):
    work = get_object_or_404(Work, pk=pk)
    for key in request.POST.getlist("curators"):
        user = User.objects.get(id=key)
        work.curators.add(user)
    curator_ids = request.POST.getlist("deputies")
    for key in curator_ids:
        user = User.objects.get(id=key, is_active=True)
        if not work.curators.filter(id=key).exists():
            work.curators.add(user)
    return JsonResponse({"title": work.title})


def change_titles(request):
    work_ids = json.loads(request.body)["works"]
    titles = []
    for key in work_ids:
        work = Work.objects.get(pk=key)
        titles.append(work.title)
    return JsonResponse({"titles": titles})


def drop_photos(request):
    data = json.loads(request.body)
    work_ids = data["works"]
    for key in work_ids:
        work = Work.objects.get(pk=key)
        work.photo.delete()
    return JsonResponse({})
