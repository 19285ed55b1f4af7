"""The grammar of posts, ranks and callings: "Phó Chủ tịch Thường trực [UBND huyện]", "Trưởng ấp 3", "thầy giáo về hưu".

It reads rows of tokens, in which the bodies (organisations) that entities mark are one token each. What it reads is bounded at
every token, so a row is read in time linear in its length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from nghiquyet.entities import Entity
from nghiquyet.text import model_form
from nghiquyet.words import words

Phrase = tuple[str, ...]
Span = tuple[int, int]


def phrases(listed: str) -> frozenset[Phrase]:
    """The phrases of a list with ";" between, as the forms of their words."""
    return frozenset(tuple(model_form(word) for word in phrase.split()) for phrase in listed.split(";"))


def vocabulary(listed: str) -> frozenset[str]:
    """The words of a list with spaces between, as forms."""
    return frozenset(model_form(word) for word in listed.split())


_BEFORE_A_POST: Final = vocabulary("nguyên quyền cựu tân nữ")

# Posts in a body; each may have "phó" before it and some of the modifiers behind it.
_POSTS: Final = phrases(
    """
    bí thư; chủ tịch; chủ nhiệm; giám đốc; tổng giám đốc; tổng biên tập; thư ký; tổng thư ký; hiệu trưởng; tổng bí thư; quản
    đốc; trụ trì; trưởng ban; trưởng phòng; trưởng đoàn; trưởng khoa; trưởng bộ môn; trưởng trạm; trưởng ngành; trưởng đồn;
    trưởng chi nhánh; trưởng bộ phận; trưởng nhóm; trưởng công an; trưởng đại diện; trưởng ca; trưởng tiểu ban; trưởng đài; cục
    trưởng; chi cục trưởng; tổng cục trưởng; vụ trưởng; viện trưởng; trạm trưởng; hạt trưởng; đội trưởng; tổ trưởng; nhóm
    trưởng; đồn trưởng; chốt trưởng; trung đội trưởng; tiểu đội trưởng; đại đội trưởng; tiểu đoàn trưởng; trung đoàn trưởng; lữ
    đoàn trưởng; sư đoàn trưởng; thuyền trưởng; lớp trưởng; kế toán trưởng; bếp trưởng; chỉ huy trưởng; tham mưu trưởng; kiểm
    toán trưởng; chi hội trưởng; xã đội trưởng; phường đội trưởng; huyện đội trưởng; thôn đội trưởng; hiệu phó; viện phó; cục
    phó; vụ phó; đội phó; tổ phó; trạm phó; chỉ huy phó; chi hội phó; trung đội phó; chính trị viên phó; chính trị viên; chính
    uỷ; tư lệnh; chánh văn phòng; chánh thanh tra; chánh án; uỷ viên; huyện uỷ viên; tỉnh uỷ viên; thành uỷ viên; thị uỷ viên;
    quận uỷ viên; đảng uỷ viên; chi uỷ viên; cấp uỷ viên; đại diện; đại diện lãnh đạo; lãnh đạo; đại biểu; thành viên; người
    phát ngôn; phát ngôn viên; đại sứ; điều phối viên; nhà sáng lập; đồng sáng lập; tổng phụ trách; cố vấn; cố vấn trưởng; trợ
    lý; kiểm sát viên; già làng; người có uy tín; thủ tướng; chủ tịch nước; chủ tịch quốc hội; tổng thống; bộ trưởng; thứ trưởng
    """
)
_POST_MODIFIERS: Final = phrases(
    """
    thường trực; phụ trách; danh dự; chuyên trách; thứ nhất; thứ hai; điều hành; lâm thời; tài chính; kỹ thuật; kinh doanh; dự
    khuyết; trung ương đảng; quốc gia; cấp cao; nhân sự; sản xuất; đương nhiệm
    """
)
# "Trưởng", "Phó", "Chánh" are posts where the name of a body follows: "Trưởng [Ban Tổ chức]".
_HEADS_OF_BODIES: Final = vocabulary("trưởng chánh chủ")
# A unit behind "trưởng" that opens the name of a body: "Trưởng phòng Nội vụ".
_UNITS: Final = vocabulary("ban phòng đoàn khoa trạm đồn")
# Ministers may be named with their field: "Bộ trưởng Tài chính".
_MINISTERS: Final = phrases("bộ trưởng; thứ trưởng")
_RANKS: Final = phrases(
    """
    thiếu tướng; trung tướng; thượng tướng; đại tướng; thiếu tá; trung tá; thượng tá; đại tá; thiếu uý; trung uý; thượng uý; đại
    uý; thượng sĩ; trung sĩ; chuẩn đô đốc; phó đô đốc; giáo sư; phó giáo sư; tiến sĩ; thạc sĩ; cử nhân; kỹ sư; kiến trúc sư;
    luật sư; nhạc sĩ; hoạ sĩ; nghệ sĩ; nghệ sĩ nhân dân; nghệ sĩ ưu tú; nghệ nhân; nghệ nhân ưu tú; nghệ nhân nhân dân; viện sĩ;
    ts; ths; pgs; gs; ks; bs; bsckii; bscki; nsnd; nsưt; anh hùng lao động; hoà thượng; thượng toạ; đại đức; ni sư; ni trưởng;
    sư cả; sư thầy; linh mục; giám mục; mục sư; giáo cả; mẹ việt nam anh hùng; bác sĩ chuyên khoa i; bác sĩ chuyên khoa ii; thầy
    thuốc nhân dân; thầy thuốc ưu tú; nhà giáo ưu tú; nhà giáo nhân dân
    """
)
# They may end in a full stop: "TS. [A]".
_ABBREVIATED_RANKS: Final = vocabulary("ts ths pgs gs ks bs bsckii bscki")
# Callings that are held in a body or place: "cán bộ khuyến nông xã Đạ K'Nàng".
_STAFF: Final = phrases("cán bộ; công chức; viên chức; chuyên viên; nhân viên")
# Callings and capacities, with the words behind them that say more: "thầy giáo về hưu", "chủ vườn sầu riêng".
_CALLINGS: Final = phrases(
    """
    bác sĩ; y sĩ; dược sĩ; y tá; điều dưỡng; hộ lý; hộ sinh; chuyên gia; thầy giáo; cô giáo; giáo viên; giảng viên; nông dân;
    ngư dân; diêm dân; công nhân; thợ; lái xe; tài xế; tiểu thương; nhà thơ; nhà văn; nhà khoa học; nhà nghiên cứu; nhà giáo;
    nhà nông; phụ huynh; chủ vườn; chủ hộ; chủ cơ sở; chủ trang trại; chủ doanh nghiệp; chủ tàu; chủ rừng; chủ quán; chủ cửa
    hàng; chủ xưởng; chủ nhà; chủ ruộng; chủ lò; chủ đầm; chủ ao; chủ bè; chủ lồng; chủ đại lý; chủ vựa; chủ máy; chủ homestay;
    chủ nhà vườn; chủ nhóm; chủ một; cổ đông; đảng viên; hội viên; đoàn viên; xã viên; học sinh; sinh viên; cựu chiến binh;
    thương binh; bệnh binh; bệnh nhân; trưởng tộc; trưởng họ; cán bộ; chuyên viên; công chức; viên chức; nhân viên; kế toán; thủ
    quỹ; thủ thư; doanh nhân; hướng dẫn viên; cộng tác viên; tuyên truyền viên; vận động viên; huấn luyện viên; kỹ thuật viên;
    kiểm lâm viên; báo cáo viên; tình nguyện viên; khuyến nông viên; người lao động; cử tri; chiến sĩ; phóng viên; pv; nhà báo
    """
)
_SETTLEMENTS: Final = phrases(
    """
    thôn; bản; ấp; buôn; bon; làng; xóm; khóm; phum; sóc; khu; khu phố; khối; khối phố; tổ dân phố; tiểu khu; cụm dân cư
    """
)
_SEATS: Final = phrases("xã; phường; thị trấn; huyện; quận; thị xã; thành phố; tp; tp .; tỉnh; đặc khu")
_HOUSES: Final = phrases("chùa; nhà thờ; giáo xứ; tịnh xá; thiền viện")
_PREPOSITIONS: Final = vocabulary("của tại ở thuộc trong")
_BELONGING: Final = vocabulary("của thuộc")

# Words that end a description, or the name of a body that no entity marks, where no sign does.
_ENDS: Final = phrases(
    """
    cho biết; cho rằng; cho hay; nói; chia sẻ; kể; bày tỏ; tâm sự; là; đã; đang; sẽ; vừa; từng; ở; tại; quê; có; được; trú; với;
    của; nhấn mạnh; khẳng định; phấn khởi; vui; thông tin; trao; phát biểu; nhận định; nhận xét; lý giải; cũng; thì; khi; làm;
    kiêm; đánh giá; đề nghị; đề xuất; yêu cầu; bộc bạch; cười; khoe; dẫn; trình bày; báo cáo; trả lời; dự; lo; đến; tới; không;
    bảo; hồi; trầm; nhớ; tiết lộ; xin; nêu; phản ánh; phản hồi; tham luận; tham gia; hướng dẫn; tiếp; chỉ; ký; thay; năm; hiện;
    sinh; nay; mong; lấy; ghi; trong; trên; tặng; thăm; rằng; bên; đứng; bức xúc; mới; ngồi; rất; ông; bà; anh; chị; đồng chí;
    trẻ; giỏi; tiêu biểu; người; chủ trì; nhìn nhận; thừa nhận; lưu ý; phân tích; giải thích
    """
)
# They are no ends as parts of these.
_NO_ENDS: Final = phrases("bảo vệ; bảo hiểm; bảo tồn; bảo tàng; bảo trì; bảo dưỡng; chỉ huy; chỉ đạo; dự án")
# Common nouns for a body named before, and units of a body that stand in small letters: "tổ trưởng tổ công nghệ số".
_GENERIC: Final = phrases(
    """
    trung tâm; công ty; hợp tác xã; htx; tập đoàn; trường; nhà máy; chi nhánh; ngân hàng; doanh nghiệp; bệnh viện; ban; sở;
    phòng; hội; chi hội
    """
)
_SMALL_UNITS: Final = vocabulary("tổ đội nhóm đoàn đồn trạm hội chuyền")
# How the names of bodies begin, where no entity marks them.
_BODY_WORDS: Final = vocabulary(
    """
    đảng chi huyện tỉnh thành thị quận đoàn uỷ ubnd hđnd hội mặt mttq công liên tập tổng hđqt htx hợp sở trung bệnh nhà doanh
    ngân ban xí nông lâm điện bhxh kho vườn khu bưu đài quỹ viện học phòng trường trạm khoa đội đồn cục vụ tổ hạt câu clb bộ
    thường văn thanh toà
    """
)
_LONGEST_TAIL: Final = 6
_LONGEST_FIELD: Final = 2
_LONGEST_BODY: Final = 12
_LONGEST_NAME: Final = 4
_LONGEST_REMARK: Final = 8
_LONGEST_PHRASE: Final = 5


class Kind(Enum):
    """A post in a body, a rank or title, a calling or capacity; or a body that is named without a post."""

    POST = auto()
    TITLE = auto()
    CALLING = auto()
    BODY = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign `text[start:end]`, half-open code points, or a whole body.

    `form` is the spelling that models read, in small letters, and empty for a body; `capital` also holds for figures.
    """

    start: int
    end: int
    form: str
    capital: bool

    @property
    def is_body(self) -> bool:
        return not self.form

    @property
    def is_word(self) -> bool:
        return self.form[:1].isalnum()


