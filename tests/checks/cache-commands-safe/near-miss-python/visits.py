import redis


class Visits:
    def __init__(self, url):
        self.redis = redis.StrictRedis.from_url(url)

    def close(self, request, response):
        """A visit has one key, two after a login."""
        for visit in request.session.closed:
            self.redis.delete(f"visit:{visit}")
        response.delete_cookie("visit")

    def open(self, request):
        return self.redis.get(f"visit:{request.cookies['visit']}")
