import anthropic
from fastapi import APIRouter

router = APIRouter(prefix="/notes")


class Writer:
    def __init__(self) -> None:
        self.client = anthropic.Anthropic()

    async def summary(self, text: str) -> str:
        answer = self.client.messages.create(model="m", max_tokens=100, messages=[])
        return answer.content[0].text

    async def title(self, text: str) -> str:
        answer = self.client.messages.create(model="m", max_tokens=20, messages=[])
        return answer.content[0].text

    async def tags(self, text: str) -> str:
        answer = self.client.messages.create(model="m", max_tokens=50, messages=[])
        return answer.content[0].text


writer = Writer()


@router.post("/summary")
async def summary(text: str):
    return await writer.summary(text)


@router.post("/title")
async def title(text: str):
    return [await writer.title(text), await writer.tags(text)]
