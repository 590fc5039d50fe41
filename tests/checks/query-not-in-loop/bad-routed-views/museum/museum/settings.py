INSTALLED_APPS = ["django.contrib.auth", "rest_framework", "works", "loans"]
ROOT_URLCONF = "museum.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "museum"}}
