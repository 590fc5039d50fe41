"""A small repository that several tests audit: one failing, one advisory, one healthy subject."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "app/package.json": '{"name": "shop", "scripts": {"build": "vite build"}}\n',
    "app/Dockerfile": (
        "FROM node:22-bookworm\n"
        "WORKDIR /app\n"
        "COPY package.json ./\n"
        "RUN npm install\n"
        "RUN npm run build\n"
        'CMD ["npx", "serve", "dist"]\n'
    ),
    "worker/Dockerfile": (
        'FROM python:3.12-slim\nCOPY worker.py /\nCOPY missing.py /\nCMD ["python", "/worker.py"]\n'
    ),
    "worker/worker.py": "print('hello')\n",
    "docker-compose.yml": (
        "services:\n"
        "  app:\n"
        "    build: ./app\n"
        "  worker:\n"
        "    build: ./worker\n"
        "    env_file: worker.env\n"
        "  db:\n"
        "    image: postgres:16\n"
        "    volumes:\n"
        "      - data:/var/lib/postgresql/data\n"
        "volumes:\n"
        "  data: {}\n"
    ),
}
"""``worker.env`` is not there (high), the app ships its build tools (medium)."""


def write(root: Path) -> Path:
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root
