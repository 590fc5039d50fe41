import os

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "gauges",
        "HOST": os.environ["DB_HOST"],
        "USER": "gauges",
        "PASSWORD": os.environ["DB_PASSWORD"],
        "CONN_MAX_AGE": 600,
    }
}
