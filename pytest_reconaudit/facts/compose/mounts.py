"""Which files of the repository a container or a cluster is given: copied, mounted, generated in.

A broken file that nothing deploys is untidy; one that a running server is given stops it.
"""

from __future__ import annotations

import posixpath

from pytest_reconaudit.facts.compose.stacks import compose_files
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import repo_path, service_of
from pytest_reconaudit.readers.dockerfile import is_dockerfile_name, read_dockerfile
from pytest_reconaudit.readers.yaml import Map, Seq, read_yaml
from pytest_reconaudit.target import Target, once

__all__ = ["is_named", "is_used", "user_of"]

_CONFIG_FOLDER = regex(r"^/etc\b|nginx|conf|grafana|prometheus|provisioning|entrypoint")
_EVERYTHING = frozenset({"", ".", "./", "*", "./*"})


def is_used(target: Target, path: str) -> bool:
    """Whether an image, a compose service or a kustomization takes the file in."""
    return user_of(target, path) is not None


def is_named(target: Target, path: str) -> bool:
    """Whether one of them takes the file by its own name, not with a folder or a pattern."""
    place = _users(target)[0].get(path)
    return place is not None and posixpath.basename(path) in target.line(
        place.path, place.line or 1
    )


def user_of(target: Target, path: str) -> Place | None:
    """The line that takes the file in, if any: a ``COPY``, a mount, a ``resources`` entry."""
    exact, folders = _users(target)
    place = exact.get(path)
    if place is None and folders:
        folder = posixpath.dirname(path)
        while folder:
            place = folders.get(folder)
            if place is not None:
                return place
            folder = posixpath.dirname(folder)
    return place


@once
def _users(target: Target) -> tuple[dict[str, Place], dict[str, Place]]:
    """Files by exact path, and folders whose whole content is taken."""
    exact: dict[str, Place] = {}
    folders: dict[str, Place] = {}

    def take(path: str | None, place: Place) -> None:
        if path:
            (folders if target.has_dir(path) else exact).setdefault(path, place)

    for file in compose_files(target):
        for name in file.services:
            service = service_of(file, name, file.folder, {})
            for mount in service.volumes:
                if mount.path and (
                    not target.has_dir(mount.path) or _CONFIG_FOLDER.search(mount.target)
                ):
                    take(mount.path, mount.place)
            for env_file in service.env_files:
                take(env_file.path, env_file.place)
        for kind in ("configs", "secrets"):
            for resource in file.resources(kind, file.folder, {}):
                take(resource.path, resource.place)
    for path in target.files:
        name = posixpath.basename(path)
        if is_dockerfile_name(name):
            _copied(target, path, exact, folders)
        elif name in ("kustomization.yaml", "kustomization.yml"):
            for written, place in _kustomized(target, path):
                take(repo_path(posixpath.dirname(path), written), place)
    return exact, folders


def _copied(target: Target, path: str, exact: dict[str, Place], folders: dict[str, Place]) -> None:
    """The ``COPY`` sources, against every folder that may be the context and holds them."""
    contexts = [posixpath.dirname(path)]
    while contexts[-1]:
        contexts.append(posixpath.dirname(contexts[-1]))
    for stage in target.parse(read_dockerfile, path).stages:
        for copy in stage.of("COPY", "ADD"):
            if copy.flag("from") is not None:
                continue
            into = copy.words[-1].text if copy.words else ""
            for source in copy.sources:
                if source.text in _EVERYTHING:
                    continue
                for context in contexts:
                    found = repo_path(context, source.text)
                    if found and target.has(found):
                        exact.setdefault(found, source.place)
                    elif found and target.has_dir(found) and _CONFIG_FOLDER.search(into):
                        folders.setdefault(found, source.place)
                    elif found and "*" in found and _CONFIG_FOLDER.search(into):
                        for one in target.glob(found):
                            exact.setdefault(one, source.place)


def _kustomized(target: Target, path: str) -> list[tuple[str, Place]]:
    found: list[tuple[str, Place]] = []
    for document in target.parse(read_yaml, path).documents:
        root = document.map
        for key in ("resources", "patchesStrategicMerge", "bases", "components"):
            found += _texts(root.seq(key))
        found += [(patch.str("path"), patch.key_place("path")) for patch in root.maps("patches")]
        for key in ("configMapGenerator", "secretGenerator"):
            for generator in root.maps(key):
                found += _files(generator)
    return [(written, place) for written, place in found if written]


def _files(generator: Map) -> list[tuple[str, Place]]:
    """``files`` entries may say ``key=path``."""
    listed = [*_texts(generator.seq("files")), *_texts(generator.seq("envs"))]
    return [(written.rpartition("=")[2], place) for written, place in listed]


def _texts(items: Seq) -> list[tuple[str, Place]]:
    return [
        (item, items.item_place(index)) for index, item in enumerate(items) if isinstance(item, str)
    ]
