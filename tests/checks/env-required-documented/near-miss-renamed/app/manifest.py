import json
import os

services = json.loads(os.environ["VCAP_SERVICES"])
