import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from nghiquyet import Entity, InputError, Prediction
from nghiquyet_demo import corrections
from nghiquyet_demo.corrections import Draft, Session, Span, article_id, changed
from nghiquyet_training.data_cli import app as data

TEXT = "🙂 Ông Cao Văn Bường,\nBí thư Đảng ủy xã Sơn Trung: kết nạp 25 đảng viên trở lên."
LABELS = ("ORG", "PERSON", "TARGET")
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def draft(*phrases: tuple[str, str]) -> Draft:
    return Draft(
        TEXT, tuple(sorted(Span(TEXT.index(phrase), TEXT.index(phrase) + len(phrase), label) for phrase, label in phrases))
    )


def shown(draft: Draft) -> list[tuple[str, str]]:
    return [(draft.text[span.start : span.end], span.label) for span in draft.spans]


def at(phrase: str) -> tuple[int, int]:
    return TEXT.index(phrase), TEXT.index(phrase) + len(phrase)


requests = st.fixed_dictionaries(
    {"do": st.sampled_from(["mark", "unmark", "move", "sing"])},
    optional={
        "start": st.integers(-5, len(TEXT) + 5),
        "end": st.integers(-5, len(TEXT) + 5),
        "label": st.sampled_from([*LABELS, "CITY"]),
        "side": st.sampled_from(["start", "end", "middle"]),
        "words": st.sampled_from([-1, 1, 7]),
    },
)


@given(st.lists(requests, max_size=12))
def test_spans_stay_valid_whatever_is_asked_for(asked: list[dict[str, object]]) -> None:
    now = draft(("Cao Văn Bường", "PERSON"), ("Đảng ủy xã Sơn Trung", "ORG"))
    for request in asked:
        before = now
        now = changed(now, request, LABELS)
        assert now.text == TEXT
        assert list(now.spans) == sorted(now.spans)
        assert all(one.end <= two.start for one, two in zip(now.spans, now.spans[1:], strict=False))
        assert all(0 <= span.start < span.end <= len(TEXT) and span.label in LABELS for span in now.spans)
        assert all(words == words.strip() for words, _ in shown(now))
        assert now is before or now.undone() == before


@pytest.mark.parametrize("request_", [{}, {"do": "mark", "start": "0", "end": 3, "label": "ORG"}, {"do": "unmark", "start": None}])
def test_what_makes_no_sense_changes_nothing(request_: dict[str, object]) -> None:
    now = draft(("Cao Văn Bường", "PERSON"))
    assert changed(now, request_, LABELS) is now


def test_marking_trims_white_space_and_takes_the_place_of_what_it_overlaps() -> None:
    now = draft(("Cao Văn Bường", "PERSON"), ("xã Sơn Trung", "ORG"))
    start, _ = at(" Đảng ủy xã")
    assert shown(now.marked(start, at("xã Sơn Trung")[1] + 1, "ORG"))[1] == ("Đảng ủy xã Sơn Trung:", "ORG")
    assert shown(now.marked(*at("Văn"), "PERSON")) == [("Văn", "PERSON"), ("xã Sơn Trung", "ORG")]
    assert shown(now.marked(*at("Cao Văn Bường"), "ORG"))[0] == ("Cao Văn Bường", "ORG")
    assert now.marked(*at(" "), "ORG") is now


def test_borders_move_by_words_and_stop_at_neighbours() -> None:
    now = draft(("Cao Văn Bường", "PERSON"), ("xã Sơn", "ORG"))
    start = at("xã Sơn")[0]
    assert shown(now.moved(start, "end", 1))[1] == ("xã Sơn Trung", "ORG")
    assert shown(now.moved(start, "end", -1))[1] == ("xã", "ORG")
    assert shown(now.moved(start, "start", -2))[1] == ("Đảng ủy xã Sơn", "ORG")
    assert shown(now.moved(start, "start", 9))[1] == ("Sơn", "ORG")
    assert shown(now.moved(start, "start", -99))[1] == (TEXT[at(",\nBí thư")[0] : at("xã Sơn")[1]], "ORG")
    assert shown(now.moved(at("Cao")[0], "start", -99))[0][0] == "🙂 Ông Cao Văn Bường"
    assert now.moved(0, "end", 1) is now


def test_a_phrase_is_found_where_it_is_not_marked_yet() -> None:
    text = "xã A, xã A, xã A"
    now = Draft(text, (Span(0, 4, "ORG"), Span(12, 16, "ORG")))
    assert now.where("xã A") == 6
    assert now.marked(6, 10, "ORG").where("xã A") is None
    decomposed = Draft("xa\u0303 A", ())
    assert decomposed.where("xã A") == 0


def test_undo_goes_back_step_by_step_to_what_was_found() -> None:
    first = Draft.of(Prediction(TEXT, (Entity("PERSON", *at("Cao Văn Bường"), "Cao Văn Bường", 0.9),)))
    now = first.unmarked(at("Cao")[0]).marked(*at("kết nạp 25 đảng viên"), "TARGET")
    assert now.undone().undone() == first
    assert first.undone() == first


def test_the_file_is_what_training_reads(tmp_path: Path) -> None:
    session = Session.begin(tmp_path / "corrections", NOW)
    now = draft(("Cao Văn Bường", "PERSON")).marked(*at("Đảng ủy xã Sơn Trung"), "ORG")
    session.save(now)
    session.save(Draft("Một bài khác của huyện.", ()))
    session.save(now.marked(*at("kết nạp 25 đảng viên trở lên"), "TARGET"))
    lines = [json.loads(line) for line in session.path.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == [article_id(TEXT), article_id("Một bài khác của huyện.")]
    assert [TEXT[span["start"] : span["end"]] for span in lines[0]["entities"]] == [
        "Cao Văn Bường",
        "Đảng ủy xã Sơn Trung",
        "kết nạp 25 đảng viên trở lên",
    ]
    result = CliRunner().invoke(data, ["validate", str(session.path), "--labels", ",".join(LABELS), "--json"])
    assert result.exit_code == 0, result.output


def test_a_session_is_one_file_which_is_made_at_the_first_save(tmp_path: Path) -> None:
    one, other = Session.begin(tmp_path / "corrections", NOW), Session.begin(tmp_path / "corrections", NOW)
    assert list(tmp_path.iterdir()) == []
    one.save(draft())
    other.save(draft())
    assert {one.path, other.path} == set((tmp_path / "corrections").iterdir())
    assert one.path.name.startswith("20261122-083000-")
    assert one.find(TEXT) == draft()
    assert one.find("another") is None


def test_a_session_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.begin(tmp_path / "corrections", NOW)
    session.save(draft())
    monkeypatch.setattr(corrections, "MAX_CHARACTERS", len(TEXT) + 3)
    session.save(draft(("Cao Văn Bường", "PERSON")))
    with pytest.raises(InputError, match="tải về"):
        session.save(Draft("xã A", ()))
    assert session.find("xã A") is None


def test_a_disk_that_takes_nothing_loses_nothing(tmp_path: Path) -> None:
    session = Session.begin(tmp_path / "corrections", NOW)
    session.save(draft())
    before = session.path.read_bytes()
    (tmp_path / "corrections").rename(tmp_path / "away")
    (tmp_path / "corrections").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError):
        session.save(draft(("Cao Văn Bường", "PERSON")))
    assert session.find(TEXT) == draft()
    assert (tmp_path / "away" / session.path.name).read_bytes() == before
