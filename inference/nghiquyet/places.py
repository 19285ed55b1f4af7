"""Where an organisation belongs: the level of government that its name tells, and the place that it names.

"Ban Tuyên giáo Huyện ủy Mỹ Xuyên" is of a district, "huyện Mỹ Xuyên"; "UBND xã" is of a commune that the name leaves open; a
company or a school is of no level. The official codes of a place are looked up when they are asked for (see `register`).
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import regex

from nghiquyet import register
from nghiquyet.register import Level, Near, Unit, folded
from nghiquyet.text import model_form
from nghiquyet.words import breaks_line, words

LINE_BREAK: Final = regex.compile(r"[\n\r\u2028\u2029\v\f\x85]")

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
_SEATED_BODIES: Final = frozenset({model_form("ủy"), "đoàn"})
# Of other words or names, in two words of which one is like a kind: "hợp tác xã", "nông thôn".
_OTHER_WORDS: Final = frozenset(
    tuple(phrase.split())
    for phrase in ("tác xã", "nhật bản", "văn bản", "cơ bản", "nông thôn", "báo ấp", "xã hội", "sóc trăng", "làng nghề")
)


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
    Giang; Cần Thơ; Hậu Giang; Sóc Trăng; Bạc Liêu; Cà Mau
    """
)
_CENTRAL_CITIES: Final = _folded_names("Hà Nội; Hồ Chí Minh; Đà Nẵng; Hải Phòng; Cần Thơ")
_HUE: Final = folded("Huế")


def _openings(listed: str) -> tuple[str, ...]:
    """How the names of bodies begin, in whole words."""
    return tuple("".join(f"{model_form(word)} " for word in opening.split()) for opening in listed.split(";"))


def _words(listed: str) -> frozenset[str]:
    return frozenset(model_form(word) for word in listed.split())


# Bodies of no level of government, whatever place their name holds.
_UNLEVELLED: Final = _openings(
    "công ty; ctcp; htx; hợp tác xã; tập đoàn; tổng công ty; doanh nghiệp; nhà máy; trường; xí nghiệp; hiệp hội"
)
_CENTRAL: Final = _openings(
    """
    chính phủ; quốc hội; ủy ban thường vụ quốc hội; ủy ban dân tộc; ngân hàng nhà nước; kho bạc nhà nước; bộ chính trị; ban bí
    thư; tổng cục; thanh tra chính phủ; văn phòng chính phủ; kiểm toán nhà nước
    """
)
_NOT_MINISTRIES: Final = frozenset({"chỉ", "chqs", "đội", "tư"})
_NATIONAL: Final = _words("hội đoàn mặt liên tổng bhxh ủy trung mttq")
_PROVINCIAL: Final = _openings("sở; đoàn đbqh; đoàn đại biểu quốc hội")
# Bodies that a province may name without the word: "Báo Hà Tĩnh", "Sở TT&TT Bắc Kạn".
_OF_A_PROVINCE: Final = _words("sở báo đài ubnd hđnd ủy công bhxh kho kbnn cục chi đoàn hội liên mặt mttq")
# Before a province in the text, where other words in capital letters make it part of another name.
_BEFORE_A_PROVINCE: Final = frozenset({"báo", "đài", "tỉnh", "ở", "tại", "từ", "về", "tp", "cho"})
_LONGEST_NAME: Final = 5
_VOWELS: Final = frozenset("aeiouy")
_YEAR: Final = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a text names it: its kind in small letters ("huyện") and its name ("Hương Khê").

    `near` holds other places of the text, which tell places of the same name apart, those first that do it best: the wider places
    named with it ("xã A, huyện B"), then the main ones of the text, then all.
    """

    kind: str
    name: str
    near: tuple[Near, ...] = field(default=(), repr=False, compare=False)

    @property
    def full_name(self) -> str:
        """Kind and name: "huyện Hương Khê"."""
        return f"{self.kind} {self.name}".strip()

    @property
    def level(self) -> Level:
        return _level(self.kind, self.name) or "province"

    @property
    def before(self) -> Unit | None:
        """The official unit as of June 2025; None if there is none of that name, or several."""
        return self._units[0]

    @property
    def after(self) -> Unit | None:
        """The official unit since July 2025, which may be a wider one into which the place went; None if that is not one unit."""
        return self._units[1]

    @property
    def _units(self) -> tuple[Unit | None, Unit | None]:
        nowhere: Near = frozenset()
        found = (register.link(self.level, self.kind, self.name, near) for near in (*self.near, nowhere))
        return next((units for units in found if any(units)), (None, None))


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
        named = word.form[0].isupper() and not _is_abbreviation(word.form)
        capital = named or (word.form.isdigit() and len(word.form) < _YEAR)
        row.append(Form(word.start, word.end, word.form.casefold(), capital, breaks_line(text[last : word.start])))
        last = word.end
    return row


def _is_abbreviation(form: str) -> bool:
    """Whether a word has capital letters alone, none of them a vowel: "NTM" is no name."""
    return len(form) > 1 and form.isupper() and _VOWELS.isdisjoint(unicodedata.normalize("NFD", form.casefold()))


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
    head = " ".join(form.form for form in row[:5]) + " "
    if head.startswith(_UNLEVELLED):
        return None
    seat = next(seats(row, bare=True), None)
    if seat is not None:
        return _level(seat.kind, _name(name, row, seat))
    if head.startswith(_PROVINCIAL) or _province_stop(row):
        return "province"
    return "central" if _is_central(row, head) else None


def kind_of(name: str) -> str | None:
    """The kind of place that an organisation's name holds, with its own name or without: "xã" in "UBND xã"."""
    seat = next(seats(forms(name), bare=True), None)
    return seat.kind if seat else None


