import contextlib
import json
import random
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.errors import InputError
from nghiquyet_training import articles
from nghiquyet_training.articles import Article, Span

PARTS = st.sampled_from(
    ["Huyện ủy", unicodedata.normalize("NFD", "Đảng ủy xã"), "\u00a0", "\u2028", "\u200b", " ", "\n", "\r\n", '"', "\\", "🌾"]
)
TEXTS = st.lists(PARTS | st.text(max_size=8), min_size=1, max_size=20).map("".join).filter(str.strip)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
MORE = st.dictionaries(st.text().filter(lambda key: key not in {"id", "text", "entities"}), JSON, max_size=3)


@st.composite
def article(draw: st.DrawFn) -> Article:
    text = draw(TEXTS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pieces = [(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False) if text[start:end] == text[start:end].strip()]
    labels = st.sampled_from(["TARGET", "ORG", "Kết quả"])
    spans = tuple(Span(start, end, draw(labels)) for start, end in pieces)
    return Article(draw(st.text(min_size=1)), text, spans, draw(MORE))


ARTICLES = st.lists(article(), min_size=1, max_size=4, unique_by=lambda item: item.id)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("articles") / "articles.jsonl"


@given(items=ARTICLES)
def test_what_is_written_is_read(path: Path, items: list[Article]) -> None:
    articles.write(path, items)
    assert articles.read([path]) == items
    assert articles.read([path], ("TARGET", "ORG", "Kết quả")) == items
    assert path.read_bytes().count(b"\n") == len(items)


def test_spans_come_in_text_order(path: Path) -> None:
    entities = [{"start": 6, "end": 8, "label": "B"}, {"start": 0, "end": 5, "label": "A"}]
    path.write_text(json.dumps({"id": "a", "text": "Huyện ủy", "entities": entities}), encoding="utf-8")
    assert articles.read([path])[0].entities == (Span(0, 5, "A"), Span(6, 8, "B"))


def test_blank_lines_and_line_ends_of_windows_are_no_matter(path: Path) -> None:
    one, two = (json.dumps({"id": name, "text": "Huyện ủy", "entities": []}) for name in "ab")
    path.write_bytes(f"\n{one}\r\n\r\n{two}\r\n  \n".encode())
    assert [item.id for item in articles.read([path])] == ["a", "b"]


def _with(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda line: line | changes


def _spans(*spans: tuple[object, object, object]) -> Callable[[dict[str, Any]], object]:
    return _with(entities=[{"start": start, "end": end, "label": label} for start, end, label in spans])


def _without(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda line: {name: value for name, value in line.items() if name != key}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda line: [line], "expected an object"),
        (_without("id"), "missing id"),
        (_without("text"), "missing text"),
        (_without("entities"), "missing entities"),
        (_with(id=""), "id must be a string that is not empty, found ''"),
        (_with(id=7), "id must be a string that is not empty, found 7"),
        (_with(id="a"), "article 'a' stands at .*:1 already; ids must be unique"),
        (_with(text=" \n"), "article 'b': text must be a string that is not empty"),
        (_with(text=None), "article 'b': text must be"),
        (_with(text="a \ud83c b", entities=[]), r"article 'b': holds U\+D83C"),
        (_with(source="\udf3e"), r"article 'b': holds U\+DF3E"),
        (_with(entities={}), "article 'b': entities must be a list"),
        (_with(entities=[[0, 5, "ORG"]]), r"article 'b': an entity must be .*, found \[0, 5, 'ORG'\]"),
        (_with(entities=[{"start": 0, "end": 5}]), "article 'b': an entity must be"),
        (_with(entities=[None]), "article 'b': an entity must be"),
        (_spans((0, 17, "ORG")), "article 'b': span 0..17 does not lie in the text of 16 characters"),
        (_spans((-1, 5, "ORG")), "article 'b': span -1..5 does not lie"),
        (_spans((16, 17, "ORG")), "article 'b': span 16..17 does not lie"),
        (_spans((3, 3, "ORG")), "article 'b': span 3..3 does not lie"),
        (_spans((5, 3, "ORG")), "article 'b': span 5..3 does not lie"),
        (_spans((False, True, "ORG")), r"article 'b': span False\.\.True does not lie"),
        (_spans((0.0, 5.0, "ORG")), r"article 'b': span 0\.0\.\.5\.0 does not lie"),
        (_spans(("0", "5", "ORG")), r"article 'b': span '0'\.\.'5' does not lie"),
        (_spans((0, None, "ORG")), r"article 'b': span 0\.\.None does not lie"),
        (_spans((5, 8, "ORG")), r"article 'b': span ' ủy' at 5 begins or ends in white space; trim it"),
        (_spans((0, 9, "ORG")), r"article 'b': span 'Huyện ủy\\xa0' at 0 begins or ends in white space; trim it"),
        (_spans((6, 16, "ORG"), (0, 8, "ORG")), r"article 'b': 'Huyện ủy' at 0 and 'ủy\\xa0Khánh S' at 6 overlap; keep one"),
        (_spans((0, 8, "ORG"), (0, 8, "PERSON")), "article 'b': 'Huyện ủy' at 0 and 'Huyện ủy' at 0 overlap"),
        (_spans((0, 8, "RESULT")), "article 'b': unknown label 'RESULT' on 'Huyện ủy' at 0; the labels are ORG, PERSON"),
        (_spans((0, 8, "")), "article 'b': unknown label ''"),
        (_spans((0, 8, None)), "article 'b': unknown label None"),
    ],
)
def test_each_fault_is_named_with_its_place(tmp_path: Path, change: Callable[[dict[str, Any]], object], message: str) -> None:
    line: dict[str, Any] = {"id": "a", "text": "Huyện ủy\u00a0Khánh S", "entities": [{"start": 0, "end": 8, "label": "ORG"}]}
    path = tmp_path / "articles.jsonl"
    path.write_text(f"{json.dumps(line)}\n\n{json.dumps(change(line | {'id': 'b'}))}\n", encoding="utf-8")
    with pytest.raises(InputError, match=f"^{re.escape(str(path))}:3: ({message})"):
        articles.read([path], ("ORG", "PERSON"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"id": "a", "text"\n', ":1: broken JSON at column"),
        (b'\n{"id": "a"}}\n', ":2: broken JSON at column 12"),
        ('{"id": "a", "text": "Đảng"}'.encode("utf-16"), ":1: not UTF-8 at byte|:1: broken JSON|:1: missing"),
        (b'{"id": "a", "text": "\xd0ng", "entities": []}', ":1: not UTF-8 at byte 21; save the file as UTF-8"),
        (b'{"id": ' + b"9" * 5000 + b"}", ":1: JSON that cannot be read"),
        (b"[" * 100_000, ":1: JSON that cannot be read|:1: broken JSON"),
        (b"", ": holds no article"),
        (b" \n\r\n", ": holds no article"),
        (None, ": cannot be read: No such file"),
    ],
)
def test_files_that_hold_no_articles_are_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "articles.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=f"^{re.escape(str(path))}({message})"):
        articles.read([path])
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        articles.read([tmp_path])


