from django.conf import settings


def warnings() -> list[str]:
    found = []
    if settings.SECRET_KEY == "---":
        found.append("SECRET_KEY has its default: set one of your own")
    return found
