INSTALLED_APPS = ["django.contrib.auth", "rest_framework", "brewery.batches"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "brewery"}}
REST_FRAMEWORK = {
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
}
