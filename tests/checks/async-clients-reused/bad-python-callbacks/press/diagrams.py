import requests


class DiagramService:
    def drawn(self, source):
        return requests.post("http://diagrams.internal/svg", data=source).text
