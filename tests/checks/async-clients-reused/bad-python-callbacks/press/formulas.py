import requests


class FormulaService:
    def __init__(self, url):
        self.url = url

    def drawn(self, formula):
        return self._ask(formula) or formula

    def _ask(self, formula):
        answer = requests.post(self.url, data={"q": formula})
        return answer.text if answer.ok else None
