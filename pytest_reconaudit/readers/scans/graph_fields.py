"""The fields of a GraphQL schema that a source file declares or answers."""

from __future__ import annotations

from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.graph_python import read_graph_python
from pytest_reconaudit.readers.graph_records import (
    ROOT,
    GraphAnswer,
    GraphCall,
    GraphFile,
    GraphResolver,
)
from pytest_reconaudit.readers.graph_script import read_graph_script
from pytest_reconaudit.readers.scanning import SCRIPT, scan

__all__ = ["ROOT", "GraphAnswer", "GraphCall", "GraphFile", "GraphResolver", "graph_fields"]

_WORDS = (
    "@ResolveField", "@ResolveProperty", "@FieldResolver", "@ObjectType", "@Query(", "esolvers",
    "gql`", "#graphql", "typeDefs", "buildSchema", "@QueryHandler", "GraphQL */",
)  # fmt: skip
_MAPPED = ("resolver", "graphql", "schema")


def _wants(text: str, path: str) -> bool:
    if path.endswith(".py"):
        return "strawberry" in text or "graphene" in text or "def resolve_" in text
    return any(word in text for word in _WORDS) or any(word in path for word in _MAPPED)


@scan("python", *SCRIPT, record=GraphFile, wants=_wants)
def graph_fields(code: Code) -> GraphFile | None:
    """The answers and the resolvers of one file."""
    return read_graph_python(code) if code.language == "python" else read_graph_script(code)
