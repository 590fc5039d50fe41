import yaml

from .base import *

with open("tides.yml", encoding="utf-8") as file:
    globals().update(yaml.safe_load(file))
