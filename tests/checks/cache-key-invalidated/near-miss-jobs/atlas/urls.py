from django.urls import path

from regions import views

urlpatterns = [path("regions/<slug:slug>/insights/", views.insights)]
