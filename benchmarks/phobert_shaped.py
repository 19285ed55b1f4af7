"""A checkpoint of PhoBERT-base's shape and formats with random weights: trained two steps, saved, exported, read back, timed.

Nothing is fetched: what a user of the real one will need in time, memory and disk is known without it. 12 layers of 768, 64,001
pieces; the vocabulary is the small encoder's, filled up with pieces that no text has.
"""

import argparse
import math
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from transformers import PreTrainedModel, RobertaConfig, RobertaModel, set_seed
from transformers.utils import logging as transformers_logging

from nghiquyet import Extractor, checkpoint
from nghiquyet_training import articles, train, trainer
from nghiquyet_training.config import Config, TrainingConfig
from nghiquyet_training.train import Split

ROOT = Path(__file__).parent.parent
VOCABULARY = 64_001
# <s>, <pad>, </s>, <unk> come before what the file lists, <mask> after it.
LISTED = VOCABULARY - 5
STEPS = 2


def make(folder: Path) -> None:
    """Write the encoder as PhoBERT's authors ship theirs: config.json, vocab.txt, bpe.codes and weights."""
    small = ROOT / "training" / "phobert-small"
    lines = (small / "vocab.txt").read_text(encoding="utf-8").splitlines()
    lines += [f"<unused{number}> 1" for number in range(LISTED - len(lines))]
    (folder / "vocab.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shutil.copyfile(small / "bpe.codes", folder / "bpe.codes")
    # In all else PhoBERT-base is as RoBERTa-base, whose sizes are the defaults.
    config = RobertaConfig(vocab_size=VOCABULARY, max_position_embeddings=258, type_vocab_size=1)
    RobertaModel(config, add_pooling_layer=False).save_pretrained(folder)


class Stages:
    """What each stage took."""

    def __init__(self) -> None:
        self.table = Table("stage", "seconds", "of processor", "memory so far, GB", "on disk, MB")

    @contextmanager
    def stage(self, name: str, folder: Path | None = None) -> Iterator[None]:
        start, busy = time.perf_counter(), time.process_time()
        yield
        seconds, processor = time.perf_counter() - start, time.process_time() - busy
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) if folder else None
        self.table.add_row(
            name, f"{seconds:.1f}", f"{processor:.1f}", f"{peak / 1e9:.1f}", "" if size is None else f"{size / 1e6:.0f}"
        )


def measure(folder: Path, batch_size: int) -> Table:
    """All stages in `folder`.

    Raises:
        AssertionError: if what is read back is not what was trained, or the backends disagree.
    """
    stages = Stages()
    base, output = folder / "base", folder / "run"
    base.mkdir()
    set_seed(0)
    with stages.stage("make the checkpoint", base):
        make(base)
    seeds = articles.read([ROOT / "data" / "seeds.jsonl"])
    settings = Config(str(base), str(output), training=TrainingConfig(batch_size=batch_size, learning_rate=3e-5))
    with stages.stage("cut five articles into windows"):
        material = train.prepare(settings, Split(seeds, [], []), base)
    # The Trainer rounds up to whole steps.
    epochs = (STEPS - 0.5) / math.ceil(len(material.train) / batch_size)
    settings = replace(settings, training=replace(settings.training, epochs=epochs))
    arguments = trainer.arguments(settings, has_dev=False)
    with stages.stage("load it for training"):
        made = trainer.trainer(settings, arguments, material.plan, material.train, [])
    with stages.stage(f"train {STEPS} steps of {batch_size} windows in {trainer.precision(arguments)}, and save", output):
        made.train()
    assert made.state.global_step == STEPS, made.state.global_step
    model = made.model
    assert isinstance(model, PreTrainedModel)
    with stages.stage("export", folder / "model"):
        written = checkpoint.write(
            folder / "model", material.plan.manifest, lambda draft: train.fill_model_folder(draft, model, base)
        )
    found = {}
    for backend in ("onnx", "torch"):
        with stages.stage(f"read it back with {backend}"):
            extractor = Extractor.load(written.path, backend=backend)
        with stages.stage(f"predict five articles with {backend}"):
            predictions = extractor.predict([article.text for article in seeds])
        found[backend] = [(e.label, e.start, e.end, e.score) for prediction in predictions for e in prediction.entities]
    assert all(
        one[:3] == other[:3] and abs(one[3] - other[3]) < 1e-3 for one, other in zip(found["onnx"], found["torch"], strict=True)
    )
    return stages.table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch-size", type=int, default=16, help="windows of a step, as in training/phobert-base.toml")
    parser.add_argument("--threads", type=int, default=None, help="CPU threads; default: all cores")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory() as folder:
        Console().print(measure(Path(folder), arguments.batch_size))


if __name__ == "__main__":
    main()
