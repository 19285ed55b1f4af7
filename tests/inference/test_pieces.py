import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import PhobertTokenizer

from nghiquyet.checkpoint import pieces_of
from nghiquyet.errors import CheckpointError
from nghiquyet.pieces import PhobertPieces, TokenizerPieces

BASE = Path(__file__).parents[2] / "training" / "phobert-small"


@pytest.fixture(scope="module")
def pieces() -> PhobertPieces:
    return PhobertPieces(BASE / "vocab.txt", BASE / "bpe.codes")


@pytest.fixture(scope="module")
def reference() -> PhobertTokenizer:
    return PhobertTokenizer(str(BASE / "vocab.txt"), str(BASE / "bpe.codes"))  # type: ignore[no-untyped-call]


def _reference_ids(reference: PhobertTokenizer, word: str) -> list[int]:
    return [reference.encoder.get(piece, 3) for piece in reference.bpe(word).split(" ")]  # type: ignore[no-untyped-call]


def test_ids_are_those_of_phobert_tokenizer(pieces: PhobertPieces, reference: PhobertTokenizer, root: Path) -> None:
    dictionary = (root / "inference/nghiquyet/dictionary.txt").read_text(encoding="utf-8").splitlines()
    shuffled = random.Random(0).sample(dictionary, 22_000)
    words = [word.replace(" ", "_") for word in shuffled]
    words += [word.title() for word in words[:2_000]] + [word.upper() for word in words[:2_000]]
    words += [word + "☃" for word in words[:500]] + [
        "☃",
        "😀a",
        "日本",
        "_",
        "@@",
        "a@@",
        "</w>",
        "<mask>",
        "<s>",
        "1.234,5",
        "37-38",
    ]
    assert [word for word in words if list(pieces(word)) != _reference_ids(reference, word)] == []
    assert len(set(words)) > 20_000


@given(word=st.text(min_size=1).filter(lambda word: not any(char.isspace() for char in word)))
def test_ids_of_any_word_are_those_of_phobert_tokenizer(pieces: PhobertPieces, reference: PhobertTokenizer, word: str) -> None:
    assert list(pieces(word)) == _reference_ids(reference, word)


def test_a_sentence_is_encoded_as_its_words_are(pieces: PhobertPieces, reference: PhobertTokenizer) -> None:
    sentence = "Đảng_bộ xã phấn_đấu đến năm 2025 , kết_nạp mới 25 đảng_viên trở lên ."
    joined = [index for word in sentence.split() for index in pieces(word)]
    assert [pieces.opening, *joined, pieces.closing] == reference(sentence)["input_ids"]


def test_a_tokenizer_json_gives_the_librarys_ids(native_base: Path) -> None:
    pieces = pieces_of(native_base)
    assert isinstance(pieces, TokenizerPieces)
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(native_base / "tokenizer.json"))
    sentence = "Đảng bộ xã phấn đấu kết nạp 25 đảng viên"
    assert [index for word in sentence.split() for index in pieces(word)] == tokenizer.encode(
        sentence, add_special_tokens=False
    ).ids
    assert pieces("<s>") == pieces("<pad>") == (tokenizer.token_to_id("<unk>"),)
    assert pieces("☃")


def test_merges_without_a_count_are_refused(tmp_path: Path) -> None:
    shutil.copyfile(BASE / "vocab.txt", tmp_path / "vocab.txt")
    (tmp_path / "bpe.codes").write_text("n g</w> 1\nt h\n", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"bpe\.codes:2: expected 'left right count', found 't h'"):
        pieces_of(tmp_path)


def test_the_last_merge_counts_without_a_line_end(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("ng 1\nn@@ 1\ng 1\n", encoding="utf-8")
    (tmp_path / "bpe.codes").write_text("n g</w> 1", encoding="utf-8")
    assert pieces_of(tmp_path)("ng") == (4,)


def test_a_folder_without_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no vocabulary"):
        pieces_of(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(CheckpointError, match="not a tokenizer"):
        pieces_of(tmp_path)
