import os

if os.getenv("STORE", "disk") == "tape":
    TAPE_ROBOT = os.environ["TAPE_ROBOT_ADDRESS"]
else:
    TAPE_ROBOT = None
DEPTH_UNIT = os.environ["DEPTH_UNIT_NAME"]
