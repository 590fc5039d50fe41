"""The path of a request that decorators alone say: ``@Controller("orders")``, ``@Get("open")``."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.code.functions import Ref, outlined
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["decorated_path"]

_GET = regex(r"@Get\(\s*(?:['\"`]([^'\"`\n]*)['\"`]\s*)?,?\s*\)")
_ABOVE = 30
"""Lines of decorators above a class."""


def decorated_path(target: Target, handler: Ref) -> str:
    """What ``@Get`` and the ``@Controller`` of its class say; empty when they do not."""
    if handler.index < 0 or handler.path.endswith((".py", ".rs")):
        return ""
    function = outlined(target, handler)
    own = next((found for one in function.attributes if (found := _GET.match(one))), None)
    if own is None or not function.owner:
        return ""
    text = target.text(handler.path)
    stands = re.search(rf"\bclass\s+{re.escape(function.owner)}\b", text)
    if stands is None:
        return ""
    above = "\n".join(text[: stands.start()].split("\n")[-_ABOVE:])
    every = _CONTROLLER.findall(above)
    if not every:
        return ""
    parts = [part.strip("/") for part in ("".join(every[-1]), own[1] or "")]
    return "/" + "/".join(part for part in parts if part)


_CONTROLLER = regex(
    r"@Controller\(\s*(?:['\"`]([^'\"`\n]*)['\"`]|\{[^{}]{0,300}?\bpath\s*:\s*['\"`]([^'\"`\n]*)['\"`][^{}]{0,300}\})?"
)
