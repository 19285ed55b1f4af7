"""The ways of docs/recipes.md over the seed articles, repeated: articles a second, from the call to the last result.

Ways take turns within a round, and ratios are of the same round: machines are noisy, ratios less so.
"""

import argparse
import logging
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import datasets
import pandas as pd
import ray
from ray.data import ActorPoolStrategy

from nghiquyet import Extractor
from nghiquyet.ray import Predictor

SEEDS = Path(__file__).parent.parent / "seeds"


@cache
def extractor() -> Extractor:
    return Extractor.load(threads=1)


def find(batch: dict[str, Any]) -> dict[str, Any]:
    return {"entities": [found.to_dict()["entities"] for found in extractor().predict(batch["text"])]}


def with_pandas(texts: list[str]) -> int:
    return len(Extractor.load(threads=1).predict(pd.DataFrame({"text": texts})["text"]))


def with_datasets(texts: list[str], processes: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        articles = datasets.Dataset.from_dict({"text": texts})
        cached = {"cache_file_name": f"{folder}/found.arrow", "load_from_cache_file": False}
        return len(articles.map(find, batched=True, batch_size=5, num_proc=processes, **cached))


def with_ray(texts: list[str], workers: int) -> int:
    rows = ray.data.from_items([{"text": text} for text in texts], override_num_blocks=len(texts) // 5)
    pool = ActorPoolStrategy(size=workers)
    return len(rows.map_batches(Predictor, compute=pool, num_cpus=1, batch_size=5).take_all())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=20, help="how often the five seed articles are taken")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many rounds is taken")
    arguments = parser.parse_args()
    datasets.disable_progress_bars()
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    texts = [path.read_bytes().decode("utf-8") for path in sorted(SEEDS.glob("*.txt"))] * arguments.repeat
    ways: dict[str, Callable[[list[str]], int]] = {
        "pandas": with_pandas,
        "datasets, 1 process": lambda texts: with_datasets(texts, 1),
        "datasets, 2 processes": lambda texts: with_datasets(texts, 2),
        "Ray, 1 worker": lambda texts: with_ray(texts, 1),
        "Ray, 2 workers": lambda texts: with_ray(texts, 2),
    }
    rounds: list[dict[str, float]] = []
    for _ in range(arguments.rounds):
        taken: dict[str, float] = {}
        for name, way in ways.items():
            start = time.perf_counter()
            assert way(texts) == len(texts)
            taken[name] = time.perf_counter() - start
        rounds.append(taken)
    print(f"{'':24}{'articles/s':>12}{'to pandas':>11}")
    for name in ways:
        rate = median(len(texts) / each[name] for each in rounds)
        print(f"{name:24}{rate:12.2f}{median(each['pandas'] / each[name] for each in rounds):11.2f}")


if __name__ == "__main__":
    main()
