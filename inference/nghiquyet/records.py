"""Entities as the things they name: the targets, people and organisations of one document."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from nghiquyet import mentions, roles
from nghiquyet.baselines import Baseline, baseline
from nghiquyet.entities import Entity
from nghiquyet.indicators import Gap, goes_on, indicators, shared_denominators
from nghiquyet.owners import owners
from nghiquyet.periods import Period, Time, Timeline, begins, durations, governing, inherits, is_part, rates
from nghiquyet.places import Map, Place, level_of, place_of
from nghiquyet.quantities import Comparator, Per, Quantity, remarks, stated
from nghiquyet.reading import Reading
from nghiquyet.register import Level
from nghiquyet.status import Status, status
from nghiquyet.wordings import Change, Wording, removal, wording

# The labels that records are made of; a model may have others.
TARGET: Final = "TARGET"
PERSON: Final = "PERSON"
ORGANISATION: Final = "ORG"
LABELS: Final = frozenset({TARGET, PERSON, ORGANISATION})


@dataclass(frozen=True, slots=True)
class Target:
    """What an organisation commits itself to reach, as far as the text says it; what it leaves unsaid, or cannot be read, is None.

    `indicator` is measured, `change` is how it shall move. One value has both bounds alike, ">" and ">=" the lower alone, "<" and "<=" the
    upper alone. `unit` is in the text's letters without time, which is in `per`. `raw` is the target's exact text.
    """

    entity: Entity
    indicator: str | None
    change: Change
    comparator: Comparator
    value_min: Decimal | None
    value_max: Decimal | None
    unit: str | None
    per: Per | None
    baseline: Baseline | None
    deadline_year: int | None
    period: Period | None
    owner: str | None
    status: Status
    raw: str

    @property
    def text(self) -> str:
        return self.raw


@dataclass(frozen=True, slots=True)
class Person:
    """A person by the fullest name, with every mention in text order, short ones too.

    `role` is what the text says that the person is, several posts joined by ", "; `organisation` the body or place of the first of
    them that has one; both in the words of the text, None where it says nothing.
    """

    name: str
    mentions: tuple[Entity, ...]
    role: str | None
    organisation: str | None


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation by the fullest name, with every mention in text order, short ones too.

    `level` is that of government, None for a body of none; `place` is that of its name, or the one place of its level in the text.
    """

    name: str
    mentions: tuple[Entity, ...]
    level: Level | None
    place: Place | None


def targets(text: str, entities: Iterable[Entity]) -> tuple[Target, ...]:
    """The targets among the entities of a text, in its order, none dropped."""
    found = sorted(entities, key=lambda entity: entity.start)
    chosen = [entity for entity in found if entity.label == TARGET]
    reading = Reading.of(text)
    spans = [_place(reading, entity) for entity in chosen]
    timeline = Timeline(reading, spans)
    gaps = [_gap(timeline, spans, n) for n in range(len(spans))]
    phrases = [_phrase(reading, timeline, span) for span in spans]
    wordings = [phrase.wording for phrase in phrases]
    names = indicators(reading, wordings, gaps)
    denominators = shared_denominators(wordings, gaps)
    bodies = [_place(reading, entity) for entity in found if entity.label == ORGANISATION]
    others = [_place(reading, entity) for entity in found if entity.label not in (TARGET, ORGANISATION)]
    bound = owners(reading, timeline, spans, bodies, others)
    records: list[Target] = []
    rate: Per | None = None
    for n, (entity, (start, end), phrase) in enumerate(zip(chosen, spans, phrases, strict=True)):
        gap = reading.form[gaps[n].start : start]
        near = [per for per, _ in rates(gap[-_NEAR:]) if per != "term"]
        if near:
            rate = near[-1]
        elif n and gaps[n].sentence and is_part(gap):
            rate = records[-1].per if records[-1].per != "term" else None
        elif not (n and gaps[n].sentence and phrase.time is timeline.at(start) and inherits(reading.form[start:end], gap, goes_on(phrase.wording, wordings[n - 1]))):
            rate = None
        quantity, time = phrase.quantity, phrase.time
        records.append(
            Target(
                entity=entity,
                indicator=None if names[n] is None else names[n] + denominators[n],
                change=phrase.wording.change,
                comparator=quantity.comparator if quantity else "=",
                value_min=quantity.value_min if quantity else _NOTHING_LEFT.get(phrase.wording.change),
                value_max=quantity.value_max if quantity else _NOTHING_LEFT.get(phrase.wording.change),
                unit=quantity.unit + denominators[n] if quantity and quantity.unit else None,
                per=phrase.per or rate,
                baseline=phrase.baseline,
                deadline_year=time.year if time else None,
                period=time.period if time else None,
                owner=bound[n],
                status=status(timeline.form, gaps[n].start, start, end, time, timeline.calendar.year),
                raw=entity.text,
            )
        )
    return tuple(records)


