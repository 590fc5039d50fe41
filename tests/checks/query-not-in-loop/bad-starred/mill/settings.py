ROOT_URLCONF = "mill.urls"
