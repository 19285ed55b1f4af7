"""Which mentions in one text mean the same person, or the same organisation.

Two full names are never joined. A short form ("ông Huấn", "Huyện ủy", "MTTQ") is joined to the full name that it shortens; where it
shortens several that cannot be told apart, it stays alone.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import regex

from nghiquyet.entities import Entity
from nghiquyet.places import LINE_BREAK, Form, forms, seats
from nghiquyet.register import folded
from nghiquyet.text import model_form

Key = tuple[str, ...]


def _key(phrase: str) -> Key:
    return tuple(model_form(word) for word in phrase.split())


# How far before a name its form of address begins, in characters.
_ADDRESS_REACH: Final = 24
_ADDRESS: Final = regex.compile(
    r"(?<!\p{L})(?:(?P<man>ông|anh|chú|thầy|mr\.?)|(?P<woman>bà|chị|cô|mế|mrs\.?|ms\.?)|em|bác|cụ|già|đồng\s++chí|đ/c)\s++$",
    regex.IGNORECASE,
)
_INITIALS: Final = regex.compile(r"\p{Lu}\p{M}*(?:\.\s?\p{Lu}[\p{L}\p{M}]*)+")
_WOMEN: Final = "thị"
_LONGEST_SHORT: Final = 4
# More names than this that one short form can mean leave it alone.
_MANY: Final = 20
_MOST_CUTS: Final = 8

# Abbreviations and short names of bodies, written out; words that join ("và", "&", "-") are left out on both sides.
_ABBREVIATIONS: Final = {
    short: _key(whole)
    for short, whole in {
        "ubnd": "ủy ban nhân dân",
        "hđnd": "hội đồng nhân dân",
        "mttq": "mặt trận tổ quốc",
        "ubmttq": "ủy ban mặt trận tổ quốc",
        "bch": "ban chấp hành",
        "btv": "ban thường vụ",
        "bcđ": "ban chỉ đạo",
        "bql": "ban quản lý",
        "qlda": "quản lý dự án",
        "ubkt": "ủy ban kiểm tra",
        "đbqh": "đại biểu quốc hội",
        "lhpn": "liên hiệp phụ nữ",
        "ccb": "cựu chiến binh",
        "lđlđ": "liên đoàn lao động",
        "tncs": "thanh niên cộng sản",
        "chqs": "chỉ huy quân sự",
        "bđbp": "bộ đội biên phòng",
        "bhxh": "bảo hiểm xã hội",
        "kbnn": "kho bạc nhà nước",
        "nhnn": "ngân hàng nhà nước",
        "csxh": "chính sách xã hội",
        "nhcsxh": "ngân hàng chính sách xã hội",
        "ttxvn": "thông tấn xã việt nam",
        "htx": "hợp tác xã",
        "tnhh": "trách nhiệm hữu hạn",
        "mtv": "một thành viên",
        "cp": "cổ phần",
        "ctcp": "công ty cổ phần",
        "đh": "đại học",
        "cđ": "cao đẳng",
        "thpt": "trung học phổ thông",
        "thcs": "trung học cơ sở",
        "ptdtbt": "phổ thông dân tộc bán trú",
        "ptdtnt": "phổ thông dân tộc nội trú",
        "nn": "nông nghiệp",
        "nnptnt": "nông nghiệp phát triển nông thôn",
        "ptnt": "phát triển nông thôn",
        "gdđt": "giáo dục đào tạo",
        "gd": "giáo dục",
        "đt": "đào tạo",
        "lđtbxh": "lao động thương binh xã hội",
        "tnmt": "tài nguyên môi trường",
        "khđt": "kế hoạch đầu tư",
        "khcn": "khoa học công nghệ",
        "gtvt": "giao thông vận tải",
        "vhttdl": "văn hóa thể thao du lịch",
        "vhtt": "văn hóa thông tin",
        "tttt": "thông tin truyền thông",
        "tp": "thành phố",
        "tx": "thị xã",
        "tw": "trung ương",
        "hđqt": "hội đồng quản trị",
    }.items()
}
_WHOLE_NAMES: Final = {
    # The Front and its committee are one to the news.
    _key("ủy ban mặt trận tổ quốc"): _key("mặt trận tổ quốc"),
    _key("ủy ban mặt trận"): _key("mặt trận tổ quốc"),
    _key("mặt trận"): _key("mặt trận tổ quốc"),
    _key("hội phụ nữ"): _key("hội liên hiệp phụ nữ"),
    _key("đoàn thanh niên cộng sản hồ chí minh"): _key("đoàn thanh niên"),
}
_FRONT: Final = _key("mặt trận tổ quốc")
_VIETNAM: Final = _key("việt nam")
_JOINING: Final = frozenset({"và", "&", "-", "–", ",", "."})
# How the names of bodies begin inside the names of bodies: "Ban Thường vụ | Huyện ủy".
_PARENTS: Final = frozenset(
    map(
        _key,
        (
            *("huyện ủy", "tỉnh ủy", "thành ủy", "thị ủy", "quận ủy", "đảng ủy", "đảng bộ", "chi bộ", "công an", "công ty"),
            *("ủy ban nhân dân", "hội đồng nhân dân", "mặt trận tổ quốc"),
        ),
    )
)
# "LĐ-TB&XH", which has many spellings.
_JOINED_CAPITALS: Final = regex.compile(r"(?<!\p{L})\p{Lu}{1,6}(?:\s?[&\-–]\s?\p{Lu}{1,6})++(?!\p{L})")
_JOINT: Final = regex.compile(r"[\s&\-–]++")
# "X (sau đây gọi tắt là Y)", "X (viết tắt: Y)", "X (Y)".
_ALIAS: Final = regex.compile(
    r"\s{0,3}\(\s{0,3}(?P<said>[^()\n]{0,20}(?:gọi|viết)\s(?:tắt|chung)(?:\slà)?)?+[\s:]{0,3}", regex.IGNORECASE
)
_ALIAS_REACH: Final = 80
# Bodies whose name in brackets is another name for them, not that of the body they belong to.
_NAMED_TWICE: Final = frozenset(
    map(model_form, ("ngân", "quỹ", "tổ", "tập", "tổng", "hiệp", "hội", "liên", "cơ", "chương", "phòng", "ủy"))
)


def people(text: str, mentions: Sequence[Entity]) -> list[tuple[Entity, ...]]:
    """The mentions of each person, in text order, the people by their first mention; `mentions` are spans of `text` in order."""
    names = _with_initials_resolved([_Name.of(text, mention) for mention in mentions])
    full_names = _full_names(names)
    genders = _genders(names)
    owners: list[Key | None] = [name.key if name.key in full_names and len(name.key) > 1 else None for name in names]
    for order in (range(len(names)), range(len(names) - 1, -1, -1)):
        latest = _Latest()
        for i in order:
            owner = owners[i] = owners[i] or latest.of(names[i])
            if owner is not None:
                latest.see(owner, full_names[owner], genders.get(owner))
    groups: dict[tuple[Key, bool | None], list[Entity]] = {}
    for mention, name, owner in zip(mentions, names, owners, strict=True):
        alone = (name.key, name.woman if len(name.key) == 1 and genders.get(name.key) is None else None)
        groups.setdefault((owner, None) if owner else alone, []).append(mention)
    return [tuple(group) for group in groups.values()]


def fullest(mentions: Sequence[Entity]) -> str:
    """The name with the most words among some mentions, rather not in capitals throughout, else the first."""
    return max((mention.text for mention in mentions), key=lambda name: (len(name.split()), not name.isupper()))


@dataclass(frozen=True, slots=True)
class _Name:
    """A person's name as syllables in small letters; `woman` is None where the form of address does not tell."""

    key: Key
    initials: bool
    addressed: bool
    woman: bool | None

    @classmethod
    def of(cls, text: str, mention: Entity) -> "_Name":
        spelled = [form for word in mention.text.split() if (form := model_form(word))] or [mention.text]
        initials = _INITIALS.fullmatch("".join(spelled)) is not None
        if initials:
            spelled = "".join(spelled).split(".")
        key = tuple(word.casefold() for word in spelled)
        before = text[max(0, mention.start - _ADDRESS_REACH) : mention.start]
        address = _ADDRESS.search(unicodedata.normalize("NFC", before))
        woman = None
        if address is not None and (address["man"] or address["woman"]):
            woman = address["woman"] is not None
        elif _WOMEN in key[1:-1]:
            woman = True
        return cls(key, initials, address is not None, woman)

    def short_forms(self) -> Iterator[Key]:
        """The names that may stand for this one: "Ngọc Huấn" and "Huấn" for "Lê Ngọc Huấn"."""
        for first in range(max(1, len(self.key) - _LONGEST_SHORT), len(self.key)):
            yield self.key[first:]
        given = 2 if self.key[0] == "y" else 1
        if self.gives_first and len(self.key) > given:
            yield self.key[:given]

    @property
    def gives_first(self) -> bool:
        """Whether the given name comes first: "Y Thức" for "Y Thức Êban", "H'Nguôm" for "H'Nguôm Êban"."""
        return self.key[0] == "y" or self.key[0][:2] in ("h'", "h’")


