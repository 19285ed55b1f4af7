import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nghiquyet import checkpoint
from nghiquyet_training import card, record_report, run_reports


def test_the_model_card_is_what_the_runs_recorded(root: Path) -> None:
    reports = [run_reports.read(path) for path in sorted((root / "training/reports").glob("*.json"))]
    assert reports
    records = root / "training/records.json"
    figures = record_report.read(records) if records.exists() else None
    written = (root / "model_card.md").read_text(encoding="utf-8")
    assert written == card.render(checkpoint.read(root / "inference/nghiquyet/model"), reports, figures)
    metadata = yaml.safe_load(written.split("---\n")[1])
    assert metadata["pipeline_tag"] == "token-classification"
    assert len(metadata["model-index"][0]["results"]) == sum(len(report["scores"]) for report in reports)


def test_the_model_card_shows_every_figure_of_the_reports_with_its_interval(root: Path) -> None:
    written = (root / "model_card.md").read_text(encoding="utf-8")
    metadata = yaml.safe_load(written.split("---\n")[1])
    results = {result["dataset"]["name"]: result["metrics"] for result in metadata["model-index"][0]["results"]}
    for path in (root / "training/reports").glob("*.json"):
        for name, scores in run_reports.read(path)["scores"].items():
            _, _, section = written.partition(f"**{name}** ({scores['articles']} articles)")
            section = section.split("\n\n**")[0].split("\n## ")[0]
            scopes = {**scores["by_label"], "micro": scores["micro"]}
            assert {metric["name"]: metric["value"] for metric in results[name]} == {
                f"exact F1 {label}": figures["f1"] for label, figures in scopes.items()
            }
            for label, figures in scopes.items():
                low, high = (100 * figures["intervals"]["f1"][end] for end in ("low", "high"))
                (row,) = re.findall(rf"^\| {label} \|.*", section, re.MULTILINE)
                assert f"{100 * figures['f1']:.1f} ({low:.1f}–{high:.1f})" in row
            assert f"expected calibration error {100 * scores['calibration']['micro']['ece']:.1f}" in section
            for mistake in scores["mistakes"][:3]:
                assert f"{mistake['label']} {mistake['kind']} ({mistake['count']})" in section


def test_the_readme_tells_the_figures_of_the_reports_with_their_intervals(root: Path) -> None:
    written = (root / "README.md").read_text(encoding="utf-8")
    for name in ("dev", "seeds"):
        (scores,) = run_reports.read(root / f"training/reports/{name}.json")["scores"].values()
        for label, figures in {**scores["by_label"], "micro": scores["micro"]}.items():
            low, high = (100 * figures["intervals"]["f1"][end] for end in ("low", "high"))
            (row,) = re.findall(rf"^\| {label} \|.*", written, re.MULTILINE)
            assert f"| {100 * figures['f1']:.1f} ({low:.1f}–{high:.1f}) | {100 * figures['overlap_f1']:.1f} |" in row


def test_the_readme_example_runs(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert "TARGET" in result.stdout


@pytest.mark.parametrize("module", ["nghiquyet", "nghiquyet_training", "nghiquyet_demo"])
def test_every_command_of_the_readme_exists(root: Path, module: str) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    program = {"nghiquyet": "nghiquyet", "nghiquyet_training": "nghiquyet-train", "nghiquyet_demo": "nghiquyet-demo"}[module]
    for command in set(re.findall(rf"^{program} ([a-z]+)", readme, re.MULTILINE)) or {"--help"}:
        arguments = [command] if command == "--help" else [command, "--help"]
        subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, check=True)


def test_every_link_of_the_documents_leads_somewhere(root: Path) -> None:
    for document in (
        *root.glob("*.md"),
        *(root / "data").glob("*.md"),
        *(root / "training").glob("*.md"),
        *(path for folder in ("benchmarks", "data/records", "demo", "docs") for path in (root / folder).glob("*.md")),
    ):
        for link in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert link.startswith("https://") or (document.parent / link).exists(), f"{document}: {link}"
