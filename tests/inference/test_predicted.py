import gzip
import json
from collections.abc import Callable
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
    ("name", "encode"),
    [
        ("B.JSONL", str.encode),
        ("b.jsonl", lambda lines: lines.encode("utf-16")),
        ("b.jsonl", lambda lines: lines.encode("utf-8-sig")),
        ("b.jsonl.gz", lambda lines: gzip.compress(lines.encode())),
    ],
)
def test_any_encoding_that_is_read_is_taken(tmp_path: Path, name: str, encode: Callable[[str], bytes]) -> None:
    content = {"id": "x", **FOUND.to_dict()}
    (tmp_path / name).write_bytes(encode(json.dumps(content, ensure_ascii=False) + "\r\n"))
    assert list(predicted.read([str(tmp_path / name)])) == [("x", FOUND)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "x", "text": "ab", "entities": [{"label": "ORG", "start": 0, "end": 9}]}', "b.jsonl: document x: .* is no entity"),
        ('{"id": "x"', "b.jsonl:1: broken JSON"),
        ("[]", "b.jsonl:1: expected an object with a 'text', found list"),
        ("", "b.jsonl: is empty"),
        ('{"entities": []}', "b.jsonl:1: expected a 'text' that is a string"),
    ],
)
def test_a_bad_line_names_its_file(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "b.jsonl").write_text(line)
    with pytest.raises(InputError, match=message):
        list(predicted.read([str(tmp_path / "b.jsonl")]))