class _Latest:
    """The people named last, by the short forms of their names."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Key, bool | None], tuple[int, Key]] = {}
        self._times = 0

    def see(self, owner: Key, short_forms: Iterable[Key], woman: bool | None) -> None:
        self._times += 1
        for short in short_forms:
            self._seen[short, woman] = (self._times, owner)

    def of(self, name: _Name) -> Key | None:
        """Whom a short form means: the one named last of those that it fits, a man or woman where the text tells."""
        fitting = (True, False, None) if name.woman is None else (name.woman, None)
        seen = [self._seen[name.key, woman] for woman in fitting if (name.key, woman) in self._seen]
        return max(seen)[1] if seen else None


def _with_initials_resolved(names: list[_Name]) -> list[_Name]:
    """Initials written out, "H.Yến" as "Hà Yến", where that is the one name they can stand for."""
    spelled: dict[Key, set[Key]] = defaultdict(set)
    for name in names:
        if not name.initials and len(name.key) > 1:
            spelled[(*(word[0] for word in name.key[:-1]), name.key[-1])].add(name.key)
    return [
        replace(name, key=next(iter(spelled[name.key])), initials=False) if name.initials and len(spelled[name.key]) == 1 else name
        for name in names
    ]


def _full_names(names: Iterable[_Name]) -> dict[Key, tuple[Key, ...]]:
    """The names that stand for nobody else's, with their short forms.

    A name of several syllables is a short form only under a form of address: a by-line "Trường Giang" is another person than
    "Phan Huỳnh Trường Giang".
    """
    by_key: dict[Key, tuple[Key, ...]] = {}
    addressed: set[Key] = set()
    for name in names:
        by_key.setdefault(name.key, () if name.initials else tuple(name.short_forms()))
        if name.addressed or name.gives_first or len(name.key) == 1:
            addressed.add(name.key)
    short = {form for key, forms_of in by_key.items() for form in forms_of if form != key and form in addressed}
    return {key: forms_of for key, forms_of in by_key.items() if key not in short}


def _genders(names: Iterable[_Name]) -> dict[Key, bool]:
    """Whether the bearer of a name is a woman, for the names of which the text says one thing only."""
    told: dict[Key, set[bool]] = defaultdict(set)
    for name in names:
        if name.woman is not None:
            told[name.key].add(name.woman)
    return {key: next(iter(women)) for key, women in told.items() if len(women) == 1}


def organisations(text: str, mentions: Sequence[Entity], named: Container[str]) -> list[tuple[Entity, ...]]:
    """The mentions of each organisation, in text order, the organisations by their first mention.

    A short form is joined to the one name that it shortens, or of several to the one that its own line named before it. One that
    does not tell the level of government ("Đảng ủy") is joined to a name with a place only behind that name.

    Args:
        text: the text of which `mentions` are spans, in order.
        mentions: the mentions to join.
        named: folded names of the places that the text is about; "Huyện ủy" alone means that of no other place.
    """
    bodies = [_body(mention.text) for mention in mentions]
    aliases = _aliases(text, mentions, bodies)
    keys = [aliases.get(body.key, body.key) for body in bodies]
    placed = {key: body.place is not None for key, body in zip(keys, bodies, strict=True)}
    longer: dict[Key, dict[Key, None]] = defaultdict(dict)
    for key, body in dict(zip(keys, bodies, strict=True)).items():
        if body.place is None or body.place in named:
            for short in body.short_forms:
                longer[aliases.get(short, short)][key] = None
    meant = {key: _longest(key, longer) for key in dict.fromkeys(keys)}
    groups: dict[Key, list[Entity]] = {}
    in_line: set[Key] = set()
    for i, mention in enumerate(mentions):
        if LINE_BREAK.search(text, mentions[i - 1].end if i else 0, mention.start):
            in_line.clear()
        candidates = meant[keys[i]]
        if len(candidates) > 1:
            candidates = candidates & in_line if len(candidates) <= _MANY else frozenset()
        elif not bodies[i].tells_level:
            candidates = frozenset(key for key in candidates if not placed[key] or (key in groups and keys[i] not in groups))
        owner = next(iter(candidates)) if len(candidates) == 1 else keys[i]
        in_line.add(owner)
        groups.setdefault(owner, []).append(mention)
    return [tuple(group) for group in groups.values()]


@dataclass(frozen=True, slots=True)
class _Body:
    """An organisation's name with its abbreviations written out; `place` is the folded name of its seat, if it has one."""

    key: Key
    short_forms: tuple[Key, ...]
    place: str | None
    tells_level: bool


