from django.urls import path

from users import views

urlpatterns = [path("api/users/config/", views.UserConfigViewSet.as_view({"patch": "patch"}))]
