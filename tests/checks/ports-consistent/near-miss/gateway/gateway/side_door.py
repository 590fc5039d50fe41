"""Answers the executor on the loopback address."""

import uvicorn


def serve(app: object) -> None:
    uvicorn.run(app, host="127.0.0.1", port=8000)
