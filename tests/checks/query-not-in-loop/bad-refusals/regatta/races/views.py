from rest_framework.decorators import api_view
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from regatta.races.crews import crew_may_grow, full_races, judged_races, open_races
from regatta.races.models import Crew, Entry, Race
from regatta.races.serializers import EntrySerializer
from regatta.users import is_crew_admin, is_user_a_staff


class CrewsDiffer(PermissionDenied):
    default_detail = "Only for those who run a crew."


@api_view(["GET"])
def entries(request):
    rows = Entry.objects.all()
    return Response(EntrySerializer(rows, many=True).data)


@api_view(["GET"])
def entries_per_race(request):
    """Tells how many crews take part."""
    if not is_user_a_staff(request.user):
        answer = {"error": "Not allowed"}
        return Response(answer, status=403)
    races = Race.objects.all()
    counts = {}
    for race in races:
        counts[race.pk] = Entry.objects.filter(race=race).count()
    return Response(counts)


@api_view(["GET"])
def entries_of_races(request):
    if not is_crew_admin(request.user):
        raise CrewsDiffer
    races = Race.objects.all()
    counts = {}
    for race in races:
        counts[race.pk] = Entry.objects.filter(race=race).count()
    return Response(counts)


@api_view(["GET"])
def entries_by_race(request):
    if not request.user.is_staff:
        counts = {}
        for race in Race.objects.all():
            counts[race.pk] = Entry.objects.filter(race=race).count()
        return Response(counts)
    return Response({})


@api_view(["POST"])
def add_sailor(request, pk):
    crew = Crew.objects.get(pk=pk)
    if not crew_may_grow(crew):
        races = ", ".join(full_races(crew))
        return Response(
            {"error": f"No place is left in {races}"},
            status=406,
        )
    crew.sailors.create(license=request.data["license"])
    return Response({}, status=201)


@api_view(["GET"])
def races_for(request, pk):
    crew = Crew.objects.get(pk=pk)
    return Response(open_races(crew))


@api_view(["GET"])
def judged_for(request, pk):
    crew = Crew.objects.get(pk=pk)
    return Response(judged_races(crew))
