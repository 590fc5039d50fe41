import os

SECRET_KEY = os.environ.get("TIDES_SECRET_KEY", "moor-the-boat-tonight")
