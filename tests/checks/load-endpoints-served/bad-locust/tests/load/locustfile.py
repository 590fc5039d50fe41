"""Run: locust -f tests/load/locustfile.py --host=http://localhost:8000"""

import random

from locust import HttpUser, between, task

PREFIX = "/api/v1"


class Customer(HttpUser):
    wait_time = between(1, 3)

    def on_start(self) -> None:
        self.client.get("/healthz")

    @task(3)
    def browse(self) -> None:
        self.client.get(f"{PREFIX}/tariffs?page={random.randint(1, 5)}", name="tariffs")
        self.client.get(PREFIX + "/rates")

    @task
    def look(self) -> None:
        with self.client.get(
            f"{PREFIX}/tariffs/{random.randint(1, 9)}/prices", catch_response=True
        ) as answer:
            if answer.status_code in (200, 404):
                answer.success()

    @task
    def change(self) -> None:
        self.client.put(url=f"{PREFIX}/tariffs", json={"name": "night"})
        self.client.request("DELETE", "/api / v1 / tariffs")
