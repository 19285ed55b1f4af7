"""Who commits itself to a target, or is charged with it, in the words of the text."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nghiquyet.periods import Timeline, begins
from nghiquyet.reading import Reading, grammar, one_of

_PLACES: Final = one_of(
    ["tỉnh", "thành phố", "tp", "huyện", "quận", "thị xã", "xã", "phường", "thị trấn", "đặc khu", "thôn", "bản", "buôn", "ấp", "làng"]
)
_BODIES: Final = one_of(
    ["tỉnh", "thành phố", "huyện", "quận", "thị xã", "xã", "phường", "thị trấn", "công ty", "htx", "hợp tác xã", "tập đoàn"]
    + ["các bộ, ngành", "chi bộ", "đảng bộ", "đảng ủy", "nhà trường", "bệnh viện", "tổng công ty", "ngân hàng"]
)
_COMMITS: Final = one_of(
    ["phải", "sẽ", "phấn đấu", "xác định", "đặt mục tiêu", "đặt chỉ tiêu", "đề ra", "quyết tâm", "nhận", "cam kết", "được giao", "đăng ký", "chốt"]
    + ["thống nhất", "tập trung", "lãnh đạo", "tiếp tục", "điều chỉnh", "bổ sung", "lượng hóa", "giao", "ký", "dự kiến", "hướng tới", "tham mưu", "phối hợp"]
    + ["trình", "ban hành"]
)
_VOWS: Final = rf"[ ](?:cũng[ ]|đã[ ]|đang[ ])?{_COMMITS}"
_ACTOR: Final = grammar(
    rf"{_BODIES}(?={_VOWS})|(?P<place>{_PLACES}[ ])|(?<!\w)(?P<name>[^\W\d_]++(?:[ ][^\W\d_]++){{1,2}})(?={_VOWS}|:[ ])"
)
_COMMITTING: Final = grammar(rf"[^.;:\n]{{0,25}}?{_COMMITS}")
_WHOLE: Final = grammar(r"(?:toàn|cả|mỗi|các|từng|mọi|một|số)[ ]$")
_DECIDING: Final = grammar(
    rf"{one_of(['nghị quyết', 'nq', 'đại hội', 'kế hoạch', 'chỉ tiêu', 'mục tiêu', 'đề án', 'chương trình', 'quyết tâm'])}[^.;:\n]{{0,40}}$"
)
_GROUNDS: Final = grammar(r"(?<!\w)căn[ ]cứ[ ][^.;:\n]{1,120}$")
_BEFORE: Final = 130
_NAME: Final = grammar(r"[^\W\d_]++(?:['’]\w++)?")
_LONGEST_NAME: Final = 4
# How many lines back the lead-in of a list may stand.
_LINES_BACK: Final = 3


# With these before it a body is spoken of, and commits itself to nothing.
_OBJECT: Final = grammar(rf"{one_of(['trình', 'với', 'tại', 'nhờ', 'về', 'thăm', 'cùng', 'gửi'])}[ ]$")
_BESIDE: Final = grammar(r"[\s“\"]*+")


@dataclass(frozen=True, slots=True)
class _Actor:
    start: int
    end: int
    commits: bool
    decides: bool
    acts: bool


def owners(
    reading: Reading, timeline: Timeline, targets: Sequence[tuple[int, int]], organisations: Sequence[tuple[int, int]], names: Sequence[tuple[int, int]]
) -> list[str | None]:
    """The owner of each target, from the places of targets, of organisations, and of all other names, each in order.

    Who stands directly before a target, or "phải", "sẽ", "phấn đấu" in its sentence, goes before the owner of the item before in the same
    list, this before whoever commits, decides or is named last in the paragraph, this before the body whose resolution the list above is.
    """
    actors = iter(_actors(reading, [*targets, *organisations, *names], organisations))
    coming = next(actors, None)
    last = acting = committing = deciding = _Actor(-1, -1, commits=False, decides=False, acts=False)
    found: list[str | None] = []
    for n, (start, _) in enumerate(targets):
        while coming and coming.end <= start:
            last = coming
            acting = coming if coming.acts else acting
            committing = coming if coming.commits else committing
            deciding = coming if coming.decides else deciding
            coming = next(actors, None)
        sentence, line = begins(timeline.sentences, start), begins(timeline.lines, start)
        above = timeline.lines[max(0, bisect_right(timeline.lines, start) - 1 - _LINES_BACK)] if timeline.lines else 0
        before = targets[n - 1][1] if n else -1
        listed = sentence in timeline.carried
        chosen: _Actor | None = None
        if last.end > before and _BESIDE.fullmatch(reading.form, last.end, start):
            chosen = last
        elif committing.start >= max(sentence, before):
            chosen = committing
        elif before > sentence or (listed and before > line):
            found.append(found[-1])
            continue
        elif max(committing.start, deciding.start) >= line:
            chosen = max(committing, deciding, key=lambda actor: actor.start)
        elif acting.start >= line:
            chosen = acting
        elif deciding.start >= above:
            chosen = deciding
        elif listed and before >= above:
            found.append(found[-1])
            continue
        found.append(reading.quote(chosen.start, chosen.end) if chosen else None)
    return found


def _actors(reading: Reading, taken: Sequence[tuple[int, int]], organisations: Sequence[tuple[int, int]]) -> list[_Actor]:
    """The bodies and places, in order, each with whether a word of commitment follows and one of decision stands before.

    Places are read from the words that are not `taken` by other names.
    """
    taken = sorted(taken)
    starts = [start for start, _ in taken]
    places = list(organisations)
    read = 0
    for match in _ACTOR.finditer(reading.form):
        i = bisect_right(starts, match.start()) - 1
        if match.start() < read or (i >= 0 and match.start() < taken[i][1]) or _WHOLE.search(reading.form[max(0, match.start() - _BEFORE) : match.start()]):
            continue
        end = match.end()
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
            commits = _COMMITTING.match(reading.form, end) is not None
            decides = _DECIDING.search(before) is not None
            actors.append(_Actor(start, end, commits, decides, acts=commits or _OBJECT.search(before) is None))
    return actors


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
