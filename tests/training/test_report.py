import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from nghiquyet.checkpoint import Checkpoint, Manifest
from nghiquyet.errors import InputError
from nghiquyet.windows import WindowSize
from nghiquyet_training.articles import Article, Span, digest
from nghiquyet_training.mistakes import Kind, frequent, mistakes
from nghiquyet_training.outcomes import Evaluation, Outcome, outcomes_from_json
from nghiquyet_training.page import render
from nghiquyet_training.report import Scored, analyse, write

HOSTILE = (
    '<script>alert(1)</script> <img src=x onerror="alert(2)"> "><svg onload=alert(3)> {{ 7 * 7 }} {% raw %} </style> --> '
    "Ông [PERSON <b>Bường</b>] và bà [PERSON \"' onmouseover=alert(4) x='] của [ORG </script><script src=//evil.example>]"
)
LETTERS = "a b c d e f g h i j"
# Gold and predicted spans of each kind of mistake, over the letters.
KINDS = {
    Kind.MISSED: ([(2, 5, "ORG")], []),
    Kind.SPURIOUS: ([], [(2, 5, "ORG")]),
    Kind.STARTS_EARLY: ([(2, 5, "ORG")], [(0, 5, "ORG")]),
    Kind.STARTS_LATE: ([(2, 5, "ORG")], [(4, 5, "ORG")]),
    Kind.ENDS_EARLY: ([(2, 5, "ORG")], [(2, 3, "ORG")]),
    Kind.ENDS_LATE: ([(2, 5, "ORG")], [(2, 7, "ORG")]),
    Kind.BOTH_BORDERS: ([(2, 5, "ORG")], [(0, 7, "ORG")]),
    Kind.SPLIT: ([(2, 5, "ORG")], [(2, 3, "ORG"), (4, 5, "ORG")]),
    Kind.MERGED: ([(2, 3, "ORG"), (4, 5, "ORG")], [(2, 5, "ORG")]),
    Kind.REGROUPED: ([(2, 5, "ORG"), (6, 7, "ORG")], [(2, 3, "ORG"), (4, 7, "ORG")]),
    Kind.LABEL: ([(2, 5, "ORG")], [(2, 5, "PERSON")]),
    Kind.LABEL_AND_BORDER: ([(2, 5, "ORG")], [(2, 7, "PERSON")]),
}


