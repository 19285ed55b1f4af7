import json
from pathlib import Path

import pytest

from nghiquyet import Entity, InputError, Prediction, predicted

FOUND = Prediction("Huyện ủy họp", (Entity("ORG", 0, 8, "Huyện ủy", 0.9),))


def test_what_predict_wrote_is_taken_and_the_rest_left_to_a_model(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Xã họp", encoding="utf-8")
    lines = [{"id": "x", **FOUND.to_dict()}, {"id": "y", "text": "Tỉnh họp"}]
    (tmp_path / "b.jsonl").write_text("\n\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    assert list(predicted.read([str(tmp_path)])) == [(str(tmp_path / "a.txt"), "Xã họp"), ("x", FOUND), ("y", "Tỉnh họp")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "x", "text": "ab", "entities": [{"label": "ORG", "start": 0, "end": 9}]}', "b.jsonl: document x: .* is no entity"),
        ('{"id": "x"', "b.jsonl:1: broken JSON"),
        ('{"entities": []}', "b.jsonl:1: expected a 'text' that is a string"),
    ],
)
def test_a_bad_line_names_its_file(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "b.jsonl").write_text(line)
    with pytest.raises(InputError, match=message):
        list(predicted.read([str(tmp_path / "b.jsonl")]))
