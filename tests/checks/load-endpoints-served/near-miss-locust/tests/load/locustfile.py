from locust import FastHttpUser, task
from locust.contrib.fasthttp import FastHttpSession

from app.paths import path_of


class Customer(FastHttpUser):
    host = "http://localhost:8000"

    @task
    def browse(self) -> None:
        self.client.get("/health?deep=1")
        self.client.get("/api/v1/tariffs/")
        self.client.post("/api/v1/tariffs", json={})
        # self.client.get("/api/v2/tariffs")
        self.client.get(path_of("rates"))
        self.client.get("https://rates.example.com/today")
        self.docker.client.get("/containers/json")

    @task
    def gone(self) -> None:
        with self.client.get("/api/v1/rates", catch_response=True) as answer:
            if answer.status_code == 404:
                answer.success()


class Partner(FastHttpSession):
    """Another API."""

    def fetch(self, client: "Client") -> None:
        client.get("/partners")
