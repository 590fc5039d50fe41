ROOT_URLCONF = "fleet.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "fleet"}}
