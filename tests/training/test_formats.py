import json
import re
import unicodedata
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet import display
from nghiquyet.errors import InputError
from nghiquyet.words import words
from nghiquyet_training import articles as jsonl
from nghiquyet_training import formats
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.formats import Format, Notes, brat, conll, doccano, labelstudio, spans, standoff

FIXTURES = Path(__file__).parent / "fixtures"

NFD = unicodedata.normalize("NFD", "Huyện ủy ")
PIECES = [
    "Huyện ủy",
    NFD,
    "Lê Ngọc Huấn",
    "HùngTại",
    "3% ",
    ".",
    ". ",
    ",",
    "\u00a0",
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\u2028",
    "\x85",
]
PIECES += ["\u200b", "\ufeff", "\\n", "😀", "👩🏽‍🌾", "\U0001f1fb\U0001f1f3", '"', "<b>&"]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=20).map("".join).filter(lambda text: text.strip())
LABELS = st.sampled_from(["ORG", "PERSON", "TARGET", "KẾT_QUẢ"])
IDS = st.lists(
    st.text(alphabet="aáđ1._-/ 😀", min_size=1, max_size=6)
    .filter(lambda name: all(part.strip(" .") for part in name.split("/")))
    .map(str.strip),
    min_size=1,
    max_size=3,
    unique=True,
)
MORE = st.dictionaries(
    st.sampled_from(["source", "kind", "năm"]), st.none() | st.integers() | st.text("aá😀\n") | st.lists(st.booleans())
)


@st.composite
def corpora(draw: st.DrawFn, on_words: bool = False) -> list[Article]:
    """Articles with any spans that an article may have, or only such as begin and end with a word."""
    result = []
    for number, name in enumerate(draw(IDS)):
        text = draw(TEXTS)
        if on_words:
            found = list(words(text))
            starts, ends = [word.start for word in found], [word.end for word in found]
        else:
            starts, ends = list(range(len(text))), list(range(1, len(text) + 1))
        cuts = sorted(draw(st.sets(st.sampled_from(range(len(starts))), max_size=8))) if starts else []
        chosen = (Span(starts[a], ends[b - 1], draw(LABELS)) for a, b in zip(cuts[::2], cuts[1::2], strict=False))
        kept = tuple(span for span in chosen if text[span.start : span.end].strip() == text[span.start : span.end] != "")
        result.append(Article(f"{number}{name}", text, kept, draw(MORE)))
    return result


def surfaces(article: Article) -> list[tuple[str, str]]:
    return [(span.label, article.text[span.start : span.end]) for span in article.entities]


def without_more(articles: list[Article]) -> list[Article]:
    return [Article(article.id, article.text, article.entities) for article in articles]


# What every format keeps.


@pytest.mark.parametrize("form", [Format.jsonl, Format.doccano, Format.labelstudio])
@given(articles=corpora())
def test_what_is_written_is_read_back_with_its_other_keys(
    tmp_path_factory: pytest.TempPathFactory, form: Format, articles: list[Article]
) -> None:
    path = tmp_path_factory.mktemp("round") / "articles"
    notes = Notes()
    formats.write(path, articles, form, notes)
    assert formats.read(path, form, notes=notes) == articles
    assert not notes.counts


