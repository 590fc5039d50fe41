"""What the chat service answers, for those who develop without it."""

# The answer of the authorisation endpoint.
# It contains NO actual tokens, and is taken from the manual.
AUTHORISED = {
    "ok": True,
    "scope": "commands,incoming-webhook",
    "bot": {
        "id": "U0KRQLJ9H",
        "access_token": "xoxb-98127364512-44120983745-kQz81TbnWm3XvRsLpYd0Hc7E",
    },
}