def test_the_same_id_in_two_files_is_refused(tmp_path: Path) -> None:
    paths = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for path in paths:
        articles.write(path, [Article("a", "Huyện ủy", ())])
    with pytest.raises(InputError, match=r"two\.jsonl:1: article 'a' stands at .*one\.jsonl:1 already"):
        articles.read(paths)


LINE = '{"id": "a", "text": "Huyện ủy", "entities": [{"start": 0, "end": 8, "label": "ORG"}]}'.encode()


@given(
    content=st.binary()
    | st.tuples(st.integers(0, len(LINE)), st.binary(max_size=3)).map(lambda t: LINE[: t[0]] + t[1] + LINE[t[0] + 1 :])
)
def test_any_file_is_read_or_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        items = articles.read([path])
        articles.write(path, items)
        assert articles.read([path]) == items


@given(items=ARTICLES, seed=st.integers())
def test_the_digest_does_not_depend_on_order_or_other_keys(items: list[Article], seed: int) -> None:
    others = [Article(item.id, item.text, item.entities, {"source": "x"}) for item in items]
    random.Random(seed).shuffle(others)
    assert articles.digest(others) == articles.digest(items)


@given(items=ARTICLES)
def test_the_digest_tells_every_change(items: list[Article]) -> None:
    one, *rest = items
    changed = [
        Article(one.id + "!", one.text, one.entities),
        Article(one.id, one.text + "!", one.entities),
        Article(one.id, one.text, (*one.entities, Span(len(one.text) - 1, len(one.text), "NEW"))),
        Article(
            one.id, one.text, tuple(Span(span.start, span.end, span.label + "!") for span in one.entities) or (Span(0, 1, "OTHER"),)
        ),
    ]
    digests = {articles.digest(items), articles.digest(rest), *(articles.digest([other, *rest]) for other in changed)}
    assert len(digests) == 6


def test_the_labels_are_those_that_occur() -> None:
    items = [Article("a", "Huyện ủy", (Span(0, 8, "ORG"),)), Article("b", "xã", (Span(0, 2, "A"),)), Article("c", "xã", ())]
    assert articles.labels_of(items) == ("A", "ORG")
    assert articles.labels_of([]) == ()
