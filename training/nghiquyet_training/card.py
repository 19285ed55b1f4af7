"""The model card, in Hugging Face's form, from what the model folder and the reports of runs say."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from nghiquyet.checkpoint import Checkpoint, Manifest
from nghiquyet_training import lineage
from nghiquyet_training.footprint import Footprint, footprint
from nghiquyet_training.record_report import ALL, GOLD_SPANS, PREDICTED_SPANS
from nghiquyet_training.record_scores import FIGURES

_MISTAKES_NAMED = 3
_EXAMPLE = "Ông Cao Văn Bường - Bí thư Đảng ủy xã Sơn Trung: đến năm 2025, kết nạp mới 25 đảng viên trở lên."


def render(model: Checkpoint, reports: Sequence[Mapping[str, Any]], records: Mapping[str, Any] | None = None) -> str:
    """The card as Markdown with a metadata block; the same model and reports always give the same text.

    Args:
        model: the model folder.
        reports: of runs, cross-validations and evaluations.
        records: the report on records (`evaluate-records`); None leaves its section out.
    """
    facts = model.manifest.facts
    trainings = lineage.trainings(facts)
    base = str(trainings[0]["config"]["base"])
    cost = _cost(trainings)
    epochs = _enumeration([f"{float(training['epochs_run']):.3g}" for training in trainings])
    return f"""---
{yaml.safe_dump(_metadata(model, reports), allow_unicode=True, sort_keys=False).strip()}
---

# nghiquyet: targets, people and organisations in Vietnamese public-policy news

A token classifier that marks {", ".join(f"**{label}**" for label in model.manifest.labels)} in Vietnamese news about how
localities carry out Party-congress resolutions. Written by `nghiquyet-train card` from the facts that the runs recorded.

## Use

```python
from nghiquyet import predict

for entity in predict("{_EXAMPLE}").entities:
    print(entity.label, entity.start, entity.end, entity.text, entity.score)
```

Meant for reading news, resolutions and reports in Vietnamese faster: who promised what, and by when. Every finding carries its
place in the text, so that a reader can check it. Not meant for judging people or offices without a reader, nor for texts in other
languages.

## Model

| | |
|---|---|
| base encoder | `{base}` |
| labels | {", ".join(model.manifest.labels)} (BIO over words) |
| words | {_WORDS.get(model.manifest.segmenter, model.manifest.segmenter)} |
| window | {model.manifest.window.pieces} pieces, of them up to {model.manifest.window.context} of context on each side |
| weights | float16 on disk, float32 in use |
| scores | {_scores(model.manifest)} |
{_least_words(model.manifest)}
## Data

{_data_table(trainings)}

What the model of the package was trained on is `data/written.jsonl` (synthetic articles that come with the project), and real
news, labelled by the same guidelines and not distributed: 278 articles by hand, and 1,688 by language models that read them whole
and corrected what earlier models had marked.
{facts["alignment"]["straddled"]} of {facts["alignment"]["spans"]} spans begin or end inside a word as the model sees words
or cross a line break, and cannot be learnt exactly.

## Training

{_settings_table(trainings)}

{_columns(facts, trainings)}Hugging Face Trainer, AdamW, linear decay; {epochs} epochs in
{lineage.seconds(facts) / 60:.0f} minutes on {_hardware(trainings)}, with torch
{facts["environment"]["torch"]} and transformers {facts["environment"]["transformers"]}. The same command with the same data gives
the same weights on the same machine.

{_ENCODERS.get(base, "")}Energy and carbon, estimated from time and hardware, not measured:
{1000 * cost.kilowatt_hours:.0f} Wh and {cost.grams:.0f} g of CO2 equivalent for that time, at the world's mean of grams a
kilowatt-hour. The base encoder's own training comes on top and is not known.

## Figures

Per cent, on what `predict` returns, counted on characters. Exact: same label, first and last character. Partial: other borders
count half. Overlap: same label and at least one character in common. In brackets the 95% interval of a bootstrap over articles; on
fewer than some 20 articles it is too narrow. No article was seen by the model that was scored on it: the one of this card, but
where the name says otherwise.

{_score_tables(reports)}

## Bigger encoders

Expected, not measured: with `vinai/phobert-base` (`training/phobert-base.toml`; 135 million parameters, six times as many) about
a fifth fewer mistakes. It could not be loaded where this was written. The ground for it: on PhoNER_COVID19 an encoder like
`phobert-small` reached an F1 of 91.1, and 94.2 to 95.0 are published for PhoBERT-base, which is a third to two fifths fewer
mistakes; the encoder of this card makes a fifth fewer than `phobert-small` on the articles scored here.

{_records_section(records)}## Limits

- Targets are the hardest: where one begins and ends is a matter of convention, and a result already reached can look like one.
- The texts are of the years 2010 to 2025 and of the political system's own style; other genres will be read less well.
- Names of ethnic minorities and of foreigners are rarer in the data than Kinh names.
- A score is the probability that label, start and end are all right, calibrated on news; on other texts it will be less true.
- Whose names are found is a matter of who is in the news: officials are mostly men and mostly Kinh, and others may be missed
  more often.

