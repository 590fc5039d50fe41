import hmac


class Signer:
    def __init__(self, key: str) -> None:
        self.key = key

    def hash(self, body: str) -> str:
        return hmac.new(self.key.encode(), body.encode(), "sha256").hexdigest()

    def verify(self, body: str, signature: str) -> bool:
        return hmac.compare_digest(self.hash(body), signature)