@given(articles=corpora())
def test_labels_without_texts_come_back_with_the_texts_alone(
    tmp_path_factory: pytest.TempPathFactory, articles: list[Article]
) -> None:
    folder = tmp_path_factory.mktemp("round")
    labels, texts = folder / "labels.jsonl", folder / "texts.jsonl"
    notes = Notes()
    formats.write(labels, articles, Format.standoff, notes)
    assert not any("text" in json.loads(line) for line in labels.read_text("utf-8").splitlines())
    texts.write_text("".join(json.dumps({"text": article.text}) + "\n" for article in reversed(articles)), encoding="utf-8")
    assert formats.read(labels, texts=texts, notes=notes) == articles
    assert not notes.counts


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"text_sha256": ["a"]}, r'labels\.jsonl:1: "text_sha256" must be the SHA-256 of a text, found \[\'a\'\]'),
        ({"entities": [{"start": 0}]}, r'labels\.jsonl:1: "entities" must be a list of \[start, end, label\]'),
        ({"entities": [[0, 99, "ORG"]]}, r"labels\.jsonl:1: article 'a': span 0\.\.99 does not lie in the text"),
    ],
)
def test_labels_without_texts_that_are_not_sound_are_refused(tmp_path: Path, record: dict[str, Any], message: str) -> None:
    labels, texts = tmp_path / "labels.jsonl", tmp_path / "a.txt"
    texts.write_text("Huyện ủy", encoding="utf-8")
    formats.write(labels, [Article("a", "Huyện ủy", ())], Format.standoff)
    labels.write_text(json.dumps(json.loads(labels.read_text("utf-8")) | record), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        formats.read(labels, Format.standoff, texts)


def test_labels_whose_text_is_not_given_are_left_out_and_named(tmp_path: Path) -> None:
    here, there = Article("a", "Huyện ủy họp", (Span(0, 8, "ORG"),)), Article("b", "Huyện ủy bàn", ())
    labels, texts = tmp_path / "labels.jsonl", tmp_path / "a.txt"
    formats.write(labels, [here, there], Format.standoff)
    texts.write_text(here.text, encoding="utf-8")
    notes = Notes()
    assert formats.read(labels, texts=texts, notes=notes) == [here]
    assert notes.places == {standoff.TEXT_MISSING: [f"{labels}:2: b"]}
    texts.write_text("Huyện uỷ họp", encoding="utf-8")
    with pytest.raises(InputError, match=r"the labels of .* belong to none of its texts"):
        formats.read(labels, texts=texts)


@given(articles=corpora())
def test_brat_gives_back_texts_and_spans(tmp_path_factory: pytest.TempPathFactory, articles: list[Article]) -> None:
    path = tmp_path_factory.mktemp("round") / "brat"
    notes = Notes()
    formats.write(path, articles, Format.brat, notes)
    found = {article.id: article for article in formats.read(path, notes=notes)}
    assert found == {article.id: article for article in without_more(articles)}
    assert notes.counts.keys() <= {spans.KEYS_DROPPED}


@given(articles=corpora(on_words=True))
def test_conll_gives_back_spans_on_word_borders(tmp_path_factory: pytest.TempPathFactory, articles: list[Article]) -> None:
    folder = tmp_path_factory.mktemp("round")
    path, texts = folder / "a.conll", folder / "a.jsonl"
    jsonl.write(texts, articles)
    notes = Notes()
    formats.write(path, articles, notes=notes)
    assert formats.read(path, texts=texts, notes=notes) == without_more(articles)
    assert notes.counts.keys() <= {spans.KEYS_DROPPED}


@given(articles=corpora(on_words=True))
def test_columns_alone_hold_every_offset(tmp_path_factory: pytest.TempPathFactory, articles: list[Article]) -> None:
    articles = [article for article in articles if any(words(article.text))]
    path = tmp_path_factory.mktemp("round") / "a.conll"
    if articles:
        formats.write(path, articles)
        notes = Notes()
        for before, after in zip(articles, formats.read(path, notes=notes), strict=True):
            assert after.entities == before.entities
            for word in words(before.text):
                assert after.text[word.start : word.end] == before.text[word.start : word.end]
        assert notes.counts == {conll.REBUILT: len(articles)}


@given(articles=corpora())
def test_other_spans_are_widened_to_words_and_reported(tmp_path_factory: pytest.TempPathFactory, articles: list[Article]) -> None:
    folder = tmp_path_factory.mktemp("round")
    path, texts = folder / "a.conll", folder / "a.jsonl"
    jsonl.write(texts, articles)
    notes = Notes()
    formats.write(path, articles, notes=notes)
    changed = sum(
        len(set(before.entities) - set(after.entities))
        for before, after in zip(articles, formats.read(path, texts=texts), strict=True)
    )
    assert notes.counts.get(conll.WIDENED, 0) == changed


def test_conll_is_what_predict_writes(root: Path, tmp_path: Path) -> None:
    articles = jsonl.read([root / "data" / "seeds.jsonl"])
    path = tmp_path / "seeds.conll"
    formats.write(path, articles)
    labels = jsonl.labels_of(articles)
    assert path.read_text(encoding="utf-8") == "".join(
        f"# document {article.id}\n" + display.conll(article.text, [(s.start, s.end, s.label) for s in article.entities], labels)
        for article in articles
    )


def test_a_span_over_the_end_of_a_sentence_stays_one(tmp_path: Path) -> None:
    article = Article("a", "Ở UBND TT. Phố Mới\nhọp. Xong.", (Span(2, 18, "ORG"),))
    path = tmp_path / "a.conll"
    formats.write(path, [article])
    assert formats.read(path)[0].entities == article.entities
    assert "UBND\t2\t6\tB-ORG\nTT\t7\t9\tI-ORG\n.\t9\t10\tI-ORG\nPhố\t11\t14\tI-ORG\nMới\t15\t18\tI-ORG\n\n" in path.read_text(
        "utf-8"
    )


# Real exports.


@pytest.mark.parametrize("name", ["doccano.jsonl", "doccano_relations.jsonl"])
def test_doccano(name: str) -> None:
    notes = Notes()
    found = formats.read(FIXTURES / name, notes=notes)
    assert surfaces(found[0]) == [
        ("PERSON", "Cao Văn Bường"),
        ("ORG", "Đảng ủy xã Sơn Trung"),
        ("TARGET", "kết nạp mới 25 đảng viên trở lên"),
        ("ORG", "Huyện ủy"),
    ]
    assert surfaces(found[1]) == [("ORG", "Huyện\u00a0ủy Khánh Sơn")]
    assert found[1].id == "18"
    if name == "doccano.jsonl":
        assert [article.id for article in found] == ["tin-01", "18", "19"]
        assert [article.more for article in found] == [{"source": "baoquangngai.vn"}, {"Comments": ["chỉ tiêu chưa có con số"]}, {}]
        assert not notes.counts
    else:
        assert notes.counts == {doccano.RELATIONS: 1}


def test_doccano_counts_utf16_code_units(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    formats.write(path, [Article("a", "😀 Huyện ủy", (Span(2, 10, "ORG"),))], Format.doccano)
    assert json.loads(path.read_text(encoding="utf-8"))["label"] == [[3, 11, "ORG"]]
    path.write_text('{"id": 1, "data": "😀 Huyện ủy", "labels": [[3, 8, "ORG"]]}', encoding="utf-8")
    assert surfaces(formats.read(path)[0]) == [("ORG", "Huyện")]


def test_label_studio() -> None:
    notes = Notes()
    found = formats.read(FIXTURES / "labelstudio.json", notes=notes)
    assert [(article.id, article.more) for article in found] == [
        ("tin-01", {"source": "baoquangngai.vn", "uncertainty": 0.31}),
        ("42", {}),
        ("43", {}),
        ("46", {}),
    ]
    assert [surfaces(article) for article in found] == [
        [
            ("PERSON", "Cao Văn Bường"),
            ("ORG", "Đảng ủy xã Sơn Trung"),
            ("TARGET", "kết nạp mới 25 đảng viên trở lên"),
            ("ORG", "Huyện ủy"),
        ],
        [("ORG", "Huyện\u00a0ủy Khánh Sơn")],
        [],
        [("ORG", "Đảng bộ huyện Ba Tơ"), ("TARGET", "nhiệm kỳ mới: trồng 500 ha rừng")],
    ]
    assert notes.counts == {labelstudio.OTHER: 2, spans.TRIMMED: 1, labelstudio.SEVERAL: 2, labelstudio.UNFINISHED: 2}


def test_label_studio_before_2022_counted_utf16_code_units() -> None:
    (article,) = formats.read(FIXTURES / "labelstudio_2021.json")
    assert surfaces(article) == [("PERSON", "Cao Văn Bường"), ("ORG", "Huyện ủy")]


def _task(text: str, *values: dict[str, Any], kind: str = "labels") -> str:
    result = [{"type": kind, "value": value} for value in values]
    return json.dumps([{"id": 1, "data": {"text": text}, "annotations": [{"result": result}]}])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a\r\nHuyện  ủy\nBa\u00a0Tơ", {"start": 3, "end": 18, "text": "Huyện ủy\\nBa Tơ", "labels": ["ORG"]}),
        ("😀 Huyện ủy", {"start": 2, "end": 10, "labels": ["ORG"]}),
    ],
)
def test_the_text_of_a_region_need_not_keep_white_space(tmp_path: Path, text: str, value: dict[str, Any]) -> None:
    path = tmp_path / "a.json"
    path.write_text(_task(text, value), encoding="utf-8")
    assert formats.read(path)[0].entities == (Span(value["start"], value["end"], "ORG"),)


