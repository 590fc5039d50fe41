import redis

redis_client = redis.Redis(host="cache")


def forget_all():
    redis_client.flushdb()


def prices(numbers):
    return [redis_client.get(f"price:{number}") for number in numbers]
