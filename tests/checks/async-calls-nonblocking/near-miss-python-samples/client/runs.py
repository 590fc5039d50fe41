import httpx


class Run:
    def _tell(self, rows):
        httpx.post("https://results.example", json=rows)

    async def loop(self, rows):
        for row in rows:
            self._tell([row])
            yield row
