import os

PORT = os.environ["BELL_PORT"]
ROPE = os.environ["BELL_ROPE"]
