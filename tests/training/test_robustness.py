import io
from pathlib import Path

from rich.console import Console

from nghiquyet import Extractor
from nghiquyet_training.articles import Article, Span
from nghiquyet_training.perturbations import PERTURBATIONS
from nghiquyet_training.robustness import AS_GIVEN, robustness, table


def test_the_same_articles_are_scored_in_every_form(native_model: Path, seed_texts: list[str]) -> None:
    extractor = Extractor.load(native_model, threads=1)
    text = seed_texts[0][:1500]
    spans = tuple(Span(entity.start, entity.end, entity.label) for entity in extractor.predict(text).entities)
    found = robustness(extractor, [Article("a", text, spans)])
    assert list(found) == [AS_GIVEN, *PERTURBATIONS]
    assert all(evaluation.micro.gold == len(spans) > 10 for evaluation in found.values())
    # These are one form to the model.
    assert {found[name].micro.f1 for name in (AS_GIVEN, "NFD", "old tone marks", "new tone marks")} == {1}
    assert found["OCR noise"].micro.f1 < 1
    console = Console(file=io.StringIO(), width=120)
    console.print(table("test", found))
    assert "+0.0" in console.file.getvalue()  # type: ignore[attr-defined]
