from ferry.counting import count_aside


class CountMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        count_aside(request)
        return self.get_response(request)
