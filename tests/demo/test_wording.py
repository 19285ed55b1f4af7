import re
import string
from collections import Counter

import pytest

from nghiquyet_demo.wording import Words, translations


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("words", Words)
def test_both_languages_say_the_same_things(words: Words) -> None:
    assert words.vi.strip() == words.vi != ""
    assert words.en.strip() == words.en != ""
    assert _fields(words.vi) == _fields(words.en)


def test_to_one_sentence_belongs_one_in_the_other_language() -> None:
    table = translations().translations
    pairs = {(vi, table["en"][key]) for key, vi in table["vi"].items()}
    for side in (0, 1):
        assert [words for words, count in Counter(pair[side] for pair in pairs).items() if count > 1] == []


def test_values_are_escaped_and_numbers_written_as_the_language_does() -> None:
    html = Words.TOO_LONG.html(length=1234567, limit=200000)
    assert re.findall(r"[\d.,]*\d", html) == ["1.234.567", "200.000", "1,234,567", "200,000"]
    assert "<i>" not in Words.LARGE_FILE.html(name="<i>{limit}", limit=1)
    assert "{limit}" in Words.LARGE_FILE.both(name="{limit}", limit=1)


def test_gradio_gets_every_sentence_in_both_languages() -> None:
    table = translations().translations
    assert table["vi"].keys() == table["en"].keys()
    assert len(table["vi"]) > len(Words)
