"""What a job looks like for each row of its matrix, as far as the file writes the matrix out."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from msgspec.structs import replace

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.expression import UNKNOWN, Value, evaluate, read_condition, truth
from pytest_reconaudit.readers.workflow import Job, Step
from pytest_reconaudit.readers.yaml import Map, Seq

__all__ = ["matrix_choices", "matrix_jobs"]

_MAX_CHOICES = 12
_MAX_JOBS = 40
_MATRIX = regex(r"matrix\.([\w.-]+)")
_VALUE = regex(r"\$\{\{\s*matrix\.([\w.-]+)\s*\}\}")


def matrix_jobs(job: Job) -> tuple[Job, ...]:
    """The job once for each row that its texts tell apart, with the values put in.

    The job itself when the matrix is computed, or leaves combinations out.
    """
    if not job.matrix or (len(job.matrix) > 2 and "exclude" in job.matrix):
        return (job,)
    choices = matrix_choices(job, "\n".join(_texts(job)), _MAX_JOBS)
    if not any(choices):
        return (job,)
    return tuple(
        replace(job, steps=tuple(_filled(step, choice) for step in job.steps)) for choice in choices
    )


def _texts(job: Job) -> list[str]:
    """Where a path may stand."""
    found = []
    for step in job.steps:
        found += [step.run, step.directory]
        found += [value for value in step.with_.values() if isinstance(value, str)]
    return [match[0] for text in found for match in _VALUE.finditer(text)]


def _filled(step: Step, choice: Mapping[str, str]) -> Step:
    def put(text: str) -> str:
        return _VALUE.sub(lambda match: choice.get(match[1], match[0]), text)

    with_ = step.with_
    if any(isinstance(value, str) and "matrix." in value for value in with_.values()):
        with_ = Map(with_)
        for name in ("path", "line", "column", "end", "key_at", "value_at"):
            setattr(with_, name, getattr(step.with_, name))
        for key, value in step.with_.items():
            if isinstance(value, str):
                with_[key] = put(value)
    return replace(
        step,
        run=put(step.run),
        directory=put(step.directory),
        working_directory=put(step.working_directory),
        with_=with_,
        if_="false" if _left_out(step, choice) else step.if_,
    )


def _left_out(step: Step, choice: Mapping[str, str]) -> bool:
    """Whether the step's condition is false for this row."""
    node = read_condition(step.if_) if "matrix." in step.if_ else None
    if node is None:
        return False

    def lookup(path: tuple[str, ...]) -> Value:
        if path[0] != "matrix":
            return UNKNOWN
        by_name = {key.lower(): value for key, value in choice.items()}
        return by_name.get(".".join(path[1:]), UNKNOWN)

    return truth(evaluate(node, lookup)) is not True  # what is not known may leave it out


def matrix_choices(job: Job, text: str, most: int = _MAX_CHOICES) -> list[dict[str, str]]:
    """The matrix values that matter to a text, one mapping for each combination.

    :param most: how many are returned at the most.
    """
    wanted = list(dict.fromkeys(_MATRIX.findall(text))) if "matrix." in text else []
    if not wanted or not job.matrix:
        return [{}]
    include = job.matrix.maps("include")
    found: list[dict[str, str]] = [{}]
    for head in dict.fromkeys(key.partition(".")[0] for key in wanted):
        rows = _rows(job.matrix, head, [key for key in wanted if key.partition(".")[0] == head])
        if rows:
            found = list(islice(({**one, **row} for one in found for row in rows), most))
    if include and any(key not in one for one in found for key in wanted):
        found = [
            {key: value for key in wanted if (value := _dotted(item, key))}
            for item in include[:most]
        ]
    return found or [{}]


def _rows(matrix: Map, head: str, keys: list[str]) -> list[dict[str, str]]:
    """What each value of one key gives the keys that begin with it: ``target.name``."""
    values = matrix.get(head)
    if not isinstance(values, Seq):
        return []
    found = []
    for value in values:
        if isinstance(value, Map):
            row = {key: text for key in keys if (text := _dotted(value, key.partition(".")[2]))}
        else:
            plain = isinstance(value, (str, int, float))
            row = {key: f"{value}" for key in keys if key == head and plain}
        if row:
            found.append(row)
    return found


def _dotted(item: Map, key: str) -> str:
    for part in key.split(".")[:-1]:
        item = item.map(part)
    return item.str(key.split(".")[-1])
