"""Speed, cold start and memory, side by side in one run: this package on each backend, and the Hugging Face pipeline.

Every measurement is a process of its own, and the systems take turns: what slows the machine slows all. Prints a Markdown table;
its ratios are those within a round, which noise changes less than the figures themselves.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

SEEDS = Path(__file__).parent.parent / "seeds"
PIPELINE: Final = "transformers pipeline"
# Backend and precision of this package by the name of the row.
OURS: Final = {
    "torch fp32": ("torch", "fp32"),
    "torch bf16": ("torch", "bf16"),
    "onnx fp32": ("onnx", "fp32"),
    "onnx int8": ("onnx", "int8"),
}
# Bold in the table.
DEFAULT: Final = "onnx int8"
# The pipeline reads no more pieces at once, both signs included.
PIECES = 256


@dataclass(frozen=True)
class Measured:
    """Of one process: seconds to the first prediction; of all articles once warm, by the clock and of processor; bytes at most."""

    first: float
    seconds: float
    processor: float
    peak: int


def _pipeline(model: str | None, threads: int) -> Callable[[str], object]:
    """The pipeline, and what it needs before it: words, segmented if the model wants it, cut so that nothing is lost.

    PhoBERT's tokenizer gives no offsets, so that "simple" is the only aggregation for both kinds of model. Chunks have no context,
    so that it reads a quarter less than we do.
    """
    import torch
    from transformers import AutoTokenizer, pipeline
    from transformers.utils import logging

    from nghiquyet import checkpoint
    from nghiquyet.windows import WindowSize, WordPieces, windows
    from nghiquyet.words import sentences

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    ours = checkpoint.of(model)
    tokenizer = AutoTokenizer.from_pretrained(ours.path)
    classify = pipeline(
        "token-classification",
        model=str(ours.path),
        tokenizer=tokenizer,
        aggregation_strategy="simple",
        device="cpu",
        dtype=torch.float32,
    )

    def predict(text: str) -> object:
        segmented = ([WordPieces(word, ours.pieces(word.form)) for word in ours.segmenter(each)] for each in sentences(text))
        return classify([" ".join(item.word.form for item in window.core) for window in windows(segmented, WindowSize(PIECES, 0))])

    return predict


def _work(name: str, model: str | None, threads: int) -> None:
    """Measure one system in this process: writes a line at its first prediction, and one at the end."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    every: Callable[[], object]
    if name == PIPELINE:
        predict = _pipeline(model, threads)
        every = lambda: [predict(text) for text in texts]  # noqa: E731
    else:
        from nghiquyet import Extractor

        backend, precision = OURS[name]
        extractor = Extractor.load(model, backend=backend, precision=precision, threads=threads)  # type: ignore[arg-type]
        predict, every = extractor.predict, partial(extractor.predict, texts)
    predict(texts[0])
    print(flush=True)
    every()
    start, busy = time.perf_counter(), time.process_time()
    every()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps([(time.perf_counter() - start) / len(texts), (time.process_time() - busy) / len(texts), peak]))


def _measure(name: str, options: Sequence[str]) -> Measured:
    start = time.perf_counter()
    command = [sys.executable, __file__, "--only", name, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8") as process:
        assert process.stdout is not None
        process.stdout.readline()
        first = time.perf_counter() - start
        rest = process.stdout.read()
    if process.returncode:
        raise SystemExit(f"{name} failed; see what it says: {' '.join(command)}")
    return Measured(first, *json.loads(rest))


def _table(rounds: Sequence[dict[str, Measured]]) -> str:
    lines = [
        "| | articles/s | times the pipeline's | processor s/article | first prediction, s | share | peak memory, MB | share |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]

    def ratio(of: Callable[[Measured, Measured], float], name: str) -> float:
        return median(of(each[name], each[PIPELINE]) for each in rounds)

    for name in rounds[0]:
        measured = [each[name] for each in rounds]
        figures = (
            f"{median(1 / each.seconds for each in measured):.1f}",
            f"{ratio(lambda ours, theirs: theirs.seconds / ours.seconds, name):.1f}",
            f"{median(each.processor for each in measured):.3f}",
            f"{median(each.first for each in measured):.1f}",
            f"{ratio(lambda ours, theirs: ours.first / theirs.first, name):.2f}",
            f"{median(each.peak for each in measured) / 1e6:.0f}",
            f"{ratio(lambda ours, theirs: ours.peak / theirs.peak, name):.2f}",
        )
        row = [name, *figures]
        lines.append(f"| {' | '.join([f'**{cell}**' for cell in row] if name == DEFAULT else row)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many rounds is taken")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads of the network")
    parser.add_argument("--model", default=None, help="model folder; default: the model that comes with the package")
    parser.add_argument("--only", choices=[PIPELINE, *OURS], default=None, help="measure one system in this process")
    arguments = parser.parse_args()
    if arguments.only:
        _work(arguments.only, arguments.model, arguments.threads)
        return
    options = ["--threads", str(arguments.threads), *(["--model", arguments.model] if arguments.model else [])]
    print(_table([{name: _measure(name, options) for name in (PIPELINE, *OURS)} for _ in range(arguments.rounds)]))


if __name__ == "__main__":
    main()
