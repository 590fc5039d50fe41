import shutil
import smtplib

import boto3
import openai
import stripe
from fastapi import FastAPI, UploadFile
from pymongo import MongoClient

from app.reports import Archive, convert, describe

app = FastAPI()
s3 = boto3.client("s3")
orders = MongoClient("mongodb://db")["shop"].orders


@app.post("/invoices")
async def invoice(customer: str):
    found = stripe.Customer.retrieve(customer)
    return stripe.Invoice.create(customer=found.id)


@app.get("/orders/{number}")
async def order(number: str):
    return orders.find_one({"number": number})


@app.post("/scans")
async def scan(file: UploadFile):
    with open(f"/srv/scans/{file.filename}", "wb") as out:
        shutil.copyfileobj(file.file, out)
    s3.upload_file(f"/srv/scans/{file.filename}", "scans", file.filename)


@app.post("/mail")
async def mail(address: str):
    with smtplib.SMTP("mail.internal", 25) as server:
        server.sendmail("billing@example.org", address, "paid")


@app.get("/describe")
async def described(text: str):
    return describe(text, openai.OpenAI())


@app.post("/archives")
async def archive(year: int):
    return await Archive().close(year)


@app.get("/prices/{currency}")
async def price(currency: str):
    return await convert(100, currency)
