"""Gold for records: what stands in slots behind the targets and people of labelled articles."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nghiquyet.errors import InputError
from nghiquyet_training.articles import Article

TARGET_SLOTS: Final = (
    "indicator",
    "change",
    "comparator",
    "value_min",
    "value_max",
    "unit",
    "per",
    "baseline",
    "deadline_year",
    "period",
    "owner",
    "status",
)
PERSON_SLOTS: Final = ("name", "role", "organisation")

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class GoldTarget:
    """The slots of the target at a half-open span of its article, as `Target.to_dict` writes them."""

    place: Place
    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GoldPerson:
    """The slots of a person, and the half-open spans of all mentions."""

    mentions: frozenset[Place]
    slots: Mapping[str, Any]


@dataclass(frozen=True)
class GoldArticle:
    """A labelled article with its records; `half` says what it is for."""

    article: Article
    half: str
    targets: tuple[GoldTarget, ...]
    people: tuple[GoldPerson, ...]


def read(path: Path, articles: Iterable[Article], halves: Sequence[str]) -> list[GoldArticle]:
    """The records of some halves, in the order of the file.

    Args:
        path: a JSON Lines file as data/records/GUIDELINES.md describes it.
        articles: that the lines name by id; others may be among them.
        halves: which lines to take; the others are not looked into.

    Raises:
        InputError: for a file that cannot be read, a half that it does not have, a line of another form, an article that is not
            given, or a record on a span that is not labelled in it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    by_id = {article.id: article for article in articles}
    found: list[GoldArticle] = []
    known: set[str] = set()
    for number, line in enumerate(lines, 1):
        place = f"{path}:{number}"
        try:
            content = json.loads(line)
            known.add(content["half"])
            if content["half"] in halves:
                found.append(_gold(content, by_id))
        except InputError as error:
            raise InputError(f"{place}: {error}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{place}: no records in the form of data/records/GUIDELINES.md: {error!r}") from error
    if missing := [half for half in halves if half not in known]:
        raise InputError(f"{path}: holds no half {missing[0]!r}; it has {', '.join(sorted(known))}")
    return found


def _gold(content: Mapping[str, Any], articles: Mapping[str, Article]) -> GoldArticle:
    name = content["id"]
    if name not in articles:
        raise InputError(f"article {name!r} is in none of the labelled files; give its file with --data")
    article = articles[name]
    targets = tuple(
        GoldTarget((target["start"], target["end"]), {slot: target[slot] for slot in TARGET_SLOTS}) for target in content["targets"]
    )
    people = tuple(
        GoldPerson(frozenset((start, end) for start, end in person["mentions"]), {slot: person[slot] for slot in PERSON_SLOTS})
        for person in content["people"]
    )
    _require_spans(article, "TARGET", {target.place for target in targets})
    _require_spans(article, "PERSON", {mention for person in people for mention in person.mentions})
    return GoldArticle(article, content["half"], targets, people)


def _require_spans(article: Article, label: str, places: set[Place]) -> None:
    labelled = {(span.start, span.end) for span in article.entities if span.label == label}
    if odd := places ^ labelled:
        start, end = min(odd)
        side = "a record, but is not labelled" if (start, end) in places else "a label, but no record"
        raise InputError(f"article {article.id!r}: {label} {start}..{end} {article.text[start:end]!r} has {side}; mend either file")