Tokens = Sequence[Token]


@dataclass(frozen=True, slots=True)
class Found:
    """A post in the tokens [first, stop) of a row; `role` and `body` are half-open code points of the text."""

    first: int
    stop: int
    kind: Kind
    role: Span | None
    body: Span | None


def tokens(text: str, start: int, end: int, bodies: Sequence[Entity]) -> list[Token]:
    """The row of `text[start:end]`; `bodies` lie in it, in order."""
    row: list[Token] = []
    for body in bodies:
        row.extend(_plain(text, start, body.start))
        row.append(Token(body.start, body.end, "", capital=False))
        start = body.end
    row.extend(_plain(text, start, end))
    return row


def _plain(text: str, start: int, end: int) -> Iterator[Token]:
    for word in words(text[start:end]):
        first = word.form[0]
        yield Token(start + word.start, start + word.end, word.form.casefold(), first.isupper() or first.isdigit())


def post_at(row: Tokens, first: int) -> Found | None:
    """The post that begins at token `first`, if one does."""
    if first >= len(row) or row[first].is_body:
        return None
    head = first + (row[first].form in _BEFORE_A_POST)
    deputy = head < len(row) and row[head].form == "phó"
    head += deputy
    if head >= len(row):
        return None
    if row[head].form == "trưởng" and (size := phrase_at(row, head + 1, _SETTLEMENTS)):
        return _settled(row, first, head + 1, head + 1 + size)
    if size := phrase_at(row, head, _POSTS):
        return _with_body(row, first, head, _modified(row, head + size))
    named = head + (row[head].form in _HEADS_OF_BODIES)
    if (named > head or deputy) and named < len(row) and row[named].is_body:
        return _with_body(row, first, head, named)
    if row[first].form == "phụ" and first + 2 < len(row) and row[first + 1].form == "trách" and row[first + 2].is_body:
        return _with_body(row, first, head, first + 2)
    if row[first].form == "phía" and first + 1 < len(row) and row[first + 1].is_body:
        return Found(first, first + 2, Kind.BODY, None, (row[first + 1].start, row[first + 1].end))
    if deputy:
        return None
    if head == first and (size := phrase_at(row, first, _RANKS)):
        return _rank(row, first, first + size)
    if size := phrase_at(row, head, _CALLINGS):
        return _calling(row, first, head + size)
    return None


