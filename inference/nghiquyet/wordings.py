"""The words of a target but for its number: what stands before it, the thing counted and what follows, and the change that its
verbs tell.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import regex

from nghiquyet.quantities import Quantity
from nghiquyet.reading import BLANK, Reading, blank, grammar, one_of, phrases

Change = Literal["reach", "increase", "decrease", "keep", "eliminate"]

# Words that link a measure to its number, with the change that they tell.
_LINKS: Final[dict[str, Change | None]] = {
    **dict.fromkeys(phrases("giảm, giảm thiểu, cắt giảm, kéo giảm, hạ, rút, rút ngắn, kéo, kéo về, giảm về"), "decrease"),
    **dict.fromkeys(phrases("còn, chỉ còn, xuống"), "decrease"),
    **dict.fromkeys(phrases("tăng, tăng thêm, nâng, lên, gấp, thêm"), "increase"),
    **dict.fromkeys(phrases("giữ, giữ vững, giữ ổn định, duy trì, ổn định"), "keep"),
    **dict.fromkeys(
        phrases("đạt, là, có, chiếm, bằng, mức, ở, cán mốc, đóng góp, chỉ có, cũng, phải, sẽ, phấn đấu, ước"),
        None,
    ),
    **dict.fromkeys(phrases("được, từ, trung bình, thì, đến, tới, khoảng, dần, vào, và, hiện nay, hiện, cả"), None),
    **dict.fromkeys([":", ",", "-", ";"], None),
}
_NO_LINK: Final = frozenset(phrases("trở lên, trở xuống, còn lại, mặt bằng, đồng bằng, công bằng"))
_LEADING: Final[dict[str, Change]] = {
    **dict.fromkeys(phrases("giảm, giảm tiếp, giảm thêm, giảm thiểu, cắt giảm, kéo giảm, tinh giản, hạ, rút ngắn"), "decrease"),
    **dict.fromkeys(phrases("tăng, tăng thêm, nâng, thêm"), "increase"),
    **dict.fromkeys(phrases("giữ, giữ vững, giữ ổn định, duy trì"), "keep"),
    **dict.fromkeys(phrases("xóa, xóa xong, xóa hết, xóa bỏ"), "eliminate"),
}
# What looks like a leading verb of change and is part of a name.
_NO_CHANGE: Final = frozenset(phrases("tăng trưởng, tăng cường, nâng cấp, nâng cao, nâng chất, giảm nghèo, giữ gìn, hạ tầng"))
# Of several changes that are told, as in "giảm thêm", the first here counts.
_PRIORITY: Final[tuple[Change, ...]] = ("decrease", "increase", "keep")
# To bring something to a value; with another verb behind it is an action: "đưa 2.000 lao động đi làm việc".
_CARRYING: Final = frozenset(phrases("đưa, kéo, phát triển"))
_ARRIVING: Final = frozenset(phrases("lên, xuống, về, còn"))
_INTENTIONS: Final = frozenset(
    ["phấn đấu", "quyết tâm", "dự kiến", "mục tiêu", "và", "sẽ", "phải", "sớm", ",", ":", "-", "+", "“", '"']
)
_DUTIES: Final = frozenset(phrases("phải, sẽ, sớm"))
_NO_DUTIES: Final = frozenset(phrases("phải trả, phải thu, phải nộp, phải người, sớm hạn"))
_LONGEST_PHRASE: Final = 3
_ON_AVERAGE: Final = "bình quân"
_A_YEAR: Final = grammar(r"[ ](?:(?:hằng|hàng|mỗi|một)[ ])?năm(?!\w|[ ]\d)")
_GROWTH: Final = grammar(one_of("tốc độ, mức tăng, mức giảm, tăng trưởng, tỷ lệ tăng, tỷ lệ giảm, tỉ lệ tăng, tỉ lệ giảm"))

HEADS: Final = frozenset(
    phrases(
        """
        tỷ lệ, tỉ lệ, tỷ trọng, tỉ trọng, tỷ suất, cơ cấu, tốc độ, độ, mức, mức độ, số, số lượng, tổng, tổng số, quy mô, diện
        tích, sản lượng, năng suất, giá trị, thu nhập, doanh thu, lợi nhuận, thu ngân sách, thu nội địa, tổng thu, chi, kim
        ngạch, grdp, gdp, công suất, thời gian, chỉ số, vốn, tổng vốn, đàn, tổng đàn, lượng, hộ nghèo, hộ cận nghèo, dư nợ, nợ,
        bao phủ, tăng trưởng, xuất khẩu, doanh số, lương, tiền lương, nộp ngân sách, huy động vốn, tuổi thọ, lao động
        """
    )
)
HEAD: Final = grammar(one_of(HEADS))
_BARE_HEADS: Final = frozenset(phrases("số, số lượng, tổng, tổng số"))
PREDICATE: Final = grammar(
    r"(?<!giá[ ]trị[ ])"
    + one_of(
        """
        đạt, được, có, là, hoàn thành, tham gia, sử dụng, dùng, thực hiện, ứng dụng, xem, biết, sinh hoạt, tốt nghiệp, sản xuất,
        xếp loại, qua, hoạt động, làm, phủ sóng, nộp, lắp, duy trì, dự, ký, không, phân loại, bán, kiêm, đi, ra lớp, đến lớp,
        nhận, trả, thuộc, giao tiếp, khai báo, nói, phát sinh, kết nối, cung cấp, cán đích
        """
    )
)
# Words before "người" that need it as their object.
_TAKING: Final = frozenset(phrases("cho, đào, tuyển, đưa, gửi, thu, hỗ, giúp, với, khám, bồi, đón, kết, mỗi"))
# The wholes of a share, dropped behind a measure ("Kinh tế số chiếm 20% GDP"): some always, some only behind a linking verb.
_WHOLE: Final = grammar(
    one_of("gdp, grdp, dân số, kế hoạch, dự toán, chỉ tiêu, số phải thu, lực lượng lao động, bình quân chung, mức bình quân")
)
_LINKED_WHOLE: Final = grammar(one_of("tổng, giá trị, trong, của, vốn, đầu tư, số"))
_OUT_OF_WHOLE: Final = grammar(r"[ ](?:(?:trên|so[ ]với)[ ](?:tổng|dân[ ]số)|trong[ ](?:tổng|grdp|gdp))(?!\w)")
_BEYOND: Final = frozenset(phrases("vượt, hoàn thành"))
_TAKING_UP: Final = frozenset(phrases("chiếm, góp"))
# Comparisons and descriptions behind a number, to the end of the target.
_REMARK: Final = grammar(
    r"""(?:,[ ])?(?<!\w)(?:
        so[ ]với|trên[ ]tổng|(?:(?:cao|gần|nhiều|lớn|hơn)[ ])?+gấp|tương[ ]ứng|tức|(?<!mặt[ ])bằng[ ]\d
      | với[ ](?:tổng[ ])?(?:diện[ ]tích|sức[ ]chứa|quy[ ]mô|công[ ]suất|vốn|chiều[ ]dài|\d)
    )(?!\w)"""
)
_GONE: Final = grammar(
    r"[\W\d]*+(?:phấn[ ]đấu[ ])?(?P<verb>không[ ](?:còn|có|để(?:[ ](?:xảy[ ]ra|phát[ ]sinh|tồn[ ]tại))?|xảy[ ]ra|phát[ ]sinh)(?!\w)"
    r"|không(?=[ ]\w++(?:[ ]\w++)?[ ]nào(?!\w))|(?:xóa|trả)[ ](?:hết|sạch)|chấm[ ]dứt|xóa(?:[ ](?:xong|bỏ))?(?=[ ]))"
)
_KEPT: Final = grammar(r"(?:giữ|duy[ ]trì)(?!\w)|(?:\w++[ ]){1,8}?duy[ ]trì[ ]")
_TOKEN: Final = regex.compile(rf"[^\W_]++(?:[-/'’.,]\w++)*+|[^\w\s{BLANK}]")
_OPENING: Final = frozenset("“‘\"'(«")
_CLOSING: Final = frozenset("”’\"')»%")


class Token(NamedTuple):
    """A word or sign of a target's form, at half-open places."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Wording:
    """A target taken apart: `link` joined `left` to the number, `change` is what this and the leading verb tell."""

    reading: Reading
    quantity: Quantity | None
    change: Change
    left: Sequence[Token]
    link: Sequence[Token]
    noun: Sequence[Token]
    right: Sequence[Token]

    @property
    def own(self) -> str:
        """The indicator as far as the target says it itself."""
        if self.right and not self.noun and "/" in self.unit and HEAD.match(form_of(self.left)):
            return f"{self.quote(self.left)}: {self.quote(self.right)}"
        return self.quote([*self.left, *self.noun, *self.right])

    @property
    def unit(self) -> str:
        return (self.quantity and self.quantity.unit) or ""

    @property
    def behind(self) -> str:
        """The form of what is counted and what follows."""
        return form_of([*self.noun, *self.right])

    @property
    def is_share(self) -> bool:
        return self.unit.startswith("%")

    @property
    def is_amount(self) -> bool:
        """Whether something is done to so many things: "trồng 850 ha rừng"."""
        counted = self.quantity is not None and not self.is_share
        return counted and self.change == "reach" and bool(self.left) and bool(self.noun or self.right)

    def quote(self, tokens: Sequence[Token]) -> str:
        """The text's own letters of some words, one space where others stood between them; no punctuation at the ends."""
        first, last = 0, len(tokens)
        while last > first and not tokens[last - 1].form[0].isalnum() and tokens[last - 1].form not in _CLOSING:
            last -= 1
        while first < last and not tokens[first].form[0].isalnum() and tokens[first].form not in _OPENING:
            first += 1
        parts: list[str] = []
        for n in range(first, last):
            if n + 1 == last or self.reading.form[tokens[n].end : tokens[n + 1].start].strip():
                parts.append(self.reading.quote(tokens[first].start, tokens[n].end))
                first = n + 1
        return " ".join(parts)


