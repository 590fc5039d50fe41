"""Functions that answer requests by their head: attributes, decorators, extractors."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import FileOutline, OutlinedFunction

__all__ = ["answers_by_form", "answers_outside"]

_RUST_ROUTE = regex(
    r"#\[\s*(?:\w+::)*(?:get|post|put|patch|delete|head|options|trace|route|routes)\s*[(\]]"
)
_RUST_EXTRACTOR = regex(r"\bweb::(?:Data|Json|Path|Query|Form|Payload|Bytes|Header|ReqData)\b")
_RUST_SHORT = regex(
    r"^&?(?:mut )?(?:\w+::)*(Json|State|Path|Query|Extension|Form|TypedHeader|Multipart|Data"
    r"|HttpRequest|CookieJar|WebSocketUpgrade|Payload|Request)\b"
)
_RUST_SERVERS = frozenset({"actix_web", "axum", "axum_extra", "actix_multipart", "poem", "ntex"})
_TONIC = regex(r"^(?:tonic::)?Request<")
_RESOLVER = regex(r"^&\s*(?:async_graphql::)?Context\b")
_RUST_HANDLER = regex(r"#\[\s*(?:(?:salvo|poem)::)?(?:handler|endpoint|oai)\s*[(\]]")
"""Salvo's and Poem's; others call their macros so, too."""
_PYTHON_ROUTE = regex(
    r"@\s*[\w.]+\.(?:get|post|put|patch|delete|head|options|route|websocket|api_route|view)\s*\("
    r"|@\s*(?:[\w.]+\.)?api_view\s*\("
    r"|@\s*[\w.]+\(\s*\w*(?:router|app|api|blueprint|bp)\.(?:get|post|put|patch|delete|route)\s*,"
)
_PYTHON_VIEW = regex(
    r"(?:APIView|ViewSet|ViewSetMixin|GenericAPIView|MethodView|HTTPEndpoint|ListView|DetailView"
    r"|CreateView|UpdateView|DeleteView|FormView|TemplateView|RequestHandler|Resource|^View|\.View)$"
)
_DJANGO_VIEWS = regex(r"(?:^|/)(?:\w+_)?views?(?:/(?:\w+/)*\w+)?\.py$")
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
_NEXT_PAGE = regex(r"(?:^|/)app/(?:.*/)?(?:page|layout)\.[jt]sx?$")
"""A component that Next.js renders on the server, when it is asynchronous."""
_ROUTE_MODULE = regex(r"(?:^|/)app/(?:routes/.*|root)\.[jt]sx?$")
"""A module of Remix or of React Router's framework mode."""
_KIT_ENDPOINT = regex(r"(?:^|/)\+server\.[jt]s$")
_KIT_PAGE = regex(r"(?:^|/)\+(?:page|layout)\.server\.[jt]s$")
_ACTIONS = regex(r"(?:^|/)(?:[\w-]*[-_.])?actions?(?:/(?:.*/)?[\w.-]+)?\.[jt]sx?$")
_NITRO = regex(r"(?:^|/)server/(?:api|routes)/.*\.[mc]?[jt]s$")
_REQUEST = regex(
    r"\b(?:NextApiRequest|NextRequest|FastifyRequest|GetServerSidePropsContext|LoaderFunctionArgs"
    r"|ActionFunctionArgs|LoaderArgs|ActionArgs|APIGatewayProxyEvent(?:V2)?)\b"
)
_EXPRESS = (regex(r"\b(?:express\.)?Request\b"), regex(r"\b(?:express\.)?Response\b"))
_VERBS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


