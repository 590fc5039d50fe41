import os

ROOT_URLCONF = "kennel.urls"
INSTALLED_APPS = ["kennel"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["DB_NAME"]}}