def form_of(tokens: Sequence[Token]) -> str:
    return " ".join(token.form for token in tokens)


def removal(reading: Reading, stated: Quantity | None) -> bool:
    """Whether a target is that nothing is left: "không còn hộ nghèo", "xóa hết nhà tạm"; "xóa 9 nhà tạm" states a number.

    >>> removal(Reading.of("không để xảy ra điểm nóng"), None), removal(Reading.of("không quá 3 ngày"), None)
    (True, False)
    """
    gone = _GONE.match(reading.form)
    return gone is not None and (gone["verb"].startswith("không") or stated is None)


def wording(reading: Reading, quantity: Quantity | None, hidden: Iterable[tuple[int, int]], yearly: bool) -> Wording:
    """Take a target apart.

    Args:
        reading: The target alone.
        quantity: The number that it states.
        hidden: The places of times and other words that belong to no indicator.
        yearly: Whether the number is one a year.
    """
    form = blank(reading.form, hidden)
    if quantity is None:
        return _without_number(reading, form)
    remark = _REMARK.search(form, quantity.end)
    left = _without_leading(_tokens(form, 0, quantity.start), _INTENTIONS)
    noun = _tokens(form, *quantity.noun) if quantity.noun else []
    right = _tokens(blank(form, [quantity.tail] if quantity.tail else []), quantity.end, remark.start() if remark else len(form))
    left, link, told = _without_link(reading, left, quantity, yearly)
    named = _without_leading(left, _LEADING, once=True)
    leading = _LEADING[form_of(left[: len(left) - len(named)])] if len(named) < len(left) else None
    left = _without_whole(named, quantity)
    arrives = any(token.form in _ARRIVING for token in link)
    moved = leading is not None
    if arrives or any(token.form == "đạt" for token in link):
        carried = _without_leading(left, _CARRYING, once=True)
        moved, left = moved or len(carried) < len(left), carried
    if left and left[-1].form == "về" and leading:
        link, left = [left[-1], *link], left[:-1]
    change = leading or _change(left, told)
    left = _without_duties(left)
    right = _without_duties(_indicated(left, link, right, quantity))
    bare = form_of(left) in _BARE_HEADS
    if noun and left and not right and not bare and (_names(left, noun) or (moved and arrives)):
        noun = []
    elif left and (noun or left[0].form == "mỗi"):
        left += [token for token in link if token.form in ("đạt", "có")][-1:]
    elif left and right and (quantity.unit or "").startswith("%") and not PREDICATE.search(form_of(right)):
        left += [token for token in link if token.form == "đạt"][-1:]
    return Wording(reading, quantity, change, left, link, noun, right)


