"""Pods that somebody starts by hand to work in: all they do is wait."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.manifest import KubeObject

__all__ = ["waits_for_hands"]

_IDLE = regex(
    r"(?:\S{0,60}/)?(?:(?:ba|a|da)?sh\s+-\w{1,6}\s+)?(?:exec\s+)?(?:\S{0,60}/)?"
    r"(?:sleep\s+(?:infinity|inf|\d{1,12}[smhd]?)|tail\s+-[fF]\s+/dev/null"
    r"|while\s+(?:true|:|sleep\s+\d{1,9})\s*;\s*do\s+(?:sleep\s+\d{1,9}|:)\s*;?\s*done)\s*;?"
)


def waits_for_hands(one: KubeObject) -> bool:
    """Whether an object is a bare Pod whose containers only sleep: nothing brings it back, and
    nothing runs in it but what somebody types.
    """
    if one.kind != "Pod" or one.pod is None or not one.pod.containers:
        return False
    return all(
        _IDLE.fullmatch(" ".join(container.command_line)[:500].strip())
        for container in one.pod.containers
    )
