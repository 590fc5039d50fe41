import os

import jwt
import stripe


def receive(payload, signature, token):
    event = stripe.Webhook.construct_event(payload, signature, os.environ["STRIPE_WEBHOOK_SECRET"])
    print("event", event)
    claims = jwt.decode(token, os.environ["JWT_SECRET"], algorithms=["HS256"])
    print("claims", claims)