def _rank(row: Tokens, first: int, stop: int) -> Found:
    role = (row[first].start, row[stop - 1].end)
    stop += stop < len(row) and row[stop].form == "." and row[stop - 1].form in _ABBREVIATED_RANKS
    return Found(first, stop, Kind.TITLE, role, None)


def _settled(row: Tokens, first: int, settlement: int, stop: int) -> Found:
    """The head of a settlement, which is named by its kind once for both: "Trưởng ấp 3" heads "ấp 3"."""
    role = (row[first].start, row[stop - 1].end)
    named = _name_stop(row, stop)
    body = (row[settlement].start, row[named - 1].end) if named > stop else None
    return Found(first, _after_body(row, named), Kind.POST, role, body)


def settlement_of(role: Sequence[str], row: Tokens) -> Span | None:
    """The last settlement in a row that is of the kind which a role heads: "Trưởng thôn" the last "thôn ..." named."""
    kind = tuple(role[role.index("trưởng") + 1 :])
    if kind not in _SETTLEMENTS:
        return None
    for first in range(len(row) - len(kind) - 1, -1, -1):
        stop = first + len(kind)
        if tuple(token.form for token in row[first:stop]) == kind and (named := _name_stop(row, stop)) > stop:
            return row[first].start, row[named - 1].end
    return None


