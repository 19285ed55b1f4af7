"""When something shall be reached: the times that a text names, and which of them governs a place.

`times` finds the expressions. `Timeline` reads a document once and answers for every place which time stated before it, in its
sentence, its list header or its lead-in, governs it. Relative times ("5 năm tới", "cuối nhiệm kỳ") are resolved by the article's
own date and term.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import regex

from nghiquyet.quantities import Per, spelled
from nghiquyet.reading import Reading, blank, grammar, one_of
from nghiquyet.words import sentences

# Nobody plans for longer: "1945 - 2020" is history.
_LONGEST_PERIOD: Final = 40
# How far back the words are looked for that tell what a time is for, in characters.
_BEFORE: Final = 60
_HEADING: Final = 120
_TERM_YEARS: Final = 5
_DATELINE_LINES: Final = 6
_LEAD_LINES: Final = 4

_DIGITS: Final = r"(?:19|20)\d\d(?!\d|[.,]\d|[ ]?%)"
_YEAR: Final = rf"(?<![\d.,]){_DIGITS}"
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_QUARTER: Final = r"(?:iv|i{1,3}|[1-4])(?!\w)"
_COUNT: Final = r"(?:\d{1,2}|" + one_of("một, hai, ba, bốn, năm, sáu, bảy, tám, chín, mười") + ")"
_LEADS: Final = one_of(
    """
    từ nay, cho đến, đến, tới, vào, trong, ngay, ngay từ, sang, bước sang, trước, chậm nhất, muộn nhất, hết, cuối, đầu, giữa,
    trước khi, kết thúc, suốt, cả, của, thời gian, phần, còn lại, nửa cuối, 6 tháng cuối, tầm nhìn, khoảng, riêng, từ, kể từ,
    sau, dịp, học kỳ i, học kỳ ii
    """
)
_PATTERN: Final = grammar(
    rf"""
    (?P<lead>(?:{_LEADS}[ ]){{0,8}}+)
    (?:
        (?P<kind>{one_of("giai đoạn, nhiệm kỳ, thời kỳ, năm học, niên khóa, niên vụ, mùa vụ, vụ, năm, các năm")}
            [ ]\(?|{_COUNT}[ ]năm[ ]\(?)?+
        (?P<first>{_YEAR})[ ]?(?:-|đến|tới)[ ]?(?:hết[ ]|cuối[ ])?(?:năm[ ])?(?P<last>{_YEAR})
      | (?:ngày[ ])?{_DAY}[ ]?[/.-][ ]?{_MONTH}[ ]?[/.-][ ]?(?P<date>{_DIGITS})
      | (?:tháng[ ])?(?<![\d/.,-]){_MONTH}[/.-](?P<month>{_DIGITS})
      | quý[ ]{_QUARTER}(?:[ ]?[/-][ ]?|[ ]năm[ ]|[ ])(?P<quarter>{_DIGITS})
      | (?:(?:tháng[ ]{_MONTH}[ ])?năm[ ]
        |(?<=(?<!\w)(?:đến|tới|trước|vào|trong|hết|cuối|giữa|đầu|từ|sau|đán|kế[ ]hoạch|mốc|chỉ[ ]tiêu|kt-xh)[ ])
        |(?={_YEAR}(?:[ ]{one_of("đạt, là, còn, phải, gấp, tăng, giảm")}|[ ]?:[ ]?\d)))(?P<year>{_YEAR})
      | (?P<term>nhiệm[ ]kỳ(?:[ ](?:này|mới|tới))?|(?<=(?:cuối|hết)[ ])kỳ(?!\w))(?![ ](?:trước|qua|vừa|cũ)\b)(?![ ]?{_YEAR})
      | (?P<coming>{_COUNT})[ ]năm[ ](?:tới|nữa|sau|tiếp[ ]theo)(?!\w)
      | (?P<this>năm[ ]nay|năm(?=[ ]*+(?:$|[,;.:)\n])))
      | (?P<next>năm[ ](?:sau|tới)(?!\w)|năm(?<=(?<!\w)sang[ ]năm)(?!\w|[ ]\d)|vụ[ ](?:sau|tới)(?!\w))
      | (?:tết(?:[ ]nguyên[ ]đán)?|mùa[ ](?:mưa|khô))[ ](?:năm[ ])?(?P<season>{_YEAR})
      | (?P<within>
            tết(?:[ ]nguyên[ ]đán)?(?!\w) | mùa[ ](?:mưa|khô) | tháng[ ]{_MONTH}(?![\d/-]) | quý[ ]{_QUARTER}
          | (?:ngày[ ])?(?<![\d/.,-]){_DAY}[/-]{_MONTH}(?![\d/%]|[.,-]\d)
        )
    )
    """
)
_BASELINE: Final = grammar(
    rf"""
    (?: {one_of("so với, so cùng kỳ, cùng kỳ, bằng, hơn, mức của, số của")}
      | (?:{one_of("gấp, bằng, cao hơn, tăng")}[ ][^;.:]{{1,20}}(?:lần|đôi|rưỡi)|{one_of("gấp đôi, gấp rưỡi")})
        (?:(?:[ ]\w++){{1,4}}?[ ]của)?+
    )
    (?:[ ]với)?(?:[ ](?:cả|mức|thời điểm|kết quả|thực hiện|cuối|đầu|hết))*[ ]?$
    """
)
_STANDARD: Final = grammar(rf"{one_of('chuẩn nghèo, theo chuẩn, theo tiêu chí')}(?:[ ]\w++){{0,2}}[ ]?$")
_AFTERMATH: Final = grammar(rf"{one_of('sau, ngay sau, kể từ, từ, trước')}[ ][^;.:]{{0,50}}đại[ ]hội[^;.:]{{0,60}}$")
_PLANS: Final = grammar(one_of("chỉ tiêu, mục tiêu"))
_VISION: Final = grammar(r"tầm[ ]nhìn")
_START: Final = grammar(r"(?<!\w)(?:kể[ ])?từ[ ]$")
_UNTIL: Final = grammar(one_of("đến, tới, nay"))
_END: Final = grammar(one_of("cuối, hết, kết thúc, còn lại, nửa cuối"))
_BEGINNING: Final = grammar(r"(?:đầu|giữa|nửa|từ|sau|năm|tháng)[ ](?:của[ ])?$")
_LEADING: Final = grammar(one_of("trong, cả, suốt, cuối, hết, kết thúc, còn lại, ngay"))
_DEADLINE: Final = grammar(one_of("trước, đến, tới, hết, vào, trong, chậm nhất, muộn nhất, từ, cuối"))
_SEASON: Final = grammar(one_of("năm học, niên khóa, niên vụ, mùa vụ, vụ"))

_TERM: Final = grammar(rf"nhiệm[ ]kỳ[ ]\(?({_YEAR})[ ]?-[ ]?({_YEAR})")
_DATE: Final = grammar(rf"(?<![\d/.-]){_DAY}[ ]?[/.-][ ]?{_MONTH}[ ]?[/.-][ ]?((?:19|20)\d\d)(?!\d)")
_DATELINE: Final = grammar(
    rf"\d{{1,2}}:\d\d|\d{{1,2}}h\d\d|gmt|cập[ ]nhật|{one_of('thứ hai, thứ ba, thứ tư, thứ năm, thứ sáu, thứ bảy, chủ nhật')}|\|"
)
_DOCUMENT: Final = grammar(rf"{one_of('nghị quyết, quyết định, kế hoạch, chỉ thị, số')}[^,;.\n]{{0,40}}$")

_MARK: Final = r"(?:[-+*•●▪“\"'(]|\(?\d{1,2}[.)]|\(?[a-zđ][.)]|[ivx]{1,4}[.)])"
# What may stand between the beginning of a sentence and a target when the sentence only carries a list on.
_CARRIES_ON: Final = grammar(
    rf"""
    (?:[\W\d]|{
        one_of(
            '''
            phấn đấu, hằng năm, hàng năm, mỗi năm, bình quân, trong đó, riêng, cùng với đó, đồng thời, và, có, còn, thì, bên
            cạnh đó, ngoài ra, tiếp đó, cụ thể
            '''
        )
    }|về[ ][^,:;.\n]{{1,60}}(?=[,:]|[ ]thì))*+
    """
)
_ITEM: Final = grammar(rf"\s*+{_MARK}[ ]?")
# "Bảng một ... Bảng hai": lines of one enumeration.
_COUNTED: Final = grammar(rf"[“\"]?(?P<word>\p{{L}}++)[ ](?:{_COUNT}|nhất|tư)(?!\w)")
_CHAPTER: Final = grammar(r"\s*+[ivx]{1,4}[.)]")
_Line = list[tuple[int, int]]

# What carries the plan of a body on over full stops, and where another takes the word.
_RESOLUTION: Final = grammar(one_of("nghị quyết, nq, đại hội"))
_STANDING: Final = grammar(one_of("tiêu chuẩn, quy định"))
_ALSO: Final = grammar(one_of("cũng"))
_SPEAKS: Final = grammar(
    rf"""
    {one_of("nói, cho biết, cho hay, cho rằng, nhấn mạnh, khẳng định, đề nghị, chia sẻ, lưu ý, kể, theo ông, theo bà")}
    | [“"]
    """
)
_RESUMES: Final = grammar(
    r"[\W\d]*+(?:(?:muốn|để)[ ](?:vậy|thế|được|đạt|làm)|khi[ ](?:đó|ấy)|lúc[ ](?:đó|ấy|này)|làm[ ](?:tròn|được|xong)"
    r"|theo[ ]đó|cụ[ ]thể|trong[ ]đó|cũng[ ]trong)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Period:
    """The years of a plan or term, both included."""

    start: int
    end: int


class Role(Enum):
    """What a time is named for."""

    DEADLINE = "deadline"
    BASELINE = "baseline"
    START = "start"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class Time:
    """A time named at the places `start` to `end` of a form, half-open.

    `year` is the one by whose end something shall be reached; None where the text does not say which. `in_year` marks a day, month
    or quarter without its year, `whole_term` a term as a whole.
    """

    start: int
    end: int
    year: int | None
    period: Period | None
    role: Role
    in_year: bool = False
    whole_term: bool = False

    def moved(self, by: int) -> "Time":
        """The same time in a form whose places count from elsewhere."""
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What relative times count from: the year of the article's dateline and the one term that it names, if there are such."""

    year: int | None
    term: Period | None

    @classmethod
    def of(cls, form: str) -> "Calendar":
        terms = {(int(first), int(last)) for first, last in _TERM.findall(form)}
        return cls(_dateline(form), Period(*terms.pop()) if len(terms) == 1 else None)

    @property
    def coming_term(self) -> Period | None:
        """The term, unless it was over when the article was written."""
        return None if self.term and self.year and self.term.end <= self.year else self.term


def _dateline(form: str) -> int | None:
    """The year of the first date in a line of its own, else of the first in the opening lines that is no date of a document."""
    opening: int | None = None
    read = 0
    for line in form.split("\n"):
        date = _DATE.search(line)
        read += bool(line.strip())
        if date is None:
            continue
        if len(line) <= _HEADING and (_DATELINE.search(line) or len(line.strip()) <= len(date[0]) + _BEFORE // 2):
            return int(date[1])
        if opening is None and read <= _DATELINE_LINES and not _DOCUMENT.search(line[: date.start()]):
            opening = int(date[1])
    return opening


def times(form: str, calendar: Calendar) -> list[Time]:
    """Every time that a form names, in order, without overlap.

    >>> [(time.year, time.period) for time in times("đến cuối năm 2025, giai đoạn 2026 - 2030", Calendar(None, None))]
    [(2025, None), (2030, Period(start=2026, end=2030))]
    """
    return [time for match in _PATTERN.finditer(form) if (time := _time(form, match, calendar)) is not None]


def _time(form: str, match: regex.Match[str], calendar: Calendar) -> Time | None:
    before = form[max(0, match.start() - _BEFORE) : match.start()]
    lead = match["lead"]
    time = Time(match.start(), match.end(), None, None, Role.DEADLINE)
    if match["first"]:
        time = _span(match, time)
    elif year := match["date"] or match["month"] or match["quarter"] or match["season"] or match["year"]:
        time = replace(time, year=int(year))
    elif match["term"]:
        if _BEGINNING.search(before + lead) or not (_LEADING.search(lead) or " " in match["term"].removeprefix("nhiệm kỳ")):
            return None
        term = calendar.coming_term if match["term"].endswith(("mới", "tới")) or match["term"] == "kỳ" else calendar.term
        closing = _END.search(lead) is not None
        time = replace(time, year=term.end if term else None, period=None if closing else term, whole_term=not closing)
    elif match["coming"]:
        count = int(match["coming"]) if match["coming"].isdecimal() else int(spelled(match["coming"]) or 0)
        if count == _TERM_YEARS and calendar.coming_term:
            time = replace(time, year=calendar.coming_term.end)
        else:
            time = replace(time, year=calendar.year and calendar.year + count)
    elif match["this"]:
        if match["this"] == "năm" and not _DEADLINE.search(lead):
            return None
        time = replace(time, year=calendar.year)
    elif match["next"]:
        time = replace(time, year=calendar.year and calendar.year + 1)
    elif _DEADLINE.search(lead):
        time = replace(time, year=calendar.year, in_year=True)
    else:
        return None
    return replace(time, role=_role(before, lead, match))


def _span(match: regex.Match[str], time: Time) -> Time:
    first, last = int(match["first"]), int(match["last"])
    if not first < last <= first + _LONGEST_PERIOD:
        return replace(time, year=max(first, last))
    if _SEASON.search(match["kind"] or "") or _END.search(match["lead"]):
        return replace(time, year=last)
    term = (match["kind"] or "").startswith("nhiệm")
    return replace(time, year=last, period=Period(first, last), whole_term=term and _LEADING.search(match["lead"]) is not None)


def _role(before: str, lead: str, match: regex.Match[str]) -> Role:
    if _BASELINE.search(before + lead):
        return Role.BASELINE
    if _STANDARD.search(before + lead):
        return Role.BACKGROUND
    if (match["first"] or match["term"]) and _AFTERMATH.search(before + lead):
        return Role.BACKGROUND
    if _START.search(lead) and not match["first"] and not _UNTIL.search(lead):
        return Role.START
    if (match["date"] or match["month"] or match["quarter"]) and not _DEADLINE.search(lead):
        return Role.START
    return Role.DEADLINE


@dataclass(frozen=True, slots=True)
class _Resolution:
    """The term of the article's main resolution, that of the one last named, and whether the text is just giving it."""

    main: Time | None
    term: Time | None
    quoted: bool


class Timeline:
    """The times of a document, and which of them governs a place from outside.

    A time governs what follows it in its sentence until another comes. One before a target, or in a list header, lead-in, heading
    or question, governs the sentences and lines behind too, as long as no other body or speaker takes over. Where no time does, the
    term of the resolution does that the text is just giving. Building is linear in the length of the text.
    """

    def __init__(self, reading: Reading, targets: Sequence[tuple[int, int]], bodies: Sequence[tuple[int, int]] = ()) -> None:
        """Read a document, with the places of its targets and of its organisations, each in order.

        `form`, `sentences` and `lines` are its form without times and where they begin; `carried` are the beginnings of sentences
        that only carry a list on, `headings` those of lines that are headings, `quoting` those of lines that give a resolution.
        """
        self.calendar = Calendar.of(reading.form)
        self.times: Sequence[Time] = times(reading.form, self.calendar)
        self._starts = [time.start for time in self.times]
        self.form = blank(reading.form, ((time.start, time.end) for time in self.times))
        self._targets = targets
        self._target_starts = [start for start, _ in targets]
        self._body_starts = [start for start, _ in bodies]
        self.sentences: list[int] = []
        self.lines: list[int] = []
        self.carried: set[int] = set()
        self.headings: set[int] = set()
        self.quoting: set[int] = set()
        self._places: list[int] = []
        self._frames: list[Time | None] = []
        self._read(reading)

    def at(self, place: int) -> Time | None:
        """The time that governs a place from before it."""
        i = bisect_right(self._places, place) - 1
        return self._frames[i] if i >= 0 else None

    def within(self, start: int, end: int) -> Sequence[Time]:
        """The times named between two places."""
        first = bisect_left(self._starts, start)
        return self.times[first : bisect_left(self._starts, end, lo=first)]

    def _read(self, reading: Reading) -> None:
        section: Time | None = None
        header: Time | None = None
        frame: Time | None = None
        resolution = _Resolution(None, None, quoted=False)
        series = ""
        introduced = False
        for n, line in enumerate(_lines(reading)):
            begin, end = line[0][0], line[-1][1]
            last = reading.form[end - 1]
            self.lines.append(begin)
            self.sentences.extend(start for start, _ in line)
            listed = introduced or self._is_item(line)
            short = n > 0 and end - begin <= _HEADING and last not in ".…;,:!"
            heads = short and (not listed or _CHAPTER.match(self.form, begin) is not None)
            asks = last == "?"
            resolution = self._resolution(reading, resolution, line, n, short)
            self._mark(begin, listed, heads, resolution.quoted)
            if asks or heads:
                section = None
            before, series = series, _series(self.form, begin)
            if not series or series != before:
                frame = header if listed and header else section
            term = resolution.term if resolution.quoted and not heads else None
            frame, led = self._follow_line(line, frame, section, term)
            introduced = last == ":"
            if asks or heads:
                section = frame
            if not listed or (introduced and self._deadlines(begin, end)):
                header = frame if introduced else led

    def _mark(self, begin: int, listed: bool, heads: bool, quoted: bool) -> None:
        for holds, places in ((listed, self.carried), (heads, self.headings), (quoted, self.quoting)):
            if holds:
                places.add(begin)

    def _resolution(self, reading: Reading, before: "_Resolution", line: _Line, n: int, short: bool) -> "_Resolution":
        """The resolution that a line gives, with its term: one named in the lead holds for all, another as long as the lines go on
        with it.
        """
        begin, end = line[0][0], line[-1][1]
        cited = _RESOLUTION.search(self.form, begin, end) is not None
        quoted = cited or (before.quoted and (short or self._target_after(begin) < end))
        named = self._term(reading, begin, end) if cited else None
        main = named if named and n < _LEAD_LINES else before.main
        return _Resolution(main, named or (before.term if quoted else None) or main, quoted)

    def _term(self, reading: Reading, start: int, end: int) -> Time | None:
        """The term that is named between two places, unless it was over when the article was written."""
        named = [time for time in self.within(start, end) if time.period and "nhiệm kỳ" in reading.form[time.start : time.end]]
        coming = [time for time in named if not (self.calendar.year and time.year and time.year <= self.calendar.year)]
        return replace(coming[-1], whole_term=False) if coming else None

    def _follow_line(
        self, line: _Line, frame: Time | None, section: Time | None, term: Time | None
    ) -> tuple[Time | None, Time | None]:
        """Go through a line: the time in force at its end, and the last one that introduces a list."""
        led: Time | None = None
        for i, (start, end) in enumerate(line):
            if i:
                frame = self._kept(line[i - 1], (start, end), frame) or section
            resolved = term if self._goes_on(start, end) else None
            frame, leading = self._follow(start, end, frame or resolved)
            led = leading or led
        return frame, led

    def _follow(self, start: int, end: int, frame: Time | None) -> tuple[Time | None, Time | None]:
        """Go through a sentence: the time in force at its end, and the last one that introduces a list."""
        self._enter(start, frame)
        leading: Time | None = None
        plans = _PLANS.search(self.form, start, end) is not None
        colon = self.form.rfind(":", start, end)
        for time in self._deadlines(start, end):
            target = self._target_at(time.start)
            here = frame is not None and frame.start >= start
            if (target and frame) or (here and _VISION.match(self.form, time.start)):
                continue
            frame = replace(time, year=frame.year) if time.in_year and here and frame else time
            self._enter(target[1] if target else time.end, frame)
            if not target and (plans or colon >= time.end):
                leading = frame
        return frame, leading

    def _deadlines(self, start: int, end: int) -> list[Time]:
        return [time for time in self.within(start, end) if time.role is Role.DEADLINE and time.year is not None]

    def _enter(self, place: int, frame: Time | None) -> None:
        self._places.append(place)
        self._frames.append(frame)

    def _target_at(self, place: int) -> tuple[int, int] | None:
        i = bisect_right(self._target_starts, place) - 1
        return self._targets[i] if i >= 0 and place < self._targets[i][1] else None

    def _kept(self, before: tuple[int, int], sentence: tuple[int, int], frame: Time | None) -> Time | None:
        """What a sentence keeps of the time of the one before; "muốn vậy" points back to the last target there."""
        if _RESUMES.match(self.form, *sentence):
            i = bisect_left(self._target_starts, before[1]) - 1
            own = self._deadlines(*self._targets[i]) if i >= 0 and self._targets[i][0] >= before[0] else []
            return own[-1] if own else frame
        if self._carries_on(*sentence):
            self.carried.add(sentence[0])
            return frame
        return frame if self._leads(frame, before) and self._goes_on(*sentence) else None

    def _leads(self, frame: Time | None, sentence: tuple[int, int]) -> bool:
        """Whether a time was set for targets behind it, in a sentence or before it, and is not that of a look back."""
        if frame is None or frame.year is None or self._target_at(frame.start):
            return False
        past = self.calendar.year is not None and frame.year < self.calendar.year
        return not past and (frame.start < sentence[0] or self._target_after(frame.end) < sentence[1])

    def _goes_on(self, start: int, end: int) -> bool:
        """Whether no other body or speaker takes the word in a sentence before its first target."""
        target = min(self._target_after(start), end)
        if _STANDING.search(self.form, start, target):
            return False
        if _RESOLUTION.search(self.form, start, target):
            return True
        i = bisect_left(self._body_starts, start)
        other = i < len(self._body_starts) and self._body_starts[i] < target and not _ALSO.search(self.form, start, target)
        return not other and _SPEAKS.search(self.form, start, target) is None

    def _target_after(self, place: int) -> int:
        """Where the next target behind a place begins; the end of the text if there is none."""
        i = bisect_left(self._target_starts, place)
        return self._target_starts[i] if i < len(self._target_starts) else len(self.form)

    def _carries_on(self, start: int, end: int) -> bool:
        target = self._target_after(start)
        return target < end and _CARRIES_ON.fullmatch(self.form, start, target) is not None

    def _is_item(self, line: _Line) -> bool:
        return _ITEM.match(self.form, line[0][0]) is not None or self._carries_on(*line[0])


def _series(form: str, begin: int) -> str:
    """The word that a line of an enumeration begins with, else none."""
    counted = _COUNTED.match(form, begin)
    return counted["word"] if counted else ""


def _lines(reading: Reading) -> Iterator[_Line]:
    line: _Line = []
    for sentence in sentences(reading.text):
        start, end = reading.place(sentence[0].start), reading.place(sentence[-1].end)
        if line and "\n" in reading.form[line[-1][1] : start]:
            yield line
            line = []
        line.append((start, end))
    if line:
        yield line


def governing(outer: Time | None, own: Sequence[Time], quantity: int | None) -> Time | None:
    """The time of a target: of its own ones the last before its quantity, else the first, else the outer one.

    A start ("từ năm 2024") counts where nothing else does; a day or quarter is one of the outer year.
    """
    named = [time for time in own if time.role is Role.DEADLINE] or [time for time in own if time.role is Role.START]
    before = [time for time in named if quantity is not None and time.end <= quantity]
    time = before[-1] if before else named[0] if named else outer
    if time is None or time is outer:
        return outer
    if time.in_year and outer and not outer.period:
        return replace(time, year=outer.year)
    return outer if time.year is None else time


_EVERY_YEAR: Final = grammar(
    rf"{one_of('hằng năm, hàng năm, mỗi năm, từng năm, bình quân năm')}(?![ ](?:một|\d++|ít[ ]nhất[ ]\w++)[ ]lần)"
)
_EVERY_MONTH: Final = grammar(r"(?<!\w)mỗi[ ]tháng(?!\w)")
_DURATION: Final = grammar(rf"(?:(?<!\w)trong[ ])?(?<!\w){_COUNT}[ ]năm(?:[ ](?:cuối|đầu))?(?!\w|[ ](?:liền|liên|tuổi|học))")
_WHOLE_TERM: Final = grammar(one_of("cả nhiệm kỳ, trong nhiệm kỳ, toàn nhiệm kỳ, cả giai đoạn, suốt nhiệm kỳ"))
_PARTS: Final = grammar(rf"[\W\d]*+{one_of('trong đó, riêng')}")
_RATED: Final = grammar(
    r"xếp[ ]loại|hoàn[ ]thành[ ](?:xuất[ ]sắc[ ]|tốt[ ])?nhiệm[ ]vụ|trong[ ]sạch|vững[ ]mạnh|kết[ ]nạp|chi[ ]bộ[ ]yếu[ ]kém"
)


def rates(form: str) -> list[tuple[Per, tuple[int, int]]]:
    """How often an amount is due by the words of a phrase, each with the place of the words."""
    patterns: tuple[tuple[regex.Pattern[str], Per], ...] = ((_EVERY_YEAR, "year"), (_EVERY_MONTH, "month"), (_WHOLE_TERM, "term"))
    return [(per, match.span()) for pattern, per in patterns for match in pattern.finditer(form)]


def durations(form: str) -> list[tuple[int, int]]:
    """The places of spans of years that no calendar fixes: "trong 5 năm"."""
    return [match.span() for match in _DURATION.finditer(form)]


def is_part(gap: str) -> bool:
    """Whether the words between two targets make the second a part of the first, due as often."""
    return _PARTS.match(gap) is not None


def is_listed(gap: str) -> bool:
    """Whether only a comma parts two targets: an item stays under the "hằng năm" of the one before it."""
    return not any(mark in gap for mark in ";:")


def is_rated(form: str) -> bool:
    """Whether a target is plainly yearly wherever its sentence says "hằng năm": the rating of a body or member, an admission."""
    return _RATED.search(form) is not None


def begins(starts: Sequence[int], place: int) -> int:
    """The last of some beginnings, in order, that is not behind a place; 0 before the first."""
    i = bisect_right(starts, place) - 1
    return starts[i] if i >= 0 else 0
