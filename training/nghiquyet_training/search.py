"""A search for hyper-parameters: configurations drawn by optuna, each trained by `run` and scored on dev as it would be served."""

import dataclasses
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
import torch
from optuna.samplers import TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import TrialState
from rich.console import Console
from rich.table import Table
from transformers import Trainer, TrainingArguments

from nghiquyet.errors import InputError
from nghiquyet.files import write_text
from nghiquyet_training import config as config_module
from nghiquyet_training import run_folder, series, train
from nghiquyet_training.config import Config, SearchConfig
from nghiquyet_training.train import Split

_LOGARITHMIC = ("learning_rate", "head_learning_rate")
_STUDY = "search"
OPTIMISTIC = "The best of several on the articles that chose it is optimistic: score it on articles that no trial saw."


@dataclasses.dataclass(frozen=True)
class Trial:
    """A finished trial: its place in the search, from 1, what it varied, its figures on dev, of them the micro exact F1 (0..1)."""

    number: int
    values: Mapping[str, float]
    scores: Mapping[str, Any]
    f1: float


def search(config: Config, parts: Split, console: Console) -> list[Trial]:
    """Try configurations that differ in what `config.search` varies; returns the trials in the order they were made.

    Each is trained and exported by `train.run`; the objective is the micro exact F1 on the dev articles of what serving returns.
    Drawn after Bergstra et al. 2011 ("Algorithms for hyper-parameter optimization"): ten at random, the others where the good ones
    lie denser than the bad. The same configuration, data and machine give the same trials, whatever breaks there were: a trial that
    was killed goes on from its last epoch. Trials are kept in `output/trials.log` (optuna's journal); after each of them all are
    written to `output/trials.json` and the best configuration, ready for `run`, to `output/best.toml`.

    Raises:
        InputError: without dev articles or anything to vary, or if a search of another configuration or other data is in `output`.
    """
    if not parts.dev:
        raise InputError("a search needs dev articles; name labelled files under data.dev or with --dev, or set data.dev_fraction")
    if not any(_space(config.search).values()):
        raise InputError("there is nothing to vary; give learning_rate = [5e-5, 5e-4] or another range under [search]")
    output = Path(config.output)
    storage = _storage(config, parts)
    while len(trials := _finished(storage)) < config.search.trials:
        number = len(trials) + 1
        console.rule(f"trial {number} of {config.search.trials}")
        folder = output / f"trial-{number}"
        # A sampler for each trial: one that is seeded once would draw the first values again after a break.
        sampler = TPESampler(seed=config.training.seed + number)
        _Trials(dataclasses.replace(config, output=str(folder)), parts, console).hyperparameter_search(
            n_trials=1,
            direction="maximize",
            backend="optuna",
            hp_space=lambda trial: _draw(config.search, trial),
            study_name=_STUDY,
            storage=storage,
            load_if_exists=True,
            sampler=sampler,
            pruner=optuna.pruners.NopPruner(),
        )
        shutil.rmtree(folder, ignore_errors=True)
        _report(config, _finished(storage))
    _report(config, trials)
    return trials


class _Trials(Trainer):
    """Lets `Trainer.hyperparameter_search` train each trial as `run` does.

    Left to itself it sets the arguments of one Trainer for all trials, which (transformers 5.23) misses what belongs to a Trainer
    from the start: the optimiser's groups with rates of their own, the model's dropout, the patience of an earlier trial.
    """

    def __init__(self, config: Config, parts: Split, console: Console) -> None:
        arguments = TrainingArguments(output_dir=config.output, report_to=[], use_cpu=not torch.cuda.is_available())
        # A search wants a Trainer that can make its model anew; here `train.run` makes the models.
        super().__init__(args=arguments, model_init=lambda: torch.nn.Linear(1, 1))  # type: ignore[arg-type, return-value]
        self._config, self._parts, self._console = config, parts, console

    def train(self, *_arguments: Any, trial: optuna.Trial, **_options: Any) -> None:  # type: ignore[override]
        values = self.hp_space(trial)
        self._console.print(", ".join(f"{name} {value:.3g}" for name, value in values.items()))
        _, scored = train.run(_varied(self._config, values), self._parts, self._console)
        trial.set_user_attr("scores", scored["dev"].to_dict())
        self.objective: float = scored["dev"].micro.f1