## Licence

Code: Apache-2.0. Model: {facts["licence"]}. The base encoder is derived from intfloat/multilingual-e5-small (MIT) unless
another base is named above. `data/`: CC-BY-4.0. The articles that are not distributed are under the rights of their publishers.
"""


_PHOBERT_SMALL = """`phobert-small` was trained on, before this, to guess hidden words of 5,244 news articles that are not
distributed (18 million characters, once through); its perplexity on others held out fell from 52.5 to 28.6.

"""

_NATIVE = """`native10` is the first ten layers of multilingual-e5-small, with those of its pieces that Vietnamese news needs, as
`nghiquyet-train encoder --native --layers 10` takes them out. It was not trained on with news before this.

"""

_ENCODERS = {"phobert-small": _PHOBERT_SMALL, "native10": _NATIVE}

# Settings that say what becomes of scores, which another calibration may have changed since: the table of the model has them.
_OF_SCORES = frozenset({"temperature", "bias", "min_score"})

_WORDS = {
    "underthesea-crf": "segmented by underthesea's conditional random field with guards",
    "none": "syllables as they stand",
}


def _metadata(model: Checkpoint, reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    facts = model.manifest.facts
    trainings = lineage.trainings(facts)
    base = str(trainings[0]["config"]["base"])
    results = [
        {
            "task": {"type": "token-classification", "name": "Named entity recognition"},
            "dataset": {"type": "nghiquyet", "name": part},
            "metrics": [
                {"type": "f1", "name": f"exact F1 {label}", "value": counts["f1"]}
                for label, counts in [*scores["by_label"].items(), ("micro", scores["micro"])]
            ],
        }
        for report in reports
        for part, scores in report["scores"].items()
    ]
    return {
        "language": "vi",
        "license": facts["licence"],
        "library_name": "nghiquyet",
        "pipeline_tag": "token-classification",
        "base_model": base if "/" in base else "intfloat/multilingual-e5-small",
        "tags": ["named-entity-recognition", "vietnamese", "public-policy"],
        "widget": [{"text": _EXAMPLE}],
        "co2_eq_emissions": {
            "emissions": round(_cost(trainings).grams, 1),
            "source": "estimate from time and hardware",
            "training_type": "fine-tuning",
            "hardware_used": _hardware(trainings),
        },
        "model-index": [{"name": "nghiquyet", "results": results}],
    }


def _scores(manifest: Manifest) -> str:
    calibration = manifest.calibration
    least = f"; entities below {manifest.min_score:g} are left out unless asked for" if manifest.min_score else ""
    return f"the network's log-odds / {calibration.temperature:g} {calibration.bias:+g}, as probability{least}"


def _least_words(manifest: Manifest) -> str:
    said = ", ".join(f"{label} {number}" for label, number in manifest.least_words.items())
    return f"| words of an entity, at least | {said} (99 in 100 of those learnt from have as many) |\n" if said else ""


def _data_table(trainings: Sequence[lineage.Facts]) -> str:
    lines = ["| training | articles | number | spans | SHA-256 begins with |", "|---|---|---|---|---|"]
    for number, training in enumerate(trainings, 1):
        for name, group in training["data"].items():
            spans = ", ".join(f"{count:,} {label}" for label, count in group["spans"].items())
            lines.append(f"| {number} | {name} | {group['articles']} | {spans} | `{group['sha256'][:16]}` |")
    return "\n".join(lines)


def _settings_table(trainings: Sequence[lineage.Facts]) -> str:
    columns = [_settings(training, _base(training, trainings)) for training in trainings]
    numbers = [str(number) for number in range(1, len(columns) + 1)] if len(columns) > 1 else ["value"]
    lines = [f"| setting | {' | '.join(numbers)} |", "|---" * (1 + len(columns)) + "|"]
    names = dict.fromkeys(name for column in columns for name in column)
    return "\n".join([*lines, *(f"| {name} | {' | '.join(column.get(name, '') for column in columns)} |" for name in names)])


def _base(training: lineage.Facts, trainings: Sequence[lineage.Facts]) -> str:
    """What a training began from: an encoder by its name, another training by its number."""
    if "began_from" not in training:
        return str(training["config"]["base"])
    earlier = _numbers(training["began_from"], trainings)
    return f"the model of {earlier[0]}" if len(earlier) == 1 else f"the mean of {_enumeration(earlier)}"


def _numbers(facts: lineage.Facts, trainings: Sequence[lineage.Facts]) -> list[str]:
    """The numbers of the trainings whose weights a model has or is the mean of, with their shares where those differ."""
    found = lineage.shares(facts)
    alike = len({share for _, share in found}) == 1
    return [f"{1 + trainings.index(last)}{'' if alike else f' ({share})'}" for last, share in found]


def _columns(facts: lineage.Facts, trainings: Sequence[lineage.Facts]) -> str:
    """What the columns of the settings are, if there are several."""
    if len(trainings) == 1:
        return ""
    last = _numbers(facts, trainings)
    mean = f"; the weights are the mean of those of {_enumeration(last)} (`nghiquyet-train average`)" if len(last) > 1 else ""
    return f"Each column is a training{mean}.\n"


def _settings(training: lineage.Facts, base: str) -> dict[str, str]:
    config = training["config"]
    shares = {
        f"share of the articles that an epoch shows: {name.replace('_', ' ')}": share
        for name, share in config.get("augmentation", {}).items()
    }
    settings = {"base": base, "articles": training["data"]["train"]["articles"], **config["training"], **shares}
    return {name: str(value) for name, value in settings.items() if name not in _OF_SCORES}


def _cost(trainings: Sequence[lineage.Facts]) -> Footprint:
    return Footprint(sum(footprint(each["train_seconds"], each["environment"]).kilowatt_hours for each in trainings))


def _hardware(trainings: Sequence[lineage.Facts]) -> str:
    return _enumeration(list(dict.fromkeys(_device(training["environment"]) for training in trainings)))


def _device(environment: Mapping[str, Any]) -> str:
    if environment["gpu"]:
        return f"{environment['processes']} x {environment['device']}"
    return f"{environment['threads'] * environment['processes']} core(s) of {environment['device']}"


def _score_tables(reports: Sequence[Mapping[str, Any]]) -> str:
    parts = [part for report in reports for part in report["scores"].items()]
    if not parts:
        return "No held-out articles were scored."
    return "\n\n".join(_score_table(name, scores) for name, scores in parts)


def _score_table(name: str, scores: Mapping[str, Any]) -> str:
    lines = [f"**{name}** ({scores['articles']} articles)", ""]
    lines += ["| label | precision | recall | exact F1 | partial F1 | overlap F1 | gold spans |", "|---|---|---|---|---|---|---|"]
    for label, figures in [*scores["by_label"].items(), ("micro", scores["micro"])]:
        cells = [_percent(figures["precision"]), _percent(figures["recall"]), _with_interval(figures, "f1")]
        cells += [_percent(figures["partial_f1"]), _percent(figures["overlap_f1"]), str(figures["gold"])]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    lines.append("")
    for baseline, others in scores["baselines"].items():
        found = ", ".join(f"{label} {_percent(figures['f1'])}" for label, figures in others["by_label"].items())
        lines.append(f"- Exact F1 of a baseline, {baseline}: {found}, micro {_percent(others['micro']['f1'])}.")
    calibration = scores["calibration"]["micro"]
    lines.append(
        f"- Scores: {_percent(calibration['confidence'])} on average, and {_percent(calibration['right'])} of the entities are "
        f"right; expected calibration error {_percent(calibration['ece'])}."
    )
    frequent = scores["mistakes"][:_MISTAKES_NAMED]
    lines.append("- Most frequent mistakes: " + ", ".join(f"{m['label']} {m['kind']} ({m['count']})" for m in frequent) + ".")
    return "\n".join(lines)


def _records_section(records: Mapping[str, Any] | None) -> str:
    if records is None:
        return ""
    return f"""## From spans to facts

