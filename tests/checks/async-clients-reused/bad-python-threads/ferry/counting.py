import requests

from ferry.aside import aside


@aside
def count_aside(request):
    count(request)


def count(request):
    requests.post("https://counts.example", data={"path": request.path})
