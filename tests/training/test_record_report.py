import json
from pathlib import Path

import pytest

from nghiquyet import Extractor, InputError
from nghiquyet_training import articles, card, gold_records, record_report
from nghiquyet_training.articles import Article
from nghiquyet_training.gold_records import GoldArticle
from nghiquyet_training.record_report import ALL, GOLD_SPANS, PREDICTED_SPANS


@pytest.fixture(scope="module")
def seeds(root: Path) -> list[GoldArticle]:
    return gold_records.read(root / "data/records/records.jsonl", articles.read([root / "data/seeds.jsonl"]), ["seeds"])


@pytest.fixture(scope="module")
def extractor(native_model: Path) -> Extractor:
    return Extractor.load(native_model)


def test_halves_are_scored_apart_and_together(seeds: list[GoldArticle], extractor: Extractor) -> None:
    parted = [GoldArticle(item.article, "one" if n else "other", item.targets, item.people) for n, item in enumerate(seeds)]
    scored = record_report.halves(parted, extractor)
    assert list(scored) == ["other", "one", ALL]
    assert [len(half.articles) for half in scored.values()] == [1, 4, 5]
    assert scored[ALL].shares == record_report.halves(seeds, extractor)["seeds"].shares
    found = {name: half.to_dict() for name, half in scored.items()}
    for spans in (GOLD_SPANS, PREDICTED_SPANS):
        assert sum(found[name][spans]["targets found"]["of"] for name in ("other", "one")) == 42
        assert found[ALL][spans]["targets found"]["of"] == found[ALL]["targets"] == 42


def test_one_half_stands_alone(seeds: list[GoldArticle]) -> None:
    scored = record_report.halves(seeds, None)
    assert list(scored) == ["seeds"]
    assert PREDICTED_SPANS not in scored["seeds"].to_dict()


def test_a_report_holds_no_text_and_is_read_back(
    seeds: list[GoldArticle], extractor: Extractor, root: Path, tmp_path: Path
) -> None:
    gold = root / "data/records/records.jsonl"
    known: list[Article] = [seeds[0].article]
    scored = record_report.halves(seeds, extractor)
    content = record_report.to_report(gold, scored, extractor, known)
    assert content["halves"]["seeds"]["seen"] == 1
    assert record_report.to_report(gold, scored, extractor, [])["halves"]["seeds"]["seen"] is None
    assert record_report.to_report(gold, scored, None, [])["model"] is None
    path = tmp_path / "records.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert record_report.read(path) == content
    assert "Khánh Sơn" not in json.dumps(content, ensure_ascii=False)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"halves": {}}', '{"halves": []}', '{"halves": {"seeds": {}}}'])
def test_what_is_no_report_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "records.json").write_text(content)
    with pytest.raises(InputError, match=r"records\.json: (cannot be read|holds no figures)"):
        record_report.read(tmp_path / "records.json")


def test_mistakes_are_listed_with_their_place(seeds: list[GoldArticle], extractor: Extractor) -> None:
    lines = list(record_report.mistake_lines(record_report.halves(seeds[:1], extractor)["seeds"]))
    text = '"kết nạp mới 25 đảng viên trở lên"'
    assert f"predicted spans: {seeds[0].article.id} 1398..1430 {text} targets found: expected {text}, found null" in lines


def test_the_card_shows_every_figure_with_its_interval(root: Path, seeds: list[GoldArticle], extractor: Extractor) -> None:
    from nghiquyet import checkpoint

    scored = record_report.halves(seeds, extractor)
    model = checkpoint.read(root / "inference/nghiquyet/model")
    for known, columns in (([], [GOLD_SPANS, PREDICTED_SPANS]), ([seeds[0].article], [GOLD_SPANS])):
        content = record_report.to_report(root / "data/records/records.jsonl", scored, extractor, known)
        written = card.render(model, [], content)
        _, _, section = written.partition("## From spans to facts\n")
        section, _, rest = section.partition("\n## ")
        assert rest.startswith("Limits")
        assert f"|  | {' | '.join(f'seeds, {spans}' for spans in columns)} |" in section
        assert "| targets | 42 " in section
        for figure, share in scored["seeds"].shares[GOLD_SPANS].items():
            assert share.interval is not None
            between = f"({100 * share.interval.low:.1f}–{100 * share.interval.high:.1f})"
            assert f"| {figure} | {100 * share.value:.1f} {between} |" in section
        assert written.replace(f"## From spans to facts\n{section}\n", "") == card.render(model, [])
