"""The deployment as one graph: who builds, runs, publishes, needs and asks whom, with places.

Nothing is decided here: every relation comes from the facts that the checks use. The graph is what
a person looks at, and what the JSON report carries for other tools.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.compose.stacks import compose_files
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.env.keys import key_matrix
from pytest_reconaudit.facts.index import invocations_of
from pytest_reconaudit.facts.k8s.manifests import manifest_files
from pytest_reconaudit.facts.k8s.workloads import Workload, workloads
from pytest_reconaudit.facts.network.asks import Ask, addresses, nginx_asks
from pytest_reconaudit.facts.network.listeners import UNKNOWN, Listening
from pytest_reconaudit.facts.network.pods import PodPorts, pod_ports
from pytest_reconaudit.facts.network.programs import (
    Program,
    dockerfiles_of_image,
    program_of_container,
    program_of_dockerfile,
)
from pytest_reconaudit.facts.network.routes import route_tables, routes_of
from pytest_reconaudit.facts.network.services import Answering, answering
from pytest_reconaudit.facts.references import option_values
from pytest_reconaudit.model import DeploymentMap, MapEdge, MapNode, Place, Span
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService
from pytest_reconaudit.readers.manifest import KubeObject
from pytest_reconaudit.readers.yaml import Map
from pytest_reconaudit.target import Target, once

__all__ = ["deployment_map"]

_UNNAMED = "(image not named)"
_TERRAFORM_IMAGE = regex(r'^\s*"?(?:container_)?image"?\s*[=:]\s*"([^"\s]+[:/][^"\s]*)"')
_FLAGS = frozenset({"--rm", "--detach", "--interactive", "--tty", "--init", "--privileged",
                    "--read-only", "--no-healthcheck", "--publish-all", "--quiet"})  # fmt: skip
_SHORT_FLAGS = regex(r"-[ditPq]+")
_USER = regex(r"(?<=://)[^/@\s]{0,300}@")
_PLAIN_HOST = regex(r"[a-z][a-z0-9+.-]{0,30}://[\w.-]+(?::\d+)?(?:[/?#]|$)")


@once
def deployment_map(target: Target) -> DeploymentMap:
    """The whole graph; nodes and edges in a stable order."""
    return _Builder(target).build()


class _Builder:
    """Nodes by id, edges without repeats."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.nodes: dict[str, MapNode] = {}
        self.edges: dict[tuple[str, str, str], MapEdge] = {}
        self._heard: dict[tuple[str, str], Listening] = {}
        self.service_ids: dict[tuple[tuple[str, ...], str], str] = {}
        """(files of the stack, service name) → node, for ``depends_on``."""

    def build(self) -> DeploymentMap:
        self._images()
        self._pipelines()
        self._docker_runs()
        every = answering(self.target)
        for one in every:
            self._compose_service(one)
        for one in every:
            self._needs(one)
        self._compose_asks(every)
        pods = pod_ports(self.target)
        self._heard = {(f"service:{one.workload}", one.container): one.listening for one in pods}
        for workload in workloads(self.target):
            self._workload(workload)
        self._cluster_objects()
        self._pod_asks(pods)
        self._routes()
        self._keys()
        return DeploymentMap(tuple(self.nodes.values()), tuple(self.edges.values()))

    def node(self, node: MapNode) -> str:
        self.nodes.setdefault(node.id, node)
        return node.id

    def edge(self, edge: MapEdge) -> None:
        key = (edge.source, edge.target, edge.kind)
        known = self.edges.get(key)
        if known is None or (edge.wrong and not known.wrong):
            self.edges[key] = edge

    def extend(self, id: str, spans: Iterable[Span] = (), details: Iterable[str] = ()) -> None:
        """Say more about a node that is there."""
        from msgspec.structs import replace

        node = self.nodes[id]
        more = tuple(span for span in spans if span not in node.spans)
        said = tuple(text for text in details if text not in node.details)
        if more or said:
            self.nodes[id] = replace(
                node, spans=(*node.spans, *more), details=(*node.details, *said)
            )

    # -- images and pipelines --------------------------------------------------------------

    def _images(self) -> None:
        every = images(self.target)
        for one in dockerfiles(self.target):
            stage = every.final_stage(one)
            details = [f"from {stage.base}"] if stage is not None and stage.base else []
            self.node(
                MapNode(
                    id=f"image:{one.path}",
                    kind="image",
                    title=one.path,
                    group="built here",
                    place=Place(one.path, 1),
                    spans=(Span(one.path),),
                    state="built",
                    details=tuple(details),
                )
            )

    def _image(self, program: Program | None, written: str | None) -> str:
        if program is not None and program.dockerfile is not None:
            return f"image:{program.dockerfile.path}"
        name = written or _UNNAMED
        return self.node(
            MapNode(
                id=f"image:{name}",
                kind="image",
                title=name,
                group="from a registry",
                place=None,
                state="foreign",
            )
        )

    def _pipelines(self) -> None:
        for workflow in workflows(self.target):
            self.node(
                MapNode(
                    id=f"pipeline:{workflow.path}",
                    kind="pipeline",
                    title=workflow.path.rpartition("/")[2],
                    group="GitHub Actions",
                    place=Place(workflow.path, 1),
                    spans=(Span(workflow.path),),
                    details=tuple(f"job {job.id}" for job in workflow.jobs),
                )
            )
        every = images(self.target)
        for one in dockerfiles(self.target):
            for build in every.builds(one):
                source = f"pipeline:{build.place.path}"
                if source in self.nodes:
                    target = f"image:{one.path}"
                    self.edge(MapEdge(source, target, "builds", build.place, build.by))

    # -- compose ---------------------------------------------------------------------------

    def _compose_service(self, one: Answering) -> None:
        service, program, heard = one.service, one.program, one.listening
        id = _service_id(service)
        self.service_ids[one.stack.files, service.name] = id
        if id not in self.nodes:
            self.node(
                MapNode(
                    id=id,
                    kind="service",
                    title=service.name,
                    group=service.place.path,
                    place=service.place,
                )
            )
        self.extend(
            id,
            spans=[self._service_span(path, service.name) for path in service.files],
            details=[f"profile {one.name}" for one in service.profiles],
        )
        written = service.image
        if written is not None or program is not None:
            build = service.build
            at = service.image_place or (build.place if build is not None else service.place)
            self.edge(MapEdge(self._image(program, written), id, "runs", at))
        for port in service.ports:
            number = _number(port.target)
            if number is None:
                continue
            node = self._port(id, number, heard, port.place)
            host = f"{port.host_ip}:{port.published}" if port.host_ip else port.published
            if port.published:
                self.extend(node, details=[f"published as {host}"])
                self.edge(MapEdge(id, node, "publishes", port.place, port.written))
        for name in service.expose:
            number = _number(name.name)
            if number is not None:
                self.edge(
                    MapEdge(id, self._port(id, number, heard, name.place), "claims", name.place)
                )
        self._listens(id, heard)

    def _service_span(self, path: str, name: str) -> Span:
        starts = self._service_lines().get(path, ())
        for index, (line, known) in enumerate(starts):
            if known == name:
                last = starts[index + 1][0] - 1 if index + 1 < len(starts) else None
                return Span(path, line, last)
        return Span(path, 1, 1)

    def _service_lines(self) -> Mapping[str, Sequence[tuple[int, str]]]:
        return _service_lines(self.target)

    def _needs(self, one: Answering) -> None:
        id = _service_id(one.service)
        for need in one.service.depends_on:
            other = self.service_ids.get((one.stack.files, need.service))
            if other is not None and other != id:
                says = need.condition.replace("service_", "until ") or "started after"
                self.edge(MapEdge(id, other, "needs", need.place, says))

    def _compose_asks(self, every: Sequence[Answering]) -> None:
        """Addresses in environment values and in the configuration of proxies."""
        proxied: dict[str, list[Ask]] = {}
        for ask in nginx_asks(self.target):
            proxied.setdefault(ask.place.path, []).append(ask)
        names: dict[tuple[str, ...], dict[str, Answering]] = {}
        for one in every:
            table = names.setdefault(one.stack.files, {})
            table.update(dict.fromkeys(one.names, one))
        for one in every:
            table = names[one.stack.files]
            for entry in one.service.environment:
                known = entry.value or ""
                if not entry.resolved:
                    # A user, password or path that is not known leaves the host as it is.
                    known = _USER.sub("", known)
                if entry.resolved or _PLAIN_HOST.match(known):
                    for address in addresses(known, bare=entry.resolved):
                        other = table.get(address.host)
                        self._ask(one, other, address.port, entry.place, entry.key)
            for path in one.program.configs if one.program is not None else ():
                for ask in proxied.get(path, ()):
                    self._ask(one, table.get(ask.host), ask.port, ask.place, ask.label or "nginx")

    def _ask(
        self, one: Answering, other: Answering | None, number: int, place: Place, says: str
    ) -> None:
        if other is None or other.service.name == one.service.name:
            return
        heard = other.listening
        node = self._port(_service_id(other.service), number, heard, place)
        wrong = heard.complete and heard.on(number) is None
        self.edge(MapEdge(_service_id(one.service), node, "asks", place, says, wrong))

    def _docker_runs(self) -> None:
        """Containers that scripts and workflows start by hand, and images that Terraform names."""
        for call in invocations_of(self.target, ("docker", "podman")):
            words = call.words
            if len(words) > 2 and words[1] == "run":
                name = next(option_values(words, "--name", "--name"), "")
                image = _run_image(words)
                if image is None or "$" in image:
                    continue
                title = name if name and "$" not in name else image
                self._started(
                    f"{call.command.place.path}:{title}", title, image, call.command.place
                )
        for path in self.target.files:
            if path.endswith(".tf"):
                for number, line in enumerate(self.target.text(path).split("\n"), 1):
                    match = _TERRAFORM_IMAGE.match(line)
                    if match is not None and "${" not in match[1]:
                        place = Place(path, number, match.start(1) + 1)
                        self._started(f"{path}:{match[1]}", match[1], match[1], place)

    def _started(self, id: str, title: str, image: str, place: Place) -> None:
        known = [one for one, _, certain in dockerfiles_of_image(self.target, image) if certain]
        node = self.node(
            MapNode(
                id=f"service:{id}",
                kind="service",
                title=title,
                group=place.path,
                place=place,
                spans=(Span(place.path, place.line, place.line),),
            )
        )
        source = f"image:{known[0].path}" if known else self._image(None, image)
        self.edge(MapEdge(source, node, "runs", place))

    # -- ports -----------------------------------------------------------------------------

    def _port(self, service: str, number: int, heard: Listening, place: Place) -> str:
        state = "nobody" if heard.complete else "unknown"
        if heard.on(number) is not None:
            state = "listens"
        return self.node(
            MapNode(
                id=f"port:{service.partition(':')[2]}:{number}",
                kind="port",
                title=str(number),
                group=service,
                place=place,
                spans=(Span(place.path, place.line, place.line),) if place.line else (),
                state=state,
            )
        )

    def _listens(self, service: str, heard: Listening) -> None:
        # Of what an official image may open by itself only the first is what it is run for.
        own = [one for one in heard.listeners if one.place is not None]
        others = [one for one in heard.listeners if one.place is None]
        for one in own or others[:1]:
            node = self.node(
                MapNode(
                    id=f"port:{service.partition(':')[2]}:{one.port}",
                    kind="port",
                    title=str(one.port),
                    group=service,
                    place=one.place,
                    state="listens",
                )
            )
            self.edge(MapEdge(service, node, "listens", one.place, one.how))

    # -- Kubernetes ------------------------------------------------------------------------

    def _workload(self, workload: Workload) -> None:
        one = workload.object
        id = f"service:{workload.id}"
        group = one.path + (f" ({one.namespace})" if one.namespace else "")
        self.node(
            MapNode(
                id=id,
                kind="service",
                title=one.name,
                group=group,
                place=one.name_place,
                spans=(_object_span(self.target, one),),
                details=(
                    one.kind,
                    *([f"replicas {one.replicas}"] if one.replicas is not None else []),
                ),
            )
        )
        pod = one.pod
        for container in pod.containers if pod is not None else ():
            program = program_of_container(self.target, container)
            image = self._image(program, container.image)
            self.edge(MapEdge(image, id, "runs", container.image_place, container.name))
            heard = self._heard.get((id, container.name), UNKNOWN)
            for port in container.ports:
                if port.number is not None:
                    node = self._port(id, port.number, heard, port.place)
                    self.edge(MapEdge(id, node, "claims", port.place, port.name))
            self._listens(id, heard)

    def _cluster_objects(self) -> None:
        """Autoscalers, Services and the like belong to the workload that they are about."""
        for file in manifest_files(self.target):
            near = _workloads_by_path(self.target).get(file.path, ())
            known = {(work.object.kind, work.object.name): f"service:{work.id}" for work in near}
            for one in file.objects:
                scaled = one.spec.map("scaleTargetRef")
                id = known.get((scaled.str("kind"), scaled.str("name")))
                if id is None:
                    id = _selected(one, near)
                if id is not None:
                    self.extend(id, [_object_span(self.target, one)], [str(one)])

    def _pod_asks(self, pods: Iterable[PodPorts]) -> None:
        """Values that name a Service of the same file or of the only one of that name."""
        behind: dict[str, list[tuple[str, str, KubeObject]]] = {}
        for file in manifest_files(self.target):
            for one in file.objects:
                if one.kind == "Service":
                    id = _selected(one, _workloads_by_path(self.target).get(file.path, ()))
                    if id is not None:
                        behind.setdefault(one.name, []).append((file.path, id, one))
        for pod in pods:
            for ask in pod.asks:
                found = behind.get(ask.service.partition(".")[0], [])
                near = [one for one in found if one[0] == ask.place.path] or found
                source = f"service:{pod.workload}"
                if len(near) != 1 or near[0][1] == source:
                    continue
                _, id, service = near[0]
                number = _target_port(service, ask.port)
                if number is None:
                    continue
                heard = next((h for (work, _), h in self._heard.items() if work == id), UNKNOWN)
                node = self._port(id, number, heard, ask.place)
                wrong = heard.complete and heard.on(number) is None
                self.edge(MapEdge(source, node, "asks", ask.place, ask.key, wrong))

    # -- routes and keys -------------------------------------------------------------------

    def _routes(self) -> None:
        for table in route_tables(self.target):
            for route in table.routes:
                self.node(
                    MapNode(
                        id=f"route:{table.folder or '.'}:{route.request}",
                        kind="route",
                        title=route.request,
                        group=table.folder or ".",
                        place=route.place,
                        details=(route.handler,) if route.handler else (),
                    )
                )
        for one in dockerfiles(self.target):
            program = program_of_dockerfile(self.target, one)
            served = routes_of(self.target, program) if program is not None else None
            for route in served.routes if served is not None else ():
                assert served is not None
                id = f"route:{served.folder or '.'}:{route.request}"
                if id in self.nodes:
                    self.edge(MapEdge(f"image:{one.path}", id, "serves", route.place))

    def _keys(self) -> None:
        matrix = key_matrix(self.target)
        holders = self._holders()
        names = sorted({one.key for one in matrix.definitions})
        for name in names:
            reads = [one for one in matrix.reads_of(name) if not one.test]
            places = ", ".join(str(one.place) for one in reads[:5])
            self.node(
                MapNode(
                    id=f"key:{name}",
                    kind="key",
                    title=name,
                    group="configuration",
                    place=next(one.place for one in matrix.definitions if one.key == name),
                    details=(f"read at {places}" if places else "read nowhere",),
                )
            )
        for one in matrix.definitions:
            line = one.place.line or 1
            for id, span in holders.get(one.place.path, ()):
                if (span.first or 1) <= line and (span.last is None or line <= span.last):
                    self.edge(MapEdge(id, f"key:{one.key}", "sets", one.place, one.kind))
                    break

    def _holders(self) -> Mapping[str, Sequence[tuple[str, Span]]]:
        """Path → (node, lines) of services, images and pipelines."""
        found: dict[str, list[tuple[str, Span]]] = {}
        for node in self.nodes.values():
            if node.kind in ("service", "image", "pipeline"):
                for span in node.spans:
                    found.setdefault(span.path, []).append((node.id, span))
        return found


