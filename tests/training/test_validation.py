import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.errors import InputError
from nghiquyet_training import articles
from nghiquyet_training.articles import Article
from nghiquyet_training.validation import Report, Severity, validate

FAULTS = Path(__file__).parent / "fixtures" / "faults.jsonl"
LABELS = ("ORG", "PERSON", "TARGET")

# Every fault that stands in the file: severity, kind, line, and the text that it is about.
PLANTED = [
    ("error", "broken-json", 2, None),
    ("error", "not-an-object", 3, None),
    ("error", "missing-key", 4, None),
    ("error", "bad-id", 5, None),
    ("error", "bad-text", 6, None),
    ("error", "bad-entities", 7, None),
    ("error", "bad-entity", 8, None),
    ("error", "bad-offset", 9, None),
    ("error", "empty-span", 10, None),
    ("error", "span-outside", 11, None),
    ("error", "white-space", 12, "Sở Nội vụ tỉnh Quảng Ngãi "),
    ("error", "overlap", 13, "Thành ủy Kon Tum"),
    ("error", "unknown-label", 14, "Trung tâm Khuyến nông Gia Lai"),
    ("error", "text-mismatch", 15, "Y Ngọc L"),
    ("error", "duplicate-id", 16, None),
    ("error", "not-unicode", 17, None),
    ("warning", "line-break", 18, "Mặt trận\nTổ quốc Việt Nam"),
    ("warning", "separator", 19, "Lò Văn Pành,"),
    ("warning", "no-word", 20, "*"),
    ("warning", "cut-word", 21, "Hội Chữ thập đỏ Kbang"),
    ("warning", "loose-border", 23, "\u200bRơ Châm Hiền"),
    ("warning", "damaged-text", 24, "\ufffd"),
    ("warning", "near-duplicate", 26, None),
    ("warning", "rare-label", 1, "kết nạp mới 25 đảng viên"),
    ("hint", "cut-segmented-word", 22, "Tỉnh ủy"),
    ("hint", "no-span", 25, None),
    ("hint", "two-labels", 28, "Hoa Ban"),
    ("hint", "bare-surface", 27, "Lò Thị Mẩy"),
]


@pytest.fixture(scope="module")
def report() -> Report:
    return validate([FAULTS], LABELS, fewest=2)


def _lines(path: Path, *lines: Any) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def _kinds(report: Report) -> list[str]:
    return [finding.kind for finding in report.findings]


def test_every_planted_fault_is_found_and_nothing_else(report: Report) -> None:
    found = [(finding.severity.value, finding.kind, finding.line, finding.text) for finding in report.findings]
    assert found == PLANTED
    assert report.articles == 24


def test_a_finding_says_where_it_is_and_what_to_do(report: Report) -> None:
    lines = FAULTS.read_text(encoding="utf-8").splitlines()
    for finding in report.findings:
        assert finding.file == str(FAULTS)
        assert finding.line is not None
        assert str(finding).startswith(f"{FAULTS}:{finding.line}: ")
        assert "; " in finding.message or finding.kind == "cut-segmented-word"
        if finding.article is not None:
            assert f"article {finding.article!r}: " in str(finding)
        if finding.text is not None:
            text = json.loads(lines[finding.line - 1])["text"]
            assert finding.start is not None
            assert text[finding.start : finding.start + len(finding.text)] == finding.text


def test_our_own_data_has_no_error(root: Path) -> None:
    report = validate(sorted((root / "data").glob("*.jsonl")), LABELS)
    assert [str(finding) for finding in report.findings if finding.severity is Severity.error] == []
    assert report.articles >= 5


