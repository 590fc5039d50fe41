from django.urls import path

from fleet import views

urlpatterns = [
    path("pings", views.pings),
    path("pings/new", views.take_pings),
    path("pings/some", views.take_some),
    path("calls", views.take_calls),
    path("pings/asked", views.ask),
]
