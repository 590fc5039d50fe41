import redis

redis_client = redis.Redis()


def remember(kind, ident, value):
    # What this key is nobody can tell here.
    redis_client.set(":".join([kind, str(ident)]), value, ex=600)


def forget_invoice(ident):
    redis_client.delete(f"invoice:{ident}")
