"""What a server serves, as it is gathered from units."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct, field

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.routing import (
    Endpoint,
    Gap,
    Item,
    Mount,
    RoutingFile,
    Scope,
    Unit,
    joined,
    plain_path,
)

__all__ = ["Served", "filled", "gather"]

_MAX_ROUTES = 5_000
_MAX_DEPTH = 15

Resolve = Callable[[Mount, RoutingFile], "Iterable[tuple[RoutingFile, Unit]] | None"]
"""The units that a mount means; ``None`` when it is known to register nothing."""
Constants = Callable[[str, RoutingFile], "str | None"]


class Served(Struct, eq=False):
    """Everything one server registers, paths from its root."""

    folder: str
    framework: str
    main: Place
    endpoints: list[Endpoint] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    folders: tuple[str, ...] = ()
    """Folders of the repository whose files are served by name."""


def filled(path: str, value: Callable[[str], str | None]) -> str | None:
    """A path with its ``${NAME}`` put in; ``None`` when one is unknown."""
    parts = path.split("${")
    out = [parts[0]]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        found = value(name) if brace else None
        if found is None:
            return None
        out += [found, rest]
    return plain_path("".join(out))


def gather(
    served: Served,
    items: Iterable[Item],
    file: RoutingFile,
    resolve: Resolve,
    constant: Constants,
    prefix: str = "",
    scopes: tuple[Scope, ...] = (),
    stack: tuple[int, ...] = (),
    via: tuple[Mount, ...] = (),
    doubtful: bool = False,
) -> None:
    """Add all items, mounts followed; what cannot be followed becomes a gap."""

    def put(path: str, place: Place) -> str | None:
        text = path if "${" not in path else filled(path, lambda name: constant(name, file))
        if text is None:
            # What stands before the first unknown part is known.
            begin = path.partition("${")[0].rpartition("/")[0]
            served.gaps.append(Gap(joined(prefix, begin), place, "a path that is computed"))
            return None
        return joined(prefix, text)

    for one in items:
        if len(served.endpoints) + len(served.gaps) > _MAX_ROUTES:
            served.gaps.append(Gap("", one.place, "too many routes"))
            return
        if isinstance(one, Gap):
            served.gaps.append(Gap(joined(prefix, one.prefix), one.place, one.why))
            continue
        if isinstance(one, Endpoint):
            path = put(one.path, one.place)
            if path is not None:
                if served.framework == "axum" and prefix.strip("/") and one.path == "/":
                    path = prefix.rstrip("/")  # so axum answers the root of what is nested
                inner = _moved(prefix, one.scopes)
                served.endpoints.append(
                    Endpoint(
                        method=one.method,
                        path=path,
                        place=one.place,
                        handler=one.handler,
                        scopes=(*scopes, *inner),
                        router=via[0].router if via else one.router,
                        via=tuple(mount.place for mount in via),
                        doubtful=doubtful,
                    )
                )
            continue
        path = put(one.prefix, one.place)
        if path is None:
            continue
        resolved = resolve(one, file)
        if resolved is None:
            continue
        found = list(resolved)
        if not found:
            title = "::".join(one.name) or "a router"
            served.gaps.append(Gap(path, one.place, f"{title} is not found"))
        inner = _moved(prefix, one.scopes)
        for other, unit in found:
            if id(unit) in stack or len(stack) > _MAX_DEPTH:
                continue
            chosen = _chosen(one, unit)
            if not chosen:
                continue
            gather(
                served, chosen, other, resolve, constant, path, (*scopes, *inner),
                (*stack, id(unit)), (*via, one), doubtful or len(found) > 1,
            )  # fmt: skip


def _chosen(mount: Mount, unit: Unit) -> tuple[Item, ...]:
    if mount.kind == "openapi":
        return unit.documented
    if mount.kind == "handler" and unit.own:
        return unit.own
    return (*unit.items, *unit.own)


def _moved(prefix: str, scopes: tuple[Scope, ...]) -> tuple[Scope, ...]:
    return tuple(Scope(joined(prefix, one.prefix), one.place, one.guarded) for one in scopes)
