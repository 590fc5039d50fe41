import os

import yaml

from .base import *

DEBUG = False
with open(os.environ["TIDES_CFG"], encoding="utf-8") as file:
    TABLES = yaml.safe_load(file)
