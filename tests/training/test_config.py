import contextlib
import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.errors import InputError
from nghiquyet_training import config
from nghiquyet_training.config import AugmentationConfig, Config, DataConfig, SearchConfig, TrainingConfig, WindowConfig

FILES = sorted((Path(__file__).parents[2] / "training").glob("*.toml"))


def _keys(kind: Any) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


@pytest.fixture(scope="module")
def default(root: Path) -> Path:
    return root / "training" / "default.toml"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_own_files_are_read_and_what_they_name_is_there(path: Path) -> None:
    settings = config.read(path)
    assert settings.data.train
    assert all(Path(name).is_file() for name in (*settings.data.train, *settings.data.dev))
    assert (Path(settings.base) / "config.json").is_file() or settings.base.count("/") == 1
    named = set(re.findall(r"[\w-]+\.toml", path.read_text(encoding="utf-8")))
    assert named <= {file.name for file in FILES}


def test_the_default_and_the_release_are_there() -> None:
    assert {"default.toml", "release.toml"} <= {path.name for path in FILES}


def test_the_default_file_documents_every_key(default: Path) -> None:
    content = tomllib.loads(default.read_text(encoding="utf-8"))
    assert content.keys() == _keys(Config)
    assert content["data"].keys() == _keys(DataConfig)
    assert content["window"].keys() == _keys(WindowConfig)
    assert content["training"].keys() == _keys(TrainingConfig)
    assert content["augmentation"].keys() == _keys(AugmentationConfig)
    assert content["search"].keys() == _keys(SearchConfig)


def test_the_default_file_states_the_defaults(default: Path) -> None:
    settings = config.read(default)
    assert settings == Config(settings.base, settings.output, DataConfig(train=settings.data.train))


def _write(folder: Path, content: str) -> Path:
    path = folder / "mine.toml"
    path.write_text('base = "b"\noutput = "o"\n' + content, encoding="utf-8")
    return path


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    settings = config.read(_write(tmp_path, "[training]\nepochs = 3\n"))
    assert settings == Config("b", str(tmp_path / "o"), training=TrainingConfig(epochs=3.0))
    assert type(settings.training.epochs) is float


def test_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub" / "encoder").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / "sub" / "mine.toml"
    path.write_text('base = "encoder"\noutput = "../out"\n[data]\ntrain = ["../a.jsonl", "/b.jsonl"]\ndev = ["c.jsonl"]\n')
    monkeypatch.chdir(tmp_path / "elsewhere")
    for form in (path, Path("../sub/mine.toml")):
        settings = config.read(form)
        assert Path(settings.base) == tmp_path / "sub" / "encoder"
        assert Path(settings.output).resolve() == tmp_path / "out"
        assert [Path(name).resolve() for name in settings.data.train] == [tmp_path / "a.jsonl", Path("/b.jsonl")]
        assert [Path(name) for name in settings.data.dev] == [tmp_path / "sub" / "c.jsonl"]


