import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from nghiquyet import Extractor, InputError, Prediction
from nghiquyet.parquet import ENTITIES
from nghiquyet.ray import Predictor


@pytest.fixture(scope="module")
def predictor(phobert_model: Path) -> Predictor:
    return Predictor(str(phobert_model), column="body", max_chars=100)


def _batch(*texts: object) -> dict[str, Any]:
    column = np.empty(len(texts), dtype=object)
    column[:] = texts
    return {"id": np.arange(len(texts)), "body": column}


def test_a_batch_keeps_its_columns_and_gains_what_predict_gives(predictor: Predictor, phobert_model: Path) -> None:
    texts = ["Huyện ủy Đakrông", "", "Ông Cao Văn Bường 😀 xã Sơn Trung"]
    batch = _batch(*texts)
    found = predictor(batch)
    assert list(found) == ["id", "body", "entities", "targets", "people", "organisations", "error"]
    assert found["id"] is batch["id"]
    expected = [prediction.to_dict()["entities"] for prediction in Extractor.load(phobert_model, threads=1).predict(texts)]
    assert expected[2]
    assert found["entities"].to_pylist() == expected
    assert found["error"].to_pylist() == [None] * 3


def test_rows_that_are_no_text_say_so_and_fail_nothing(predictor: Predictor) -> None:
    found = predictor(_batch("xã", None, float("nan"), 7, b"x", "\ud800", "a" * 101, "xã"))
    assert found["error"].to_pylist() == [
        None,
        "expected text, got nothing",
        "expected text, got nothing",
        "expected text, got int",
        "expected text, got bytes",
        "holds half of a surrogate pair, so it is not Unicode text",
        "101 characters, more than 100",
        None,
    ]
    entities = found["entities"].to_pylist()
    assert entities[1:7] == [None] * 6
    assert entities[0] == entities[7] is not None


@pytest.mark.parametrize("texts", [[], [""], [None], ["xã Sơn Trung"]])
def test_every_block_has_the_same_types(predictor: Predictor, texts: list[object]) -> None:
    found = predictor(_batch(*texts))
    assert (found["entities"].type, found["error"].type) == (ENTITIES, pa.string())


def test_what_else_a_prediction_holds_is_json_text(predictor: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    target = {"indicator": "tỷ lệ hộ nghèo", "unit": None}
    monkeypatch.setattr(Prediction, "to_dict", lambda self: {"text": self.text, "entities": [], "targets": [target]})
    found = predictor(_batch("xã", None))
    assert found["targets"].type == pa.string()
    written, missing = found["targets"].to_pylist()
    assert json.loads(written) == [target]
    assert "tỷ lệ hộ nghèo" in written
    assert missing is None


@pytest.mark.parametrize(
    ("batch", "error", "message"),
    [
        ({"text": np.array(["a"])}, InputError, "no column 'body' among .'text'.: fn_constructor_kwargs"),
        ({"body": np.array(["a"]), "error": np.array(["b"])}, InputError, "the columns .'error'. are there already"),
        (pa.table({"body": ["a"]}), TypeError, "got Table: leave batch_format as it is"),
    ],
)
def test_what_is_wrong_with_a_whole_batch_is_named(predictor: Predictor, batch: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        predictor(batch)


class Mortal(Predictor):
    """Is killed in the middle of its work, once for each victim: its own process, or the node that it runs on."""

    def __init__(self, *arguments: Any, folder: str, victim: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.mark = Path(folder) / "killed"
        self.victim = victim
        self.batches = 0

    def __call__(self, batch: Any) -> dict[str, Any]:
        self.batches += 1
        found = super().__call__(batch)
        if self.batches == 2:
            try:
                self.mark.touch(exist_ok=False)
            except FileExistsError:
                return found
            os.kill({"process": os.getpid(), "node": os.getppid()}[self.victim], signal.SIGKILL)
            signal.pause()
        return found


@pytest.fixture(scope="module")
def two_workers() -> Iterator[Any]:
    """Ray on a cluster of this machine: two nodes of one processor each, and a head that runs nothing."""
    ray = pytest.importorskip("ray")
    head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": 10**8}
    cluster = pytest.importorskip("ray.cluster_utils").Cluster(initialize_head=True, head_node_args=head)
    for _ in range(2):
        cluster.add_node(num_cpus=1, object_store_memory=10**8)
    cluster.connect()
    # Workers do not have the tests' modules.
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield ray
    ray.shutdown()
    cluster.shutdown()


# The node last: it does not come back.
@pytest.mark.long
@pytest.mark.filterwarnings("default")  # Ray's own
@pytest.mark.parametrize("victim", ["process", "node"])
def test_a_worker_that_is_killed_in_mid_run_loses_nothing(
    two_workers: Any, phobert_model: Path, seed_texts: list[str], tmp_path: Path, victim: str
) -> None:
    texts = [line for text in seed_texts for line in text.splitlines() if line.strip()][:100]
    texts[50] = None  # type: ignore[call-overload]
    rows = two_workers.data.from_items([{"id": n, "body": text} for n, text in enumerate(texts)], override_num_blocks=20)
    stage = rows.map_batches(
        Mortal,
        fn_constructor_kwargs={"model": str(phobert_model), "column": "body", "folder": str(tmp_path), "victim": victim},
        compute=two_workers.data.ActorPoolStrategy(size=2),
        num_cpus=1,
        batch_size=5,
    )
    found = sorted(stage.take_all(), key=lambda row: row["id"])
    assert (tmp_path / "killed").exists()
    assert [row["id"] for row in found] == list(range(100))
    assert [row["body"] for row in found] == texts
    assert [row["error"] for row in found] == [None] * 50 + ["expected text, got nothing"] + [None] * 49
    expected = Extractor.load(phobert_model, threads=1).predict([text for text in texts if text])
    kept = [row["entities"] for row in found if not row["error"]]
    assert found[50]["entities"] is None
    assert kept == [prediction.to_dict()["entities"] for prediction in expected]
