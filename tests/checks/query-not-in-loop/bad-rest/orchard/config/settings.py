INSTALLED_APPS = ["django.contrib.auth", "rest_framework", "orchard.harvests"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "orchard"}}
REST_FRAMEWORK = {
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
}
