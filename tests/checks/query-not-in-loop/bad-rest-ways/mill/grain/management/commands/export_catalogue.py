import json

from django.core.management.base import BaseCommand
from rest_framework.test import APIRequestFactory

from mill.api.views.catalogue import CatalogueViewSet


class Command(BaseCommand):
    help = "Writes what the scales' screens load, every night."

    def handle(self, *args, **options):
        view = CatalogueViewSet.as_view({"get": "list"})
        answer = view(APIRequestFactory().get("/catalogue/"))
        with open("var/catalogue.json", "w") as file:
            json.dump(answer.data, file)
