INSTALLED_APPS = ["django.contrib.contenttypes", "ferry.crossings"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "ferry",
    }
}
