"""The model card, in Hugging Face's form, from what the model folder and the reports of runs say."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from nghiquyet.checkpoint import Checkpoint
from nghiquyet.errors import InputError

_BASE_LICENCES = {"vinai/phobert-base-v2": "agpl-3.0"}
_EXAMPLE = "Ông Cao Văn Bường - Bí thư Đảng ủy xã Sơn Trung: đến năm 2025, kết nạp mới 25 đảng viên trở lên."


def read_report(path: Path) -> Mapping[str, Any]:
    """The report of a run (`run`) or a cross-validation (`crossval`).

    Raises:
        InputError: if the file is missing, is not JSON, or holds no scores.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a report: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("scores"), dict) or not content["scores"]:
        raise InputError(f"{path}: holds no scores; give the report.json of a run that scored held-out articles")
    return content


def render(model: Checkpoint, reports: Sequence[Mapping[str, Any]]) -> str:
    """The card as Markdown with a metadata block; the same model and reports always give the same text."""
    facts = model.manifest.facts
    base = str(facts["config"]["base"])
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

## Data

{_data_table(facts["data"])}

`data/seeds.jsonl` (five real articles) and `data/written.jsonl` (161 synthetic articles) come with the project. What else the
model of the package was trained on is real news, hand-labelled by the same guidelines, and not distributed. The SHA-256 of all that
was trained on begins with `{facts["data"]["train"]["sha256"][:16]}`. {facts["alignment"]["straddled"]} of
{facts["alignment"]["spans"]} spans begin or end inside a word as the model sees words or
cross a line break, and cannot be learnt exactly.

## Training

{_settings_table(facts["config"])}

Hugging Face Trainer, AdamW, linear decay; {float(facts["epochs_run"]):g} epochs in
{float(facts["train_seconds"]) / 60:.0f} minutes, with torch {facts["environment"]["torch"]} and transformers
{facts["environment"]["transformers"]}.

## Figures

Exact: same label, first and last character. Overlap: same label and at least one character in common. Per cent, on what
`predict` returns. No article was seen by the model that was scored on it; the model of this card, made the same way, may have
been trained on them afterwards.

{_score_tables(reports)}

## Limits

- Targets are the hardest: where one begins and ends is a matter of convention, and a result already reached can look like one.
- The texts are of the years 2010 to 2025 and of the political system's own style; other genres will be read less well.
- Names of ethnic minorities and of foreigners are rarer in the data than Kinh names.
- A score is the probability that the model gives to the least sure word of an entity; it is not calibrated.

## Licence

Code and model: Apache-2.0. The base encoder is derived from intfloat/multilingual-e5-small (MIT) unless another
base is named above.
"""


_WORDS = {
    "underthesea-crf": "segmented by underthesea's conditional random field with guards",
    "none": "syllables as they stand",
}


def _metadata(model: Checkpoint, reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    base = str(model.manifest.facts["config"]["base"])
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
        "license": _BASE_LICENCES.get(base, "apache-2.0"),
        "library_name": "nghiquyet",
        "pipeline_tag": "token-classification",
        "base_model": base if "/" in base else "intfloat/multilingual-e5-small",
        "tags": ["named-entity-recognition", "vietnamese", "public-policy", "phobert"],
        "widget": [{"text": _EXAMPLE}],
        "model-index": [{"name": "nghiquyet", "results": results}],
    }


def _data_table(data: Mapping[str, Any]) -> str:
    lines = ["| articles | number | spans |", "|---|---|---|"]
    for name, group in data.items():
        spans = ", ".join(f"{count:,} {label}" for label, count in group["spans"].items())
        lines.append(f"| {name} | {group['articles']} | {spans} |")
    return "\n".join(lines)


def _settings_table(config: Mapping[str, Any]) -> str:
    lines = ["| setting | value |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in config["training"].items()]
    return "\n".join(lines)


def _score_tables(reports: Sequence[Mapping[str, Any]]) -> str:
    if not reports:
        return "No held-out articles were scored."
    tables = []
    for report in reports:
        for part, scores in report["scores"].items():
            lines = [f"**{part}** ({scores['articles']} articles)", ""]
            lines += ["| label | precision | recall | exact F1 | overlap F1 | gold spans |", "|---|---|---|---|---|---|"]
            for label, counts in [*scores["by_label"].items(), ("micro", scores["micro"])]:
                figures = " | ".join(f"{100 * counts[key]:.1f}" for key in ("precision", "recall", "f1", "overlap_f1"))
                lines.append(f"| {label} | {figures} | {counts['gold']} |")
            tables.append("\n".join(lines))
    return "\n\n".join(tables)
