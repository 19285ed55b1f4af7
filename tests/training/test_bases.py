import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file

from nghiquyet import Extractor
from nghiquyet.errors import InputError
from nghiquyet.tags import TagSet
from nghiquyet_training import bases, train
from nghiquyet_training.articles import Article
from nghiquyet_training.config import Config, DataConfig, TrainingConfig, WindowConfig
from nghiquyet_training.train import Split

TAGS = TagSet(("ORG", "PERSON"))


@pytest.fixture
def base(tmp_path: Path, native_base: Path) -> Path:
    return Path(shutil.copytree(native_base, tmp_path / "base"))


def _config(base: Path, output: Path | str = "run") -> Config:
    training = TrainingConfig(epochs=1, batch_size=4, precision="float32", patience=0)
    return Config(str(base), str(output), DataConfig(dev_fraction=0), WindowConfig(40, 4), training)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("phobert-base", "vinai/phobert-base"),
        ("phobert-large", "vinai/phobert-large"),
        ("phobert-base-v2", "vinai/phobert-base-v2"),
        ("xlm-roberta-base", "FacebookAI/xlm-roberta-base"),
        ("vinai/phobert-base", "vinai/phobert-base"),
        ("somebody/something", "somebody/something"),
    ],
)
def test_a_base_differs_by_one_word(name: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert bases.full_name(name) == expected
    assert train.shareable(Config(name, "run"))["base"] == expected
    (tmp_path / name).mkdir(parents=True)
    assert bases.full_name(name) == name


@pytest.mark.parametrize("name", ["phobert-base-v2", "vinai/phobert-base-v2", "/models/phobert-base-v2"])
def test_copyleft_is_said(name: str) -> None:
    assert bases.licence(name) == "agpl-3.0"
    assert "AGPL-3.0: a model fine-tuned from it comes under it too" in (bases.notice(name) or "")


@pytest.mark.parametrize("name", ["phobert-base", "vinai/phobert-large", "phobert-small", "FacebookAI/xlm-roberta-base"])
def test_other_bases_bind_nobody(name: str) -> None:
    assert (bases.licence(name), bases.notice(name)) == ("apache-2.0", None)


def test_a_digest_is_of_what_decides_the_result(base: Path, tmp_path: Path) -> None:
    before = bases.digest(base)
    moved = Path(shutil.copytree(base, tmp_path / "elsewhere"))
    (moved / "README.md").write_text("of no effect")
    assert bases.digest(moved) == before
    seen = {before}
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (moved / name).write_bytes((moved / name).read_bytes() + b" ")
        seen.add(bases.digest(moved))
    (moved / "tokenizer.json").rename(moved / "vocab.txt")
    seen.add(bases.digest(moved))
    assert len(seen) == 5


def test_weights_of_torch_are_read_and_broken_ones_are_one_line(base: Path) -> None:
    safe = base / "model.safetensors"
    weights = load_file(safe)
    safe.unlink()
    torch.save(weights, base / "pytorch_model.bin")
    before = bases.digest(base)
    model = bases.classifier(_config(base), base, TAGS)
    encoder = model.get_submodule(model.base_model_prefix).state_dict()
    assert all(torch.equal(encoder[name], weight) for name, weight in weights.items())
    (base / "pytorch_model.bin").write_text("version https://git-lfs.github.com/spec/v1\n")
    assert bases.digest(base) != before
    with pytest.raises(InputError, match=f"{base}: transformers cannot load this base encoder: ") as caught:
        bases.classifier(_config(base), base, TAGS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("labels", [("LAW",), ("ORG", "PERSON", "TARGET")])
def test_a_classifier_goes_on_with_its_own_tags_and_anew_with_others(native_model: Path, labels: tuple[str, ...]) -> None:
    stored = load_file(native_model / "model.safetensors")
    model = bases.classifier(_config(native_model), native_model, TagSet(labels))
    assert model.config.id2label == dict(enumerate(TagSet(labels).tags))
    weights = model.state_dict()
    is_kept = weights["classifier.weight"].shape == stored["classifier.weight"].shape and torch.equal(
        weights["classifier.weight"], stored["classifier.weight"].float()
    )
    assert is_kept == (labels == ("ORG", "PERSON", "TARGET"))
    assert all(torch.equal(weights[name], stored[name].float()) for name in stored if not name.startswith("classifier."))


def test_as_many_tags_are_other_tags_all_the_same(native_model: Path) -> None:
    stored = load_file(native_model / "model.safetensors")["classifier.weight"]
    weights = bases.classifier(_config(native_model), native_model, TagSet(("A", "B", "C"))).state_dict()
    assert weights["classifier.weight"].shape == stored.shape
    assert not torch.allclose(weights["classifier.weight"], stored.float(), atol=0.1)


def _xlm_roberta(folder: Path) -> None:
    from transformers import XLMRobertaConfig, XLMRobertaModel

    config = XLMRobertaConfig(
        vocab_size=json.loads((folder / "config.json").read_text())["vocab_size"],
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=130,
        type_vocab_size=1,
    )
    XLMRobertaModel(config).save_pretrained(folder)


def _bert(folder: Path) -> None:
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel

    tokenizer = BertWordPieceTokenizer(lowercase=False, strip_accents=False)
    tokenizer.train_from_iterator(["Huyện ủy xã đạt mục tiêu năm 2025, giảm 30% hộ nghèo."], vocab_size=300, show_progress=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder)


@pytest.mark.parametrize("make", [_xlm_roberta, _bert])
def test_bases_of_other_kinds_go_the_same_way(
    base: Path, tmp_path: Path, few_articles: dict[str, Article], make: Callable[[Path], None]
) -> None:
    (base / "model.safetensors").unlink()
    make(base)
    articles = list(few_articles.values())
    model, scored = train.run(_config(base, tmp_path / "run"), Split(articles[:3], [], articles[3:]), Console(file=io.StringIO()))
    assert model.manifest.segmenter == "none"
    assert len(scored["test"].outcomes) == 2
    texts = [article.text for article in articles]
    onnx, other = (Extractor.load(model.path, backend=name).predict(texts) for name in ("onnx", "torch"))
    for one, two in zip(onnx, other, strict=True):
        assert [(e.label, e.start, e.end) for e in one.entities] == [(e.label, e.start, e.end) for e in two.entities]
