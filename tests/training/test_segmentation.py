import random
from pathlib import Path

import pytest

from nghiquyet.segment import segmenter
from nghiquyet.words import sentences
from nghiquyet_training import segmentation

PACKAGE = "inference/nghiquyet"


@pytest.fixture(scope="module")
def model() -> bytes:
    return (segmentation.source() / "models.bin").read_bytes()


def test_the_weights_are_those_of_underthesea(root: Path, model: bytes) -> None:
    assert (root / PACKAGE / "segmentation.tsv").read_text(encoding="utf-8") == segmentation.weights(model)


def test_the_dictionary_is_that_of_underthesea(root: Path) -> None:
    pickled = (segmentation.source() / "dictionary.bin").read_bytes()
    assert (root / PACKAGE / "dictionary.txt").read_text(encoding="utf-8") == segmentation.words(pickled)


def test_words_are_joined_as_underthesea_joins_them(root: Path, seed_texts: list[str]) -> None:
    """Its own code over its own model, on sentences as they are and on words thrown together."""
    from underthesea_core import CRFFeaturizer, CRFTagger

    dictionary = (root / PACKAGE / "dictionary.txt").read_text(encoding="utf-8").splitlines()
    featurizer = CRFFeaturizer(_templates(), frozenset(dictionary))
    tagger = CRFTagger()
    tagger.load(str(segmentation.source() / "models.bin"))
    field = segmenter("underthesea-crf")._field  # type: ignore[attr-defined]
    every = [[word.form for word in sentence] for text in seed_texts for sentence in sentences(text)]
    odd = ["2147483648", "2147483647", "007", "ß", "ǆ", "١", "İ", "Σ", "+5", "-7", "一"]
    pool = [form for forms in every for form in forms] + odd * 50
    dice = random.Random(0)
    every += [dice.choices(pool, k=dice.randint(2, 7)) for _ in range(2000)]
    for forms in every:
        if len(forms) > 1:
            expected = tagger.tag(featurizer.process([[[form] for form in forms]])[0])
            assert field.goes_on(forms) == [tag == "I-W" for tag in expected], forms


def _templates() -> list[str]:
    """Those that the model was trained with."""
    one, two, three = ["-2", "-1", "0", "1", "2"], ["-2,-1", "-1,0", "0,1", "1,2"], ["-2,0", "-1,1", "0,2"]
    kinds = {
        "": [*one, *two, *three],
        ".lower": [*one, *two],
        ".isdigit": ["-1", "0", "1"],
        ".istitle": [*one, "0,1", "0,2"],
        ".is_in_dict": [*one, *two, *three],
    }
    return [f"T[{place}]{kind}" for kind, places in kinds.items() for place in places]