@lru_cache(maxsize=10_000)
def _body(name: str) -> _Body:
    row = _written_out(name)
    key = tuple(form.form for form in row) or (name,)
    cuts: set[int] = set()
    place = None
    seat = next(seats(row, bare=True), None)
    if seat:
        cuts.update((seat.first, seat.named, seat.stop))
        if seat.stop > seat.named:
            place = folded(" ".join(key[seat.named : seat.stop]))
    for parent in range(1, len(key)):
        if any(key[parent : parent + size] in _PARENTS for size in (2, 3, 4)):
            cuts.add(parent)
    if key[-2:] == _VIETNAM:
        cuts.add(len(key) - 2)
    short_forms = [key[:cut] for cut in sorted(cuts)[:_MOST_CUTS] if 0 < cut < len(key)]
    if place and seat and seat.first:
        short_forms.append(key[: seat.first] + key[seat.named : seat.stop])
    return _Body(key, tuple(short_forms), place, seat is not None)


def _written_out(name: str) -> list[Form]:
    """The words of a name in small letters, abbreviations and short names written out, words that join left out."""
    row: list[Form] = []
    for form in forms(_JOINED_CAPITALS.sub(lambda run: _JOINT.sub("", run[0]), model_form(name))):
        if form.form in _ABBREVIATIONS:
            row.extend(replace(form, form=word, capital=False) for word in _ABBREVIATIONS[form.form])
        elif form.form not in _JOINING:
            row.append(form)
    for short, whole in _WHOLE_NAMES.items():
        if _begins(row, short) and not _begins(row, whole):
            row[: len(short)] = [replace(row[0], form=word, capital=False) for word in whole]
    for at in range(len(_FRONT), len(row) - len(_VIETNAM)):
        if _begins(row[at:], _VIETNAM) and _begins(row[at - len(_FRONT) : at], _FRONT):
            return row[:at] + row[at + len(_VIETNAM) :]
    return row