def _with_body(row: Tokens, first: int, head: int, stop: int) -> Found:
    """A post of which the words are the tokens [first, stop), with the body or place behind it."""
    role = (row[first].start, row[stop - 1].end)
    at = stop + (stop < len(row) and row[stop].form in _PREPOSITIONS)
    if at < len(row) and row[at].is_body:
        return Found(first, _after_body(row, at + 1), Kind.POST, role, (row[at].start, row[at].end))
    if named := place_at(row, at):
        return Found(first, named, Kind.POST, role, (row[at].start, row[named - 1].end))
    if at > stop and row[stop].form in ("ở", "tại") and (named := _name_stop(row, at)) > at:
        return Found(first, named, Kind.POST, role, (row[at].start, row[named - 1].end))
    if (at := _body_of(row, stop)) and row[at].is_body:
        held = stop if row[stop].form == "người" else at - 1
        return Found(first, _after_body(row, at + 1), Kind.POST, (role[0], row[held - 1].end), (row[at].start, row[at].end))
    if stop == len(row) or not row[stop].is_word:
        return Found(first, stop, Kind.POST, role, None)
    end = _run_stop(row, stop)
    run = (row[stop].start, row[end - 1].end)
    forms = tuple(token.form for token in row[stop:end])
    if row[stop].capital:
        if stop - 2 >= head and row[stop - 1].form in _UNITS and row[stop - 2].form == "trưởng":
            return Found(first, end, Kind.POST, (role[0], row[stop - 2].end), (row[stop - 1].start, run[1]))
        if row[stop].form in _BODY_WORDS:
            return Found(first, end, Kind.POST, role, None if forms in _GENERIC else run)
        if tuple(token.form for token in row[head:stop]) in _MINISTERS:
            return Found(first, end, Kind.POST, (role[0], run[1]), None)
    elif row[stop].form in _SMALL_UNITS:
        return Found(first, end, Kind.POST, role, run)
    return Found(first, stop, Kind.POST, role, None)