def test_hypertext_regions_are_read_by_their_global_offsets(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    xpath = {"start": "/text()[1]", "end": "/text()[1]", "startOffset": 3, "endOffset": 11, "text": "Huyện ủy"}
    value = {**xpath, "globalOffsets": {"start": 2, "end": 10}, "hypertextlabels": ["ORG"]}
    path.write_text(_task("😀 Huyện ủy", value, kind="hypertextlabels"), encoding="utf-8")
    assert surfaces(formats.read(path)[0]) == [("ORG", "Huyện ủy")]


def test_the_configuration_names_what_tasks_name(tmp_path: Path) -> None:
    view = ElementTree.fromstring(labelstudio.configuration(["ORG", 'A & "B"']))
    assert [label.get("value") for label in view.iter("Label")] == ["ORG", 'A & "B"']
    (region,) = labelstudio.regions(Article("a", "UBND", (Span(0, 4, "ORG"),)))
    labels, text = view.find("Labels"), view.find("Text")
    assert labels is not None
    assert text is not None
    assert (region["from_name"], region["to_name"]) == (labels.get("name"), text.get("name"))
    assert labels.get("toName") == text.get("name")


def test_brat() -> None:
    notes = Notes()
    found = formats.read(FIXTURES / "brat", notes=notes)
    assert [article.id for article in found] == ["ba-to", "huyen/khanh-son"]
    assert [surfaces(article) for article in found] == [
        [("ORG", "Đảng bộ"), ("TARGET", "trồng mỗi năm ít nhất 500 ha rừng")],
        [
            ("ORG", "Huyện ủy\n  Khánh Sơn"),
            ("PERSON", unicodedata.normalize("NFD", "Lê Ngọc Huấn")),
            ("TARGET", "giảm hộ nghèo còn 3%"),
        ],
    ]
    assert notes.counts == {brat.UNANNOTATED: 1, brat.JOINED: 1, brat.IGNORED: 6}
    assert formats.read(FIXTURES / "brat" / "ba-to.ann")[0] == found[0]


def test_brat_notes_a_line_break_as_fragments(tmp_path: Path) -> None:
    text = "🌾 Huyện ủy\r\n  Khánh\tSơn"
    formats.write(tmp_path / "out", [Article("x/a", text, (Span(2, len(text), "ORG"),))], Format.brat)
    assert (tmp_path / "out" / "x" / "a.ann").read_text("utf-8") == "T1\tORG 2 10;14 19;20 23\tHuyện ủy Khánh Sơn\n"
    assert (tmp_path / "out" / "x" / "a.txt").read_bytes() == text.encode()
    assert (tmp_path / "out" / "annotation.conf").read_text("utf-8").startswith("[entities]\nORG\n\n[relations]\n")


@pytest.mark.parametrize(("name", "orphans"), [("conll2002.conll", 0), ("conll2003.conll", 4)])
def test_plain_conll_is_laid_over_the_raw_text(name: str, orphans: int, tmp_path: Path) -> None:
    notes = Notes()
    found = formats.read(FIXTURES / name, texts=FIXTURES / "conll_texts.jsonl", notes=notes)
    assert [article.id for article in found] == ["mot", "hai"]
    assert [surfaces(article) for article in found] == [
        [("PERSON", unicodedata.normalize("NFD", "Lê Ngọc Huấn")), ("ORG", "Huyện ủy"), ("TARGET", "Giảm còn 3%")],
        [("ORG", "UBND huyện Ba Tơ"), ("ORG", "HĐND huyện")],
    ]
    assert ", Bí thư\u00a0Huyện ủy.\r\nGiảm" in found[0].text
    assert notes.counts == ({conll.ORPHAN: orphans} if orphans else {})
    (tmp_path / "texts").mkdir()
    for number, article in enumerate(found):
        (tmp_path / "texts" / f"{number}.txt").write_bytes(article.text.encode())
    again = formats.read(FIXTURES / name, texts=tmp_path / "texts")
    assert [article.entities for article in again] == [article.entities for article in found]


# What is refused, and how.


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", "[", r"a\.json: broken JSON at column 2"),
        ("a.json", "", r"a\.json: is empty"),
        ("a.json", '[{"text": "a", "label": []}]', r"a\.json: task 1: expected an object with \"data\"; export .* not as JSON-MIN"),
        ("a.json", '{"id": 3, "data": {"body": "a"}}', r'task 1 \(3\): no "data\.text"'),
        ("a.json", '[{"id": 3, "data": {"text": "a"}, "predictions": [{}]}]', "none of 1 tasks has a submitted annotation"),
        ("a.json", '[{"id": 3, "data": {"text": "a"}, "annotations": [7]}]', "must be a list of objects"),
        ("a.json", '[{"id": 3, "data": {"text": "a"}, "annotations": [{}]}]', 'has no list "result"'),
        ("a.json", _task("ủy", {"start": 0, "end": 2, "labels": ["A", "B"]}), r"has the labels \['A', 'B'\]; give it exactly one"),
        ("a.json", _task("ủy", {"start": 0, "end": 2, "text": "xã", "labels": ["A"]}), r"says 'xã', but 'ủy' stands at 0\.\.2"),
        (
            "a.json",
            _task("ủy", {"start": 0, "end": 3, "labels": ["A"]}),
            r"article '1': span 0\.\.3 does not lie in the text of 2 ch",
        ),
        ("a.json", _task("ủy", {"start": "0", "end": 2, "labels": ["A"]}), 'has no whole "start" and "end"'),
        (
            "a.json",
            _task("ủy ban", *({"start": 0, "end": n, "labels": ["A"]} for n in (2, 6))),
            "'ủy' at 0 and A 'ủy ban' at 0 overlap",
        ),
        ("a.json", '[{"data": {"text": "a"}, "annotations": [{"result": []}]}]', "the article has no id"),
        ("a.jsonl", '{"id": 1, "text": "a"}', r'a\.jsonl:1: expected "text" and a list'),
        ("a.jsonl", '{"id": 1, "text": "a", "annotations": []}', r"names of the labels"),
        ("a.jsonl", '{"id": 1, "text": "a", "label": [[0, 1]]}', r"a span must be \[start, end, label\]"),
        (
            "a.jsonl",
            '{"id": 1, "text": "😀a", "label": [[1, 2, "A"]]}',
            r"a\.jsonl:1: span 1\.\.2 does not lie .*, or cuts an emoji",
        ),
        ("a.jsonl", '{"id": 1, "text": "a", "label": [[0, 1, 7]]}', "'a' at 0 has no label but 7"),
        ("a.jsonl", '{"id": 1, "text": " ", "label": []}', "text must be a string that is not empty"),
        ("a.jsonl", '{"id": 1, "text": "\\ud83d", "label": []}', "half of a surrogate pair"),
        ("a.jsonl", '{"id": 1, "text": "a", "label": []}\n\n[]', r"a\.jsonl:3: expected a JSON object"),
        ("a.jsonl", '{"id": 1, "text": "a", "label": []}\n' * 2, r"a\.jsonl: two articles have the id '1'"),
        ("a.jsonl", '{"text": "a", "label": []}', "the article has no id"),
        ("a.jsonl", '{"id": "1", "text": "a"}', "its name does not tell the format; say which it is: jsonl, conll, doccano"),
        ("a.jsonl", '{"id": "1", "text_sha256": "", "entities": []}', "holds labels without their texts; give the texts too"),
        ("a.txt", "a O\n", "its name does not tell the format"),
        ("a.conll", "ủy O\n", "two columns do not say where words stand"),
        ("a.conll", "# document a\nủy\t0\t2\tO\nban\t3\tO\n", r"a\.conll:3: expected word, start, end and tag"),
        ("a.conll", "ủy\t0\t3\tO\n", r"a\.conll:1: the word 'ủy' has 2 characters and cannot stand at 0\.\.3"),
        ("a.conll", "ủy\t0\t2\tO\nban\t1\t4\tO\n", r"a\.conll:2: the word 'ban' stands at 1, before the word above it ends"),
        ("a.conll", "ủy\t0\t2\tE-ORG\n", r"a\.conll:1: unknown tag 'E-ORG'; a tag is O, B-LABEL or I-LABEL"),
        ("a.conll", "ủy\n", r"a\.conll:1: expected a word and its tag"),
        ("a.ann", "T1\tORG 0 1\ta\n", r"a\.ann: no a\.txt beside it"),
        ("no/a.json", None, "no such file or folder"),
    ],
)
def test_faults_are_named_with_their_place(tmp_path: Path, name: str, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        formats.read(tmp_path / name)


@pytest.mark.parametrize(
    ("columns", "text", "message"),
    [
        (
            "Huyện O\nuỷ O\n",
            "Huyện ủy",
            r"a\.conll:2: document 'a': the word 'uỷ' does not stand at character 6 of .* goes on with 'ủy'",
        ),
        ("ủy O\n", unicodedata.normalize("NFD", "ủy"), "the word 'ủy' does not stand at character 0"),
        ("Huyện O\nủy O\n", "Huyện, ủy", r"a\.conll:2: .* at character 5 .* ', ủy'"),
        ("Huyện O\n", "Huyện ủy họp", r"a\.conll:1: document 'a': the words end here, but the text goes on with 'ủy họp'"),
        ("Huyện O\nủy O\n", "Huyện", "the word 'ủy' does not stand at character 5"),
        ("-DOCSTART- O\n\nHuyện O\n\n-DOCSTART- O\n\nủy O\n", "Huyện ủy", "2 documents without an id, but .* holds 1 texts"),
        ("# document b\nHuyện O\n", "Huyện", "holds no text for document 'b'"),
        ("Huyện\t1\t6\tO\n", "Huyện", "the word 'Huyện' does not stand at character 1"),
    ],
)
def test_where_words_and_text_part_is_named(tmp_path: Path, columns: str, text: str, message: str) -> None:
    path, texts = tmp_path / "a.conll", tmp_path / "a.txt"
    path.write_text(columns, encoding="utf-8")
    texts.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        formats.read(path, texts=texts)


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ("T1\tORG 0 5\tHuyen\n", r"a\.ann:1: T1 says 'Huyen', but 'Huyện' stands at 0 5 of the text; was the \.txt file changed"),
        ("T1\tORG 0\tHuyện\n", r"a\.ann:1: expected 'T1<TAB>LABEL START END<TAB>TEXT'"),
        ("T1\tORG 6 9\n", r"a\.ann: article 'a': span 6\.\.9 does not lie in the text of 8 characters"),
        ("\n\nT1\tORG 0 5\tHuyện\nT2\tORG 0 8\tHuyện ủy\n", "overlap"),
    ],
)
def test_brat_faults_are_named_with_their_line(tmp_path: Path, annotation: str, message: str) -> None:
    (tmp_path / "a.txt").write_text("Huyện ủy", encoding="utf-8")
    (tmp_path / "a.ann").write_text(annotation, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        formats.read(tmp_path)


def test_texts_go_with_columns_alone() -> None:
    with pytest.raises(InputError, match="doccano files have their own"):
        formats.read(FIXTURES / "doccano.jsonl", texts=FIXTURES / "conll_texts.jsonl")


@pytest.mark.parametrize(
    ("form", "article", "message"),
    [
        (Format.conll, Article("a\nb", "ủy", ()), "cannot stand in CoNLL"),
        (Format.conll, Article("a", "ủy", (Span(0, 2, "TỔ CHỨC"),)), "label 'TỔ CHỨC' holds white space, which CoNLL cannot"),
        (Format.brat, Article("a", "ủy", (Span(0, 2, "TỔ CHỨC"),)), "label 'TỔ CHỨC' holds white space, which brat cannot"),
        (Format.brat, Article("../a", "ủy", ()), "cannot name a file"),
        (Format.brat, Article("/a", "ủy", ()), "cannot name a file"),
        (Format.brat, Article("a//b", "ủy", ()), "cannot name a file"),
        (None, Article("a", "ủy", ()), "its name does not tell the format"),
    ],
)
def test_what_a_format_cannot_hold_is_not_written(tmp_path: Path, form: Format | None, article: Article, message: str) -> None:
    with pytest.raises(InputError, match=message):
        formats.write(tmp_path / "out", [Article("good", "ủy", ()), article], form)
    assert not list(tmp_path.iterdir())


def test_ids_are_written_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two articles have the id 'a'"):
        formats.write(tmp_path / "a.jsonl", [Article("a", "ủy", ())] * 2)


def test_brat_overwrites_no_annotations(tmp_path: Path) -> None:
    article = Article("a", "ủy", (Span(0, 2, "ORG"),))
    (tmp_path / "empty").mkdir()
    formats.write(tmp_path / "empty", [article])
    with pytest.raises(InputError, match="exists; brat needs a new or empty folder"):
        formats.write(tmp_path / "empty", [article])
    assert formats.read(tmp_path / "empty") == [article]


def test_a_failing_disk_leaves_no_half_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: str) -> None:
        if path.suffix == ".ann":
            raise InputError(f"{path}: cannot be written: No space left on device")
        path.write_text(content, encoding="utf-8")

    monkeypatch.setattr(brat, "write_text", full)
    with pytest.raises(InputError, match="No space left"):
        formats.write(tmp_path / "out", [Article("a", "ủy", ())], Format.brat)
    assert not list(tmp_path.iterdir())