What `targets` and `people` say of each span in slots, by rules and not by the model: per cent that are right, ignoring case, with
the 95% interval of a bootstrap over articles. The rules were written with the halves named seeds and develop in view; the half
named report was kept from whoever wrote them. On gold spans the rules are alone; on predicted spans, shown where the model
was not trained on any of the articles, the slots are those of the targets that it found exactly, and of the people of whom it
found a mention.

{_records_table({name: half for name, half in records["halves"].items() if name != ALL})}

"""


def _records_table(halves: Mapping[str, Mapping[str, Any]]) -> str:
    columns = [
        (name, spans, half)
        for name, half in halves.items()
        for spans in (GOLD_SPANS, PREDICTED_SPANS)
        if spans in half and (spans == GOLD_SPANS or not half["seen"])
    ]
    counts = ("articles", "targets", "people")
    rows = {
        "": [f"{name}, {spans}" for name, spans, _ in columns],
        **{figure: [str(half[figure]) for _, _, half in columns] for figure in counts},
        **{figure: [_share(half[spans].get(figure)) for _, spans, half in columns] for figure in FIGURES},
    }
    header, *body = (f"| {figure} | {' | '.join(cells)} |" for figure, cells in rows.items() if any(cells))
    return "\n".join([header, "|---" * (1 + len(columns)) + "|", *body])


def _enumeration(items: Sequence[str]) -> str:
    """As a sentence lists them.

    >>> _enumeration(["1", "2", "3"])
    '1, 2 and 3'
    """
    *others, last = items
    return f"{', '.join(others)} and {last}" if others else last


def _share(share: Mapping[str, Any] | None) -> str:
    if share is None:
        return ""
    interval = share["interval"]
    return _percent(share["value"]) + (f" ({_percent(interval['low'])}–{_percent(interval['high'])})" if interval else "")


def _with_interval(figures: Mapping[str, Any], measure: str) -> str:
    interval = figures["intervals"][measure]
    return _percent(figures[measure]) + (f" ({_percent(interval['low'])}–{_percent(interval['high'])})" if interval else "")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