def _calling(row: Tokens, first: int, stop: int) -> Found:
    longest = stop + _LONGEST_TAIL
    while stop < min(len(row), longest) and _goes_on(row, stop) and not place_at(row, stop):
        stop += 1
    role = (row[first].start, row[stop - 1].end)
    at = _body_of(row, stop) or stop + (stop < len(row) and row[stop].form in _PREPOSITIONS)
    if at < len(row) and row[at].is_body:
        return Found(first, _after_body(row, at + 1), Kind.CALLING, role, (row[at].start, row[at].end))
    held = phrase_at(row, first, _STAFF) and (at == stop or row[at - 1].form in _BELONGING)
    if held and (named := place_at(row, at)):
        return Found(first, named, Kind.CALLING, role, (row[at].start, row[named - 1].end))
    return Found(first, stop, Kind.CALLING, role, None)


def _body_of(row: Tokens, stop: int) -> int:
    """The token behind "của" or "thuộc" that follows words about a post, else 0: "công trình của", "người Chăm thuộc"."""
    at = stop
    if at < len(row) and row[at].form == "người":
        at = _name_stop(row, at + 1)
        return at + 1 if stop + 1 < at < len(row) - 1 and row[at].form in _PREPOSITIONS else 0
    while at < min(len(row), stop + _LONGEST_FIELD) and _goes_on(row, at):
        at += 1
    return at + 1 if stop < at < len(row) - 1 and row[at].form in _BELONGING else 0


def _goes_on(row: Tokens, at: int) -> bool:
    return row[at].is_word and not row[at].capital and not _ends(row, at)


def _modified(row: Tokens, stop: int) -> int:
    while size := phrase_at(row, stop, _POST_MODIFIERS):
        stop += size
    return stop


def _after_body(row: Tokens, stop: int) -> int:
    """The token behind what may be said of a body: "(C06)", "tại Việt Nam"."""
    if stop < len(row) and row[stop].form == "(":
        for at in range(stop + 1, min(len(row), stop + _LONGEST_REMARK)):
            if row[at].form == ")":
                return at + 1
    if stop < len(row) and row[stop].form in ("tại", "ở") and (named := _name_stop(row, stop + 1)) > stop + 1:
        return named
    return stop


def place_at(row: Tokens, first: int) -> int:
    """The token behind the place that begins at `first`, 0 if none does; a seat of government needs no name: "Chủ tịch xã"."""
    size = phrase_at(row, first, _SETTLEMENTS | _SEATS | _HOUSES)
    named = _name_stop(row, first + size)
    if size and named > first + size:
        return named
    closes = named >= len(row) or not row[named].is_word or _ends(row, named)
    return first + size if size and closes and phrase_at(row, first, _SEATS) == size else 0


def _name_stop(row: Tokens, first: int) -> int:
    """The token behind a name in capital letters or figures."""
    stop = first
    while stop < min(len(row), first + _LONGEST_NAME) and row[stop].capital and row[stop].is_word:
        stop += 1
    return stop


def _run_stop(row: Tokens, first: int) -> int:
    """The token behind the name of a body that no entity marks."""
    stop = first + 1
    while stop < min(len(row), first + _LONGEST_BODY) and row[stop].is_word and not _ends(row, stop):
        stop += 1
    return stop


def _ends(row: Tokens, at: int) -> bool:
    return not row[at].capital and phrase_at(row, at, _ENDS) > phrase_at(row, at, _NO_ENDS)


def phrase_at(row: Tokens, first: int, phrases: frozenset[Phrase]) -> int:
    """How many tokens the longest of `phrases` takes at `first`; 0 if none stands there."""
    for size in range(min(_LONGEST_PHRASE, len(row) - first), 0, -1):
        if tuple(token.form for token in row[first : first + size]) in phrases:
            return size
    return 0


def phrase_before(row: Tokens, end: int, phrases: frozenset[Phrase]) -> int:
    for size in range(min(3, end), 0, -1):
        if tuple(token.form for token in row[end - size : end]) in phrases:
            return size
    return 0
