"""Cost of one long text: processor time a character and peak memory, from 20 KB to 2 MB, each in a process of its own."""

import argparse
import re
import resource
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path

SEEDS = Path(__file__).parent.parent / "seeds"
SIZES = (20_000, 200_000, 2_000_000)


def _work(size: int, model: str | None) -> None:
    """Measure one text of so many characters in this process: the seed articles over and over, with and without line breaks."""
    from nghiquyet import Extractor

    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    extractor = Extractor.load(model, threads=1)
    extractor.predict(texts)
    text = "\n".join(islice(cycle(texts), 1 + size // min(map(len, texts))))[:size]
    figures = [str(size)]
    for kind in (text, re.sub(r"\s+", " ", text)):
        busy = time.process_time()
        found = len(extractor.predict(kind).entities)
        figures += [f"{(time.process_time() - busy) / len(kind) * 1e6:.1f}", str(found)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print("|", " | ".join([*figures, f"{peak / 1e6:.0f}"]), "|")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=None, help="model folder; default: the model that comes with the package")
    parser.add_argument("--only", type=int, default=None, help="measure a text of so many characters in this process")
    arguments = parser.parse_args()
    if arguments.only:
        _work(arguments.only, arguments.model)
        return
    print("| characters | processor s a million | entities | the same in one line | entities | peak memory, MB |", flush=True)
    print("|---:|---:|---:|---:|---:|---:|", flush=True)
    options = ["--model", arguments.model] if arguments.model else []
    for size in SIZES:
        subprocess.run([sys.executable, __file__, "--only", str(size), *options], check=True)


if __name__ == "__main__":
    main()