# What is eliminated without a number is to be none.
_NOTHING_LEFT: Final[dict[Change, Decimal]] = {"eliminate": Decimal(0)}
# How far before a target "hằng năm" may stand to be said of it, in characters.
_NEAR: Final = 40


@dataclass(frozen=True, slots=True)
class _Phrase:
    """What the words of a target and the time that governs it say."""

    wording: Wording
    quantity: Quantity | None
    per: Per | None
    baseline: Baseline | None
    time: Time | None


def _phrase(reading: Reading, timeline: Timeline, span: tuple[int, int]) -> _Phrase:
    start, end = span
    part = reading.part(start, end)
    brackets = remarks(part.form)
    times = [time.moved(-start) for time in timeline.within(start, end)]
    own = [time for time in times if not any(begin <= time.start < stop for begin, stop in brackets)]
    dated = [(time.start, time.end) for time in times]
    quantity, origin = stated(part.without(dated))
    if removal(part.without(dated), quantity):
        quantity = origin = None
    rated = rates(part.without(brackets).form)
    time = governing(timeline.at(start), own, quantity.start if quantity else None)
    per = (quantity.per if quantity else None) or next((rate for rate, _ in rated if quantity or rate != "term"), None)
    hidden = [*dated, *brackets, *durations(part.form), *(place for _, place in rated)]
    hidden += [(origin.start, origin.end)] if origin else []
    words = wording(part, quantity, hidden, per == "year")
    if per is None and time and time is timeline.at(start) and time.whole_term and words.is_amount:
        per = "term"
    return _Phrase(words, quantity, per, baseline(reading, start, end, origin, times, timeline.calendar.year), time)


def _gap(timeline: Timeline, spans: list[tuple[int, int]], n: int) -> Gap:
    start = spans[n][0]
    before = spans[n - 1][1] if n else 0
    sentence, line = begins(timeline.sentences, start), begins(timeline.lines, start)
    begin = max(sentence, before)
    return Gap(begin, timeline.form[begin:start], n > 0 and before > sentence, n > 0 and before > line)


def _place(reading: Reading, entity: Entity) -> tuple[int, int]:
    return reading.place(entity.start), reading.place(entity.end)


def people(text: str, entities: Iterable[Entity]) -> tuple[Person, ...]:
    """The people among the entities of a text, by their first mention."""
    named, bodies = _labelled(entities, PERSON, ORGANISATION)
    posts = dict(zip(named, roles.posts(text, named, bodies), strict=True))
    found: list[Person] = []
    for group in mentions.people(text, named):
        post = roles.joined(posts[mention] for mention in group)
        found.append(Person(mentions.fullest(group), group, post.role, post.organisation))
    return tuple(found)


def organisations(text: str, entities: Iterable[Entity]) -> tuple[Organisation, ...]:
    """The organisations among the entities of a text, by their first mention."""
    named, bodies = _labelled(entities, PERSON, ORGANISATION)
    places = Map.of(text, named)
    found: list[Organisation] = []
    for group in mentions.organisations(text, bodies, places.about):
        names = sorted({mention.text for mention in group}, key=lambda name: (-len(name), name))
        level = next((level for name in names if (level := level_of(name))), None)
        place = next((place for name in names if (place := place_of(name, places.near))), None)
        found.append(Organisation(mentions.fullest(group), group, level, place or (places.sole.get(level) if level else None)))
    return tuple(found)


def _labelled(entities: Iterable[Entity], *labels: str) -> list[list[Entity]]:
    """The entities of each label, in text order."""
    found = sorted(entities, key=lambda entity: entity.start)
    return [[entity for entity in found if entity.label == label] for label in labels]
