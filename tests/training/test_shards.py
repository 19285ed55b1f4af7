import json
import lzma
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nghiquyet.errors import InputError
from nghiquyet.extractor import prepare
from nghiquyet_training import shards
from nghiquyet_training.shards import Survey

Cut = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def texts(tmp_path: Path, seed_texts: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The beginnings of the seeds, one again, and one that has no word, as packed lines that make four shards."""
    monkeypatch.setattr(shards, "_CHARACTERS_A_SHARD", 2_000)
    chosen = [text[:1_500] for text in seed_texts]
    chosen = [*chosen, "\u200b", chosen[0]]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in chosen)
    (tmp_path / "texts.jsonl.xz").write_bytes(lzma.compress(lines.encode()))
    return chosen


@pytest.fixture
def cut(tmp_path: Path) -> Cut:
    """Cuts the texts for a base, in windows of 40 pieces, and gives the rows."""

    def rows(base: Path, folder: str = "cache", processes: int = 1) -> list[dict[str, Any]]:
        sources = [str(tmp_path / "texts.jsonl.xz")]
        cut = shards.cut(sources, shards.survey(sources), base, 40, tmp_path / folder, processes, Console(quiet=True))
        return list(cut)

    return rows


@pytest.mark.parametrize("kind", ["phobert", "native"])
def test_windows_are_those_of_serving_with_each_word_once(
    kind: str, request: pytest.FixtureRequest, texts: list[str], cut: Cut
) -> None:
    base: Path = request.getfixturevalue(f"{kind}_base")
    model = shards.window_plan(base, 40)
    rows = iter(cut(base))
    for text in texts:
        windows = list(prepare(text, model))
        pieces: list[int] = []
        for window in windows:
            row = next(rows)
            assert tuple(row["input_ids"]) == window.ids
            assert tuple(row["starts"]) == window.first_pieces
            assert row["length"] == len(window.ids) <= 40
            pieces += row["input_ids"][1:-1]
        words = [word for window in windows for word in window.words]
        assert pieces == [piece for word in words for piece in model.pieces(word.form)]
    assert next(rows, None) is None


def test_a_text_has_the_same_hash_wherever_it_stands_and_another_text_another(
    native_base: Path, texts: list[str], cut: Cut
) -> None:
    documents = [row["document"] for row in cut(native_base)]
    runs = [documents[i] for i in range(len(documents)) if i == 0 or documents[i] != documents[i - 1]]
    assert len(runs) == 6
    assert runs[0] == runs[-1]
    assert len(set(runs)) == 5


def test_several_processes_cut_as_one_does(phobert_base: Path, texts: list[str], cut: Cut) -> None:
    assert cut(phobert_base, "two", processes=2) == cut(phobert_base, "one")


def test_what_is_cut_is_not_cut_again(
    native_base: Path, texts: list[str], cut: Cut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def watched(text: str, model: Any) -> Any:
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(text)
        return prepare(text, model)

    with monkeypatch.context() as context:
        context.setattr(shards, "prepare", watched)
        with pytest.raises(KeyboardInterrupt):
            cut(native_base)
        assert seen == texts[:3]
        seen.clear()
        with pytest.raises(KeyboardInterrupt):
            cut(native_base)
        assert seen == texts[2:5]
        seen.clear()
        rows = cut(native_base)
        assert seen == texts[4:]
        assert cut(native_base) == rows
        assert seen == texts[4:]
    assert rows == cut(native_base, "afresh")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["windows"]


def test_a_full_disk_is_one_clear_line_and_costs_one_shard(
    native_base: Path, texts: list[str], cut: Cut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, saved = shards._save, []

    def full(folder: Path, batches: Any) -> None:
        saved.append(folder)
        if len(saved) == 2:
            raise OSError(28, "No space left on device")
        save(folder, batches)

    with monkeypatch.context() as context:
        context.setattr(shards, "_save", full)
        with pytest.raises(InputError, match="000001: cannot be written: No space left on device"):
            cut(native_base)
    assert [path.name for path in (tmp_path / "cache" / "shards").iterdir()] == ["000000"]
    assert cut(native_base) == cut(native_base, "afresh")


def _survey(folder: Path, texts: Sequence[str]) -> Survey:
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    (folder / "some.jsonl").write_text(lines, encoding="utf-8")
    return shards.survey([str(folder / "some.jsonl")])


def test_the_survey_tells_texts_apart(tmp_path: Path) -> None:
    known = _survey(tmp_path, ["Huyện ủy", "xã"])
    assert (known.documents, known.characters) == (2, 10)
    assert _survey(tmp_path, ["Huyện ủy", "xã"]) == known
    others = [_survey(tmp_path, texts) for texts in (["xã", "Huyện ủy"], ["Huyện", " ủyxã"], ["Huyện ủyxã"])]
    assert len({known.sha256, *(other.sha256 for other in others)}) == 4


def test_standard_input_is_refused() -> None:
    with pytest.raises(InputError, match="standard input; put them into a file"):
        shards.survey(["-"])
