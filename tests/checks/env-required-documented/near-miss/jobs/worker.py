import os

try:
    region = os.environ["HARBOUR_REGION"]
except KeyError:
    region = "north"
