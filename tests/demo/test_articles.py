from importlib.resources import files
from pathlib import Path

import pytest

from nghiquyet import InputError
from nghiquyet_demo.articles import MAX_CHARACTERS, Refused, examples, readable, vietnamese
from nghiquyet_demo.wording import Words

SEEDS = Path(__file__).parents[2] / "seeds"


def test_the_examples_are_the_seed_articles_and_three_written_ones() -> None:
    assert len(examples()) == 8
    if not SEEDS.is_dir():  # the package is tested outside its repository
        return
    shipped = {item.name: item.read_bytes() for item in (files("nghiquyet_demo") / "examples").iterdir()}
    assert {path.name: path.read_bytes() for path in SEEDS.glob("*.txt")}.items() <= shipped.items()
    assert sorted(examples().values()) == sorted(content.decode("utf-8") for content in shipped.values())


@pytest.mark.parametrize("text", ["a" * MAX_CHARACTERS, "a\r\n\tb\x0b\x0c\u2028\u200b\ufeff", "e\u0302\u0301", "\U0001f600"])
def test_readable_texts_come_back_untouched(text: str) -> None:
    assert readable(text) == text


@pytest.mark.parametrize("text", [None, "", " \n", "\ud800", "\x1b[0m", "\x7f", "a" * (MAX_CHARACTERS + 1)])
def test_unreadable_texts_are_refused(text: str | None) -> None:
    with pytest.raises(InputError, match=" · "):
        readable(text)


def test_a_refusal_is_shown_escaped_and_in_both_languages() -> None:
    refused = Refused(Words.BAD_FILE, name="<b>.txt")
    assert "<b>" not in refused.html()
    assert refused.html().count("&lt;b&gt;.txt") == 2
    assert "<b>.txt" in str(refused)


def test_the_examples_are_vietnamese() -> None:
    assert all(vietnamese(text) for text in examples().values())


@pytest.mark.parametrize(
    "text",
    [
        "Příliš žluťoučký kůň úpěl ďábelské ódy a dívka si četla noviny o tom, že město plánuje snížit počet chudých domácností",
        "Le département prévoit de réduire la part des ménages pauvres à cinq pour cent d'ici à l'année prochaine",
        "A kormány tervei szerint az idén több ezer új lakás épül, és csökkentik a szegény háztartások arányát öt százalékra",
        "Uy ban nhan dan huyen phan dau den nam 2025 giam ty le ho ngheo con 5 phan tram va xay dung nong thon moi",
        "区政府计划到2030年将贫困家庭比例降至百分之五 " * 20,
    ],
)
def test_other_languages_and_vietnamese_without_marks_get_a_notice(text: str) -> None:
    assert not vietnamese(text)


@pytest.mark.parametrize("text", ["", "2025: 5%", "Hello world", "12 345 678 " * 50])
def test_a_text_of_a_few_words_gets_none(text: str) -> None:
    assert vietnamese(text)