def table(trials: list[Trial]) -> Table:
    """The trials for a terminal, the best first."""
    names = list(trials[0].values)
    drawn = Table("trial", *names, "F1", title="trials, by micro exact F1 on dev")
    for trial in sorted(trials, key=lambda trial: -trial.f1):
        drawn.add_row(str(trial.number), *(f"{trial.values[name]:.3g}" for name in names), f"{100 * trial.f1:.1f}")
    return drawn


def _space(settings: SearchConfig) -> dict[str, tuple[float, ...]]:
    return {option.name: getattr(settings, option.name) for option in dataclasses.fields(settings) if option.name != "trials"}


def _draw(settings: SearchConfig, trial: optuna.Trial) -> dict[str, float]:
    drawn: dict[str, float] = {}
    for name, values in _space(settings).items():
        if name == "batch_size" and values:
            drawn[name] = trial.suggest_categorical(name, values)
        elif name == "epochs" and values:
            drawn[name] = trial.suggest_int(name, int(values[0]), int(values[1]))
        elif values:
            drawn[name] = trial.suggest_float(name, *values, log=name in _LOGARITHMIC)
    return drawn


def _varied(config: Config, values: Mapping[str, float]) -> Config:
    settings = config.training
    typed = {name: type(getattr(settings, name))(value) for name, value in values.items()}
    return dataclasses.replace(config, training=dataclasses.replace(settings, **typed))


def _storage(config: Config, parts: Split) -> JournalStorage:
    """The trials in the output folder; finished ones must be of the same configuration and data, only more may be wanted."""
    # A trial that fails ends the search with its error; optuna would print it as well.
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    output = Path(config.output)
    started = output / "search.json"
    plan = json.dumps({**series.plan(config, parts), "search": _space(config.search)}, ensure_ascii=False, indent=2) + "\n"
    is_same = started.exists() and started.read_text(encoding="utf-8") == plan
    journal = (output / "trials.log").resolve()
    if journal.exists() and not is_same:
        if _finished(_open(journal)):
            raise run_folder.refusal(output)
        journal.unlink()
    write_text(started, plan)
    return _open(journal)


def _open(journal: Path) -> JournalStorage:
    storage = JournalStorage(JournalFileBackend(str(journal), JournalFileOpenLock(str(journal))))
    study = optuna.create_study(study_name=_STUDY, storage=storage, direction="maximize", load_if_exists=True)
    for trial in study.get_trials(deepcopy=False, states=[TrialState.RUNNING]):
        study.tell(trial.number, state=TrialState.FAIL)
    return storage


def _finished(storage: JournalStorage) -> list[Trial]:
    study = optuna.load_study(study_name=_STUDY, storage=storage)
    found = study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])
    return [Trial(number, trial.params, trial.user_attrs["scores"], trial.values[0]) for number, trial in enumerate(found, 1)]


def _report(config: Config, trials: list[Trial]) -> None:
    output = Path(config.output)
    best = max(trials, key=lambda trial: trial.f1)
    content = {
        "objective": "micro exact F1 on dev, as served",
        "note": OPTIMISTIC,
        "best": best.number,
        "trials": [dataclasses.asdict(trial) for trial in trials],
    }
    write_text(output / "trials.json", json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    remark = f"Trial {best.number} of {len(trials)}: micro exact F1 {100 * best.f1:.1f} on dev.\n{OPTIMISTIC}"
    config_module.write(
        output / "best.toml", dataclasses.replace(_varied(config, best.values), output=str(output / "best")), remark
    )