# Between formats.


def test_convert_counts_what_it_did(tmp_path: Path) -> None:
    done = formats.convert(FIXTURES / "labelstudio.json", tmp_path / "a.jsonl")
    assert (done.articles, done.spans) == (4, 7)
    assert done.notes.counts[labelstudio.UNFINISHED] == 2
    assert re.search(r"labelstudio\.json: task 4 \(44\)$", done.notes.places[labelstudio.UNFINISHED][0])
    assert formats.read(tmp_path / "a.jsonl") == formats.read(FIXTURES / "labelstudio.json")


@pytest.mark.parametrize("form", list(Format))
def test_every_format_leads_to_every_other(tmp_path: Path, form: Format) -> None:
    source = jsonl.read([FIXTURES.parents[2] / "data" / "seeds.jsonl"])[:2]
    texts = tmp_path / "texts.jsonl"
    jsonl.write(texts, source)
    formats.write(tmp_path / "between", source, form)
    formats.convert(
        tmp_path / "between",
        tmp_path / "back.jsonl",
        source_form=form,
        texts=texts if form.lacks_texts else None,
    )
    assert without_more(formats.read(tmp_path / "back.jsonl")) == without_more(source)


def test_keys_that_would_hide_spans_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        '[{"data": {"id": "a", "text": "ủy", "entities": [], "x": 1}, "annotations": [{"result": []}]}]', encoding="utf-8"
    )
    notes = Notes()
    assert formats.read(path, notes=notes)[0].more == {"x": 1}
    formats.write(tmp_path / "b.jsonl", [Article("a", "ủy", (), {"label": 1, "x": 2})], Format.doccano, notes)
    assert formats.read(tmp_path / "b.jsonl")[0].more == {"x": 2}
    assert notes.counts == {spans.KEYS_DROPPED: 2}


