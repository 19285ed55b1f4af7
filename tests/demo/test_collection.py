import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from nghiquyet import Entity, Prediction
from nghiquyet_demo import collection
from nghiquyet_demo.articles import Refused
from nghiquyet_demo.collection import Article, Choice, Source, chosen, rows, sources
from nghiquyet_demo.wording import Words

TEXT = "Huyện ủy Khánh Sơn: đến năm 2025, giảm tỷ lệ hộ nghèo còn 5%."


class Fails:
    labels = ("ORG", "PERSON", "TARGET")

    def predict(self, texts: str) -> Prediction:
        if "lỗi" in texts:
            raise RuntimeError("/secret/path went wrong")
        return Prediction(texts, (Entity("ORG", 0, 18, texts[:18], 0.9),))


def told(found: Sequence[Source]) -> list[tuple[str, str]]:
    return [(source.name, str(source.text)) for source in found]


def test_files_archives_and_lines_are_read_and_what_is_bad_comes_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "một.txt").write_text("Bài một.", encoding="utf-8")
    (tmp_path / "hai.exe").write_bytes(b"MZ")
    lines = [json.dumps({"id": "a", "text": "Bài a."}), "", "{broken", json.dumps({"text": 3}), json.dumps({"text": "Bài b."})]
    (tmp_path / "ba.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "trống.jsonl").write_text("\n\n", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "bốn.zip", "w") as archive:
        archive.writestr("x/năm.txt", "Bài năm.")
        archive.writestr("../sáu.txt", "Bài sáu.")
        archive.writestr("bảy.jsonl", lines[0])
    (tmp_path / "hỏng.zip").write_bytes(b"PK")
    names = ["một.txt", "hai.exe", "ba.jsonl", "trống.jsonl", "bốn.zip", "hỏng.zip", "mất.jsonl"]
    found = told(list(sources(tmp_path / name for name in names)))
    assert found[0] == ("một.txt", "Bài một.")
    assert found[1][0] == "hai.exe"
    assert found[2:] == [
        ("a", "Bài a."),
        ("ba.jsonl:3", Words.BROKEN_LINE.both()),
        ("ba.jsonl:4", Words.NO_TEXT_IN_LINE.both()),
        ("ba.jsonl:5", "Bài b."),
        ("trống.jsonl", Words.EMPTY_FILE.both()),
        ("bốn.zip/x/năm.txt", "Bài năm."),
        ("bốn.zip/../sáu.txt", Words.ZIP_PATH.both()),
        ("a", "Bài a."),
        ("hỏng.zip", Words.ZIP_DAMAGED.both()),
        ("mất.jsonl", Words.OLD_FILE.both(name="mất.jsonl")),
    ]
    assert not any(str(tmp_path) in reason for _, reason in found)


def test_limits_stop_the_reading_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(json.dumps({"id": str(n), "text": "12345"}) for n in range(9)), encoding="utf-8")
    monkeypatch.setattr(collection, "MAX_ARTICLES", 2)
    assert told(list(sources([path]))) == [("0", "12345"), ("1", "12345"), ("2", Words.TOO_MANY_ARTICLES.both(limit=2))]
    monkeypatch.setattr(collection, "MAX_ARTICLES", 9)
    monkeypatch.setattr(collection, "MAX_CHARACTERS", 11)
    assert told(list(sources([path]))) == [("0", "12345"), ("1", "12345"), ("2", Words.TOO_LONG_TOGETHER.both(limit=11))]


def test_what_cannot_be_read_says_why_without_a_path() -> None:
    sources = [Source("a", "  "), Source("b", "lỗi"), Source("c", Refused(Words.EMPTY_FILE))]
    articles = [collection.read(source, Fails()) for source in sources]
    assert [str(article.found) for article in articles] == [Words.EMPTY.both(), Words.NOT_READ.both(), Words.EMPTY_FILE.both()]


def test_rows_know_locality_sector_year_and_the_indicator_that_they_share(collected: Sequence[Article]) -> None:
    table = rows(collected)
    assert [(row.article.name, row.locality, row.sector, row.year) for row in table] == [
        ("khánh-sơn.txt", "huyện Khánh Sơn", "welfare", 2025),
        ("khánh-sơn.txt", "huyện Khánh Sơn", "party", 2025),
        ("ba-tơ.txt", "huyện Ba Tơ", "environment", None),
        ("ba-tơ.txt", "huyện Ba Tơ", "welfare", 2030),
    ]
    assert table[0].indicator == table[3].indicator == "tỷ lệ hộ nghèo"
    assert [row.target.raw for row in table[1:3]] == ["kết nạp 25 đảng viên", "giữ rừng <b>xanh</b>"]


def test_a_choice_lets_through_what_meets_all_of_it(collected: Sequence[Article]) -> None:
    table = rows(collected)
    poverty = frozenset({"tỷ lệ hộ nghèo"})
    assert chosen(table, Choice()) == table
    assert chosen(table, Choice(localities=frozenset({"huyện Ba Tơ"}))) == table[2:]
    assert chosen(table, Choice(indicators=poverty)) == (table[0], table[3])
    assert chosen(table, Choice(indicators=poverty, years=frozenset({2025}))) == (table[0],)
    assert chosen(table, Choice(years=frozenset({None}))) == table[2:3]
    assert chosen(table, Choice(localities=frozenset({None}))) == ()
