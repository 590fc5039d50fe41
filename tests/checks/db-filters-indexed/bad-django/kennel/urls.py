from django.urls import path

from kennel import views

urlpatterns = [
    path("chips/<str:number>/", views.by_chip),
    path("kennels/<int:pk>/stays/", views.of_kennel),
    path("stays/", views.latest),
]
