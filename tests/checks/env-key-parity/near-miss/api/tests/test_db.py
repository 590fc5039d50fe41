import os

URL = os.environ["FERRY_FAKE_CLOCK"]
