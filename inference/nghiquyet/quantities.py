"""Number phrases of targets: how much, compared how, of what unit, how often.

The grammar reads `Reading.form`: comma is the decimal sign and point groups thousands ("1.234,5 tỷ đồng"); ranges ("14-15%", "từ 10
đến 12%"), counts out of a total ("19/19 tiêu chí"), shares in words ("hai phần ba"), multiples ("gấp đôi") and number words ("sáu
thôn") are quantities too. Ranks, grades and names ("loại IV", "nhóm 70 nước", "thôn 2") are not.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Final, Literal, NamedTuple

import regex

from nghiquyet.reading import Reading, blank, grammar, one_of, phrases
from nghiquyet.text import new_tone_marks

Comparator = Literal["=", ">=", ">", "<=", "<", "range", "approx"]
Per = Literal["year", "term", "month", "quarter"]

_COMPARATORS: Final[dict[str, Comparator]] = {
    **dict.fromkeys(
        phrases("ít nhất, tối thiểu, chí ít, không dưới, không thấp hơn, không ít hơn, không nhỏ hơn, không kém"), ">="
    ),
    **dict.fromkeys(phrases("trên, hơn, cao hơn, lớn hơn, nhiều hơn, vượt, vượt mức, quá"), ">"),
    **dict.fromkeys(
        phrases("không quá, tối đa, không vượt quá, không vượt, không hơn, không trên, không cao hơn, nhiều nhất"), "<="
    ),
    **dict.fromkeys(phrases("trong vòng"), "<="),
    **dict.fromkeys(phrases("dưới, chưa đến, chưa tới, chưa đầy, không đến, ít hơn, thấp hơn, nhỏ hơn"), "<"),
    **dict.fromkeys(phrases("khoảng, gần, xấp xỉ, chừng, trên dưới, ngót"), "approx"),
}
_RELATIONS: Final[dict[str, Comparator]] = {"≥": ">=", ">=": ">=", "≤": "<=", "<=": "<=", ">": ">", "<": "<"}
_PERIODS: Final[dict[str, Per]] = {"năm": "year", "tháng": "month", "quý": "quarter", "nhiệm kỳ": "term"}
_ONES: Final = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9}
# These only go on with a number: the "tư" of "đầu tư" is no four.
_LATER_ONES: Final = {"mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5, "linh": 0, "lẻ": 0}
_TENS: Final = {"mười": 10, "mươi": 10, "chục": 10, "trăm": 100}
_POWERS: Final = {"nghìn": 10**3, "ngàn": 10**3, "vạn": 10**4, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9}
_MULTIPLES: Final = {"đôi": Decimal(2), "rưỡi": Decimal("1.5")}

_HECTARES: Final = phrases("héc ta, héc-ta, hécta, hecta")
# Units that measure, and classifiers, go with the number: "120 căn nhà" counts houses.
_MEASURES: Final = frozenset(
    phrases(
        """đồng, đ, vnđ, vnd, usd, đô la, euro, ha, sào, mẫu, km, km2, m, m2, m3, cm, mm, hải lý, tấn, tạ, yến, kg, gam, lít, mw,
        mwp, kw, kwh, kv, kva, mva, teu, dwt, gb, mbps, điểm, giây, phút, giờ, tiếng, ngày, ngày làm việc, ngày công, tuần, tháng,
        năm, lần, tuổi, sao, mũi, căn, ngôi, gốc, con, chiếc, cái, suất, lượt
        """
    )
    + _HECTARES
)
# Nouns that can follow a number by themselves: the number goes, they stay. Others are looked up in the dictionary.
_COUNTED: Final = frozenset(
    phrases(
        """xã, phường, thị trấn, huyện, quận, thị xã, thành phố, tỉnh, đặc khu, thôn, bản, buôn, bon, làng, ấp, khóm, xóm, sóc,
        phum, nóc, khu phố, khu dân cư, khu, tổ dân phố, tổ, khối phố, địa phương, vùng, đô thị, nước, hộ, nhân khẩu, người, lao
        động, trẻ, học sinh, sinh viên, học viên, giáo viên, công nhân, nông dân, thanh niên, phụ nữ, đảng viên, quần chúng, đoàn
        viên, hội viên, thành viên, cán bộ, công chức, viên chức, quân nhân, công dân, bác sĩ, dược sĩ, điều dưỡng, kỹ sư, chuyên
        gia, đồng chí, khách, du khách, dân, quân, chi bộ, đảng bộ, cấp ủy, chi đoàn, chi hội, tổ chức, đoàn thể, cơ quan, đơn vị,
        mô hình, doanh nghiệp, hợp tác xã, htx, tổ hợp tác, trang trại, gia trại, cơ sở, nhà máy, xưởng, dự án, công trình, cụm công
        nghiệp, khu công nghiệp, làng nghề, chuỗi, sản phẩm, mặt hàng, nhãn hiệu, thương hiệu, mã số, mã, giải, trường, trường học,
        lớp, lớp học, phòng học, phòng, nhà, nhà văn hóa, nhà trẻ, nhà ở, giường, giường bệnh, trạm, trạm y tế, trạm biến áp, bệnh
        viện, phòng khám, chợ, sân, cầu, tuyến, tuyến đường, đoạn, bến phà, bãi đỗ xe, bãi, cây, cây xanh, cây cầu, rừng, vườn, ao,
        lồng, bè, tàu, thuyền, xe, thẻ, tài khoản, hồ sơ, thủ tục, dịch vụ, đơn, tiêu chí, chỉ tiêu, nhiệm vụ, vụ, trường hợp, điểm
        du lịch, điểm trạm, điểm cháy, đề tài, nghị quyết, cảng, đề án, buồng, phòng nghỉ, căn hộ, lô nền, đầu mối, máy, lò, mỏ, tua
        bin, chuyến, ca, đầu việc, phần việc, hội nghị, hạng mục, gói thầu, chương trình, kế hoạch, sáng kiến, gia đình, cặp, đội,
        nhóm, câu lạc bộ, lượt khách, lượt người, lượt du khách
        """
    )
)
# Units that describe something else wherever a target has another number ("trẻ em dưới 5 tuổi"), or always ("trạm 110 kV").
_DESCRIBING: Final = frozenset(phrases("tuổi, năm, tháng, mũi"))
_GRADES: Final = frozenset(phrases("sao, kv, dwt"))
_NO_NOUN: Final = frozenset(
    phrases(
        """trở, được, đạt, vào, trong, ở, tại, so, trên, dưới, và, là, của, với, cho, để, đến, tới, từ, mỗi, hằng, hàng, bình, theo,
        thuộc, hoặc, hay, thì, mà, nhưng, còn, có, đã, sẽ, phải, chiếm, tăng, giảm, ngay, về, lên, xuống, ra, qua, đi, nữa, trước,
        sau, gồm, tương, hoàn, do, bằng, đầu, cuối, một, không
        """
    )
)
# What a rate is counted by: "5/1.000 dân".
_DENOMINATED: Final = frozenset(phrases("dân, người, trẻ, trẻ em, ca, hộ, lao động, học sinh, thuê bao"))
_PERCENTS: Final = {"‰": "‰", "phần nghìn": "‰", "điểm %": "điểm %", "điểm phần trăm": "điểm %"}
# The table of canonical units, beside the powers (`_POWERS`): what is not in it is its own lower-case form. See `canonical`.
_SYNONYMS: Final = {
    **dict.fromkeys(phrases("đ, vnđ, vnd"), "đồng"),
    **dict.fromkeys(_HECTARES, "ha"),
    "đô la": "usd",
    "htx": "hợp tác xã",
    "tiếng": "giờ",
}

# In characters: how far behind a number "trở lên" may stand, and how far before it a verb of arriving.
_REACH: Final = 60
_NEAR: Final = 20
# Up to this total "1/3 trong số đó" is a share and no count.
_FEW: Final = 10
_RATES: Final = frozenset(Decimal(10) ** power for power in range(2, 7))


def _longest_first(units: frozenset[str]) -> str:
    return "|".join(regex.escape(unit) for unit in sorted(units, key=len, reverse=True))


# No space stands before a unit that is glued to its number ("300ha").
_GLUED: Final = _longest_first(_MEASURES | frozenset(_POWERS))
_NUMERAL: Final = rf"""(?:
    (?:
        \d{{1,3}}(?:\.\d{{3}}){{1,5}}+(?:,\d{{1,9}}+)?+(?!\d) | \d{{1,3}}(?:,\d{{3}}){{2,5}}+(?!\d)
      | \d{{1,3}}(?:[ ]\d{{3}}){{1,5}}+(?![\d.,/]) | \d{{1,15}}+(?:[.,]\d{{1,9}}+)?+(?!\d)
    )
    (?=(?:{_GLUED})?(?!\w))
)"""
_POWER: Final = rf"(?:(?:{'|'.join(_POWERS)})(?!\w|[ ](?:lệ|trọng|suất)))"
_NOUN: Final = one_of((_COUNTED | _MEASURES) - {"năm", "đ"})
# "năm" is five only before a noun: elsewhere it is the year.
_FIVE: Final = rf"""(?:
    (?<!\w)năm(?=[ ](?:{_NOUN}|{_POWER}|(?:mươi|trăm)(?!\w)))
    (?<!(?:mỗi|hằng|hàng|trong|cả|đầu|cuối|giữa|các|những|nhiều|một|của|từng|quân|[\d/])[ ]?năm)
)"""
_FIRST: Final = one_of({*_ONES, "mười"} - {"năm"})
_LATER: Final = one_of({*_ONES, *_LATER_ONES, *_TENS} - {"năm"})
_SPELLED: Final = rf"(?:(?:{_FIRST}|{_FIVE})(?:[ ](?:{_LATER}|{_FIVE}|{_POWER}(?=[ ]{_LATER}))){{0,12}}+)"
_COUNT: Final = rf"(?:{_NUMERAL}|{_SPELLED}(?=[ ](?:{_NOUN}|{_POWER}|phần|trong|đến|%)|[ ]?-))"
_PERCENT: Final = r"(?:%|‰|(?:điểm[ ])?phần[ ](?:trăm|nghìn)(?!\w)|điểm[ ]%)"
_LINKS: Final = one_of("là, mức, ở mức, từ, khoảng, được, có, đạt")
_PHRASE: Final = grammar(
    rf"""
    (?P<from>(?<!\w)từ[ ])?+
    (?:(?P<comparator>{one_of(_COMPARATORS)})[ ](?:{_LINKS}[ ]){{0,2}}+|(?P<relation>{"|".join(_RELATIONS)})[ ]?)?+
    (?:
        (?:(?<!\w)(?:toàn[ ]bộ|tất[ ]cả|cả|đủ)[ ](?:(?:số|các)[ ])?)?+
        (?<![\w.,/]|\p{{L}}-)(?!(?<=(?<!\w|hoàn[ ])(?:thành|là|như)[ ])một[ ])
        (?:
            (?P<share>
                (?:một[ ])?nửa(?!\w|[ ](?:nhiệm|cuối|đầu|năm)) | (?P<shares>{_COUNT})[ ]phần[ ](?P<whole>{_NUMERAL}|{_LATER})
            )
          | (?P<part>{_COUNT})(?:[ ]?/[ ]?|[ ]trong[ ](?:tổng[ ])?(?:số[ ])?)(?P<total>{_COUNT})
          | (?P<low>{_COUNT})(?P<low_unit>[ ]?{_PERCENT}|(?:[ ]?{_POWER})*+(?:[ ]?(?:{_GLUED})(?!\w))?+)
            (?:[ ]?-[ ]?|[ ](?:đến|tới)[ ](?:{one_of(_COMPARATORS)}[ ])?)(?P<high>{_COUNT})
          | (?P<sign>(?<=\w[ ])-)?+(?P<single>{_COUNT}|(?<=(?:nhất|thiểu|đa|quá|dưới)[ ]){_SPELLED}(?=[ ]\p{{L}}))
        )
      | (?<=(?<!\w)gấp[ ])(?P<multiple>{"|".join(_MULTIPLES)})(?!\w)
      | (?<=(?<!\w)(?:bằng|về)[ ])(?P<zero>không)(?!\w)
      | (?P<all>(?<!\w)(?:toàn[ ]bộ|tất[ ]cả)(?!\w))(?:[ ](?:số|các)(?!\w))?+
    )
    """
)
_UNIT: Final = grammar(
    rf"""
    [ ]?(?:
        (?P<percent>{_PERCENT})
      | (?P<power>(?:{_POWER}[ ]?)*+)
        (?:(?P<known>{_longest_first(_MEASURES | _COUNTED)})(?!\w)|(?P<other>\p{{L}}++(?:[ ]\p{{L}}++){{0,3}}+))?+
    )
    """
)
_DENOMINATOR: Final = grammar(
    rf"""
    (?:[ ]?/[ ]?|[ ]trên[ ](?=(?:(?:0?1|một)[ ])?{_POWER}))(?:(?:0?1|một)[ ])?+
    (?P<noun>(?:{_NUMERAL}[ ]?)?+(?:{_POWER}[ ]?)*+(?:nhiệm[ ]kỳ|lượt[ ]giao[ ]dịch|{_NOUN}|\p{{L}}++))
    """
)
# "3 dược sĩ đại học/vạn dân": what is counted may go on before its denominator.
_FURTHER: Final = grammar(r"(?:[ ]\p{L}++){1,3}+(?=[ ]?/[ ]?[\d\p{L}])")
_EVERY: Final = grammar(r"[ ](?:mỗi|một|hằng|hàng)[ ](?P<period>năm|tháng|quý)(?!\w|[ ](?:một|\d|ít))")
_ONWARD: Final = grammar(r"trở[ ](?:lên|xuống|lại)(?!\w)")
# With these before it, "trở lên" is said of a grade and not of the number: "hoàn thành tốt nhiệm vụ trở lên".
_GRADED: Final = grammar(
    r"[,;:]|\d|" + one_of("hoàn thành, đạt, loại, xếp, chuẩn, trình độ, tốt nghiệp, có, được, khá, tốt, sao, hạng, cấp, tuổi")
)
_EXCESS: Final = grammar(r"[ ](?:dự[ ]toán|kế[ ]hoạch|chỉ[ ]tiêu|so[ ]với|mức)")
_SHARED: Final = grammar(r"[ ](?:trong[ ]|tổng[ ]|số[ ]|diện[ ]tích|sản[ ]lượng|dân[ ]số|lượng[ ])")
# A unit from the words before a number that none follows: "Số thành viên lên 70".
_NOUN_BEFORE: Final = grammar(
    rf"""
    (?:\p{{L}}++[ ]){{0,2}}?(?:(?:tổng[ ])?số[ ](?:lượng[ ])?)?
    (?P<noun>{one_of(_COUNTED)}(?:/(?:0?1[ ])?(?:{_POWER}[ ])*+{_NOUN})?)
    """
)
# Numbers that name or describe.
_RANKED: Final = one_of("loại, hạng, mức độ, cấp độ, bậc, số, top, nhóm, khóa, thứ, quốc lộ, đường, vành đai, khu vực, điều")
_NAMED: Final = one_of("thôn, bản, buôn, ấp, khu, tổ, đội, lớp, khóm, xóm, phường, quận, khối, cụm, chi bộ, vùng, bảng")
_NAMES: Final = grammar(
    rf"""
    (?:{_RANKED}|(?<!nâng[ ])(?<!\w)cấp|{_NAMED})
    [ ](?:số[ ])?\d{{1,4}}(?![\d.,%/]|[ ]?(?:{_PERCENT}|(?:{_GLUED})(?!\w)|-[ ]?\d)|[ ]{_NOUN})
    | {one_of("nhóm, top")}[ ]\d{{1,4}}
    | (?<!\w)trên[ ](?:mỗi[ ])?(?:0?1|một)[ ]?(?=(?:ha|héc[ ]ta|người|{_POWER}[ ]dân)(?!\w))
    | (?<![\d.,])(?:{_COUNT})[ ]năm[ ](?:liền|liên[ ]t)
    | [“"][^“”"\n]{{1,40}}[”"]
    """
)
_DESCRIPTIONS: Final = grammar(
    rf"""
    (?:
        (?:(?:với|có)[ ])?(?:tổng[ ])?(?:công[ ]suất|quy[ ]mô|diện[ ]tích|sức[ ]chứa|chiều[ ]dài)[ ](?:{_NUMERAL})[^,;]{{1,20}}?
      | với[ ](?:{_NUMERAL})[^,;\d]{{1,20}}?
      | (?<![\d.,])(?:{_NUMERAL})[^,;\d]{{1,20}}?(?=[ ]đi[ ])
    )
    (?=[ ](?:đi[ ])?vào[ ](?:hoạt[ ]động|vận[ ]hành|khai[ ]thác|sử[ ]dụng)(?!\w))
    """
)
_BRACKETS: Final = regex.compile(r"\([^()]*+\)?")
# Measures whose value stands behind a verb of arriving ("tỷ lệ xã có trên 15 tiêu chí đạt 50%"), and those that are never a count.
_RATE: Final = one_of("tỷ lệ, tỉ lệ, tỷ trọng, tỉ trọng, tốc độ, thu nhập, doanh thu, giá trị, năng suất, sản lượng, diện tích")
_MEASURED: Final = grammar(
    rf"(?:{one_of('giảm, tăng, nâng, kéo, hạ')}[ ])?+(?:(?P<rate>{_RATE})|{one_of('tổng, số, mức, chỉ số')})"
)
_ARRIVES: Final = grammar(one_of("đạt, còn, xuống, lên, chiếm, là, bằng, về, giảm, tăng") + r"[ :]++$")
_PASSES: Final = grammar(rf"[^\d,;.]{{0,30}}{one_of('lên, xuống, còn, về, lên tới, tăng lên')}(?:[ ](?:còn|mức|tới|đến))*+[ ]?$")
# What a span lacks that was cut through a word or a number phrase.
_REST_BEHIND: Final = regex.compile(r"(?<=\d)(?:[.,]?\d[\d.,]{0,20}(?<=\d))|(?<=\p{L})\p{L}{1,20}")
_LACKING_BEFORE: Final = grammar(
    rf"(?:(?<!\w)từ[ ])?(?:{one_of(_COMPARATORS)}[ ](?:{_LINKS}[ ])?)?(?:(?<![\w.,/])\d[\d.,]{{0,12}}[ ]?-[ ]?)?$"
)
_LACKING_BEHIND: Final = grammar(
    rf"""
    (?:
        (?<=\d)(?:[ ]?-[ ]?\d[\d.,]{{0,12}}+(?!\w))?+
        (?:[ ]?{_PERCENT}|(?:[ ]?{_POWER}){{0,3}}+(?:[ ]?(?:{_GLUED})(?!\w)|[ ]{_NOUN})?+)?+
      | (?<={_POWER})[ ]đồng(?!\w)
    )?+
    (?:(?<=\w)(?:/\p{{L}}{{1,12}}+){{1,2}}+)?+(?:(?<=[\w%])[ ]trở[ ](?:lên|xuống)(?!\w))?+
    """
)
_ONE: Final = regex.compile(r"/0?1 ")
_FIGURES: Final = regex.compile(r"\d{1,15}+(?:[.,]\d{1,9}+){0,5}+")
_THOUSANDS: Final = regex.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?|[1-9]\d{0,2}(?: \d{3})+")


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount as a text states it, at the places `start` to `end` of a form, half-open.

    One value has both bounds alike, ">" and ">=" the lower alone, "<" and "<=" the upper alone. `unit` is in the text's own
    letters, without time, with "%" for "phần trăm" and "/" for "trên". `noun` is the place of the thing counted, where the unit is
    one; `tail` that of a "trở lên" further on.
    """

    start: int
    end: int
    comparator: Comparator
    value_min: Decimal | None
    value_max: Decimal | None
    unit: str | None
    per: Per | None
    noun: tuple[int, int] | None
    tail: tuple[int, int] | None

    @property
    def cuts(self) -> list[tuple[int, int]]:
        """The places of its words but for the thing counted: what an indicator is without."""
        around = [(self.start, self.noun[0]), (self.noun[1], self.end)] if self.noun else [(self.start, self.end)]
        return [*around, self.tail] if self.tail else around


def quantities(reading: Reading) -> list[Quantity]:
    """Every number phrase, in order.

    >>> [(q.comparator, str(q.value_min), q.unit) for q in quantities(Reading.of("từ 85% trở lên, 9,96 bác sĩ/1 vạn dân"))]
    [('>=', '85', '%'), ('=', '9.96', 'bác sĩ/vạn dân')]
    """
    form = blank(reading.form, (match.span() for match in _NAMES.finditer(reading.form)))
    found: list[Quantity] = []
    for match in _PHRASE.finditer(form):
        if not found or match.start() >= found[-1].end:
            found.append(_quantity(reading, form, match))
    return found


def mended(reading: Reading, start: int, end: int, least: int, most: int) -> tuple[int, int]:
    """The places of a span with the rest of the words and number phrase that it cuts through, at most from `least` to `most`.

    >>> reading = Reading.of("đạt từ 14 - 15% trở lên, thu 1.200 tỷ đồng/năm")
    >>> [reading.quote(*mended(reading, *span, 0, len(reading.form))) for span in ((13, 15), (32, 37))]
    ['từ 14 - 15% trở lên', '1.200 tỷ đồng/năm']
    """
    form = reading.form
    if start >= end:
        return start, end
    # A capital begins a word even where the space before it was lost.
    if not reading.is_capital(start):
        start = _rest_before(form, start, max(least, start - _REACH))
    if not reading.is_capital(end) and (rest := _REST_BEHIND.match(form, end, most)):
        end = rest.end()
    if form[start].isdecimal() and (lacking := _LACKING_BEFORE.search(form, max(least, start - _REACH), start)):
        start = lacking.start()
    lacking = _LACKING_BEHIND.match(form, end, most)
    return start, lacking.end() if lacking else end


def _rest_before(form: str, start: int, least: int) -> int:
    """Where the word or number begins that a place is in; the place itself if it is in none."""
    kind = str.isdecimal if form[start].isdecimal() else str.isalpha
    joined = ".," if kind is str.isdecimal else ""
    begin = start
    while begin > least and (kind(form[begin - 1]) or (form[begin - 1] in joined and form[begin].isdecimal())):
        begin -= 1
    return begin + (begin < start and form[begin] in joined)


def remarks(form: str) -> list[tuple[int, int]]:
    """The places of remarks in brackets."""
    return [match.span() for match in _BRACKETS.finditer(form)]


def descriptions(form: str) -> list[tuple[int, int]]:
    """The places of amounts that only describe what is to be opened: "công suất 8.000 m3/năm" before "vào hoạt động"."""
    return [match.span() for match in _DESCRIPTIONS.finditer(form)]


def stated(reading: Reading) -> tuple[Quantity | None, Quantity | None]:
    """The number phrase that states a target, and the one that it starts from ("từ 34 lên 41 triệu đồng").

    The first counts, unless it only describes; what stands in brackets does not.
    """
    bare = reading.without([*remarks(reading.form), *descriptions(reading.form)])
    found = [quantity for quantity in quantities(bare) if _measures(quantity) not in _GRADES]
    strong = [quantity for quantity in found if _measures(quantity) not in _DESCRIBING] or found
    if not strong:
        return None, None
    for before, after in pairwise(strong):
        if bare.form.startswith("từ ", before.start) and _PASSES.fullmatch(bare.form, before.end, after.start):
            return after, before
    if measured := _MEASURED.match(bare.form):
        arrived = [quantity for quantity in strong if _ARRIVES.search(bare.form, max(0, quantity.start - _NEAR), quantity.start)]
        uncounted = [quantity for quantity in strong if not quantity.noun] if measured["rate"] else []
        return (arrived or uncounted or strong)[0], None
    return strong[0], None


class _Unit(NamedTuple):
    text: str | None
    per: Per | None
    noun: tuple[int, int] | None
    end: int


def _quantity(reading: Reading, form: str, match: regex.Match[str]) -> Quantity:
    low, high, end = _bounds(match)
    start = match.start()
    found = _unit(reading, form, end)
    if match["share"] or match["all"] or (match["total"] and low != _value(match["part"])):
        found = _Unit("%", None, None, end)
    elif match["multiple"]:
        found = _Unit("lần", None, None, form.startswith(" lần", end) * 4 + end)
    elif match["low_unit"] and found.text is None:
        found = _unit(reading, form, match.end("low"))._replace(noun=None, end=max(found.end, end))
    elif match["total"] and _is_rate(match["total"], form[found.noun[0] : found.noun[1]] if found.noun else ""):
        found = _Unit("/" + reading.quote(match.start("total"), found.end), found.per, None, found.end)
    comparator = _COMPARATORS.get(match["comparator"] or "") or _RELATIONS.get(match["relation"] or "")
    if match["comparator"] == "vượt" and found.text == "%" and _EXCESS.match(form, found.end):
        start, comparator = match.end("comparator") + 1, "="
    tail = _tail(form, found.end)
    if comparator is None and tail:
        comparator = ">=" if form.startswith("lên", tail[1] - 3) else "<="
    elif comparator is None and match["from"] and not match["high"] and low == high:
        comparator = ">="
    if found.text is None and (noun := _NOUN_BEFORE.match(form, 0, min(start, _REACH))):
        found = found._replace(text=_tidied(reading.quote(*noun.span("noun"))))
    return Quantity(start, found.end, *_compared(comparator, low, high), found.text, found.per, found.noun, tail)


def _bounds(match: regex.Match[str]) -> tuple[Decimal | None, Decimal | None, int]:
    """The least and the greatest value, and where the number ends."""
    value: Decimal | None
    if match["low"]:
        low, high = _value(match["low"]), _value(match["high"])
        low_power, high_power = _leading_power(match["low_unit"]), _leading_power(match.string[match.end() : match.end() + 10])
        if low is not None and high is not None:
            scaled = low * low_power / high_power if low_power > 1 < high_power else low
            if scaled <= high:
                return scaled, high, match.end()
        return low, low, match.end("low")
    if match["share"]:
        value = _share(_value(match["shares"] or "1"), _value(match["whole"] or "2"))
    elif match["part"]:
        value, total = _value(match["part"]), _value(match["total"])
        if value is not None and total is not None and value < total <= _FEW and _SHARED.match(match.string, match.end()):
            value = _share(value, total)
    elif match["multiple"]:
        value = _MULTIPLES[match["multiple"]]
    elif match["all"]:
        value = Decimal(100)
    elif match["zero"]:
        value = Decimal(0)
    else:
        value = _value(match["single"])
        value = -value if value is not None and match["sign"] else value
    return value, value, match.end()


def _compared(
    comparator: Comparator | None, low: Decimal | None, high: Decimal | None
) -> tuple[Comparator, Decimal | None, Decimal | None]:
    """The bounds as the comparator has them: words win over the form of the number, but "khoảng 33 - 34%" stays a range."""
    if comparator in (">", ">="):
        return comparator, low, None
    if comparator in ("<", "<="):
        return comparator, None, high
    if low != high:
        return "range", low, high
    return comparator or "=", low, high


def _unit(reading: Reading, form: str, at: int) -> _Unit:
    """The unit at a place behind a number, with what it is counted by."""
    match = _UNIT.match(form, at)
    assert match is not None
    noun: tuple[int, int] | None = None
    end = match.end("power") if match["power"] else at
    text = None
    if match["percent"]:
        end = match.end()
        text = _PERCENTS.get(match["percent"], "%")
    elif base := _base(match):
        begin = match.start("power") if match["power"] else base[0]
        end = base[1]
        text = reading.quote(begin, end)
        if form[slice(*base)] not in _MEASURES:
            noun = (base[0] + len("lượt ") if form.startswith("lượt ", base[0]) else base[0], end)
    elif match["power"]:
        end = match.start("power") + len(match["power"].rstrip())
        text = reading.quote(match.start("power"), end)
    if noun and (further := _FURTHER.match(form, end)):
        noun, end = (noun[0], further.end()), further.end()
    per: Per | None = None
    while denominator := _DENOMINATOR.match(form, end):
        if period := _PERIODS.get(denominator["noun"]):
            per = period
        elif denominator["noun"] in _NO_NOUN or text is None:
            break
        else:
            text += "/" + reading.quote(*denominator.span("noun"))
            noun = (noun[0], denominator.end()) if noun else None
        end = denominator.end()
    if every := _EVERY.match(form, end):
        per, end = _PERIODS[every["period"]], every.end()
    return _Unit(text, per, noun, end)


def _base(match: regex.Match[str]) -> tuple[int, int] | None:
    """The place of the shortest noun that can follow a number by itself."""
    if match["known"]:
        return match.span("known")
    words = (match["other"] or "").split(" ")
    if words[0] in _NO_NOUN or not words[0]:
        return None
    compounds = [n for n in range(len(words), 1, -1) if " ".join(words[:n]) in _dictionary()]
    start = match.start("other")
    return start, start + len(" ".join(words[: compounds[0] if compounds else 1]))


@lru_cache(maxsize=1)
def _dictionary() -> frozenset[str]:
    text = files("nghiquyet").joinpath("dictionary.txt").read_text(encoding="utf-8")
    return frozenset(new_tone_marks(text.lower()).splitlines())


def _tail(form: str, end: int) -> tuple[int, int] | None:
    onward = _ONWARD.search(form, end, end + _REACH)
    return onward.span() if onward and not _GRADED.search(form, end, onward.start()) else None


def _is_rate(total: str, noun: str) -> bool:
    """Whether a total is what a rate counts by: "5/1.000 dân"."""
    value = _value(total)
    return value in _RATES and noun in _DENOMINATED


def _measures(quantity: Quantity) -> str:
    return Reading.of(quantity.unit or "").form.split("/")[0]


def _tidied(unit: str) -> str:
    return _ONE.sub("/", unit)


def _leading_power(words: str) -> int:
    power = 1
    for word in words.split():
        if word not in _POWERS:
            break
        power *= _POWERS[word]
    return power


def _share(part: Decimal | None, total: Decimal | None) -> Decimal | None:
    if part is None or not total or part > total:
        return None
    return _plain((100 * part / total).quantize(Decimal("0.01")))


def _value(number: str) -> Decimal | None:
    """A number in figures or words; None for what makes none ("0.123.456").

    >>> [str(_value(number)) for number in ("1.234,50", "03", "9.96", "hai mươi lăm", "một nghìn hai trăm")]
    ['1234.5', '3', '9.96', '25', '1200']
    """
    if not number[0].isdecimal():
        return spelled(number)
    if _THOUSANDS.fullmatch(number):
        number = number.replace(".", "").replace(" ", "")
    elif number.count(",") > 1:
        number = number.replace(",", "")
    figures = number.replace(",", ".")
    return _plain(Decimal(figures)) if figures.count(".") < 2 else None


def _plain(value: Decimal) -> Decimal:
    digits = f"{value:f}"
    return Decimal(digits.rstrip("0").rstrip(".") if "." in digits else digits)


def spelled(words: str) -> Decimal | None:
    """A number in words; None for words that make none.

    >>> str(spelled("một trăm linh năm")), str(spelled("mười hai")), spelled("ba bốn")
    ('105', '12', None)
    """
    total = group = 0
    digit: int | None = None
    for word in words.split():
        if word in _ONES or word in _LATER_ONES:
            if digit:
                return None
            digit = _ONES.get(word, _LATER_ONES.get(word))
        elif word in _TENS:
            group += (digit or 1) * _TENS[word]
            digit = None
        elif word in _POWERS:
            total += (group + (digit or 0) or 1) * _POWERS[word]
            group, digit = 0, None
        else:
            return None
    return Decimal(total + group + (digit or 0))


def canonical(unit: str) -> tuple[Decimal, str]:
    """A unit as a factor and a base unit, so that amounts can be compared: powers are taken out, spellings joined.

    >>> canonical("tỉ đồng"), canonical("bác sĩ/vạn dân"), canonical("bác sĩ/10.000 dân")
    ((Decimal('1000000000'), 'đồng'), (Decimal('0.0001'), 'bác sĩ/dân'), (Decimal('0.0001'), 'bác sĩ/dân'))
    """
    factor = Decimal(1)
    names: list[str] = []
    for n, part in enumerate(Reading.of(unit).form.split("/")):
        words = part.split()
        scale = Decimal(1)
        while words and (words[0] in _POWERS or _FIGURES.fullmatch(words[0])):
            scale *= _POWERS.get(words[0]) or _value(words[0]) or 1
            words.pop(0)
        factor = factor / scale if n else factor * scale
        name = " ".join(words)
        names.append(_SYNONYMS.get(name, name))
    return factor, "/".join(names)
