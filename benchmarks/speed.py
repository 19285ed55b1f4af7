"""Speed of the default model as ratios measured in one run: machines are noisy, ratios less so.

Prints articles a second of each backend on the seed articles, and the time from process start to the first prediction.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from nghiquyet import Extractor

SEEDS = Path(__file__).parent.parent / "seeds"
FIRST = "from nghiquyet import Extractor; Extractor.load(backend={!r}).predict(open({!r}, encoding='utf-8').read())"


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _first_prediction(backend: str, article: Path) -> float:
    return _seconds(
        lambda: subprocess.run([sys.executable, "-c", FIRST.format(backend, str(article))], check=True, capture_output=True)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many rounds is taken")
    parser.add_argument("--threads", type=int, default=None, help="CPU threads; default: all cores")
    arguments = parser.parse_args()
    paths = sorted(SEEDS.glob("*.txt"))
    texts = [path.read_text(encoding="utf-8") for path in paths]
    extractors = {name: Extractor.load(backend=name, threads=arguments.threads) for name in ("onnx", "torch")}
    for extractor in extractors.values():
        extractor.predict(texts)
    # Backends take turns, so that what slows the machine slows both.
    work = {name: partial(extractor.predict, texts) for name, extractor in extractors.items()}
    rounds = [{name: _seconds(work[name]) for name in work} for _ in range(arguments.rounds)]
    cold = [{name: _first_prediction(name, paths[0]) for name in extractors} for _ in range(arguments.rounds)]
    print(f"{'backend':8}{'articles/s':>12}{'ratio':>8}{'first prediction':>18}{'ratio':>8}")
    for name in extractors:
        rate = median(len(texts) / each[name] for each in rounds)
        start = median(each[name] for each in cold)
        speedup = median(each["torch"] / each[name] for each in rounds)
        share = median(each[name] / each["torch"] for each in cold)
        print(f"{name:8}{rate:12.2f}{speedup:8.2f}{start:16.2f} s{share:8.2f}")


if __name__ == "__main__":
    main()
