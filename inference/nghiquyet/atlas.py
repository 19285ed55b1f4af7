"""The places of one text, and which of them is meant where it says only "UBND xã" or "Sở Y tế"."""

import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Final

import regex

from nghiquyet.entities import Entity
from nghiquyet.places import LINE_BREAK, Form, Place, forms, places_in, times_named
from nghiquyet.register import Level, Near, folded

_WIDER: Final[tuple[Level, ...]] = ("village", "commune", "district", "province")
# Between a place and the wider one that it lies in: "xã A, huyện B", "xã A (huyện B)", "xã A của huyện B".
_LIES_IN: Final = regex.compile(r"\s{0,2}(?:[,(\-–]|của|thuộc)?\s{0,2}")
_LIES_IN_REACH: Final = 20

_Found = tuple[int, int, Place]


@dataclass(frozen=True, slots=True)
class Atlas:
    """The places of a text; `about` holds the folded names of those that it names more than once or that are the main ones.

    The main place of a kind or level is the only one of it, or one that is named more often than all others of it together.
    """

    about: frozenset[str]
    _known: Mapping[Place, Place]
    _main: Mapping[str, Place]
    _offsets: Mapping[str, Sequence[tuple[int, Place]]]
    _lines: Sequence[int]

    @classmethod
    def of(cls, text: str, people: Iterable[Entity] = ()) -> "Atlas":
        """Read a text; the names of `people`, spans of it in order, are passed over."""
        parts = list(_parts(text, people))
        found = [(start + at, start + end, place) for start, part, row in parts for at, end, place in places_in(part, row)]
        near = frozenset(_as_near(place) for _, _, place in found)
        times = times_named([form for _, _, row in parts for form in row], {name for _, name in near})
        offsets: dict[str, list[tuple[int, Place]]] = defaultdict(list)
        for at, _, place in found:
            offsets[place.kind].append((at, place))
            offsets[place.level].append((at, place))
        main = {sort: place for sort, named in offsets.items() for place in _main_of([place for _, place in named], times)}
        again = {name for name, count in Counter(folded(place.name) for _, _, place in found).items() if count > 1}
        main_ones = frozenset(_as_near(place) for place in main.values())
        known = {place: replace(place, near=(wider, main_ones, near)) for place, wider in _wider(text, found).items()}
        lines = [0, *(gap.end() for gap in LINE_BREAK.finditer(text))]
        return cls(frozenset(again.union(name for _, name in main_ones)), known, main, offsets, lines)

    def known(self, place: Place) -> Place:
        """The same place, with those near it in the text."""
        return self._known.get(place, place)

    def home(self, level: Level, kind: str | None, mentions: Iterable[int]) -> Place | None:
        """The place of a body that names its level, or the kind of its place, but no place.

        For a province or district that is the main one of the text, for a commune or village the one named before the body in its
        line; else the other of the two. `mentions` are offsets of the body; None if they mean several places.
        """
        sort = kind or level
        main = self._main.get(sort)
        if main is None or level not in ("province", "district"):
            beside = {folded(place.name): place for at in mentions if (place := self._beside(sort, at))}
            if beside:
                main = next(iter(beside.values())) if len(beside) == 1 else None
        return main and self.known(main)

    def _beside(self, sort: str, offset: int) -> Place | None:
        """The place of a sort that is named last before an offset, in its line."""
        named = self._offsets.get(sort, ())
        last = bisect_right(named, offset, key=itemgetter(0)) - 1
        line = self._lines[bisect_right(self._lines, offset) - 1]
        return named[last][1] if last >= 0 and named[last][0] >= line else None


def _as_near(place: Place) -> tuple[Level, str]:
    return place.level, folded(place.name)


def _parts(text: str, people: Iterable[Entity]) -> Iterator[tuple[int, str, Sequence[Form]]]:
    """The parts of a text between the names of people, with their offsets and words."""
    start = 0
    for person in people:
        part = text[start : person.start]
        yield start, part, forms(part)
        start = max(start, person.end)
    yield start, text[start:], forms(text[start:])


def _main_of(places: Sequence[Place], times: Mapping[str, int]) -> Iterator[Place]:
    """The main one of places of one sort, if one is; a commune or village is so only if it is named again."""
    spelled = {folded(place.name): place for place in sorted(places, key=lambda place: not place.name.isupper())}
    first = max(spelled, key=lambda name: times[name])
    enough = times[first] > 1 or spelled[first].level in ("province", "district")
    if enough and 2 * times[first] > sum(times[name] for name in spelled):
        yield spelled[first]


def _wider(text: str, found: Sequence[_Found]) -> Mapping[Place, Near]:
    """The wider places that stand behind each place, at any of its mentions; none if they contradict each other."""
    behind: dict[Place, Near] = {}
    chain: Near = frozenset()
    for i in range(len(found) - 1, -1, -1):
        _, end, place = found[i]
        if i + 1 < len(found):
            start, _, following = found[i + 1]
            between = unicodedata.normalize("NFC", text[end : min(start, end + _LIES_IN_REACH)])
            lies_in = _LIES_IN.fullmatch(between) and _WIDER.index(place.level) < _WIDER.index(following.level)
            chain = chain | {_as_near(following)} if lies_in else frozenset()
        behind[place] = behind.get(place, frozenset()) | chain
    return {place: wider if len({level for level, _ in wider}) == len(wider) else frozenset() for place, wider in behind.items()}
