from django.urls import include, path
from works.api import router

urlpatterns = [
    path("works/", include("works.urls")),
    path("api/", include(router.urls)),
    # path("loans/", include("loans.urls")),
]
