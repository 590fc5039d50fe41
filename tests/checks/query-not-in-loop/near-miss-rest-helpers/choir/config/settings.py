INSTALLED_APPS = ["django.contrib.auth", "rest_framework", "choir.songs"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "choir"}}
REST_FRAMEWORK = {
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
}
