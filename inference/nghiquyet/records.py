"""Entities as the things they name: the targets, people and organisations of one document."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from nghiquyet import mentions, roles
from nghiquyet.atlas import Atlas
from nghiquyet.baselines import Baseline, baseline
from nghiquyet.entities import Entity
from nghiquyet.indicators import Gap, goes_on, indicators, shared_denominators
from nghiquyet.owners import owners
from nghiquyet.periods import Period, Time, Timeline, begins, durations, governing, is_listed, is_part, is_rated, rates
from nghiquyet.places import Place, kind_of, level_of, place_of
from nghiquyet.quantities import Comparator, Per, Quantity, descriptions, mended, remarks, stated
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

    `indicator` is measured, `change` is how it shall move. One value has both bounds alike, ">" and ">=" the lower alone, "<" and
    "<=" the upper alone. `unit` is in the text's letters without time, which is in `per`. `raw` is the target's exact text.
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

    def to_dict(self) -> dict[str, Any]:
        """The text with its place and score, and all slots, ready for JSON.

        Decimal numbers are strings, since most programs read JSON's own as binary fractions.
        """
        baseline = self.baseline
        return {
            "start": self.entity.start,
            "end": self.entity.end,
            "text": self.raw,
            "score": round(self.entity.score, 4),
            "indicator": self.indicator,
            "change": self.change,
            "comparator": self.comparator,
            "value_min": _digits(self.value_min),
            "value_max": _digits(self.value_max),
            "unit": self.unit,
            "per": self.per,
            "baseline": baseline and {"value": _digits(baseline.value), "unit": baseline.unit, "year": baseline.year},
            "deadline_year": self.deadline_year,
            "period": self.period and asdict(self.period),
            "owner": self.owner,
            "status": self.status,
        }


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

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        mentions = [mention.to_dict() for mention in self.mentions]
        return {"name": self.name, "role": self.role, "organisation": self.organisation, "mentions": mentions}


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation by the fullest name, with every mention in text order, short ones too.

    `level` is that of government, None for a body of none; `place` is that of its name, or the main one of its level in the text.
    """

    name: str
    mentions: tuple[Entity, ...]
    level: Level | None
    place: Place | None

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON, with the official units of the place."""
        mentions = [mention.to_dict() for mention in self.mentions]
        return {"name": self.name, "level": self.level, "place": self.place and _place_dict(self.place), "mentions": mentions}


def _digits(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _place_dict(place: Place) -> dict[str, Any]:
    units = {name: unit and asdict(unit) for name, unit in (("before", place.before), ("after", place.after))}
    return {"kind": place.kind, "name": place.name, "level": place.level, **units}


def targets(text: str, entities: Iterable[Entity]) -> tuple[Target, ...]:
    """The targets among the entities of a text, in its order, none dropped."""
    everything = sorted(entities, key=lambda entity: entity.start)
    chosen, bodies = _labelled(everything, TARGET, ORGANISATION)
    reading = Reading.of(text)
    spans = _mended(reading, _places(reading, chosen))
    organisations = _places(reading, bodies)
    others = _places(reading, [entity for entity in everything if entity.label not in (TARGET, ORGANISATION)])
    timeline = Timeline(reading, spans, organisations)
    gaps = [_gap(timeline, spans, n) for n in range(len(spans))]
    phrases = [_phrase(reading, timeline, span) for span in spans]
    wordings = [phrase.wording for phrase in phrases]
    contexts = zip(
        indicators(reading, wordings, gaps),
        shared_denominators(wordings, gaps),
        _pers(phrases, gaps),
        owners(reading, timeline, spans, organisations, others),
        [_status(timeline, span, phrase, gap) for span, phrase, gap in zip(spans, phrases, gaps, strict=True)],
        strict=True,
    )
    return tuple(_target(entity, phrase, *context) for entity, phrase, context in zip(chosen, phrases, contexts, strict=True))


# What is eliminated without a number is to be none.
_NOTHING_LEFT: Final[dict[Change, Decimal]] = {"eliminate": Decimal(0)}
# How far before a target "hằng năm" may stand to be said of it, in characters.
_NEAR: Final = 40


@dataclass(frozen=True, slots=True)
class _Phrase:
    """What the words of a target and the time that governs it say; `is_dated` if that is a time of its own."""

    form: str
    wording: Wording
    quantity: Quantity | None
    per: Per | None
    baseline: Baseline | None
    time: Time | None
    is_dated: bool


def _phrase(reading: Reading, timeline: Timeline, span: tuple[int, int]) -> _Phrase:
    part = reading.part(*span)
    outer = timeline.at(span[0])
    times = [time.moved(-span[0]) for time in timeline.within(*span)]
    dated = [(time.start, time.end) for time in times]
    brackets = remarks(part.form)
    quantity, origin = stated(part.without(dated))
    if removal(part.without(dated), quantity):
        quantity = origin = None
    own = [time for time in times if not any(begin <= time.start < stop for begin, stop in brackets)]
    time = governing(outer, own, quantity.start if quantity else None)
    rated = rates(part.without(brackets).form)
    per = (quantity.per if quantity else None) or next((rate for rate, _ in rated if quantity or rate != "term"), None)
    hidden = [*dated, *brackets, *durations(part.form), *descriptions(part.form), *(place for _, place in rated)]
    if origin:
        hidden.append((origin.start, origin.end))
    words = wording(part, quantity, hidden, yearly=per == "year")
    if per is None and time and time is outer and time.whole_term and words.is_amount:
        per = "term"
    return _Phrase(part.form, words, quantity, per, baseline(reading, *span, origin, times), time, time is not outer)


def _gap(timeline: Timeline, spans: Sequence[tuple[int, int]], n: int) -> Gap:
    start = spans[n][0]
    before = spans[n - 1][1] if n else 0
    sentence, line = begins(timeline.sentences, start), begins(timeline.lines, start)
    begin = max(sentence, before)
    return Gap(begin, timeline.form[begin:start], n > 0 and before > sentence, n > 0 and before > line)


def _pers(phrases: Sequence[_Phrase], gaps: Sequence[Gap]) -> list[Per | None]:
    """How often each target is due: by its own words, else by a "hằng năm" before it in its sentence."""
    found: list[Per | None] = []
    led: Per | None = None
    given: Per | None = None
    for n, (phrase, gap) in enumerate(zip(phrases, gaps, strict=True)):
        near = next((per for per, _ in reversed(rates(gap.words[-_NEAR:])) if per != "term"), None)
        if near or not gap.sentence:
            led = given = near
        elif is_part(gap.words):
            given = found[-1] if phrase.quantity and found[-1] != "term" else None
        elif phrase.is_dated:
            given = None
        elif is_rated(phrase.form):
            given = led
        elif not (goes_on(phrase.wording, phrases[n - 1].wording) and is_listed(gap.words)):
            given = None
        found.append(phrase.per or given)
    return found


def _status(timeline: Timeline, span: tuple[int, int], phrase: _Phrase, gap: Gap) -> Status:
    return status(timeline.form, gap.start, *span, phrase.time, timeline.calendar.year)


def _target(
    entity: Entity, phrase: _Phrase, indicator: str | None, denominator: str, per: Per | None, owner: str | None, status: Status
) -> Target:
    quantity, time, change = phrase.quantity, phrase.time, phrase.wording.change
    return Target(
        entity=entity,
        indicator=None if indicator is None else indicator + denominator,
        change=change,
        comparator=quantity.comparator if quantity else "=",
        value_min=quantity.value_min if quantity else _NOTHING_LEFT.get(change),
        value_max=quantity.value_max if quantity else _NOTHING_LEFT.get(change),
        unit=quantity.unit + denominator if quantity and quantity.unit else None,
        per=per,
        baseline=phrase.baseline,
        deadline_year=time.year if time else None,
        period=time.period if time else None,
        owner=owner,
        status=status,
        raw=entity.text,
    )


def _mended(reading: Reading, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places of targets with what a model cut off, none reaching into another."""
    found: list[tuple[int, int]] = []
    for n, (start, end) in enumerate(spans):
        most = spans[n + 1][0] if n + 1 < len(spans) else len(reading.form)
        found.append(mended(reading, start, end, found[-1][1] if found else 0, max(end, most)))
    return found


def _places(reading: Reading, entities: Iterable[Entity]) -> list[tuple[int, int]]:
    return [(reading.place(entity.start), reading.place(entity.end)) for entity in entities]


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
    atlas = Atlas.of(text, named)
    found: list[Organisation] = []
    for group in mentions.organisations(text, bodies, atlas.about):
        names = sorted({mention.text for mention in group}, key=lambda name: (-len(name), name.isupper(), name))
        level = next((level for name in names if (level := level_of(name))), None)
        place = next((atlas.known(place) for name in names if (place := place_of(name))), None)
        if place is None and level is not None:
            kind = next((kind for name in names if (kind := kind_of(name))), None)
            place = atlas.home(level, kind, [mention.start for mention in group])
        found.append(Organisation(mentions.fullest(group), group, level, place))
    return tuple(found)


def _labelled(entities: Iterable[Entity], *labels: str) -> list[list[Entity]]:
    """The entities of each label, in text order."""
    found = sorted(entities, key=lambda entity: (entity.start, entity.end))
    return [[entity for entity in found if entity.label == label] for label in labels]