def test_read_raises_the_first_fault_of_those_that_are_reported(report: Report) -> None:
    first = next(finding for finding in report.findings if finding.severity is Severity.error)
    with pytest.raises(InputError) as caught:
        articles.read([FAULTS], LABELS)
    assert str(first).startswith(str(caught.value))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"id": "a", "text": "\xff"}', "not-utf8"),
        (b"[" * 100_000, "broken-json"),
        (b'{"id": ' + b"1" * 5_000 + b"}", "broken-json"),
    ],
)
def test_lines_that_no_parser_takes_are_errors_too(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_bytes(content)
    assert _kinds(validate([path])) == [kind]


def test_all_faults_of_one_line_are_reported(tmp_path: Path) -> None:
    entities = [{"start": 0, "end": 9}, {"start": 0, "end": 9, "label": ""}, {"start": 3, "end": 99, "label": "ORG"}]
    path = _lines(tmp_path / "a.jsonl", {"id": 1, "text": "Huyện ủy Ba Tơ", "entities": entities})
    assert _kinds(validate([path])) == ["bad-id", "bad-entity", "unknown-label", "white-space", "span-outside"]
    path = _lines(tmp_path / "b.jsonl", {"id": "b"})
    (finding,) = validate([path]).findings
    assert finding.message.startswith("missing entities, text; ")


def test_sound_spans_are_looked_at_even_where_others_are_faulty(tmp_path: Path) -> None:
    entities = [{"start": 0, "end": 8, "label": "ORG"}, {"start": 90, "end": 99, "label": "ORG"}]
    path = _lines(tmp_path / "a.jsonl", {"id": "a", "text": "Huyện ủyba Tơ", "entities": entities})
    assert _kinds(validate([path], fewest=0)) == ["span-outside", "cut-word"]


def test_an_article_in_two_files_is_a_leak(tmp_path: Path, few_articles: dict[str, Article]) -> None:
    train, dev = tmp_path / "train.jsonl", tmp_path / "dev.jsonl"
    copied = few_articles["b"]
    articles.write(train, few_articles.values())
    # An excerpt in capitals and with decomposed accents, without labels.
    articles.write(
        dev, [Article("excerpt", copied.text[:110].upper(), ()), Article("other", "Chiều nay, trời có mưa rào rải rác.", ())]
    )
    leak, *rest = validate([train, dev], fewest=0).findings
    assert (leak.severity, leak.kind, leak.place, leak.article) == (Severity.error, "leak", f"{dev}:1", "excerpt")
    assert f"article 'b' at {train}:2" in leak.message
    assert all(finding.severity is not Severity.error for finding in rest)


def test_a_wanted_label_without_spans_is_reported(tmp_path: Path, few_articles: dict[str, Article]) -> None:
    articles.write(tmp_path / "a.jsonl", few_articles.values())
    report = validate([tmp_path / "a.jsonl"], ["ORG", "PERSON", "RESULT", "TARGET", "LAW"], fewest=1)
    (warning,) = (finding for finding in report.findings if finding.severity is Severity.warning)
    assert (warning.kind, warning.line) == ("rare-label", None)
    assert "'LAW'" in warning.message


def test_what_changed_since_before_is_reported(tmp_path: Path, labelled: Callable[[str, str], Article]) -> None:
    old = labelled("a", "Ông [PERSON Bường], Bí thư [ORG Huyện ủy] Ba Tơ, và [ORG bà Lan] ở [ORG UBND xã] đều tới họp sáng nay.")
    new = labelled("a", "Ông Bường, Bí thư [ORG Huyện ủy Ba Tơ], và [PERSON bà Lan] ở [ORG UBND xã] đều tới [TARGET họp] sáng nay.")
    same = labelled("b", "Mưa lớn kéo dài nhiều ngày qua ở [ORG Khoa Văn] khiến lịch thi phải lùi lại.")
    rewritten = Article("c", "Bản cũ", ())
    path = tmp_path / "new.jsonl"
    articles.write(path, [new, same, Article("c", "Bản mới", ()), Article("e", "Thêm một bài.", ())])
    report = validate([path], fewest=0, before=[old, same, rewritten, Article("d", "Mất", ())])
    changes = {finding.article: (finding.kind, finding.message) for finding in report.findings if finding.kind != "no-span"}
    assert changes.keys() == {"a", "c", "d", "e"}
    assert changes["a"] == ("changed-spans", "changed spans: 1 removed, 1 moved, 1 relabelled, 1 added")
    assert changes["c"][0] == "changed-text"
    assert "from character 4 on: 'cũ' and 'mới'" in changes["c"][1]
    assert changes["d"][0] == "lost-article"
    assert changes["e"][0] == "new-article"


@pytest.mark.parametrize("content", [None, b"", b" \n\n"])
def test_a_file_that_holds_nothing_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "none.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"none\.jsonl: "):
        validate([path])


def test_a_report_counts_by_severity(report: Report) -> None:
    content = report.to_dict()
    counts = {severity: sum(planted[0] == severity for planted in PLANTED) for severity in ("error", "warning", "hint")}
    assert {severity: content[f"{severity}s"] for severity in counts} == counts
    assert json.loads(json.dumps(content)) == content
    assert content["findings"][0]["severity"] == "error"


ODD = st.none() | st.booleans() | st.integers(-3, 12) | st.floats() | st.sampled_from(["a", "", " ", "ORG", "Huyện ủy", "\ud83d"])
ENTITIES = st.lists(ODD | st.dictionaries(st.sampled_from(["start", "end", "label", "text"]), ODD), max_size=3)
LINES = ODD | st.dictionaries(st.sampled_from(["id", "text", "entities", "kind"]), ODD | ENTITIES)


@given(st.lists(LINES, min_size=1, max_size=3))
def test_any_json_is_read_or_reported_and_both_say_the_same(tmp_path_factory: pytest.TempPathFactory, lines: list[Any]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    faults = [fault for line in articles.scan([path]) for fault in line.faults]
    if faults:
        with pytest.raises(InputError):
            articles.read([path])
    else:
        read = articles.read([path])
        articles.write(path, read)
        assert articles.read([path]) == read
