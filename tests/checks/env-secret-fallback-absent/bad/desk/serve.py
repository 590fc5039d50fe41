import os

QUEUE = os.getenv("RABBITMQ_HOST", "queue")
QUEUE_PASSWORD = os.getenv("RABBITMQ_PASSWORD", "guest")