def _begins(row: Sequence[Form], phrase: Key) -> bool:
    return tuple(form.form for form in row[: len(phrase)]) == phrase


def _longest(key: Key, longer: Mapping[Key, Mapping[Key, None]]) -> frozenset[Key]:
    """The names that a short form stands for and that are no short forms themselves; the name itself if it is none."""
    seen = {key}
    waiting = [key]
    while waiting:
        further = longer.get(waiting.pop(), {}).keys() - seen
        seen |= further
        waiting.extend(further)
    return frozenset(name for name in seen if name not in longer) or frozenset({key})


def _aliases(text: str, mentions: Sequence[Entity], bodies: Sequence[_Body]) -> dict[Key, Key]:
    """Names that stand in brackets behind another name of the same body, with that name."""
    found: dict[Key, Key] = {}
    for i in range(1, len(mentions)):
        name, other = bodies[i - 1].key, bodies[i].key
        between = text[mentions[i - 1].end : min(mentions[i].start, mentions[i - 1].end + _ALIAS_REACH)]
        gap = _ALIAS.fullmatch(unicodedata.normalize("NFC", between))
        if gap is None or other == name or text[mentions[i].end : mentions[i].end + 1] != ")":
            continue
        initials = "".join(word[0] for word in name)
        short = len(other) == 1 and (name[0] in _NAMED_TWICE or all(letter in initials or letter.isdigit() for letter in other[0]))
        if gap["said"] or short or name[: len(other)] == other:
            found.setdefault(other, found.get(name, name))
    return found
