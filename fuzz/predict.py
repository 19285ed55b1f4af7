"""Any text through the whole line, with a network that finds entities everywhere: no crash, and the laws of offsets hold.

python fuzz/predict.py -max_total_time=120
"""

import sys
import unicodedata
from itertools import pairwise
from pathlib import Path

import atheris
import numpy as np
import numpy.typing as npt

with atheris.instrument_imports(include=["nghiquyet"]):
    from nghiquyet import checkpoint
    from nghiquyet.extractor import Extractor

MODEL = Path(__file__).parent.parent / "inference" / "nghiquyet" / "model"


class Dice:
    """A backend whose scores of a piece are drawn once: what it finds depends on the piece and the one before alone."""

    pieces_together = 4096

    def __init__(self, vocabulary: int, tags: int) -> None:
        self._table = np.random.default_rng(0).normal(size=(vocabulary, tags)).astype(np.float32)

    def __call__(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        rows = self._table[ids % len(self._table)] * mask[..., None]
        return np.asarray(rows, dtype=np.float32)


_model = checkpoint.read(MODEL)
EXTRACTOR = Extractor(_model, Dice(997, len(_model.tags.tags)))


def check(text: str) -> None:
    """The laws for one text.

    Raises:
        AssertionError: if one does not hold.
    """
    found = EXTRACTOR.predict(text)
    assert found.text == text
    for entity in found.entities:
        assert text[entity.start : entity.end] == entity.text
        assert entity.text.strip() == entity.text != ""
        assert 0 <= entity.score <= 1
    assert all(before.end <= after.start for before, after in pairwise(found.entities))
    _ = found.targets, found.people, found.organisations, found.to_dict(), found.to_html()
    assert [prediction.entities for prediction in EXTRACTOR.predict(["a b", text])][1] == found.entities
    decomposed = unicodedata.normalize("NFD", text)
    if unicodedata.normalize("NFC", decomposed) == text:
        composed = [unicodedata.normalize("NFC", entity.text) for entity in EXTRACTOR.predict(decomposed).entities]
        assert composed == [entity.text for entity in found.entities]


def _one(content: bytes) -> None:
    # Half of the inputs as UTF-8, so that the seeds are texts; half as any code points.
    if content[:1] == b"\xff":
        check(atheris.FuzzedDataProvider(content[1:]).ConsumeUnicode(sys.maxsize))
    else:
        check(content.decode("utf-8", errors="ignore"))


if __name__ == "__main__":
    atheris.Setup(sys.argv, _one)
    atheris.Fuzz()
