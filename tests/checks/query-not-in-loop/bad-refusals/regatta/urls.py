from django.urls import path

from regatta.races import board, views

urlpatterns = [
    path("entries", views.entries),
    path("entries/count", views.entries_per_race),
    path("entries/races", views.entries_of_races),
    path("entries/by-race", views.entries_by_race),
    path("crews/<int:pk>/sailors", views.add_sailor),
    path("crews/<int:pk>/races", views.races_for),
    path("crews/<int:pk>/judged", views.judged_for),
    path("board", board.board),
]
