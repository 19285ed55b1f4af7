"""Who commits itself to a target, or is charged with it, in the words of the text."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from nghiquyet.periods import Timeline, begins
from nghiquyet.reading import Reading, grammar, one_of

_PLACES: Final = one_of("tỉnh, thành phố, tp, huyện, quận, thị xã, xã, phường, thị trấn, đặc khu, thôn, bản, buôn, ấp, làng")
_BODIES: Final = r"(?<!\w)các[ ]bộ,[ ]ngành(?!\w)|" + one_of(
    """
    tỉnh, thành phố, huyện, quận, thị xã, xã, phường, thị trấn, công ty, htx, hợp tác xã, tập đoàn, chi bộ, đảng bộ, đảng ủy,
    nhà trường, bệnh viện, tổng công ty, ngân hàng
    """
)
_COMMITS: Final = one_of(
    """
    phải, sẽ, phấn đấu, xác định, đặt mục tiêu, đặt chỉ tiêu, đề ra, quyết tâm, nhận, cam kết, được giao, đăng ký, chốt, thống
    nhất, tập trung, lãnh đạo, tiếp tục, điều chỉnh, bổ sung, lượng hóa, giao, ký, dự kiến, hướng tới, tham mưu, phối hợp,
    trình, ban hành
    """
)
_VOWS: Final = rf"[ ](?:cũng[ ]|đã[ ]|đang[ ])?{_COMMITS}"
_ACTOR: Final = grammar(
    rf"(?:{_BODIES})(?={_VOWS})|(?P<place>{_PLACES}[ ])|(?<!\w)(?P<name>[^\W\d_]++(?:[ ][^\W\d_]++){{1,2}})(?={_VOWS}|:[ ])"
)
_COMMITTING: Final = grammar(rf"[^.;:\n]{{0,25}}?{_COMMITS}")
_WHOLE: Final = grammar(r"(?:toàn|cả|mỗi|các|từng|mọi|một|số)[ ]$")
_DECIDING: Final = grammar(
    rf"{one_of('nghị quyết, nq, đại hội, kế hoạch, chỉ tiêu, mục tiêu, đề án, chương trình, quyết tâm')}[^.;:\n]{{0,40}}$"
)
_GROUNDS: Final = grammar(r"(?<!\w)căn[ ]cứ[ ][^.;:\n]{1,120}$")
_BEFORE: Final = 130
_NAME: Final = grammar(r"[^\W\d_]++(?:['’]\w++)?")
_LONGEST_NAME: Final = 4
_SETTING: Final = one_of("giao, đặt, đặt ra, đề ra, đưa ra, xác định")
_AIMS: Final = one_of("chỉ tiêu, mục tiêu")
# In which lines the headline and the lead stand.
_LEAD_LINES: Final = 6
# How many lines back the lead-in of a list may stand.
_LINES_BACK: Final = 3


# With these before it a body is spoken of, and commits itself to nothing.
_OBJECT: Final = grammar(rf"{one_of('trình, với, tại, nhờ, về, thăm, cùng, gửi')}[ ]$")
_BESIDE: Final = grammar(r"[\s“\"]*+")
# "Chỉ tiêu đã được {Ủy ban} giao", "{BHXH Việt Nam} giao chỉ tiêu", "TIỀN GIANG: GIAO CHỈ TIÊU": whose the targets of a whole
# article are.
_SETS: Final = grammar(rf"(?P<aim>:?[^.;:\n]{{0,25}}?{_SETTING}[^.;:\n]{{0,30}}?{_AIMS})|[ ]{_SETTING}")
_SET_BY: Final = grammar(rf"{_AIMS}[^.;:\n]{{0,40}}[ ](?:được|do)[ ]$")
_EVERYONE: Final = grammar(r"(?:các|mọi|mỗi|từng)[ ]")


@dataclass(frozen=True, slots=True)
class _Actor:
    """A body or place at half-open places: `acts` unless it is only spoken of, `commits` itself, `decides` a plan, `sets` the
    article's targets.
    """

    start: int
    end: int
    acts: bool
    commits: bool
    decides: bool
    sets: bool
    is_everyone: bool


_NOBODY: Final = _Actor(-1, -1, acts=False, commits=False, decides=False, sets=False, is_everyone=False)


class _Cast:
    """The actors of a document by the place of which the last one before is asked for."""

    def __init__(self, actors: Iterable[_Actor]) -> None:
        self._actors = list(actors)
        self._starts = [actor.start for actor in self._actors]

    def before(self, place: int) -> _Actor:
        i = bisect_left(self._starts, place) - 1
        return self._actors[i] if i >= 0 else _NOBODY


def owners(
    reading: Reading,
    timeline: Timeline,
    targets: Sequence[tuple[int, int]],
    organisations: Sequence[tuple[int, int]],
    names: Sequence[tuple[int, int]],
) -> list[str | None]:
    """The owner of each target, from the places of targets, of organisations, and of all other names, each in order.

    Who stands directly before a target, or "phải", "sẽ", "phấn đấu" in its clause, goes before the owner of the item before in the
    same list, this before whoever commits, decides or is named last in the paragraph, this before the body whose resolution the
    text is giving or that sets the article's targets.
    """
    found = _actors(reading, [*targets, *organisations, *names], organisations)
    everybody, bodies = _Cast(found), [actor for actor in found if not actor.is_everyone]
    committing = _Cast(actor for actor in found if actor.commits)
    around = _Around(
        timeline,
        committing=_Cast(actor for actor in bodies if actor.commits),
        deciding=_Cast(actor for actor in bodies if actor.decides),
        acting=_Cast(actor for actor in bodies if actor.acts),
        setter=_setter(timeline, bodies),
    )
    chosen: list[_Actor] = []
    lasting = _NOBODY
    before = -1
    for start, end in targets:
        sentence, line = begins(timeline.sentences, start), begins(timeline.lines, start)
        last, vowing = everybody.before(start), committing.before(start)
        if last.end > before and _BESIDE.fullmatch(reading.form, last.end, start):
            actor = last
            lasting = lasting if before > sentence else actor
        elif vowing.start >= max(sentence, before):
            actor = vowing
            lasting = lasting if actor.is_everyone else actor
        elif before > sentence:
            actor = chosen[-1]
        else:
            unnamed = before > line and last.start < before
            actor = lasting = lasting if unnamed else around.owner(start, before, lasting)
        chosen.append(actor)
        before = end
    return [reading.quote(actor.start, actor.end) if actor.end > 0 else None for actor in chosen]


@dataclass(frozen=True, slots=True)
class _Around:
    """Who owns a target by what stands around its sentence."""

    timeline: Timeline
    committing: _Cast
    deciding: _Cast
    acting: _Cast
    setter: _Actor

    def owner(self, start: int, before: int, lasting: _Actor) -> _Actor:
        """The owner of the target at a place; the one before it ends at another, and its list has an owner that lasts."""
        sentence, line = begins(self.timeline.sentences, start), begins(self.timeline.lines, start)
        back = bisect_right(self.timeline.lines, start) - 1 - _LINES_BACK
        above = self.timeline.lines[back] if back > 0 else 0
        deciding, acting = self.deciding.before(start), self.acting.before(start)
        named = max(self.committing.before(start), deciding, key=lambda actor: actor.start)
        if named.start >= line:
            return named
        if acting.start >= line:
            return acting
        if line in self.timeline.headings:
            return _NOBODY
        if deciding.start >= above:
            return deciding
        if sentence in self.timeline.carried and before >= above:
            return lasting
        return deciding if line in self.timeline.quoting and deciding.end > 0 else self.setter


def _setter(timeline: Timeline, actors: Iterable[_Actor]) -> _Actor:
    """The body that sets the targets of the article, by its headline or lead."""
    lead = timeline.lines[_LEAD_LINES] if len(timeline.lines) > _LEAD_LINES else len(timeline.form)
    return next((actor for actor in actors if actor.sets and actor.start < lead), _NOBODY)


def _actors(reading: Reading, taken: Sequence[tuple[int, int]], organisations: Sequence[tuple[int, int]]) -> list[_Actor]:
    """The bodies and places, in order, each with whether a word of commitment follows and one of decision stands before.

    Places are read from the words that are not `taken` by other names.
    """
    taken = sorted(taken)
    starts = [start for start, _ in taken]
    places = list(organisations)
    read = 0
    for match in _ACTOR.finditer(reading.form, overlapped=True):
        i = bisect_right(starts, match.start()) - 1
        if (
            match.start() < read
            or (i >= 0 and match.start() < taken[i][1])
            or _WHOLE.search(reading.form[max(0, match.start() - _BEFORE) : match.start()])
        ):
            continue
        end: int | None = match.end()
        if match["place"]:
            end = _name_end(reading, match.end())
        elif match["name"] and not (reading.is_capital(match.start()) and _name_end(reading, match.start()) == end):
            continue
        if end:
            places.append((match.start(), end))
            read = end
    actors: list[_Actor] = []
    for start, end in sorted(places):
        before = reading.form[max(0, start - _BEFORE) : start]
        if not _GROUNDS.search(before):
            actors.append(_actor(reading.form, start, end, before))
    return actors


def _actor(form: str, start: int, end: int, before: str) -> _Actor:
    commits = _COMMITTING.match(form, end) is not None
    sets = _SETS.match(form, end)
    return _Actor(
        start,
        end,
        acts=commits or _OBJECT.search(before) is None,
        commits=commits,
        decides=_DECIDING.search(before) is not None,
        sets=sets is not None and (sets["aim"] is not None or _SET_BY.search(before) is not None),
        is_everyone=_EVERYONE.match(form, start) is not None,
    )


def _name_end(reading: Reading, start: int) -> int | None:
    """Where the capitalised name that begins at a place ends; None if there is none."""
    end: int | None = None
    for _ in range(_LONGEST_NAME):
        name = _NAME.match(reading.form, start)
        if name is None or not reading.is_capital(start):
            break
        end = name.end()
        if not reading.form.startswith(" ", end):
            break
        start = end + 1
    return end