def test_a_base_that_is_no_folder_here_is_taken_for_a_hub_id(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "vinai/phobert-base"\noutput = "o"\n')
    assert config.read(path).base == "vinai/phobert-base"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("batch = 3", "unknown key batch; known are base, output, data, window, training"),
        ("[model]", "unknown key model"),
        (
            "[training]\nlearning_rat = 1.0",
            "unknown key training.learning_rat; known are training.epochs, .*training.learning_rate",
        ),
        ("[data.more]", "unknown key data.more"),
        ("data = 3", "data: expected a table, found 3"),
        ("data = []", r"data: expected a table, found \[\]"),
        ("[[training]]", "training: expected a table"),
        ("[data]\ntrain = 'a.jsonl'", "data.train must be a list of strings, found 'a.jsonl'"),
        ("[data]\nlabels = ['ORG', 3]", r"data.labels must be a list of strings, found \['ORG', 3\]"),
        ("[data]\ndev_fraction = 1", "data.dev_fraction must be at least 0 and below 1, found 1"),
        ("[data]\ndev_fraction = -0.1", "data.dev_fraction must be"),
        ("[data]\ndev_fraction = nan", "data.dev_fraction must be .*, found nan"),
        ("[window]\npieces = 256.0", "window.pieces must be of type int, found 256.0"),
        ("[window]\npieces = 66", "window: a window of 66 pieces has no room beside two signs and twice 32 of context"),
        ("[window]\ncontext = -1", "window: .* has no room"),
        ("[training]\nepochs = '8'", "training.epochs must be of type float, found '8'"),
        ("[training]\nepochs = true", "training.epochs must be of type float, found True"),
        ("[training]\nepochs = 0", "training.epochs must be above 0"),
        ("[training]\nepochs = inf", "training.epochs must be above 0 and finite, found inf"),
        ("[training]\nbatch_size = true", "training.batch_size must be of type int, found True"),
        ("[training]\nbatch_size = 0", "training.batch_size must be above 0"),
        ("[training]\naccumulation = -1", "training.accumulation must be above 0"),
        ("[training]\nlearning_rate = nan", "training.learning_rate must be above 0"),
        ("[training]\nhead_learning_rate = -1e-3", "training.head_learning_rate must be above 0"),
        ("[training]\nweight_decay = -0.1", "training.weight_decay must be at least 0"),
        ("[training]\nwarmup = 100", "training.warmup must be at least 0 and below 1, found 100"),
        ("[augmentation]\nupper_case = 1.5", "augmentation.upper_case must be from 0 to 1, found 1.5"),
        ("[augmentation]\nupper_case = 0.7\nlower_case = 0.5", "augmentation must be shares that come to 1 at most"),
        ("[training]\ndropout = 1.0", "training.dropout must be"),
        ("[training]\npatience = -1", "training.patience must be at least 0"),
        ("[training]\nseed = -1", "training.seed must be at least 0"),
        ("[training]\ntemperature = -1", "training.temperature must be at least 0 and finite, found -1"),
        ("[training]\ntemperature = 1\nbias = nan", "training.bias must be finite, found nan"),
        ("[training]\nbias = -0.5", "training.bias must be 0 unless training.temperature is given, found -0.5"),
        ("[training]\nseed = '13'", "training.seed must be of type int"),
        (
            "[training]\nprecision = 'fp16'",
            "training.precision must be 'auto' or .* or 'float16', found 'fp16'",
        ),
        ("[training]\nprecision = []", "training.precision must be"),
        ("[search]\ntrial = 3", "unknown key search.trial; known are search.trials, search.learning_rate"),
        ("[search]\ntrials = 0", "search.trials must be above 0, found 0"),
        ("[search]\nlearning_rate = 1e-4", "search.learning_rate must be a list of numbers, found 0.0001"),
        ("[search]\nlearning_rate = ['1e-4']", r"search.learning_rate must be a list of numbers, found \['1e-4'\]"),
        ("[search]\nlearning_rate = [1e-4]", r"search.learning_rate must be two numbers, the lower first, or an empty list"),
        ("[search]\nwarmup = [0.2, 0.1]", r"search.warmup must be two numbers, the lower first, .*, found \[0.2, 0.1\]"),
        ("[search]\nweight_decay = [0, nan]", "search.weight_decay must be two numbers"),
        ("[search]\nlearning_rate = [0, 1e-4]", "search: training.learning_rate must be above 0 and finite, found 0.0"),
        ("[search]\ndropout = [0.5, 1]", "search: training.dropout must be at least 0 and below 1, found 1.0"),
        ("[search]\nbatch_size = [4, 8.0]", r"search.batch_size must be a list of whole numbers, found \[4, 8.0\]"),
        ("[search]\nbatch_size = [4, 8, 0]", "search: training.batch_size must be above 0"),
        ("[search]\nepochs = [true, 3]", "search.epochs must be a list of whole numbers"),
        ("[training\n", r"broken TOML: .*line 3"),
        ("base = 'twice'", "broken TOML"),
    ],
)
def test_a_fault_is_named_with_file_and_key(tmp_path: Path, content: str, message: str) -> None:
    path = _write(tmp_path, content)
    with pytest.raises(InputError, match=f"^{re.escape(str(path))}: {message}"):
        config.read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "missing key base"),
        (b"base = 'b'", "missing key output"),
        (b"output = 'o'", "missing key base"),
        (b"base = 3\noutput = 'o'", "base must be of type str, found 3"),
        (b"base = '\xff'", "broken TOML: .*utf-8"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_file_without_base_or_without_sense_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=f"^{re.escape(str(path))}: {message}"):
        config.read(path)
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        config.read(tmp_path)


VALUES = st.sampled_from(
    ["0", "1", "-1", "0.5", "1e9", "nan", "-inf", "true", "'a'", "''", "[]", "['a']", "[1]", "{}", "{ a = 1 }", "2020-01-01"]
) | st.sampled_from(["[1, 2]", "[0.1, 0.5]"])
PLACES = st.sampled_from(
    [field.name for field in dataclasses.fields(Config)]
    + [
        f"{name}.{field.name}"
        for name, kind in (("data", DataConfig), ("window", WindowConfig), ("training", TrainingConfig), ("search", SearchConfig))
        for field in dataclasses.fields(kind)
    ]
)


@given(values=st.dictionaries(PLACES, VALUES, max_size=3))
def test_any_values_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    lines = {"base": "'b'", "output": "'o'"} | values
    path.write_text("".join(f"{place} = {value}\n" for place, value in lines.items()))
    with contextlib.suppress(InputError):
        settings = config.read(path)
        for section in (settings.data, settings.window, settings.training, settings.search):
            section.check()


FLOATS = st.floats(0, 0.99)
POSITIVE = st.floats(1e-300, 1e300)


@given(
    st.builds(TrainingConfig, epochs=POSITIVE, learning_rate=POSITIVE, warmup=FLOATS, dropout=FLOATS, seed=st.integers(0, 2**40)),
    st.builds(WindowConfig, pieces=st.integers(70, 512), context=st.integers(0, 32)),
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=5)),
)
def test_what_is_written_is_read_as_the_same(
    tmp_path_factory: pytest.TempPathFactory, training: TrainingConfig, window: WindowConfig, labels: list[str]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    data = DataConfig((str(folder / "a.jsonl"),), (str(folder / "sub/b.jsonl"),), 0.25, tuple(labels))
    settings = Config("somebody/encoder", str(folder / "out"), data, window, training)
    path = folder / "out/mine.toml"
    config.write(path, settings, "first remark\nsecond")
    assert path.read_text(encoding="utf-8").startswith("# first remark\n# second\n")
    found = config.read(path)
    assert (found.base, found.data.labels, found.window, found.training) == (settings.base, data.labels, window, training)
    assert Path(found.output).resolve() == folder / "out"
    assert [Path(name).resolve() for name in (*found.data.train, *found.data.dev)] == [folder / "a.jsonl", folder / "sub/b.jsonl"]
