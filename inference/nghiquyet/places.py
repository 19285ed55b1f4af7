"""Where an organisation belongs: the level of government that its name tells, and the place that it names.

"Ban Tuyên giáo Huyện ủy Mỹ Xuyên" is of a district, "huyện Mỹ Xuyên"; "UBND xã" is of a commune that the name leaves open; a
company or a school is of no level. The official codes of a place are looked up when they are asked for (see `register`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from nghiquyet import register
from nghiquyet.entities import Entity
from nghiquyet.register import Level, Unit, folded
from nghiquyet.text import model_form
from nghiquyet.words import breaks_line, words

_KINDS: Final[dict[str, Level]] = {
    "tỉnh": "province",
    **dict.fromkeys(("huyện", "quận", "thị xã", "thành phố"), "district"),
    **dict.fromkeys(("xã", "phường", "thị trấn", "đặc khu"), "commune"),
    **dict.fromkeys(("thôn", "bản", "ấp", "buôn", "bon", "làng", "xóm", "khóm", "phum", "sóc"), "village"),
    **dict.fromkeys(("khu phố", "khối phố", "tổ dân phố", "tiểu khu", "khu dân cư"), "village"),
}
_SPELLINGS: Final = {"tp": "thành phố", "tp .": "thành phố", "tx": "thị xã", "tx .": "thị xã", "tphcm": "thành phố"}
# "Huyện ủy X", "Thành đoàn X": the seat stands in the first half.
_SEATED: Final = {"tỉnh": "tỉnh", "thành": "thành phố", "huyện": "huyện", "quận": "quận", "thị": "thị xã"}
_SEATED_BODIES: Final = frozenset(map(model_form, ("ủy", "đoàn")))
# Of other words: "hợp tác xã", "Nhật Bản"; "xã hội", "Sóc Trăng".
_NOT_BEFORE: Final = frozenset({"tác", "nhật", "văn"})
_NOT_BEHIND: Final = frozenset({"hội", "trăng"})


def _folded_names(listed: str) -> frozenset[str]:
    return frozenset(folded(name) for name in listed.split(";"))


# As before July 2025; those since are among them. Huế was a city of a province until 2025, and is one of the centre now.
PROVINCES: Final = _folded_names(
    """
    Hà Nội; Hà Giang; Cao Bằng; Bắc Kạn; Tuyên Quang; Lào Cai; Điện Biên; Lai Châu; Sơn La; Yên Bái; Hòa Bình; Thái Nguyên; Lạng
    Sơn; Quảng Ninh; Bắc Giang; Phú Thọ; Vĩnh Phúc; Bắc Ninh; Hải Dương; Hải Phòng; Hưng Yên; Thái Bình; Hà Nam; Nam Định; Ninh
    Bình; Thanh Hóa; Nghệ An; Hà Tĩnh; Quảng Bình; Quảng Trị; Thừa Thiên Huế; Đà Nẵng; Quảng Nam; Quảng Ngãi; Bình Định; Phú
    Yên; Khánh Hòa; Ninh Thuận; Bình Thuận; Kon Tum; Gia Lai; Đắk Lắk; Đắk Nông; Lâm Đồng; Bình Phước; Tây Ninh; Bình Dương;
    Đồng Nai; Bà Rịa - Vũng Tàu; Hồ Chí Minh; Long An; Tiền Giang; Bến Tre; Trà Vinh; Vĩnh Long; Đồng Tháp; An Giang; Kiên
    Giang; Cần Thơ; Hậu Giang; Sóc Trăng; Bạc Liêu; Cà Mau;
    """
)
_CENTRAL_CITIES: Final = _folded_names("Hà Nội; Hồ Chí Minh; Đà Nẵng; Hải Phòng; Cần Thơ")
_HUE: Final = folded("Huế")

# Bodies of no level of government, whatever place their name holds.
_UNLEVELLED: Final = (
    "công ty",
    "ctcp",
    "htx",
    "hợp tác xã",
    "tập đoàn",
    "tổng công ty",
    "doanh nghiệp",
    "nhà máy",
    "trường",
    "xí nghiệp",
    "hiệp hội",
)
_CENTRAL: Final = (
    "chính phủ",
    "quốc hội",
    "bộ chính trị",
    "ban bí thư",
    "tổng cục",
    "thanh tra chính phủ",
    "văn phòng chính phủ",
    "kiểm toán nhà nước",
)
_NOT_MINISTRIES: Final = frozenset({"chỉ", "chqs", "đội", "tư"})
_NATIONAL: Final = frozenset(map(model_form, ("hội", "đoàn", "mặt", "liên", "tổng", "bhxh", "ủy", "trung", "mttq")))
_PROVINCIAL: Final = ("sở", "đoàn đbqh", "đoàn đại biểu quốc hội")
# Bodies that a province may name without the word: "Báo Hà Tĩnh", "Sở TT&TT Bắc Kạn".
_OF_A_PROVINCE: Final = frozenset(
    map(
        model_form,
        (
            "sở",
            "báo",
            "đài",
            "ubnd",
            "hđnd",
            "ủy",
            "công",
            "bhxh",
            "kho",
            "kbnn",
            "cục",
            "chi",
            "đoàn",
            "hội",
            "liên",
            "mặt",
            "mttq",
        ),
    )
)
# Before a province in the text, where other words in capital letters make it part of another name.
_BEFORE_A_PROVINCE: Final = frozenset({"báo", "đài", "tỉnh", "ở", "tại", "từ", "về", "tp", "cho"})
_LONGEST_NAME: Final = 5
_YEAR: Final = 4

Near = frozenset[tuple[Level, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a text names it: its kind in small letters ("huyện") and its name ("Hương Khê").

    `near` holds the other places of the text, by level and folded name, which tell places of the same name apart.
    """

    kind: str
    name: str
    near: Near = field(default=frozenset(), repr=False, compare=False)

    @property
    def level(self) -> Level:
        return _level(self.kind, self.name) or "province"

    @property
    def before(self) -> Unit | None:
        """The official unit as of June 2025; None if there is none of that name, or several.

        Raises:
            MissingExtraError: if the register is not installed.
        """
        return register.link(self.level, self.kind, self.name, self.near)[0]

    @property
    def after(self) -> Unit | None:
        """The official unit since July 2025, which may be a wider one into which the place went; None if that is not one unit.

        Raises:
            MissingExtraError: if the register is not installed.
        """
        return register.link(self.level, self.kind, self.name, self.near)[1]


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a row of words: the kind with the tokens [first, named) and the name with [named, stop), which may be empty."""

    first: int
    named: int
    stop: int
    kind: str


@dataclass(frozen=True, slots=True)
class Form:
    """A word at `text[start:end]`; `form` in small letters, as models read it; `capital` also holds for short numbers."""

    start: int
    end: int
    form: str
    capital: bool
    starts_line: bool


def forms(text: str) -> list[Form]:
    row: list[Form] = []
    last = 0
    for word in words(text):
        capital = word.form[0].isupper() or (word.form.isdigit() and len(word.form) < _YEAR)
        row.append(Form(word.start, word.end, word.form.casefold(), capital, breaks_line(text[last : word.start])))
        last = word.end
    return row


def seats(row: Sequence[Form], bare: bool) -> Iterator[Seat]:
    """The places in a row of words, in order; `bare` also yields kinds without a name, as in "UBND xã"."""
    at = 0
    while at < len(row):
        seat = _seat_at(row, at)
        if seat is None or not (bare or seat.stop > seat.named):
            at += 1
            continue
        yield seat
        at = max(seat.stop, at + 1)


def level_of(name: str) -> Level | None:
    """The level of government of the organisation of that name; None if the name does not tell, or it is of none.

    >>> level_of("Ban Tuyên giáo Huyện ủy"), level_of("Bộ NN-PTNT"), level_of("UBND xã Sơn Trung"), level_of("Công ty Mía đường")
    ('district', 'central', 'commune', None)
    """
    row = forms(name)
    head = " ".join(form.form for form in row[:4]) + " "
    if head.startswith(tuple(f"{word} " for word in _UNLEVELLED)):
        return None
    seat = next(seats(row, bare=True), None)
    if seat is not None:
        return _level(seat.kind, _name(name, row, seat))
    if _is_central(row, head):
        return "central"
    if head.startswith(tuple(f"{word} " for word in _PROVINCIAL)) or _province_stop(row):
        return "province"
    return None


def place_of(name: str, near: Near = frozenset()) -> Place | None:
    """The place that an organisation's name holds.

    >>> place_of("Huyện ủy Hương Khê"), place_of("Báo Hà Tĩnh"), place_of("UBND xã")
    (Place(kind='huyện', name='Hương Khê'), Place(kind='tỉnh', name='Hà Tĩnh'), None)
    """
    row = forms(name)
    for seat in seats(row, bare=False):
        return Place(seat.kind, _name(name, row, seat), near)
    if first := _province_stop(row):
        spelled = name[row[first].start : row[-1].end]
        return Place("thành phố" if folded(spelled) in _CENTRAL_CITIES else "tỉnh", spelled, near)
    return None


@dataclass(frozen=True, slots=True)
class Map:
    """The places of a text: those named with their kind, and the provinces also without.

    `near` holds all of them; `about` the folded names of those that are named again or are the one place of their level; `sole` the
    one place of a level, to which the bodies of that level belong that name no place.
    """

    near: Near
    about: frozenset[str]
    sole: Mapping[Level, Place]

    @classmethod
    def of(cls, text: str, people: Iterable[Entity] = ()) -> "Map":
        """Read a text; the names of `people`, spans of it in order, are passed over."""
        times: Counter[str] = Counter()
        named: dict[Level, dict[str, Place]] = {}
        for place in _all_places(text, people):
            name = folded(place.name)
            times[name] += 1
            named.setdefault(place.level, {}).setdefault(name, place)
        near = frozenset((level, name) for level, names in named.items() for name in names)
        sole = {level: replace(*names.values(), near=near) for level, names in named.items() if len(names) == 1}
        again = {name for name, count in times.items() if count > 1}
        return cls(near, frozenset(again.union(folded(place.name) for place in sole.values())), sole)


def _all_places(text: str, people: Iterable[Entity]) -> Iterator[Place]:
    start = 0
    for person in people:
        yield from _places(text[start : person.start])
        start = person.end
    yield from _places(text[start:])


def _places(text: str) -> Iterator[Place]:
    row = forms(text)
    at = 0
    for seat in seats(row, bare=False):
        yield from _provinces(text, row[at : seat.first])
        yield Place(seat.kind, _name(text, row, seat))
        at = seat.stop
    yield from _provinces(text, row[at:])


def _seat_at(row: Sequence[Form], at: int) -> Seat | None:
    if at + 1 < len(row) and row[at].form in _SEATED and row[at + 1].form in _SEATED_BODIES:
        return Seat(at, at + 2, _name_stop(row, at + 2), _SEATED[row[at].form])
    for size in (3, 2, 1):
        phrase = " ".join(form.form for form in row[at : at + size])
        kind = _SPELLINGS.get(phrase, phrase)
        if kind in _KINDS and at + size <= len(row):
            break
    else:
        return None
    if (at and row[at - 1].form in _NOT_BEFORE) or (at + size < len(row) and row[at + size].form in _NOT_BEHIND):
        return None
    stop = _name_stop(row, at + size)
    if stop == at + size and (stop < len(row) and row[stop].form.isalpha()):
        return None
    return Seat(at, at + size, stop, kind)


def _name_stop(row: Sequence[Form], first: int) -> int:
    stop = first
    while stop < min(len(row), first + _LONGEST_NAME):
        dash = row[stop].form in ("-", "–") and first < stop < len(row) - 1 and row[stop + 1].capital
        if not (row[stop].capital or dash) or row[stop].starts_line or (stop > first and _begins_kind(row, stop)):
            break
        stop += 1
    return stop


def _begins_kind(row: Sequence[Form], at: int) -> bool:
    return any(" ".join(form.form for form in row[at : at + size]) in _KINDS for size in (1, 2, 3))


def _name(text: str, row: Sequence[Form], seat: Seat) -> str:
    return " ".join(text[row[seat.named].start : row[seat.stop - 1].end].split()) if seat.stop > seat.named else ""


def _level(kind: str, name: str) -> Level | None:
    if kind != "thành phố":
        return _KINDS[kind]
    if not name or folded(name) == _HUE:
        return None
    return "province" if folded(name) in _CENTRAL_CITIES else "district"


def _is_central(row: Sequence[Form], head: str) -> bool:
    spelled = [form.form for form in row]
    return (
        head.startswith(tuple(f"{word} " for word in _CENTRAL))
        or (len(spelled) > 1 and spelled[0] == "bộ" and spelled[1] not in _NOT_MINISTRIES)
        or spelled[-2:] == ["trung", "ương"]
        or spelled[-2:] == ["tối", "cao"]
        or (spelled[-2:] == ["việt", "nam"] and spelled[0] in _NATIONAL)
    )


def _province_stop(row: Sequence[Form]) -> int:
    """The token at which the name of a province begins that ends a name; 0 if none does."""
    if not row or row[0].form not in _OF_A_PROVINCE:
        return 0
    for first in range(max(1, len(row) - _LONGEST_NAME), len(row)):
        if folded(" ".join(form.form for form in row[first:])) in PROVINCES:
            return first
    return 0


def _provinces(text: str, row: Sequence[Form]) -> Iterator[Place]:
    at = 0
    while at < len(row):
        free = at == 0 or not row[at - 1].capital or row[at - 1].form in _BEFORE_A_PROVINCE
        stop = _capitals_stop(row, at) if free and row[at].capital else at
        spelled = text[row[at].start : row[stop - 1].end] if stop > at else ""
        if spelled and folded(spelled) in PROVINCES:
            yield Place("thành phố" if folded(spelled) in _CENTRAL_CITIES else "tỉnh", " ".join(spelled.split()))
        at = max(stop, at + 1)


def _capitals_stop(row: Sequence[Form], first: int) -> int:
    stop = first + (row[first].form in _BEFORE_A_PROVINCE)
    return max(_name_stop(row, stop), stop)
