from django.urls import include, path
from rest_framework.routers import DefaultRouter

from . import views

router = DefaultRouter()
router.register("deliveries", views.DeliveryViewSet)

urlpatterns = [
    path("", include(router.urls)),
    path("crates/", views.CrateList.as_view()),
    path("growers/", views.GrowerList.as_view()),
    path("crates/heavy/", views.HeavyCrates.as_view()),
    path("deliveries/close/", views.CloseDeliveries.as_view()),
]
