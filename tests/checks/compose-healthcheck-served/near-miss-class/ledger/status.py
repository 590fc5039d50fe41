from fastapi import APIRouter


class StatusRoutes:
    def __init__(self):
        self.router = APIRouter()

        @self.router.get("/alive")
        def alive():
            return {}
