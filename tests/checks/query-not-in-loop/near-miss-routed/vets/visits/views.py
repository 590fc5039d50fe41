import reversion
from rest_framework import viewsets

from .models import Profile, Survey
from .serializers import ProfileSerializer, SurveySerializer


class SurveyViewSet(viewsets.ModelViewSet):
    """One survey by its link: the routes name no list."""

    serializer_class = SurveySerializer
    queryset = Survey.objects.all()


class ProfileViewSet(viewsets.ModelViewSet):
    serializer_class = ProfileSerializer

    def get_queryset(self):
        return Profile.objects.filter(user=self.request.user)


def close_surveys(request):
    for survey in Survey.objects.filter(closed=False):
        with reversion.create_revision():
            survey.closed = True
            survey.save(update_fields=["closed"])
            reversion.set_comment("Closed at the end of the year.")


def clone_surveys(request, year):
    for survey in Survey.objects.all():
        survey.clone(year)
