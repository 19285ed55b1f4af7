"""What each target of a document measures, in the words of the text.

What an item of a list leaves unsaid ("tăng bình quân 12%", "20 đảng viên", "Nông nghiệp 37%") is taken from the items around it and
from the header, put together from the general to the particular.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from nghiquyet.quantities import canonical
from nghiquyet.reading import BLANK, Reading, grammar, one_of, phrases
from nghiquyet.wordings import HEAD, HEADS, PREDICATE, Wording, form_of

# How much of the words before a target is looked at for a header, and how long a whole may be to stand before its parts, in
# characters.
_NEAR: Final = 200
_LONGEST_WHOLE: Final = 200

_HEADER: Final = grammar(
    rf"""
    (?:(?<!.)|[-.;,“"+]|\d[.)])[\W\d]{{0,20}}
    (?P<header>{one_of("cơ cấu, tỷ trọng, tỉ trọng, tỷ lệ, tỉ lệ, tốc độ, diện tích, sản lượng, số")}[^.;:{BLANK}]{{0,60}})
    [{BLANK}, ]*+:[^\w]*+$
    """
)
# Heads under which a list goes on with the things alone: "tỷ trọng nông nghiệp 41%, công nghiệp 29%".
_SHARED_HEAD: Final = grammar(one_of("tỷ trọng, tỉ trọng, cơ cấu, diện tích, sản lượng, năng suất"))
_ASIDE: Final = grammar(rf"(?<!\w)riêng[ ](?P<whole>[^,;.:{BLANK}]{{3,40}}),[ ]$")
_RELATIVE: Final = grammar(one_of("tỷ lệ, tỉ lệ, mức, mức độ, tốc độ, số"))
_GROUP: Final = grammar(one_of("vùng, đồng bào, khu vực, các xã, các huyện, xã, huyện, người, phụ nữ, nữ"))
_OPENING_PREDICATE: Final = grammar(one_of("đạt, được, có, là, ở, tại, hoàn thành, trong số, đã, qua, thuộc, do, bán"))
_OUT_OF: Final = grammar(r"trong[ ]số[ ](?:đó|này|ấy)[ ]")
_JOINED: Final = grammar(r"[\s,;]*+(?:(?:và|cùng)\s)?")
_BESIDE: Final = grammar(r"[^.;:\n]{0,80}")
_PARTS: Final = grammar(one_of("trong đó, trong số này, trong số đó"))
_SAYS_ALL: Final = grammar(one_of("đạt, được, tham gia, có, sử dụng, hoàn thành"))
# What a later item may say of the groups before it.
_SHAREABLE: Final = grammar(one_of("đạt, được, hoàn thành, xếp loại, có, tham gia, sử dụng, đủ"))
_SUBJECT: Final = grammar(
    rf"[\W\d]*+(?P<subject>{one_of(HEADS)}(?:[ ]\w++){{0,5}}?)(?=[ ](?:sẽ|phải|được|không|cần|đạt|thì)(?!\w)|[,:])"
)
_STANDARD: Final = grammar(r"(?<=đạt[ ]chuẩn[ ])[^,;.:(]{1,200}+$")
_REFERRING: Final = frozenset(phrases("đạt, chiếm, là, góp"))


class Gap(NamedTuple):
    """The words between a target and the one before it, or the beginning of its sentence: their form without times, and where it
    starts.

    `sentence` and `line` tell whether the target before stands in the same sentence and line.
    """

    start: int
    words: str
    sentence: bool
    line: bool


@dataclass(frozen=True, slots=True)
class _Named:
    """An indicator, and what later items of its list may take from it: the whole it is a part of, its left words, its head."""

    indicator: str
    whole: str
    lead: str = ""
    head: str = ""


def indicators(reading: Reading, wordings: Sequence[Wording], gaps: Sequence[Gap]) -> list[str | None]:
    """The indicator of each target, in order; None where neither it nor its list names one."""
    found: list[str] = []
    predicates = _shared_predicates(wordings, gaps)
    before: _Named | None = None
    header = ""
    for n, (words, gap) in enumerate(zip(wordings, gaps, strict=True)):
        near = max(0, len(gap.words) - _NEAR)
        if opened := _HEADER.search(gap.words, near):
            header = reading.quote(gap.start + opened.start("header"), gap.start + opened.end("header"))
        elif not gap.line or HEAD.match(form_of(words.left)) or (not gap.sentence and any(map(str.isalpha, gap.words))):
            header = ""
        list_before = before if gap.line else None
        previous = wordings[n - 1] if n and gap.line else None
        before = _named(reading, words, gap, _Around(list_before, previous, header, predicates[n]))
        found.append(before.indicator)
    for n in range(len(found) - 1):
        if gaps[n + 1].sentence and found[n].endswith(" đạt chuẩn"):
            after = Reading.of(found[n + 1])
            standard = _STANDARD.search(after.form)
            found[n] += " " + after.quote(*standard.span()) if standard else ""
    return [name or None for name in found]


class _Around(NamedTuple):
    """What an item may take its indicator from."""

    before: _Named | None
    previous: Wording | None
    header: str
    predicate: str


def _named(reading: Reading, words: Wording, gap: Gap, around: _Around) -> _Named:
    own, behind, before = words.own, words.behind, around.before
    if words.quantity is None:
        return _Named(own, own)
    near = max(0, len(gap.words) - _NEAR)
    lead = words.quote(words.left) if behind and not HEAD.match(form_of(words.left)) else ""
    if before and gap.sentence and own and _PARTS.search(gap.words, near) and (words.left or not _says_all(behind)):
        repeated = own.casefold().startswith(before.whole.casefold())
        return _Named(own if repeated else _joined(before.whole, own), before.whole, lead, before.head)
    if not own or _hangs(words, behind) or (around.previous and before and _repeats(words, around.previous, before)):
        whole = "" if gap.sentence else _subject(reading, gap)
        whole = whole or (before.whole if before else "")
        part = "" if own and not _hangs(words, behind) else _without_reference(own)
        return _Named(_joined(whole, part), whole or part, before.lead if before else "", before.head if before else "")
    if not words.left and not PREDICATE.search(behind):
        if around.predicate:
            return _Named(f"{own} {around.predicate}", f"{own} {around.predicate}")
        if before and before.lead and gap.sentence and not words.link and _BESIDE.fullmatch(gap.words):
            return _Named(f"{before.lead} {own}", f"{before.lead} {own}", before.lead, before.head)
    said = form_of(words.left) or behind
    if words.left and not behind and not HEAD.match(said) and not PREDICATE.search(said):
        head = around.header or (_head(words, around.previous, before) if around.previous and before and gap.sentence else "")
        if head:
            return _Named(_joined(head, own), head, "", head)
    if (aside := _ASIDE.search(gap.words, near)) and _RELATIVE.match(said):
        own = _joined(reading.quote(gap.start + aside.start("whole"), gap.start + aside.end("whole")), own)
    shared = _SHARED_HEAD.match(said)
    tokens = [*(words.left or words.noun), *words.right]
    return _Named(own, own, lead, words.quote(tokens[: len(shared[0].split())]) if shared else "")


def _joined(whole: str, part: str) -> str:
    """A whole and its part, from the general to the particular; a whole that is a sentence of its own is left out."""
    if len(whole) > _LONGEST_WHOLE:
        return part
    return ": ".join(filter(None, (whole, part)))


def _says_all(behind: str) -> bool:
    """Whether an item behind "trong đó" needs nothing from its whole: "trong đó 5 sản phẩm đạt 5 sao"."""
    return _SAYS_ALL.search(behind) is not None and not _OPENING_PREDICATE.match(behind)


def _hangs(words: Wording, behind: str) -> bool:
    """Whether a share or value is said of something unsaid: "trên 70% được cứng hóa", "đạt 145 triệu đồng/ha đất trồng trọt"."""
    if words.left or words.noun:
        return False
    share = words.is_share and _OPENING_PREDICATE.match(behind) is not None
    return share or any(token.form in _REFERRING for token in words.link)


def _repeats(words: Wording, previous: Wording, before: _Named) -> bool:
    """Whether an item only counts again what the one before it counts: "là 3 xã và đến năm 2030 là 6 xã"."""
    counts = bool(words.noun and words.link) and not words.left and not words.right
    return counts and _same_unit(words, previous) and form_of(words.noun) in Reading.of(before.indicator).form


def _without_reference(part: str) -> str:
    """A part without "trong số đó"."""
    reading = Reading.of(part)
    reference = _OUT_OF.match(reading.form)
    return reading.quote(reference.end(), len(reading.form)) if reference else part


def _subject(reading: Reading, gap: Gap) -> str:
    """The measure that the sentence of a target begins with."""
    subject = _SUBJECT.match(gap.words)
    return reading.quote(gap.start + subject.start("subject"), gap.start + subject.end("subject")) if subject else ""


def _head(words: Wording, previous: Wording, before: _Named) -> str:
    """What an item has in common with the one before it and does not repeat."""
    if not _same_unit(words, previous):
        return ""
    names = Reading.of(before.indicator).form.split(" ")
    first = words.left[0].form
    if first in names[1:]:
        at = len(names) - 1 - names[::-1].index(first)
        if HEAD.match(" ".join(names[:at])):
            return " ".join(before.indicator.split(" ")[:at]).rstrip(":")
    if words.change in ("increase", "decrease"):
        said = form_of(words.left)
        return before.whole if _GROUP.match(said) and "hộ nghèo" not in said else ""
    return before.head


def goes_on(words: Wording, before: Wording) -> bool:
    """Whether a target counts on in the list of the one before it, and so is due as often."""
    return words.is_amount or (bool(words.noun) and not words.left) or _same_unit(words, before)


def _same_unit(words: Wording, previous: Wording) -> bool:
    return bool(words.unit and previous.unit) and canonical(words.unit)[1] == canonical(previous.unit)[1]


def _shared_predicates(wordings: Sequence[Wording], gaps: Sequence[Gap]) -> list[str]:
    """For each share of a bare group, what a later item of its list says of all: "60% trường A, 45% trường B đạt chuẩn"."""
    shared = [""] * len(wordings)
    for n in range(len(wordings) - 2, -1, -1):
        here, after = wordings[n], wordings[n + 1]
        shares = here.is_share and after.is_share and not here.left and not after.left
        if not (shares and gaps[n + 1].sentence and _JOINED.fullmatch(gaps[n + 1].words)):
            continue
        said = form_of(after.right)
        predicate = PREDICATE.search(said)
        if predicate is None:
            shared[n] = shared[n + 1]
        elif _SHAREABLE.match(predicate[0]):
            shared[n] = after.quote(after.right[len(said[: predicate.start()].split()) :])
    return shared


def shared_denominators(wordings: Sequence[Wording], gaps: Sequence[Gap]) -> list[str]:
    """For each count, the "/vạn dân" that only the last of its list has: "10 bác sĩ, 33 giường bệnh/1 vạn dân"."""
    shared = [""] * len(wordings)
    for n in range(len(wordings) - 2, -1, -1):
        here, after = wordings[n], wordings[n + 1]
        counts = bool(here.noun and after.noun) and not here.right and "/" not in here.unit
        if counts and gaps[n + 1].sentence and _JOINED.fullmatch(gaps[n + 1].words):
            shared[n] = after.unit[after.unit.index("/") :] if "/" in after.unit else shared[n + 1]
    return shared
