import os

import yaml

from tides.settings.base import *

with open(os.environ["TIDES_CFG"], encoding="utf-8") as file:
    vars().update(yaml.safe_load(file))
