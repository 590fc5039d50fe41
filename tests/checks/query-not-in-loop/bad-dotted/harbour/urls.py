from django.urls import path
from tours.views import CatalogueView, TourList

urlpatterns = [path("tours/", TourList.as_view()), path("catalogues/", CatalogueView.as_view())]
