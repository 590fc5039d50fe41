import json

import redis

client = redis.Redis.from_url("redis://cache/0")


def load_ticket(ticket_id, repository):
    cached = client.get(f"ticket:{ticket_id}")
    if cached:
        return json.loads(cached)
    ticket = repository.load(ticket_id)
    client.setex(f"ticket:{ticket_id}", 900, json.dumps(ticket))
    return ticket


def close_ticket(ticket_id, repository):
    repository.close(ticket_id)
    client.delete(f"tickets:{ticket_id}")
    for key in client.scan_iter(match="ticket_list:*"):
        client.delete(key)