@once
def _service_lines(target: Target) -> dict[str, list[tuple[int, str]]]:
    """Compose file → (first line, name) of its services, in file order."""
    return {
        file.path: sorted(
            (file.root.map("services").key_place(name).line or 1, name) for name in file.services
        )
        for file in compose_files(target)
    }


@once
def _object_lines(target: Target) -> dict[str, list[int]]:
    """Manifest → the first lines of its objects."""
    return {
        file.path: sorted({one.place.line or 1 for one in file.objects})
        for file in manifest_files(target)
    }


@once
def _workloads_by_path(target: Target) -> dict[str, list[Workload]]:
    found: dict[str, list[Workload]] = {}
    for work in workloads(target):
        found.setdefault(work.object.path, []).append(work)
    return found


def _object_span(target: Target, one: KubeObject) -> Span:
    line = one.place.line or 1
    later = (start for start in _object_lines(target).get(one.path, ()) if start > line)
    following = next(later, None)
    return Span(one.path, line, following - 1 if following is not None else None)


def _selected(one: KubeObject, near: Iterable[Workload]) -> str | None:
    """Which workload of the same file a Service or disruption budget selects."""
    selector = one.spec.map("selector")
    if one.kind == "PodDisruptionBudget":
        selector = selector.map("matchLabels")
    elif one.kind != "Service":
        return None
    wanted = [(str(key), selector[key]) for key in selector]
    for work in near:
        pod = work.object.pod
        if not wanted or pod is None:
            continue
        if all(pod.labels.get(key) == value for key, value in wanted):
            return f"service:{work.id}"
    return None


def _target_port(service: KubeObject, port: int) -> int | None:
    """The container's port behind a port of a Service; ``None`` for a name or another port."""
    for item in service.spec.seq("ports"):
        if isinstance(item, Map) and item.get("port") == port:
            number = item.get("targetPort", port)
            return number if isinstance(number, int) else None
    return None


def _service_id(service: ComposeService) -> str:
    return f"service:{service.place.path}:{service.name}"


def _run_image(words: tuple[str, ...]) -> str | None:
    """The image of ``docker run``: its first word that is neither an option nor one's value."""
    rest = iter(words[2:])
    for word in rest:
        if not word.startswith("-"):
            return word
        if "=" not in word and word not in _FLAGS and not _SHORT_FLAGS.fullmatch(word):
            next(rest, None)
    return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
