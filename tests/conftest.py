"""Tiny models with random weights: they find entities everywhere, which is what laws about offsets need."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

# How long an example takes says nothing on a machine that others use too.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# What a shell runs in the background ignores interrupts, and so would the commands that are started here.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent
LABELS = ("ORG", "PERSON", "TARGET")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def seed_texts() -> list[str]:
    return [path.read_bytes().decode("utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]


@pytest.fixture(scope="session")
def phobert_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny encoder in PhoBERT's file formats, with the vocabulary of the offline encoder."""
    folder = tmp_path_factory.mktemp("phobert-base")
    for name in ("vocab.txt", "bpe.codes", "tokenizer_config.json"):
        shutil.copyfile(ROOT / "training" / "phobert-small" / name, folder / name)
    _tiny_encoder(folder, vocabulary=20_000, positions=258)
    return folder


@pytest.fixture(scope="session")
def native_base(tmp_path_factory: pytest.TempPathFactory, seed_texts: list[str]) -> Path:
    """A tiny encoder with a tokenizer.json (a small Unigram vocabulary learnt from the seeds), which reads plain syllables."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    folder = tmp_path_factory.mktemp("native-base")
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=800, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(seed_texts, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>"}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **special}))
    _tiny_encoder(folder, vocabulary=tokenizer.get_vocab_size(), positions=130)
    return folder


@pytest.fixture(scope="session")
def phobert_model(tmp_path_factory: pytest.TempPathFactory, phobert_base: Path) -> Path:
    return _model(tmp_path_factory.mktemp("phobert-model") / "model", phobert_base, "underthesea-crf", pieces=40, context=6)


@pytest.fixture(scope="session")
def native_model(tmp_path_factory: pytest.TempPathFactory, native_base: Path) -> Path:
    return _model(tmp_path_factory.mktemp("native-model") / "model", native_base, "none", pieces=64, context=8)


@pytest.fixture(scope="session", params=["phobert", "native"])
def model_folder(request: pytest.FixtureRequest) -> Path:
    """Both kinds of checkpoint, one after the other."""
    folder: Path = request.getfixturevalue(f"{request.param}_model")
    return folder


def _tiny_encoder(folder: Path, vocabulary: int, positions: int) -> None:
    import torch
    from transformers import RobertaConfig, RobertaModel

    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=vocabulary,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=positions,
        type_vocab_size=1,
    )
    RobertaModel(config, add_pooling_layer=False).save_pretrained(folder)


def _model(folder: Path, base: Path, segmenter: str, pieces: int, context: int) -> Path:
    import torch
    from transformers import AutoModelForTokenClassification

    from nghiquyet import checkpoint
    from nghiquyet.tags import TagSet
    from nghiquyet.windows import WindowSize
    from nghiquyet_training.train import fill_model_folder

    torch.manual_seed(1)
    tags = TagSet(LABELS)
    model = AutoModelForTokenClassification.from_pretrained(base, id2label=dict(enumerate(tags.tags)), label2id=tags.index)
    torch.nn.init.normal_(model.classifier.weight, std=1.0)
    manifest = checkpoint.Manifest(LABELS, segmenter, WindowSize(pieces, context))
    return checkpoint.write(folder, manifest, lambda draft: fill_model_folder(draft, model, base)).path
