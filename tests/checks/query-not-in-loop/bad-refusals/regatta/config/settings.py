INSTALLED_APPS = ["rest_framework", "regatta.races"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "regatta"}}
