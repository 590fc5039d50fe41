INSTALLED_APPS = [
    "django.contrib.auth",
    "patients.apps.PatientsConfig",
]
