import asyncio
import shutil

import boto3
import httpx
import stripe
from fastapi import FastAPI, Request
from motor.motor_asyncio import AsyncIOMotorClient
from openai import AsyncOpenAI

app = FastAPI()
s3 = boto3.client("s3")
orders = AsyncIOMotorClient("mongodb://db")["shop"].orders
model = AsyncOpenAI()


@app.post("/hooks")
async def hook(request: Request):
    # the signature is computed here: no server is asked
    event = stripe.Webhook.construct_event(await request.body(), "signature", "secret")
    await stripe.Customer.retrieve_async(event["customer"])
    return await orders.find_one({"number": event["number"]})


@app.get("/links")
async def link(key: str):
    pages = s3.get_paginator("list_objects_v2")
    return s3.generate_presigned_url("get_object", Params={"Key": key}), pages


@app.post("/uploads")
async def upload(path: str):
    await asyncio.to_thread(s3.upload_file, path, "uploads", path)
    async with httpx.AsyncClient() as client:
        await client.post("https://carrier.example/uploads")
    await asyncio.to_thread(shutil.rmtree, path)


@app.get("/describe")
async def describe(text: str):
    return await model.chat.completions.create(model="small", messages=[])


@app.get("/plain")
def plain(customer: str):
    # a plain function: the framework runs it in a thread
    return stripe.Customer.retrieve(customer)
