"""What each person is, from the words around the name.

Posts stand in an unbroken chain beside the name: before it ("Bí thư Đảng ủy, Chủ tịch HĐND xã [A]", "Giám đốc Sở Y tế, ông [A]"),
behind it ("[A] - Bí thư Huyện ủy", "[A], 45 tuổi, Trưởng ấp 3"), or on both sides. What is not joined to the name that way is not
read, nor what is far from it; so the time is linear in the number of names.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import regex

from nghiquyet.entities import Entity
from nghiquyet.places import LINE_BREAK
from nghiquyet.posts import (
    Found,
    Kind,
    Span,
    Tokens,
    phrase_at,
    phrase_before,
    phrases,
    place_at,
    post_at,
    settlement_of,
    tokens,
    vocabulary,
)
from nghiquyet.text import model_form

# How far from a name its posts are looked for, in characters.
_REACH: Final = 400

_HONORIFICS: Final = phrases(
    """
    ông; bà; anh; chị; cô; chú; bác; em; thầy; cụ; già; mế; ngài; mr; mrs; ms; mr .; mrs .; ms .; ông bà; đồng chí; các đồng
    chí; đ / c
    """
)
# Before a post that is meant of many, or that names a body: "nhiều ủy viên", "Tổ Thư ký", "Đoàn Chủ tịch".
_NOT_BEFORE_A_POST: Final = vocabulary("nhiều những mỗi từng mọi số tổ đoàn")
# Before a post that several names share: "các Phó Chủ tịch [A], [B]"; so does one with ":" behind it.
_SHARED: Final = vocabulary("các hai ba bốn")
# How others begin who are named behind a person: "[A], Phó Bí thư Huyện ủy, lãnh đạo UBND huyện", "([A], Giám đốc - PV)".
_OTHERS: Final = vocabulary("đại lãnh phóng pv")
# Who asks, where a post follows: "trao đổi với phóng viên Báo Quảng Ninh, Bí thư Huyện ủy [A]".
_REPORTERS: Final = vocabulary("phóng pv")
_SEPARATORS: Final = phrases(
    """
    ,; và; kiêm; kiêm nhiệm; , kiêm; , và; đồng thời là; , đồng thời là; , đồng thời; , là; , hiện là; là; làm; -; –
    """
)
_AND: Final = phrases(",; và; , và; ;")
_SIGNS: Final = vocabulary(", - – — : (")
_BEFORE_A_NAME: Final = vocabulary("- – — : là")
_DASHES: Final = vocabulary("- – —")
# What may join a name to a post behind it, after a sign or without one.
_CHOSEN: Final = frozenset(
    (*chosen.split(), *office.split())
    for chosen in (
        "",
        "được bầu",
        "được tín nhiệm bầu",
        "được bầu bổ sung",
        "được chỉ định",
        "được phân công",
        "tái cử",
        "tái đắc cử",
    )
    for office in ("", "làm", "giữ chức", "giữ chức vụ", "giữ chức danh", "giữ cương vị")
    if chosen or office
)
_JOINS: Final = _CHOSEN | phrases(
    """
    là; hiện là; nguyên là; vốn là; cũng là; khi đó là; trên cương vị; với tư cách; với vai trò; công tác tại; làm việc tại
    """
)
# Remarks between a name and the post behind it end in "tuổi" or begin with one of these: "quê An Giang".
_REMARKS: Final = vocabulary("quê sinh trú ở dân người")
_LONGEST_REMARK: Final = 12
_LONGEST_CHAIN: Final = 80
# How the bodies begin that a post can belong to, by a word of the post, for bodies that were named before.
_BODIES_OF: Final = {
    "thư": phrases("đảng; chi; huyện; tỉnh; thành; thị; quận; đoàn"),
    "tịch": phrases("uỷ; ubnd; hđnd; hội; mặt; mttq; công; liên; tập; tổng; hđqt; htx; hợp"),
    "đốc": phrases(
        """
        công; sở; htx; hợp; trung; bệnh; nhà; tập; doanh; chi; ngân; ban; xí; nông; lâm; điện; bhxh; kho; vườn; khu; bưu; đài; tổng;
        quỹ; viện; học
        """
    ),
    "trưởng": phrases("ban; phòng; trường; công; trạm; khoa; đoàn; đội; đồn; cục; chi; vụ; viện; tổ; hạt; tổng; học"),
    "nhiệm": phrases("uỷ; htx; hợp; câu; clb"),
    "phó": phrases("trường; đội; tổ; trạm; cục; viện"),
    "giáo": phrases("trường"),
    **dict.fromkeys(("tá", "uý"), phrases("đồn; công an; quân; bộ; ban; trung; tiểu; sư; lữ; đoàn; hải")),
    **dict.fromkeys(("y", "bác"), phrases("trạm; bệnh; phòng khám; trung tâm y; tt")),
}
# Callings that belong to such a body without being posts.
_STATIONED: Final = phrases("giáo viên; thầy giáo; cô giáo; bác sĩ; y sĩ")
_SENTENCE_END: Final = regex.compile(r"(?<!\bT[PX])[.!?…]+[\"”»)]*\s++|[\n\r\u2028\u2029\v\f\x85]\s*+")


@dataclass(frozen=True, slots=True)
class Post:
    """What a text says that a person is, and the body or place it is said of, in its words; a body may stand alone."""

    role: str | None
    organisation: str | None


@dataclass(frozen=True, slots=True)
class _Beside:
    """What was read before a name and behind it.

    `touches`: no sign stands between the posts before it and the name; `shared`: they are meant of the next names too; `follows`:
    only a comma or "và" stands between the name before and this one; `chosen`: the posts behind it are those that people were
    chosen for ("giữ chức"), and may be meant of the names before too.
    """

    before: list[Found]
    behind: list[Found]
    touches: bool
    shared: bool
    follows: bool
    chosen: bool


def posts(text: str, people: Sequence[Entity], bodies: Sequence[Entity]) -> list[tuple[Post, ...]]:
    """The posts beside each of `people`, in text order; people and bodies (organisations) are entities of `text`, in order."""
    named = _Bodies(text, bodies, [body.start for body in bodies])
    besides: list[_Beside] = []
    for i, person in enumerate(people):
        low = people[i - 1].end if i else 0
        high = people[i + 1].start if i + 1 < len(people) else len(text)
        beside = _beside(named, person, low, high)
        if besides:
            besides[-1], beside = _parted(besides[-1], beside)
            if beside.follows and besides[-1].shared and not beside.before:
                beside = replace(beside, before=besides[-1].before, shared=True)
        besides.append(beside)
    for i in range(len(besides) - 1, 0, -1):
        if besides[i].follows and besides[i].chosen and not besides[i - 1].behind:
            besides[i - 1] = replace(besides[i - 1], behind=besides[i].behind, chosen=True)
    return [
        tuple(named.posts([*beside.before, *beside.behind], person.start)) for person, beside in zip(people, besides, strict=True)
    ]


def joined(mentions: Iterable[Sequence[Post]]) -> Post:
    """One post from those at each mention of a person, in text order: the roles joined by ", ", the first organisation of any.

    >>> joined([(Post("Bí thư", "Huyện ủy"),), (Post("Ủy viên", None), Post("Bí thư", "Huyện ủy Ba Tơ"))])
    Post(role='Ủy viên, Bí thư', organisation='Huyện ủy Ba Tơ')
    """
    held: list[Post] = []
    alone: list[Post] = []
    for mention in mentions:
        place = len(held)
        for post in reversed(mention):
            if post.role is None:
                alone.append(post)
                continue
            same = next((i for i, known in enumerate(held) if _is_same(known, post)), None)
            if same is None:
                held.insert(place, post)
            else:
                place = same
                held[same] = _fuller(held[same], post)
    role = ", ".join(post.role for post in held if post.role)
    return Post(role or None, next((post.organisation for post in [*held, *alone] if post.organisation), None))


def _is_same(one: Post, other: Post) -> bool:
    first, second = f"{_key(one.role)} ", f"{_key(other.role)} "
    return first.startswith(second) or second.startswith(first)


def _fuller(one: Post, other: Post) -> Post:
    role = max(one.role, other.role, key=lambda role: len(_key(role)))
    extends = _key(other.organisation).startswith(_key(one.organisation))
    return Post(role, other.organisation if extends else one.organisation)


def _key(said: str | None) -> str:
    return " ".join(model_form(word) for word in (said or "").split()).casefold()


def _parted(one: _Beside, next_one: _Beside) -> tuple[_Beside, _Beside]:
    """Give each post that stands between two names, and was read from both, to one of them.

    A post that touches the second name is the second's, and so are those before it if the first has posts of its own.
    """
    theirs = {(found.role, found.body) for found in next_one.before}
    both = sum((found.role, found.body) in theirs for found in one.behind)
    if not both:
        return one, next_one
    kept = (0 if one.before else both - 1) if next_one.touches else both
    behind = one.behind[: len(one.behind) - both + kept]
    before = next_one.before[len(next_one.before) - both + kept :]
    return replace(one, behind=behind), replace(next_one, before=before)


def _beside(named: "_Bodies", person: Entity, low: int, high: int) -> _Beside:
    left_start = max(low, person.start - _REACH)
    for line_break in LINE_BREAK.finditer(named.text, left_start, person.start):
        left_start = line_break.end()
    ends = LINE_BREAK.search(named.text, person.end, high)
    left = named.row(left_start, person.start)
    right = named.row(person.end, min(ends.start() if ends else high, person.end + _REACH))

    end = len(left)
    while size := phrase_before(left, end, _HONORIFICS):
        end -= size
    addressed = end < len(left)
    follows = left_start == low and tuple(token.form for token in left[:end]) in _AND
    touches, listed = True, False
    if end and (left[end - 1].form in _BEFORE_A_NAME or (addressed and left[end - 1].form == ",")):
        end -= 1
        touches, listed = False, left[end].form == ":"
    before = _chain_before(left, end, touches)
    shared = bool(before) and (listed or (before[0].first > 0 and left[before[0].first - 1].form in _SHARED))

    if len(right) > 1 and right[0].form in ("của", "thuộc") and right[1].is_body:
        alone = Found(0, 2, Kind.BODY, None, (right[1].start, right[1].end))
        return _Beside(before, [alone], touches, shared, follows, chosen=False)
    first = _after_remarks(right)
    chosen = bool(phrase_at(right, first, _CHOSEN))
    behind = _chain_behind(right, first, addressed or bool(before), posted=any(found.kind is Kind.POST for found in before))
    return _Beside(before, behind, touches, shared, follows, chosen)


def _chain_before(row: Tokens, end: int, touches: bool) -> list[Found]:
    chain: list[Found] = []
    first = max(0, end - _LONGEST_CHAIN)
    while first < end:
        found = post_at(row, first)
        if found is None or found.stop > end:
            first += 1
            continue
        asks = row[first].form in _REPORTERS and found.stop < end
        if asks or (first and row[first - 1].form in _NOT_BEFORE_A_POST):
            chain.clear()
            first = found.stop
            continue
        if chain and not _separates(row, chain[-1], found.first):
            chain.clear()
        chain.append(found)
        first = found.stop
    whole = chain and chain[-1].stop == end and (touches or chain[-1].kind is not Kind.CALLING or row[end].form == "là")
    return chain if whole else []


def _chain_behind(row: Tokens, first: int, addressed: bool, posted: bool) -> list[Found]:
    signs = int(first < len(row) and row[first].form in _SIGNS)
    joins = phrase_at(row, first + signs, _JOINS)
    if not signs + joins:
        return []
    sign = row[first].form
    first += signs + joins
    first += first < len(row) and row[first].form == "một"
    found = post_at(row, first) or _body_alone(row, first, sign, addressed)
    if found is None or (posted and row[first].form in _OTHERS):
        return []
    chain = [found]
    while following := _next_on_chain(row, chain[-1]):
        chain.append(following)
    return chain


def _next_on_chain(row: Tokens, last: Found) -> Found | None:
    for first in range(last.stop, min(len(row), last.stop + 4)):
        if _separates(row, last, first) and row[first].form not in _OTHERS and (found := post_at(row, first)):
            return found
    return None


def _separates(row: Tokens, found: Found, first: int) -> bool:
    """Whether a post at token `first` goes on the chain that `found` ends."""
    between = tuple(token.form for token in row[found.stop : first])
    return between in _SEPARATORS or (found.kind is Kind.TITLE and not between)


def _after_remarks(row: Tokens) -> int:
    """The token at which the words about a post may begin: behind "(bìa phải)", ", 45 tuổi", ", người Khmer"."""
    first = 0
    while first < len(row) and (first == 0 or row[first].form in _SIGNS):
        opens = row[first].form in _SIGNS
        stop = first + opens
        while stop < len(row) and stop - first <= _LONGEST_REMARK and row[stop].form not in _SIGNS and row[stop].form != ")":
            stop += 1
        remark = row[first + opens : stop]
        if stop == len(row) or not remark or any(token.is_body for token in remark) or post_at(row, first + opens):
            break
        closed = row[stop].form == ")"
        in_brackets = closed and row[first].form == "("
        aged = any(token.form == "tuổi" for token in remark)
        if (in_brackets and place_at(row, first + 1)) or not (in_brackets or aged or (opens and remark[0].form in _REMARKS)):
            break
        first = stop + closed
    return first


def _body_alone(row: Tokens, first: int, sign: str, addressed: bool) -> Found | None:
    """A body without a post, or in brackets a place: "[A] (làng Doch 2)". A by-line names its agency in brackets alone."""
    bracket = sign == "("
    stop = first + 1 if first < len(row) and row[first].is_body else bracket * place_at(row, first)
    after = row[stop].form if stop < len(row) else ""
    goes_on = after and row[stop].is_word and not (addressed and sign in _DASHES)
    if not stop or goes_on or not (bracket or addressed or after == ")"):
        return None
    return Found(first, stop, Kind.BODY, None, (row[first].start, row[stop - 1].end))


@dataclass(frozen=True, slots=True)
class _Bodies:
    """A text and the bodies that are named in it, in order; `starts` are the offsets of their first characters."""

    text: str
    bodies: Sequence[Entity]
    starts: Sequence[int]

    def row(self, start: int, end: int) -> Tokens:
        return tokens(self.text, start, end, self.bodies[bisect_left(self.starts, start) : bisect_left(self.starts, end)])

    def posts(self, chain: Sequence[Found], name: int) -> Iterator[Post]:
        """The posts of a chain in the words of the text; the first gets the body named just before if none has its own."""
        whole: list[Found] = []
        for found in chain:
            last = whole[-1] if whole else None
            if last and last.role and not last.body and found.role and _key(self.text[last.role[1] : found.role[0]]) == "kiêm":
                whole[-1] = replace(last, role=(last.role[0], found.role[1]), body=found.body)
            else:
                whole.append(found)
        bodiless = all(found.body is None for found in whole)
        posted = any(found.kind is not Kind.CALLING for found in whole)
        for found in whole:
            body = found.body
            if bodiless and found.role:
                spoken = tuple(_key(self.text[found.role[0] : found.role[1]]).split())
                if found.kind is not Kind.CALLING or (spoken in _STATIONED and not posted):
                    body = self._body_before(spoken, min(found.role[0], name))
                    bodiless = False
            yield Post(self._said(found.role), self._said(body))

    def _said(self, span: Span | None) -> str | None:
        return None if span is None else " ".join(self.text[span[0] : span[1]].split())

    def _body_before(self, spoken: Sequence[str], place: int) -> Span | None:
        """The last body of a kind that fits a role's words, in the same sentence before the post or in the one before that."""
        start = max(0, place - _REACH)
        ends = [end.end() for end in _SENTENCE_END.finditer(self.text, start, place)]
        start = ends[-2] if len(ends) > 1 else start
        if spoken[-1] != "trưởng" and "trưởng" in spoken and (settlement := settlement_of(spoken, self.row(start, place))):
            return settlement
        fitting = next((_BODIES_OF[word] for word in reversed(spoken) if word in _BODIES_OF), frozenset())
        bodies = self.bodies[bisect_left(self.starts, start) : bisect_left(self.starts, place)]
        # A "trạm trưởng" heads rather a "trạm" than another body.
        named_in_post = fitting.intersection((word,) for word in spoken if "trưởng" in spoken)
        for kinds in (named_in_post, fitting):
            for body in reversed(bodies):
                words = tuple(_key(body.text).split())
                if any(words[:size] in kinds for size in (1, 2, 3)):
                    return body.start, body.end
        return None
