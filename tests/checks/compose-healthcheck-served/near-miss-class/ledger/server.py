from fastapi import FastAPI


class Ledger:
    """The server; whoever makes it brings the routers."""

    def __init__(self, status_router):
        self.status_router = status_router
        self.app = FastAPI()
        self._register()

    def _register(self):
        self.app.include_router(self.status_router, prefix="/v2")
