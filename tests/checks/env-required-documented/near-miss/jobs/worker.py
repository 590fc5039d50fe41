import os

try:
    region = os.environ["HARBOUR_REGION"]
except KeyError:
    region = "north"

# set by the platform on each release
release = os.environ["SOURCE_VERSION"]
