import os

# The platform's add-ons set both.
DATABASE = os.environ["DATABASE_URL"]
QUEUE = os.environ["CLOUDAMQP_URL"]

print(len(DATABASE), len(QUEUE))
