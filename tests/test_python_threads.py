"""How calls that keep an event loop of Python waiting are moved: in the words of the very call."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.asynchronous.waiting import waiting_calls
from pytest_reconaudit.model import Severity
from pytest_reconaudit.target import Target

HEAD = """\
import shutil
import time

import anthropic
import bcrypt
import requests
from fastapi import FastAPI

app = FastAPI()


"""
LOGIN = """\
def check(word, hashed):
    return bcrypt.checkpw(word, hashed)


class Keeper:
    def enter(self, name, word):
        return check(word, known(name))


keeper = Keeper()


@app.post("/plain")
def plain(name: str, word: bytes):
    return keeper.enter(name, word)


@app.post("/login")
async def login(name: str, word: bytes):
    await seen(name)
    return keeper.enter(name, word)
"""
PLAIN = """\
@app.get("/rates")
async def rates():
    return requests.get("https://rates.example", timeout=3).json()
"""
AWAITING = """\
@app.get("/rates")
async def rates(name: str):
    await seen(name)
    return requests.get(f"https://rates.example/{name}", timeout=3).json()
"""
SLEEPS = """\
@app.get("/rates")
async def rates(name: str):
    await seen(name)
    for attempt in range(3):
        try:
            return await ask(name)
        except OSError:
            time.sleep(2**attempt)
"""
ASKS = """\
class Writer:
    def __init__(self):
        self.client = anthropic.Anthropic(api_key=KEY)

    async def write(self, text):
        await seen(text)
        return self.client.messages.create(model="m", messages=[text])


writer = Writer()


@app.post("/texts")
async def texts(text: str):
    return await writer.write(text)
"""
WRITES = """\
@app.post("/files")
async def files(name: str):
    await seen(name)
    shutil.copy2(name, name + ".old")
    with open(name, "wb") as file:
        file.write(await body())
"""


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (LOGIN, "await asyncio.to_thread(keeper.enter, name, word)"),
        (PLAIN, "`rates` awaits nothing: write `def` in place of `async def`"),
        (AWAITING, 'to_thread(requests.get, f"https://rates.example/{name}", timeout=3)'),
        (SLEEPS, "await asyncio.sleep(2**attempt)"),
        (ASKS, "`anthropic.AsyncAnthropic`"),
        (WRITES, 'await asyncio.to_thread(shutil.copy2, name, name + ".old")'),
    ],
)
def test_the_very_call_goes_to_a_thread(body: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(HEAD + body)
    (one,) = [one for file in waiting_calls(Target(tmp_path)) for one in file.functions]
    assert wanted in one.fix


def test_a_request_is_told_that_keeps_the_loop_waiting(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(HEAD + LOGIN)
    (tmp_path / "requirements.txt").write_text("fastapi\nbcrypt\n")
    (one,) = [one for file in waiting_calls(Target(tmp_path)) for one in file.functions]
    assert one.route == "POST /login"  # not /plain, which waits on a thread


def test_what_sleeps_before_it_tries_again_does_so_seldom(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(HEAD + SLEEPS)
    (one,) = [one for file in waiting_calls(Target(tmp_path)) for one in file.functions]
    assert one.severity is Severity.MEDIUM
