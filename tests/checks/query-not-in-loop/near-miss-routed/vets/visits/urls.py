from django.urls import path

from .views import SurveyViewSet, clone_surveys, close_surveys

survey = SurveyViewSet.as_view(
    {
        "get": "retrieve",
        "patch": "partial_update",
    }
)

urlpatterns = [
    path("surveys/<uuid:pk>", survey, name="survey"),
    path("surveys/close", close_surveys),
    path("surveys/clone/<int:year>", clone_surveys),
]
