import os

DATABASE_URL = os.environ["DATABASE_URL"]
SECRET = os.environ["APP_SECRET"]
WORKERS = int(os.environ.get("WORKERS", "4"))
