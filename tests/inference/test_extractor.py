import dataclasses
import os
import subprocess
import sys
import tracemalloc
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nghiquyet import Extractor, Prediction, checkpoint
from nghiquyet.checkpoint import Checkpoint
from nghiquyet.errors import CheckpointError, InputError, NghiquyetError
from nghiquyet.extractor import prepare

SYLLABLES = st.sampled_from(
    [
        "Huyện",
        "ủy",
        "Đảng",
        "bộ",
        "xã",
        "Sơn",
        "Trung",
        "phấn",
        "đấu",
        "đến",
        "năm",
        "2025",
        ",",
        "tỷ",
        "lệ",
        "hộ",
        "nghèo",
        "giảm",
        "còn",
        "30%",
        ".",
        "Ông",
        "Cao",
        "Văn",
        "Bường",
        "(",
        "KT-XH",
        ")",
        "hòa",
        "khỏe",
        ";",
        "1.234,5",
        "tỷ",
    ]
)
SPACES = st.sampled_from([" ", " ", " ", "\n", "  ", "\u00a0", ""])
ARTICLES = st.lists(st.tuples(SYLLABLES, SPACES), max_size=150).map(lambda parts: "".join(a + b for a, b in parts))
TEXTS = st.text() | ARTICLES


@pytest.fixture(scope="module")
def extractor(model_folder: Path) -> Extractor:
    return Extractor.load(model_folder, threads=1)


def _spans(prediction: Prediction) -> list[tuple[str, int, int]]:
    return [(entity.label, entity.start, entity.end) for entity in prediction.entities]


def _assert_alike(one: Prediction, other: Prediction) -> None:
    assert _spans(one) == _spans(other)
    assert [e.score for e in one.entities] == pytest.approx([e.score for e in other.entities], abs=1e-3)


@given(text=TEXTS)
def test_offsets_are_exact_and_entities_never_overlap(extractor: Extractor, text: str) -> None:
    prediction = extractor.predict(text)
    assert prediction.text == text
    for entity in prediction.entities:
        assert text[entity.start : entity.end] == entity.text
        assert entity.text.strip() == entity.text != ""
        assert entity.label in extractor.labels
        assert 0 <= entity.score <= 1
    assert all(before.end <= after.start for before, after in pairwise(prediction.entities))


@settings(max_examples=25)
@given(texts=st.lists(TEXTS, max_size=6))
def test_a_document_gives_the_same_alone_in_a_batch_and_in_any_order(extractor: Extractor, texts: list[str]) -> None:
    together = extractor.predict(texts)
    backwards = extractor.predict(texts[::-1])[::-1]
    assert len(together) == len(texts)
    for text, one, other in zip(texts, together, backwards, strict=True):
        _assert_alike(extractor.predict(text), one)
        _assert_alike(one, other)


