from regatta.races.models import Judge, Race, Sailor


def judges_only(crew, race):
    licenses = set(Sailor.objects.filter(crew=crew).values_list("license", flat=True))
    judges = set(Judge.objects.filter(race_id=race.pk).values_list("license", flat=True))
    return licenses <= judges


def full_races(crew):
    found = []
    for race in Race.objects.exclude(crew_limit__isnull=True):
        if judges_only(crew, race):
            continue
        found.append(race.pk)
    return found


def open_races(crew):
    found = []
    for race in Race.objects.exclude(crew_limit__isnull=True):
        if judges_only(crew, race):
            continue
        found.append(race.pk)
    return found


def is_judged_by(crew, race):
    licenses = set(Sailor.objects.filter(crew=crew).values_list("license", flat=True))
    judges = set(
        Judge.objects.filter(race_id=race.pk, state__in=["asked", "sure"]).values_list(
            "license", flat=True
        )
    )
    return licenses <= judges


def judged_races(crew):
    races = Race.objects.exclude(crew_limit__isnull=True)
    return [race.pk for race in races if is_judged_by(crew, race)]
