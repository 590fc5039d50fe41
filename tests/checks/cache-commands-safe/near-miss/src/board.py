import redis
from app.models import Document

r = redis.Redis()


def fill(votes: dict[int, int]) -> None:
    """The query of each turn is what takes long."""
    for number, count in votes.items():
        document = Document.objects.get(pk=number)
        r.rpush("board", f"{document.slug}:{count}")
