import os

DEBUG = os.getenv("DEBUG") == "1"
if not DEBUG:
    TAPE_ROBOT = os.environ["TAPE_ROBOT_ADDRESS"]
if os.getenv("HORN") == "on":
    HORN_TONE = os.environ["HORN_TONE"]
