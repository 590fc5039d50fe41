import smtplib

HOST = "post.permits.example"


def tell(person, text):
    with smtplib.SMTP(HOST, timeout=10) as post:
        post.sendmail("office@permits.example", [person.email], text)
