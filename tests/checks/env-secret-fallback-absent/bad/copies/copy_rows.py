import os

PG_HOST = os.getenv("PG_HOST", "localhost")
PG_PASSWORD = os.getenv("PG_PASSWORD", "app_pass")
