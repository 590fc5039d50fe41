from django.urls import path

from shop.views import track

urlpatterns = [path("parcels/<str:number>/", track)]
