INSTALLED_APPS = ["rest_framework", "mill.grain"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "mill"}}
