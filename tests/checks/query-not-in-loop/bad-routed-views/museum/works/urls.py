from django.urls import path

from . import views

urlpatterns = [
    path("labels/", views.labels, name="labels"),
    # path("labels/old/", views.old_labels, name="old_labels"),
    path("<int:pk>/curators/", views.invite_curators, name="invite_curators"),
    path("titles/", views.change_titles, name="change_titles"),
    path("photos/", views.drop_photos, name="drop_photos"),
]