def _without_number(reading: Reading, form: str) -> Wording:
    gone = _GONE.match(form)
    tokens = _tokens(form, gone.end() if gone else 0, len(form))
    if gone:
        return Wording(reading, None, "eliminate", [token for token in tokens if token.form != "nào"], (), (), ())
    tokens = _without_duties(_without_leading(tokens, _INTENTIONS))
    kept = _KEPT.match(form_of(tokens)) is not None
    return Wording(reading, None, "keep" if kept else "reach", tokens, (), (), ())


def _tokens(form: str, start: int, end: int) -> list[Token]:
    return [Token(match[0], *match.span()) for match in _TOKEN.finditer(form, start, end)]


def _without_leading(tokens: list[Token], phrases: Collection[str], once: bool = False) -> list[Token]:
    """The words behind the leading phrases of a kind."""
    first = 0
    while first < len(tokens) and not (once and first):
        size = next((n for n in range(_LONGEST_PHRASE, 0, -1) if form_of(tokens[first : first + n]) in phrases), 0)
        if not size or form_of(tokens[first : first + size + 1]) in _NO_CHANGE:
            break
        first = min(first + size, len(tokens))
    return tokens[first:]


def _without_link(
    reading: Reading, tokens: list[Token], quantity: Quantity, yearly: bool
) -> tuple[list[Token], list[Token], list[Change]]:
    """The words before those that link a measure to its number; these; and the changes that they tell."""
    told: list[Change] = []
    last = len(tokens)
    while last:
        near = tokens[max(0, last - _LONGEST_PHRASE) : last]
        size = next((n for n in range(len(near), 0, -1) if form_of(near[-n:]) in _LINKS), 0)
        if not size and form_of(near[-2:]) == _ON_AVERAGE:
            linked = last < len(tokens)
            behind = reading.form[near[-1].end : near[-1].end + 10]
            bare = last == 2 or form_of(near[:-2]) in _LINKS or _GROWTH.match(form_of(tokens[:2])) or _A_YEAR.match(behind)
            size = 2 if bare or (yearly and not linked and (quantity.unit or "").startswith("%")) else 0
        if not size or form_of(near[-2:]) in _NO_LINK:
            break
        if change := _LINKS.get(form_of(near[-size:])):
            told.append(change)
        last -= size
    return tokens[:last], tokens[last:], told


