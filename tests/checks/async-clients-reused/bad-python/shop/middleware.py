import requests


class FlagsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.known = requests.get("https://flags.example/all").json()

    def __call__(self, request):
        request.flags = requests.post("https://flags.example", json={"user": request.user.id}).json()
        return self.get_response(request)