def answers_by_form(language: str, path: str, one: FileOutline) -> Iterator[int]:
    """Positions of the functions of a file that answer requests by their form."""
    if language == "rust":
        roots = {used[0] for _, used in one.imports if used}
        served = not roots.isdisjoint(_RUST_SERVERS)
        for index, function in enumerate(one.functions):
            if function.is_test or function.bodiless:
                continue
            if _rust(function, served) or _by_library(function, roots):
                yield index
    elif language == "python":
        django = _DJANGO_VIEWS.search(path) is not None and any(
            used[:1] == ("django",) for _, used in one.imports
        )
        for index, function in enumerate(one.functions):
            if not function.is_test and (
                _python(function) or _comes_through(function) or (django and _django(function))
            ):
                yield index
    elif language:
        nested = any(used[:1] and used[0].startswith("@nestjs/") for _, used in one.imports)
        express = any(used[:1] == ("express",) for _, used in one.imports)
        default = next((name for given, _, name in one.exports if given == "default"), "default")
        acts = _ACTIONS.search(path) is not None and any(
            used[:1] and used[0].startswith(("next/", "next-safe-action"))
            for _, used in one.imports
        )
        for index, function in enumerate(one.functions):
            if function.is_test or function.bodiless:
                continue
            by_attribute = nested and any(map(_NEST_ROUTE.match, function.attributes))
            acted = acts and function.is_async and function.exported and not function.owner
            if (
                by_attribute
                or acted
                or _by_file(path, function, default)
                or _takes_request(function, express)
            ):
                yield index


def answers_outside(language: str, path: str, one: FileOutline) -> bool:
    """Whether what a script calls outside of its named functions is called for requests: closures
    that are given to a procedure of tRPC, a builder of loaders, an event handler or a router."""
    if not language or language in ("rust", "python") or not one.loose:
        return False
    if _ROUTE_MODULE.search(path) or _NITRO.search(path):
        return True
    return any(
        (call.name in ("query", "mutation") and "rocedure" in call.receiver)
        # A router that is mounted by its folder: no other file names it.
        or (call.name in _VERBS_OF_ROUTERS and call.receiver in _ROUTERS)
        for call in one.loose
    )


_VERBS_OF_ROUTERS = frozenset({"get", "post", "put", "patch", "delete"})
_ROUTERS = frozenset({"router", "Router"})


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


def _by_library(function: OutlinedFunction, roots: set[str]) -> bool:
    """Whether a library calls a function of Rust for requests though no route names it: a method
    of a gRPC service, a resolver of GraphQL, a handler that an attribute makes one."""
    if not function.is_async:
        return False
    kinds = [kind for _, kind in function.parameters]
    if function.trait:
        # Generated code names the trait; the status tells it from other requests.
        return "Status" in function.returns and any(map(_TONIC.match, kinds))
    if "async_graphql" in roots and function.owner:
        return any(map(_RESOLVER.match, kinds))
    return not roots.isdisjoint(("salvo", "poem", "poem_openapi")) and any(
        map(_RUST_HANDLER.match, function.attributes)
    )


def _comes_through(function: OutlinedFunction) -> bool:
    """Whether each request comes through a function: a middleware of Starlette."""
    return any(name == "call_next" for name, _ in function.parameters)


def _python(function: OutlinedFunction) -> bool:
    if any(map(_PYTHON_ROUTE.match, function.attributes)):
        return True
    if function.owner:
        return bool(function.name in _PYTHON_VERBS and _PYTHON_VIEW.search(function.trait))
    return False


def _django(function: OutlinedFunction) -> bool:
    """Whether a function of a module of views is a view: it is given the request first."""
    if function.owner or function.name.startswith("_") or not function.parameters:
        return False
    return function.parameters[0][0] == "request"


def _by_file(path: str, function: OutlinedFunction, default: str) -> bool:
    """Whether a framework calls a function because of the file in which it stands."""
    if function.owner or not function.exported:
        return False
    name = function.name
    if name in _VERBS:
        return bool(_NEXT_FILE.search(path) or _KIT_ENDPOINT.search(path))
    if name in ("loader", "action"):
        return bool(_ROUTE_MODULE.search(path))
    if name == "load":
        return bool(_KIT_PAGE.search(path))
    if name == "getServerSideProps":
        return True
    if name in (default, "default"):
        page = function.is_async and _NEXT_PAGE.search(path) is not None
        return page or _NEXT_API.search(path) is not None
    return name == "handler" and _NEXT_API.search(path) is not None


def _takes_request(function: OutlinedFunction, express: bool) -> bool:
    """Whether a function is given a request, by the types of its parameters."""
    kinds = [kind for _, kind in function.parameters if kind]
    if any(map(_REQUEST.search, kinds)):
        return True
    return (
        express
        and len(kinds) > 1
        and all(one.search(kind) is not None for one, kind in zip(_EXPRESS, kinds, strict=False))
    )
