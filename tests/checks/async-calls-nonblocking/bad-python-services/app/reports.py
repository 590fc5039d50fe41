import http.client
import json
import shutil

import boto3
import openai


def describe(text, client):
    client = openai.OpenAI() if client is None else client
    asked = openai.OpenAI(timeout=20)
    return asked.chat.completions.create(model="small", messages=[{"role": "user", "content": text}])


class Archive:
    def __init__(self):
        self.bucket = boto3.resource("s3").Bucket("archives")
        self.s3 = boto3.client("s3")

    async def close(self, year):
        path = shutil.make_archive(f"/tmp/{year}", "zip", f"/srv/invoices/{year}")
        self.s3.upload_file(path, "archives", f"{year}.zip")
        return self.s3.generate_presigned_url("get_object", Params={"Key": f"{year}.zip"})


class Exchange:
    """Rates of the day, by the library that comes with Python."""

    def rates(self, currency):
        connection = http.client.HTTPSConnection("rates.example.org")
        connection.request("GET", f"/today/{currency}")
        return json.loads(connection.getresponse().read())


async def convert(amount, currency):
    return amount * Exchange().rates(currency)["eur"]