class _Page(HTMLParser):
    """What a browser makes of a page: its tags with their attributes, and each stretch of text with those of the tags around it."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._texts: list[tuple[str, list[dict[str, str]]]] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in {"meta", "input"}:
            self._open.append(self.tags[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self._texts.append((data, [attributes for _, attributes in self._open]))

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def text(self, within: str, of_class: str = "", between: str = "") -> str:
        """The stretches that stand in the elements of an id or class `within`, or in those of another class inside of them."""

        def has(name: str, around: list[dict[str, str]]) -> bool:
            return any(name in (attributes.get("id"), *attributes.get("class", "").split()) for attributes in around)

        return between.join(data for data, around in self._texts if has(within, around) and (not of_class or has(of_class, around)))


@pytest.fixture(scope="module")
def model(root: Path) -> Checkpoint:
    """Windows alone: what it found is made up here."""
    return Checkpoint(root / "training" / "phobert-small", Manifest(("ORG", "PERSON", "TARGET"), "none", WindowSize(64, 8)))


@pytest.fixture(scope="module")
def evaluation(few_articles: dict[str, Article]) -> Evaluation:
    """Over the five short articles: one entity of each missed, the next marked a character short, and one made up in front."""
    outcomes = []
    for article in few_articles.values():
        _, second, *others = article.entities
        predicted = (Span(0, 1, "ORG"), Span(second.start, second.end - 1, second.label), *others)
        predicted = tuple(span for span in predicted if span.start or article.entities[0].start)
        outcomes.append(Outcome(article.id, article.entities, predicted, tuple(0.9 for _ in predicted)))
    return Evaluation(("ORG", "PERSON", "RESULT", "TARGET"), tuple(outcomes))


@pytest.fixture(scope="module")
def report(evaluation: Evaluation, few_articles: dict[str, Article], model: Checkpoint) -> dict[str, Any]:
    articles = list(few_articles.values())
    names = Evaluation(("PERSON",), tuple(Outcome(article.id, (), (), ()) for article in articles))
    scores = analyse([Scored(evaluation, articles, articles[:2], {"counted": evaluation, "names": names})], model)
    points = [{"share": share, "articles": 40 * share, "seed": seed, "scores": scores} for share in (0.5, 1) for seed in (1, 2)]
    return {
        "config": {"base": "tiny", "training": {"epochs": 2}},
        "data": {"dev": {"articles": 5, "sha256": digest(articles)}},
        "scores": {"test": scores},
        "spread": {"ORG": {"folds": 1, "mean": 0.25, "deviation": None}, "micro": {"folds": 2, "mean": 0.5, "deviation": 0.125}},
        "curve": points,
    }


@pytest.fixture(scope="module")
def html(report: dict[str, Any], few_articles: dict[str, Article]) -> str:
    return render(report, few_articles.values())


@pytest.fixture(scope="module")
def page(html: str) -> _Page:
    return _Page(html)


@pytest.fixture(scope="module")
def page_of_kinds(model: Checkpoint) -> _Page:
    """An article with one mistake for each of `KINDS`, its id the name of the kind."""
    outcomes, articles = [], []
    for kind, sides in KINDS.items():
        gold, predicted = (tuple(Span(*item) for item in side) for side in sides)
        outcomes.append(Outcome(kind, gold, predicted, tuple(0.75 for _ in predicted)))
        articles.append(Article(kind, LETTERS, gold))
    return _Page(render(_report(Evaluation(("ORG", "PERSON"), tuple(outcomes)), articles, model), articles))


def _report(evaluation: Evaluation, articles: list[Article], model: Checkpoint) -> dict[str, Any]:
    return {"scores": {"test": analyse([Scored(evaluation, articles)], model)}}


def _strings(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        yield from content
        content = list(content.values())
    if isinstance(content, list):
        for item in content:
            yield from _strings(item)
    elif isinstance(content, str):
        yield content


def test_figures_are_json_without_any_word_of_the_articles(report: dict[str, Any], few_articles: dict[str, Article]) -> None:
    scores = report["scores"]["test"]
    assert json.loads(json.dumps(scores)) == scores
    words = {word for article in few_articles.values() for word in re.findall(r"\w{2,}", article.text)}
    assert len(words) > 50
    assert not words & {word for text in _strings(scores) for word in re.findall(r"\w+", text)}


def test_the_figures_are_those_of_the_outcomes(report: dict[str, Any], evaluation: Evaluation) -> None:
    scores = report["scores"]["test"]
    assert outcomes_from_json(scores["outcomes"]) == evaluation.outcomes
    for label, counts in evaluation.by_label.items():
        assert counts.to_dict().items() <= scores["by_label"][label].items()
    assert evaluation.micro.to_dict().items() <= scores["micro"].items()
    assert sum(group["count"] for group in scores["mistakes"]) == len(mistakes(evaluation.outcomes))


def test_articles_that_were_trained_on_are_counted_and_warned_of(report: dict[str, Any], page: _Page) -> None:
    assert report["scores"]["test"]["scored_again"] == 2
    assert "trained on 2 of these 5 articles" in " ".join(page.text("warning").split())


def test_articles_that_the_model_was_chosen_by_are_warned_of(page: _Page, page_of_kinds: _Page) -> None:
    assert "others will fare a little worse" in page.text("warning")
    assert page_of_kinds.text("warning") == ""


def test_folds_are_analysed_as_one_and_each_with_what_its_model_had_seen(
    evaluation: Evaluation, few_articles: dict[str, Article], model: Checkpoint
) -> None:
    articles = list(few_articles.values())
    whole = Scored(evaluation, articles, articles[:1], {"counted": evaluation})
    folds = [
        Scored(part, [article], articles[:1], {"counted": part})
        for article, outcome in zip(articles, evaluation.outcomes, strict=True)
        for part in [Evaluation(evaluation.labels, (outcome,))]
    ]
    assert analyse(folds, model) == analyse([whole], model)
    others = [Scored(fold.evaluation, fold.articles, [a for a in articles if a not in fold.articles]) for fold in folds]
    assert analyse(others, model)["scored_again"] == 0


def test_baselines_stand_in_the_same_table_over_the_labels_that_they_have(page: _Page) -> None:
    rows = " ".join(page.text("scores", between=" ").split())
    assert rows.count("counted") == 5
    assert rows.count("names") == 1


def test_a_run_leaves_both_files_and_the_same_report_gives_the_same_bytes(
    tmp_path: Path, report: dict[str, Any], html: str, few_articles: dict[str, Article]
) -> None:
    write(tmp_path, json.loads(json.dumps(report)), reversed(few_articles.values()))
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == report
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == html


def test_the_page_needs_nothing_else_and_only_its_own_script_may_run(page: _Page) -> None:
    for name in ("src", "href", "xlink:href", "action", "srcset"):
        assert all(attributes[name].startswith("#") for _, attributes in page.tags if name in attributes)
    script = page.text("script")
    sha256 = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = (attributes["content"] for attributes in page.of("meta") if "http-equiv" in attributes)
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{sha256}'"


def test_every_link_leads_to_one_place(page: _Page) -> None:
    ids = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)
    assert set(ids.values()) == {1}
    links = {attributes["href"][1:] for attributes in page.of("a")}
    assert {"spread", "curve", "made", "part-1-confidence"} <= links <= set(ids)
    assert {attributes["for"] for attributes in page.of("label") if "for" in attributes} <= set(ids)


def test_nothing_that_an_article_holds_becomes_markup(model: Checkpoint, labelled: Callable[[str, str], Article]) -> None:
    article = labelled("<script>alert(5)</script>", HOSTILE)
    label = "<img src=y>"
    outcome = Outcome(article.id, article.entities, (Span(0, 20, label), Span(30, 40, "ORG")), (0.5, 0.5))
    evaluation = Evaluation(("ORG", "PERSON", label), (outcome,))
    scores = _report(evaluation, [article], model)["scores"]["test"]
    found = _Page(render({"<i>": "<img src=z>", "scores": {'"><img src=w>': scores}}, [article]))
    assert len(found.of("script")) == len(found.of("style")) == 1
    assert not {tag for tag, _ in found.tags} & {"img", "i", "iframe"}
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on")]
    assert article.text[:60] in found.text("mistakes")
    assert "{{ 7 * 7 }}" in found.text("mistakes")


def test_every_mistake_stands_once_in_the_browser(page: _Page, evaluation: Evaluation) -> None:
    listed = [attributes for attributes in page.of("li") if "data-kind" in attributes]
    wanted = mistakes(evaluation.outcomes)
    assert len(wanted) > 10
    assert [(item["data-article"], item["data-kind"], item["data-label"]) for item in listed] == [
        (mistake.article, mistake.kind, mistake.label) for mistake in wanted
    ]


def test_filters_stay_hidden_without_the_script_and_count_the_mistakes(page: _Page, evaluation: Evaluation) -> None:
    assert [attributes for attributes in page.of("form") if "hidden" in attributes] == page.of("form")
    boxes = [attributes for attributes in page.of("input") if attributes["type"] == "checkbox"]
    counts = [int(number) for number in page.text("count", between=" ").split()]
    assert len(boxes) == len(counts)
    for name in ("kind", "label"):
        wanted = Counter(str(getattr(mistake, name)) for mistake in mistakes(evaluation.outcomes))
        assert wanted == {box["value"]: count for box, count in zip(boxes, counts, strict=True) if box["name"] == name}


def test_the_most_frequent_kinds_come_with_examples(page: _Page, evaluation: Evaluation) -> None:
    cards = " ".join(page.text("cards").split())
    for group in frequent(mistakes(evaluation.outcomes))[:3]:
        assert f"{group.label} {group.kind}" in cards
        assert f"{len(group.mistakes)} of {len(mistakes(evaluation.outcomes))}" in cards


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_shows_what_is_gold_and_what_was_found(kind: Kind, page_of_kinds: _Page) -> None:
    (item,) = (item for item in page_of_kinds.of("li") if item.get("data-article") == kind)
    assert item["data-kind"] == kind
    for name, spans in zip(("gold", "found"), KINDS[kind], strict=True):
        assert page_of_kinds.text(item["id"], name) == "".join(LETTERS[start:end] for start, end, _ in spans)
    assert page_of_kinds.text(item["id"], "context") == LETTERS
    assert ("75%" in page_of_kinds.text(item["id"], "sides")) == bool(KINDS[kind][1])


def test_line_breaks_are_shown_and_far_words_left_out(model: Checkpoint) -> None:
    near = "gần " * 20
    text = f"xa {near * 2}đây\r\n\n  [kia]\nđó {near * 2}xa"
    start = text.index("[")
    evaluation = Evaluation(("ORG",), (Outcome("x", (Span(start, start + 5, "ORG"),), (), ()),))
    article = Article("x", text, evaluation.outcomes[0].gold)
    context = _Page(render(_report(evaluation, [article], model), [article])).text("part-1-1", "context")
    assert "đây ⏎ [kia] ⏎ đó" in context
    assert re.fullmatch(r"…(gần )+đây.* đó( gần)+…", context)


def test_a_model_without_mistakes_and_a_run_without_scores_have_a_page(few_articles: dict[str, Article], model: Checkpoint) -> None:
    articles = list(few_articles.values())
    outcomes = tuple(Outcome(a.id, a.entities, a.entities, tuple(0.9 for _ in a.entities)) for a in articles)
    page = render(_report(Evaluation(("ORG", "PERSON", "RESULT", "TARGET"), outcomes), articles, model), articles)
    assert "every entity was found, and nothing else" in page
    empty = Article("e", "Không có gì.", ())
    assert "0 entities" in render(_report(Evaluation(("ORG",), (Outcome("e", (), (), ()),)), [empty], model), [empty])
    assert "How this was made" in render({"config": {"base": "tiny"}, "scores": {}}, [])


def test_an_article_that_is_missing_is_named(report: dict[str, Any], few_articles: dict[str, Article]) -> None:
    with pytest.raises(InputError, match="article 'a' was scored and is missing"):
        render(report, list(few_articles.values())[1:])
