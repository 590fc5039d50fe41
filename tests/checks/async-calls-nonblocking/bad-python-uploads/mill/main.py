import json
import os
import shutil
import zipfile

from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/grists")
async def take_in(sheet: UploadFile, folder: str):
    with open(os.path.join(folder, "sacks.json")) as known:
        sacks = json.load(known)
    with open(os.path.join(folder, sheet.filename), "wb") as kept:
        while True:
            piece = await sheet.read(65_536)
            if not piece:
                break
            kept.write(piece)
    return {"sacks": len(sacks)}


@app.post("/grists/unpacked")
async def unpack(sheet: UploadFile, folder: str):
    name = await stored(sheet)
    with zipfile.ZipFile(name) as packed:
        packed.extractall(folder)
    return {"unpacked": True}


@app.post("/grists/copied")
async def copy(source: str, folder: str):
    await checked(source)
    shutil.copytree(source, folder)
    return {"copied": True}


async def stored(sheet: UploadFile) -> str:
    return sheet.filename


async def checked(source: str) -> None:
    return None
