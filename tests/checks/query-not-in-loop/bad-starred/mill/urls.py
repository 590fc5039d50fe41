from django.urls import path

from mill.api.views import SacksView

urlpatterns = [path("api/sacks/", SacksView.as_view())]
