from fastapi import Depends, FastAPI, HTTPException

from billing.passwords import Passwords

app = FastAPI()


class Accounts:
    def __init__(self, passwords: Passwords) -> None:
        self.passwords: Passwords = passwords
        self.kept: dict[str, str] = {}

    async def enter(self, name: str, given: str) -> bool:
        return name in self.kept and self.passwords.is_right(self.kept[name], given)


def accounts() -> Accounts:
    return Accounts(Passwords(65536))


@app.post("/enter")
async def enter(name: str, given: str, found: Accounts = Depends(accounts)):
    if not await found.enter(name, given):
        raise HTTPException(401)
    return {"name": name}
