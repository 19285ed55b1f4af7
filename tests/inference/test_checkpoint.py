import dataclasses
import json
import shutil
from pathlib import Path

import onnx
import pytest

from nghiquyet import Extractor, checkpoint
from nghiquyet.checkpoint import Manifest
from nghiquyet.entities import UNCALIBRATED, Calibration
from nghiquyet.errors import CheckpointError
from nghiquyet.windows import WindowSize

MANIFEST = Manifest(("ORG",), "none", WindowSize(32, 4), Calibration(1.25, -0.5), 0.25, {"ORG": 2}, {"base": "tiny"})


@pytest.fixture
def folder(tmp_path: Path, phobert_model: Path) -> Path:
    return Path(shutil.copytree(phobert_model, tmp_path / "model"))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = checkpoint.write(tmp_path / "model", MANIFEST, lambda draft: (draft / "vocab.txt").write_text("a 1\n"))
    assert written == checkpoint.read(tmp_path / "model")
    assert written.manifest == MANIFEST
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]


def test_a_failed_write_leaves_what_stood_there(tmp_path: Path, folder: Path) -> None:
    def fail(draft: Path) -> None:
        (draft / "half").write_text("half")
        raise KeyboardInterrupt

    before = (folder / "nghiquyet.json").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        checkpoint.write(folder, MANIFEST, fail)
    assert (folder / "nghiquyet.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]


def test_a_model_folder_is_replaced_whole(folder: Path) -> None:
    checkpoint.write(folder, MANIFEST, lambda draft: None)
    assert [path.name for path in folder.iterdir()] == ["nghiquyet.json"]


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "nghiquyet.json"}


def test_a_manifest_can_be_written_anew_in_place_or_elsewhere(tmp_path: Path, folder: Path) -> None:
    model = checkpoint.read(folder)
    files = _files(folder)
    other = dataclasses.replace(model.manifest, calibration=Calibration(2, 1), facts={"fitted": "on dev"})
    for place in (tmp_path / "elsewhere", folder):
        assert checkpoint.rewrite(model, other, place) == checkpoint.read(place)
        assert checkpoint.read(place).manifest == other
        assert _files(place) == files


def test_a_folder_from_before_there_was_a_bias_or_anything_least_is_read(folder: Path) -> None:
    path = folder / "nghiquyet.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["bias"], content["min_score"], content["least_words"]
    path.write_text(json.dumps(content))
    assert checkpoint.read(folder).manifest.calibration == UNCALIBRATED
    assert checkpoint.read(folder).manifest.min_score == 0
    assert checkpoint.read(folder).manifest.least_words == {}


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(CheckpointError, match="is not a model folder; choose another place"):
        checkpoint.write(tmp_path, MANIFEST, lambda draft: None)
    assert (tmp_path / "thesis.docx").exists()


@pytest.mark.parametrize("name", ["model.safetensors", "model.onnx", "vocab.txt", "bpe.codes", "config.json"])
def test_a_missing_shortened_or_altered_file_is_named(folder: Path, name: str) -> None:
    path = folder / name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(CheckpointError, match=f"{name}: the content is not what nghiquyet.json says"):
        Extractor.load(folder)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match=f"{name}: {len(content) // 2} bytes instead of {len(content)}"):
        Extractor.load(folder)
    path.unlink()
    with pytest.raises(CheckpointError, match=f"{name}: missing"):
        Extractor.load(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "not a manifest of format 1"),
        ({"labels": None}, "missing or wrong"),
        ({"labels": "ORG"}, "missing or wrong"),
        ({"labels": ["ORG", "ORG"]}, "missing or wrong"),
        ({"labels": ["ORG", ""]}, "missing or wrong"),
        ({"window": {"pieces": 40.5, "context": 4}}, "not a whole number"),
        ({"files": {"vocab.txt": {"bytes": float("inf"), "sha256": "0"}}}, "not a whole number"),
        ({"temperature": 10**400}, "missing or wrong"),
        ({"files": {"a/b": {"bytes": 1, "sha256": "0"}}}, "not a plain file name"),
        ({"files": {"/etc/passwd": {"bytes": 1, "sha256": "0"}}}, "not a plain file name"),
        ({"files": {"..": {"bytes": 1, "sha256": "0"}}}, "missing"),
        ({"files": {"a\0b": {"bytes": 1, "sha256": "0"}}}, "missing"),
        ({"files": {}}, "does not list it"),
        ({"window": {"pieces": 4, "context": 4}}, "no room"),
        ({"window": {"size": 4}}, "missing or wrong"),
        ({"temperature": "hot"}, "missing or wrong"),
        ({"temperature": 0}, "missing or wrong.*no calibration"),
        ({"bias": None}, "missing or wrong"),
        ({"min_score": 1.1}, "missing or wrong.*not between 0 and 1"),
        ({"min_score": "high"}, "missing or wrong"),
        ({"least_words": 2}, "missing or wrong"),
        ({"least_words": {"ORG": 2.5}}, "missing or wrong.*not a whole number"),
        ({"least_words": {"RESULT": 2}}, "missing or wrong.*other labels than"),
        ({"files": {"../secret": {"bytes": 1, "sha256": "0"}}}, "not a plain file name"),
        ({"segmenter": "rdr"}, "unknown segmenter"),
    ],
)
def test_a_wrong_manifest_is_refused(folder: Path, change: dict[str, object], message: str) -> None:
    path = folder / "nghiquyet.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change))
    with pytest.raises(Exception, match=message) as caught:
        Extractor.load(folder).predict("một câu")
    assert type(caught.value).__module__ == "nghiquyet.errors"