def _change(left: Sequence[Token], told: Sequence[Change]) -> Change:
    if form_of(left[:2]) == "giảm nghèo":
        return "decrease"
    if _GROWTH.match(form_of(left[:2])):
        return "reach"
    return min(told, key=_PRIORITY.index, default="reach")


def _without_whole(left: list[Token], quantity: Quantity) -> list[Token]:
    """The words before a share without what it is a share of: "tỷ lệ đảng viên trên dân số"."""
    whole = _OUT_OF_WHOLE.search(form_of(left)) if (quantity.unit or "").startswith("%") else None
    return left[: len(form_of(left)[: whole.start()].split())] if whole else left


def _without_duties(tokens: Sequence[Token]) -> list[Token]:
    """Words without "phải", "sẽ", "sớm"."""
    pairs = [form_of(tokens[n : n + 2]) for n in range(len(tokens))]
    return [token for token, pair in zip(tokens, pairs, strict=True) if token.form not in _DUTIES or pair in _NO_DUTIES]


def _indicated(left: Sequence[Token], link: Sequence[Token], right: list[Token], quantity: Quantity) -> list[Token]:
    """The words behind a number that belong to the indicator."""
    if right and right[0].form == "nữa":
        right = right[1:]
    if not (quantity.unit or "").startswith("%"):
        return right
    said = form_of(right)
    if any(token.form in _TAKING_UP for token in link) and not _says(right):
        return []
    if left and not (form_of(left[-2:]) in _BEYOND or left[-1].form in _BEYOND or _says(right)):
        named = bool(link) or HEAD.match(form_of(left)) is not None
        if _WHOLE.match(said) or (named and _LINKED_WHOLE.match(said)):
            return []
    if form_of(right[:2]) == "tổng số":
        return right[2:]
    return right[1:] if len(right) > 1 and right[0].form == "số" else right


def _says(right: Sequence[Token]) -> bool:
    """Whether the words behind a share say something of the group that they begin with."""
    return PREDICATE.search(form_of(right), len(right[0].form) if right else 0) is not None


def _names(left: Sequence[Token], noun: Sequence[Token]) -> bool:
    """Whether the words before a number already name what it counts: "Số xã đạt chuẩn là 9 xã", "BHXH tự nguyện 450.000 người"."""
    said, counted = form_of(left), form_of(noun)
    people = counted in ("người", "hộ", "lao động") and left[-1].form not in _TAKING and left[0].form not in _TAKING
    return people or counted in said or HEAD.match(said) is not None or form_of(left[-2:]) in HEADS
