"""Functions that answer requests by their head: attributes, decorators, extractors."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import FileOutline, OutlinedFunction

__all__ = ["answers_by_form"]

_RUST_ROUTE = regex(
    r"#\[\s*(?:\w+::)*(?:get|post|put|patch|delete|head|options|trace|route|routes)\s*[(\]]"
)
_RUST_EXTRACTOR = regex(r"\bweb::(?:Data|Json|Path|Query|Form|Payload|Bytes|Header|ReqData)\b")
_RUST_SHORT = regex(
    r"^&?(?:mut )?(?:\w+::)*(Json|State|Path|Query|Extension|Form|TypedHeader|Multipart|Data"
    r"|HttpRequest|CookieJar|WebSocketUpgrade|Payload|Request)\b"
)
_RUST_SERVERS = frozenset({"actix_web", "axum", "axum_extra", "actix_multipart", "poem", "ntex"})
_PYTHON_ROUTE = regex(
    r"@\s*[\w.]+\.(?:get|post|put|patch|delete|head|options|route|websocket|api_route|view)\s*\("
    r"|@\s*(?:[\w.]+\.)?api_view\s*\("
)
_PYTHON_VIEW = regex(
    r"(?:APIView|ViewSet|ViewSetMixin|GenericAPIView|MethodView|HTTPEndpoint|ListView|DetailView"
    r"|CreateView|UpdateView|DeleteView|FormView|TemplateView|RequestHandler|Resource|^View|\.View)$"
)
_PYTHON_VERBS = frozenset(
    {
        "get", "post", "put", "patch", "delete", "head", "options", "list", "create", "retrieve",
        "update", "partial_update", "destroy", "get_queryset", "get_context_data", "form_valid",
        "dispatch", "perform_create", "perform_update", "perform_destroy",
    }
)  # fmt: skip
_NEST_ROUTE = regex(
    r"@(?:Get|Post|Put|Patch|Delete|Head|Options|All|MessagePattern|Query|Mutation|ResolveField"
    r"|SubscribeMessage)\s*\("
)
_NEXT_FILE = regex(r"(?:^|/)app/(?:.*/)?route\.[mc]?[jt]sx?$")
_NEXT_API = regex(r"(?:^|/)pages/api/.*\.[mc]?[jt]sx?$")
_VERBS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


def answers_by_form(language: str, path: str, one: FileOutline) -> Iterator[int]:
    """Positions of the functions of a file that answer requests by their form."""
    if language == "rust":
        served = any(used and used[0] in _RUST_SERVERS for _, used in one.imports)
        for index, function in enumerate(one.functions):
            if not function.is_test and not function.bodiless and _rust(function, served):
                yield index
    elif language == "python":
        for index, function in enumerate(one.functions):
            if not function.is_test and _python(function):
                yield index
    elif language:
        nested = any(used[:1] and used[0].startswith("@nestjs/") for _, used in one.imports)
        for index, function in enumerate(one.functions):
            if function.is_test or function.bodiless:
                continue
            by_attribute = nested and any(map(_NEST_ROUTE.match, function.attributes))
            if by_attribute or _next(path, function):
                yield index


def _rust(function: OutlinedFunction, served: bool) -> bool:
    if any(map(_RUST_ROUTE.match, function.attributes)):
        return True
    if not function.is_async or function.trait:
        return False
    for _, kind in function.parameters:
        if kind.startswith("&"):
            continue  # lent by a caller: no extractor
        if _RUST_EXTRACTOR.search(kind) or (served and _RUST_SHORT.match(kind)):
            return True
    return False


def _python(function: OutlinedFunction) -> bool:
    if any(map(_PYTHON_ROUTE.match, function.attributes)):
        return True
    if function.owner:
        return bool(function.name in _PYTHON_VERBS and _PYTHON_VIEW.search(function.trait))
    return False


def _next(path: str, function: OutlinedFunction) -> bool:
    if function.owner or not function.exported:
        return False
    if function.name in _VERBS:
        return bool(_NEXT_FILE.search(path))
    return function.name in ("handler", "default") and bool(_NEXT_API.search(path))
