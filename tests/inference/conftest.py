"""Records made by hand, and texts whose spans are marked: `[[a target]]`, `{a body}`."""

import sys
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest
import regex

from nghiquyet.entities import Entity
from nghiquyet.prediction import Prediction
from nghiquyet.records import Target, targets

_MARKED = regex.compile(r"\[\[(?P<TARGET>.*?)\]\]|\{(?P<ORG>.*?)\}", regex.DOTALL)


def _target(raw: str, **slots: Any) -> Target:
    unsaid = dict.fromkeys(("indicator", "value_min", "value_max", "unit", "per", "baseline", "deadline_year", "period", "owner"))
    plain = {"change": "reach", "comparator": "=", "status": "planned"}
    return Target(entity=Entity("TARGET", 0, len(raw), raw, 1.0), raw=raw, **{**unsaid, **plain, **slots})


def _targets_of(marked: str) -> tuple[Target, ...]:
    parts: list[str] = []
    entities: list[Entity] = []
    at = last = 0
    for match in _MARKED.finditer(marked):
        label = match.lastgroup or ""
        parts += (marked[last : match.start()], match[label])
        start = at + match.start() - last
        at = start + len(match[label])
        entities.append(Entity(label, start, at, match[label], 1.0))
        last = match.end()
    return targets("".join([*parts, marked[last:]]), entities)


def _prediction_of(text: str, *surfaces: tuple[str, str]) -> Prediction:
    entities: list[Entity] = []
    at = 0
    for label, surface in surfaces:
        at = text.index(surface, at)
        entities.append(Entity(label, at, at + len(surface), surface, 0.87654))
        at += len(surface)
    return Prediction(text, tuple(entities))


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., CompletedProcess[str]]:
    """Runs nghiquyet with some arguments in this process; what it gives is as of one of its own."""
    from nghiquyet import cli

    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["nghiquyet", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            cli.main()
        assert isinstance(caught.value.code, int)
        return CompletedProcess(sys.argv, caught.value.code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def prediction_of() -> Callable[..., Prediction]:
    """Makes a prediction of a text and the (label, surface) of its entities, in text order."""
    return _prediction_of


@pytest.fixture(scope="session")
def target() -> Callable[..., Target]:
    """Makes a target of its raw text and any slots; the others say nothing."""
    return _target


@pytest.fixture(scope="session")
def targets_of() -> Callable[[str], tuple[Target, ...]]:
    """The targets of a text with marked spans."""
    return _targets_of