def place_of(name: str) -> Place | None:
    """The place that an organisation's name holds.

    >>> place_of("Huyện ủy Hương Khê"), place_of("Báo Hà Tĩnh"), place_of("UBND xã")
    (Place(kind='huyện', name='Hương Khê'), Place(kind='tỉnh', name='Hà Tĩnh'), None)
    """
    row = forms(name)
    for seat in seats(row, bare=False):
        return Place(seat.kind, _name(name, row, seat))
    if first := _province_stop(row):
        spelled = name[row[first].start : row[-1].end]
        return Place("thành phố" if folded(spelled) in _CENTRAL_CITIES else "tỉnh", spelled)
    return None


def places_in(text: str, row: Sequence[Form]) -> Iterator[tuple[int, int, Place]]:
    """The places that a text, cut into `row`, names with their kind, and the provinces also without: start, end, place, in order.

    >>> [place.name for _, _, place in places_in("Huyện Kỳ Anh (Hà Tĩnh)", forms("Huyện Kỳ Anh (Hà Tĩnh)"))]
    ['Kỳ Anh', 'Hà Tĩnh']
    """
    at = 0
    for seat in seats(row, bare=False):
        yield from _provinces(text, row[at : seat.first])
        yield row[seat.first].start, row[seat.stop - 1].end, Place(seat.kind, _name(text, row, seat))
        at = seat.stop
    yield from _provinces(text, row[at:])


def times_named(row: Sequence[Form], names: AbstractSet[str]) -> Counter[str]:
    """How often each of some folded names stands in a row, with its kind or without; not within a longer one of them."""
    times: Counter[str] = Counter()
    firsts = {name.split()[0] for name in names}
    at = 0
    while at < len(row):
        size = 0
        if row[at].capital and folded(row[at].form) in firsts:
            for size in range(min(_LONGEST_NAME, len(row) - at), 0, -1):
                name = folded(" ".join(form.form for form in row[at : at + size]))
                if name in names:
                    times[name] += 1
                    break
        at += max(size, 1)
    return times


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
    around = [form.form for form in (row[max(0, at - 1) : at + size + 1])]
    if not _OTHER_WORDS.isdisjoint(pairwise(around)):
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
        head.startswith(_CENTRAL)
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


def _provinces(text: str, row: Sequence[Form]) -> Iterator[tuple[int, int, Place]]:
    at = 0
    while at < len(row):
        opens = row[at].capital and row[at].form not in _BEFORE_A_PROVINCE
        free = at == 0 or not row[at - 1].capital or row[at - 1].form in _BEFORE_A_PROVINCE
        stop = _name_stop(row, at) if opens and free else at
        spelled = text[row[at].start : row[stop - 1].end] if stop > at else ""
        if folded(spelled) in PROVINCES:
            kind = "thành phố" if folded(spelled) in _CENTRAL_CITIES else "tỉnh"
            yield row[at].start, row[stop - 1].end, Place(kind, " ".join(spelled.split()))
        at = max(stop, at + 1)
