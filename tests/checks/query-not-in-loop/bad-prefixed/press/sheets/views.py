from django.http import JsonResponse

from sheets import models


def proofs(request):
    sheets = models.Sheet.objects.order_by("title")
    texts = []
    for sheet in sheets:
        first = models.Proof.objects.filter(sheet=sheet, text__gt="").first()
        texts.append(first.text if first else "")
    return JsonResponse({"texts": texts})


def copy_titles(request):
    for sheet in models.Sheet.objects.order_by("title"):
        models.Proof.objects.create(sheet=sheet, text=sheet.title)
    return JsonResponse({})


def stamp_titles(request):
    # Only what the model itself does makes the row what it is.
    for sheet in models.Sheet.objects.order_by("title"):
        models.Stamped.objects.create(text=sheet.title)
    return JsonResponse({})


def log_titles(request):
    # Each row gets a row of its history.
    for sheet in models.Sheet.objects.order_by("title"):
        models.Logged.objects.create(text=sheet.title)
    return JsonResponse({})
