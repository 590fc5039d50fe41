"""What the checks on ports are run on: one item a file that names ports, one a server start."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.network.declared_ports import declared_ports
from pytest_reconaudit.facts.network.port_faults import port_files
from pytest_reconaudit.facts.network.server_starts import server_starts
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target

__all__: list[str] = []


@subject("port_file")
def _port_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in port_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no file asks for a port of a service")


@subject("server_start")
def _server_starts(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in server_starts(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no program of the repository starts a server")


@subject("declared_ports")
def _declared_ports(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in declared_ports(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no file declares a port")
