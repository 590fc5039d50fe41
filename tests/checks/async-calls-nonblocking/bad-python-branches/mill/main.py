import smtplib

import resend
from fastapi import FastAPI

app = FastAPI()
BY_RESEND = False


def by_resend(to: str, text: str):
    resend.Emails.send({"to": [to], "text": text})


def by_smtp(to: str, text: str):
    with smtplib.SMTP("mail.mill.example", 587, timeout=15) as mail:
        mail.sendmail("mill@mill.example", [to], text)


def tell(to: str, text: str):
    if BY_RESEND:
        by_resend(to, text)
    else:
        by_smtp(to, text)


@app.post("/ground")
async def ground(to: str):
    tell(to, "Your corn is ground.")
    return {"told": True}