@settings(max_examples=40)
@given(text=ARTICLES)
def test_other_spellings_of_a_text_give_the_same_entities(extractor: Extractor, text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    expected = [(e.label, e.text) for e in extractor.predict(composed).entities]
    decomposed = extractor.predict(unicodedata.normalize("NFD", text))
    assert [(e.label, unicodedata.normalize("NFC", e.text)) for e in decomposed.entities] == expected
    hard_spaces = extractor.predict(composed.replace(" ", "\u00a0"))
    assert [(e.label, e.text.replace("\u00a0", " ")) for e in hard_spaces.entities] == [
        (label, found.replace("\u00a0", " ")) for label, found in expected
    ]
    for old, new in (("ủy", "uỷ"), ("hòa", "hoà"), ("khỏe", "khoẻ")):
        assert _spans(extractor.predict(composed.replace(old, new))) == _spans(extractor.predict(composed))


def test_the_seeds_come_out_alike_on_both_backends(model_folder: Path, seed_texts: list[str]) -> None:
    onnx = Extractor.load(model_folder, backend="onnx", threads=1).predict(seed_texts)
    torch = Extractor.load(model_folder, backend="torch").predict(seed_texts)
    assert sum(len(prediction.entities) for prediction in onnx) > 100
    for one, other in zip(onnx, torch, strict=True):
        _assert_alike(one, other)


def test_a_text_of_any_length_is_read_whole(extractor: Extractor, seed_texts: list[str]) -> None:
    text = "\n\n".join(seed_texts * 20)
    windows = list(prepare(text, extractor.checkpoint))
    assert sum(len(window.first_pieces) for window in windows) == sum(len(window.words) for window in windows)
    covered = [(word.start, word.end) for window in windows for word in window.words]
    assert "".join(text[end:start] for (_, end), (start, _) in pairwise([(0, 0), *covered])).strip() == ""
    assert max(len(window.ids) for window in windows) <= extractor.checkpoint.manifest.window.pieces


@pytest.mark.parametrize("line", ["xã làm đường mới.\n", "xã làm đường mới "])
def test_a_long_text_needs_no_more_memory_than_a_short_one(phobert_model: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("nghiquyet.extractor._PARTS_TOGETHER", 4)
    monkeypatch.setattr("nghiquyet.entities._LONGEST_LINE", 500)
    model = Extractor.load(phobert_model).checkpoint
    oracle = Extractor(model, _Oracle(model))
    peaks = []
    for times in (500, 2_500):
        text = line * times
        oracle.predict(text[:1000])
        tracemalloc.start()
        oracle.predict(text)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


class _Oracle:
    """A backend that knows the answer: it finds "Ban Thường vụ" by its two pieces, wherever they stand in a window."""

    pieces_together = 1024

    def __init__(self, model: Checkpoint) -> None:
        self.tags = len(model.tags.tags)
        _, self.first, self.more, _ = next(prepare("Ban Thường vụ", model)).ids

    def __call__(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        logits = np.zeros((*ids.shape, self.tags), dtype=np.float32)
        logits[..., 0] = 5
        logits[ids == self.first, 1] = 9
        logits[:, 1:][(ids[:, :-1] == self.first) & (ids[:, 1:] == self.more), 2] = 9
        return logits


def test_an_entity_is_found_at_every_place_of_a_long_text(phobert_model: Path) -> None:
    model = Extractor.load(phobert_model).checkpoint
    oracle = Extractor(model, _Oracle(model))
    filler = "xã làm đường mới . " * 60
    places = [i for i in range(len(filler)) if filler[i] == "x"]
    for place in places:
        text = filler[:place] + "Ban Thường vụ " + filler[place:]
        assert [(e.start, e.text) for e in oracle.predict(text).entities] == [(place, "Ban Thường vụ")]


@pytest.mark.parametrize("threads", [1, 2])
def test_sixteen_threads_share_an_extractor(model_folder: Path, seed_texts: list[str], threads: int) -> None:
    extractor = Extractor.load(model_folder, threads=threads)
    texts = [text[:1000] for text in seed_texts]
    expected = extractor.predict(texts)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda turn: (turn, extractor.predict(texts[turn:] + texts[:turn])), [i % 5 for i in range(32)]))
    assert all(predictions == expected[turn:] + expected[:turn] for turn, predictions in found)


def test_nothing_is_unpickled(model_folder: Path) -> None:
    code = """
import sys
def refuse(event, arguments):
    if event.startswith("pickle."):
        raise AssertionError((event, arguments))
sys.addaudithook(refuse)
from nghiquyet import Extractor
assert Extractor.load(sys.argv[1], threads=1).predict("Đảng ủy xã Sơn Trung kết nạp mới 25 đảng viên.").entities
"""
    subprocess.run([sys.executable, "-c", code, str(model_folder)], check=True)


def test_a_model_leaves_out_what_is_less_sure_than_it_says_or_its_user(
    model_folder: Path, tmp_path: Path, seed_texts: list[str]
) -> None:
    everything = Extractor.load(model_folder, threads=1, min_score=0).predict(seed_texts[0]).entities
    for least in (0.5, 0.95):
        kept = [entity for entity in everything if entity.score >= least]
        assert len(kept) < len(everything)
        assert list(Extractor.load(model_folder, threads=1, min_score=least).predict(seed_texts[0]).entities) == kept
    model = checkpoint.read(model_folder)
    changed = checkpoint.rewrite(model, dataclasses.replace(model.manifest, min_score=0.95), tmp_path / "model")
    assert list(Extractor.load(changed.path, threads=1).predict(seed_texts[0]).entities) == kept
    assert Extractor.load(changed.path, threads=1, min_score=0).predict(seed_texts[0]).entities == everything


@pytest.mark.parametrize("min_score", [-0.1, 1.5, float("nan")])
def test_a_least_score_that_is_none_is_refused(model_folder: Path, min_score: float) -> None:
    with pytest.raises(InputError, match="min_score must be from 0 to 1"):
        Extractor.load(model_folder, min_score=min_score)


def test_a_precision_that_a_backend_has_not_is_refused(model_folder: Path) -> None:
    with pytest.raises(NghiquyetError, match="unknown precision 'int4'"):
        Extractor.load(model_folder, precision="int4")  # type: ignore[arg-type]
    with pytest.raises(NghiquyetError, match="ONNX Runtime has no precision 'bf16'"):
        Extractor.load(model_folder, backend="onnx", precision="bf16")
    with pytest.raises(NghiquyetError, match="torch has no precision 'int8'"):
        Extractor.load(model_folder, backend="torch", precision="int8")
    with pytest.raises(CheckpointError, match=r"model\.int8\.onnx: missing; nghiquyet-train quantize writes it"):
        Extractor.load(model_folder, precision="int8")


def test_bf16_is_torchs_and_finds_much_the_same(model_folder: Path, seed_texts: list[str]) -> None:
    exact, rounded = (
        Extractor.load(model_folder, backend="torch", precision=precision).predict(seed_texts[0][:3000])
        for precision in ("fp32", "bf16")
    )
    same = set(_spans(exact)) & set(_spans(rounded))
    assert len(same) > 0.8 * len(exact.entities) > 0


def test_wrong_kinds_of_input_are_named(extractor: Extractor) -> None:
    for wrong in (b"bytes", 7, None):
        with pytest.raises(TypeError):
            extractor.predict(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="expected str, got dict"):
        extractor.predict([{"text": "a"}])  # type: ignore[list-item]
    assert extractor.predict([]) == []
    assert extractor.predict("").entities == ()


def test_unknown_backends_and_devices_are_refused(model_folder: Path) -> None:
    with pytest.raises(NghiquyetError, match="unknown backend 'jax'"):
        Extractor.load(model_folder, backend="jax")  # type: ignore[arg-type]
    with pytest.raises(NghiquyetError, match="device 'quantum'"):
        Extractor.load(model_folder, backend="onnx", device="quantum")
    with pytest.raises(NghiquyetError, match="device 'quantum'"):
        Extractor.load(model_folder, backend="torch", device="quantum")
    with pytest.raises(CheckpointError, match="no such model folder"):
        Extractor.load("a/b/c")


def test_a_hub_id_without_network_is_one_clear_error() -> None:
    with pytest.raises(CheckpointError, match="the Hugging Face hub did not give it"):
        Extractor.load("nobody/nothing")


def test_nothing_is_written_into_the_home_folder(model_folder: Path, tmp_path: Path) -> None:
    code = "import sys; from nghiquyet import Extractor; Extractor.load(sys.argv[1]).predict('Đảng ủy xã Sơn Trung')"
    subprocess.run([sys.executable, "-c", code, str(model_folder)], check=True, env={**os.environ, "HOME": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_importing_the_package_imports_no_framework() -> None:
    heavy = ("torch", "transformers", "onnxruntime", "underthesea", "gradio")
    code = f"import sys, nghiquyet; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
