import markdowner
from django import template

from press.diagrams import DiagramService
from press.formulas import FormulaService

register = template.Library()


class FormulaRenderer(markdowner.Renderer):
    def __init__(self, **kwargs):
        if kwargs.pop("formulas", False):
            self.formulas = FormulaService("http://formulas.internal")
        else:
            self.formulas = None

    def block_math(self, text):
        return self.formulas.drawn(text) if self.formulas else text


class ArticleRenderer(FormulaRenderer):
    def __init__(self, **kwargs):
        self.diagrams = DiagramService() if kwargs.pop("diagrams", False) else None
        super().__init__(**kwargs)

    def block_code(self, text, language=None):
        if language == "diagram" and self.diagrams:
            return self.diagrams.drawn(text)
        return text


@register.filter
def article(text):
    renderer = ArticleRenderer(formulas=True, diagrams=True)
    return markdowner.Markdown(renderer=renderer)(text)
