import os

DATABASE_URL = os.environ["DATABASE_URL"]
DB_HOST = os.getenv("DB_HOST", "localhost")
DB_VHOST = os.getenv("DB_VHOST", "/")