def test_spans_are_tidied_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    label = [[0, 6, "ORG"], [0, 5, "ORG"], [5, 6, "ORG"]]
    path.write_text(json.dumps({"id": 1, "text": "Huyện ủy", "label": label}), encoding="utf-8")
    notes = Notes()
    assert formats.read(path, notes=notes)[0].entities == (Span(0, 5, "ORG"),)
    assert notes.counts == {spans.TRIMMED: 1, spans.TWICE: 1, spans.BLANK: 1}


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.json", "[]", Format.labelstudio),
        ("a.iob2", "", Format.conll),
        ("a.jsonl", '{"id": "a", "text": "a", "entities": []}', Format.jsonl),
        ("a.jsonl", '{"id": "a", "text": "a", "entities": [{"start": 0, "end": 1, "label": "A"}]}', Format.jsonl),
        ("a.jsonl", '{"id": "a", "text": "a", "entities": [], "relations": []}', Format.doccano),
        ("a.jsonl", '{"id": 1, "text": "a", "entities": []}', Format.doccano),
        ("a.jsonl", '{"id": "a", "text": "a", "label": []}', Format.doccano),
    ],
)
def test_the_format_is_guessed_where_it_is_certain(tmp_path: Path, name: str, content: str, form: Format) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert formats.guess(tmp_path / name) is form


@given(text=TEXTS)
def test_utf16_positions_are_those_of_javascript(text: str) -> None:
    units = [len(text[:i].encode("utf-16-le")) // 2 for i in range(len(text) + 1)]
    assert list(spans.utf16_positions(text)) == units
