"""The command nghiquyet-demo over a stub of a model; takes the same options."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import sleep
from typing import Any

from nghiquyet import Entity, Extractor, NghiquyetError, Prediction
from nghiquyet_demo import cli

# Markup among the phrases, because a model may well mark some.
PHRASES = {
    "PERSON": ("Cao Văn Bường",),
    "TARGET": ("kết nạp 25 đảng viên <script>alert(1)</script>", "giảm 2,5% hộ nghèo mỗi năm", "đạt 98% vào năm 2030"),
    "ORG": ('onerror="alert(2)"', "Đảng ủy xã Sơn Trung"),
}
# What the model "two" finds instead: other borders, another label, one phrase less and one more.
OTHERS = {"PERSON": ("Sơn Trung đi lên", "giảm 2,5% hộ nghèo mỗi năm"), "TARGET": ("đạt 98%",), "ORG": ("Đảng ủy xã Sơn Trung",)}
BROKEN = "/srv/secret/model.onnx"


class Phrases:
    """Finds a few fixed phrases, each where it first stands, later ones with lower scores; breaks or waits when told to."""

    labels = ("ORG", "PERSON", "TARGET")

    def __init__(self, phrases: Mapping[str, Sequence[str]] = PHRASES) -> None:
        self._phrases = phrases

    def predict(self, texts: str) -> Prediction:
        if "broken model" in texts:
            raise NghiquyetError(f"{BROKEN}: is broken")
        if "broken program" in texts:
            raise RuntimeError(f"{BROKEN}: is broken")
        if gate := re.match(r"wait for (\S+)", texts):
            while not Path(gate[1]).exists():
                sleep(0.05)
        found = [
            Entity(label, texts.index(phrase), texts.index(phrase) + len(phrase), phrase, 0.876 - 0.1 * n)
            for label, phrases in self._phrases.items()
            for n, phrase in enumerate(phrases)
            if phrase in texts
        ]
        return Prediction(texts, tuple(sorted(found, key=lambda entity: entity.start)))


if __name__ == "__main__":
    patched: Any = Extractor
    patched.load = lambda path, threads: Phrases(OTHERS if path and path.name == "two" else PHRASES)
    cli.main()