def test_missing_foreign_and_broken_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no such model folder"):
        Extractor.load(tmp_path / "nowhere")
    with pytest.raises(CheckpointError, match=r"no nghiquyet\.json"):
        Extractor.load(tmp_path)
    (tmp_path / "nghiquyet.json").write_bytes(b"\xff{")
    with pytest.raises(CheckpointError, match="cannot be read"):
        Extractor.load(tmp_path)


def test_a_written_folder_can_be_read_by_others(tmp_path: Path) -> None:
    checkpoint.write(tmp_path / "model", MANIFEST, lambda draft: None)
    assert (tmp_path / "model").stat().st_mode & 0o777 == 0o755


def test_a_manifest_nested_without_end_is_refused(folder: Path) -> None:
    (folder / "nghiquyet.json").write_text("[" * 100_000)
    with pytest.raises(CheckpointError, match="cannot be read"):
        checkpoint.read(folder)


@pytest.mark.parametrize("name", ["adapter_config.json", "modeling.py", "pytorch_model.bin", "model.int8.onnx"])
def test_a_file_that_someone_added_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"{}")
    with pytest.raises(CheckpointError, match="does not list it, so it was added"):
        checkpoint.read(folder)
    (folder / name).unlink()
    (folder / "README.md").write_text("about")
    checkpoint.read(folder)


def test_a_link_is_followed_and_what_it_leads_to_verified(folder: Path, tmp_path: Path) -> None:
    moved = (folder / "vocab.txt").rename(tmp_path / "blob")
    (folder / "vocab.txt").symlink_to(moved)
    checkpoint.read(folder)
    moved.write_bytes(moved.read_bytes()[:-1] + b"x")
    with pytest.raises(CheckpointError, match="the content is not what"):
        checkpoint.read(folder)


def test_a_graph_that_points_out_of_its_folder_is_refused(folder: Path) -> None:
    """Whoever writes a manifest can make the hashes fit; the graph still reads no file elsewhere."""
    (folder.parent / "secret").write_bytes(bytes(4096))
    graph = onnx.load(str(folder / "model.onnx"), load_external_data=False)
    outside = [tensor for tensor in graph.graph.initializer if tensor.data_location == onnx.TensorProto.EXTERNAL]
    for entry in outside[0].external_data:
        entry.value = {"location": "../secret", "offset": "0"}.get(entry.key, entry.value)
    model = checkpoint.read(folder)

    def forge(draft: Path) -> None:
        for file in model.path.iterdir():
            if file.name != "nghiquyet.json":
                shutil.copyfile(file, draft / file.name)
        (draft / "model.onnx").write_bytes(graph.SerializeToString())

    checkpoint.write(folder, model.manifest, forge)
    with pytest.raises(CheckpointError, match="ONNX Runtime cannot load it"):
        Extractor.load(folder, backend="onnx")
