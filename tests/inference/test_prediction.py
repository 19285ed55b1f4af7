import json
import pickle
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet import Entity, InputError, Prediction

TEXT = "Huyện ủy Đakrông: tỷ lệ hộ nghèo giảm 2-3%/năm. Ông Huấn - Bí thư Huyện ủy."


@st.composite
def predictions(draw: st.DrawFn) -> Prediction:
    """Of any text that has a word, with entities that neither overlap nor begin or end in white space."""
    text = "a" + draw(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    labels = st.sampled_from(["TARGET", "PERSON", "ORG", "RESULT"])
    spans = [(start, end) for start, end in pairwise(cuts) if text[start:end] == text[start:end].strip()]
    return Prediction(text, tuple(Entity(draw(labels), start, end, text[start:end], 0.5) for start, end in spans))


@given(predictions())
def test_records_are_read_once_and_are_no_part_of_what_a_prediction_is(prediction: Prediction) -> None:
    unread = replace(prediction)
    records = (prediction.targets, prediction.people, prediction.organisations)
    assert prediction.targets is records[0]
    assert prediction.people is records[1]
    assert prediction.organisations is records[2]
    assert prediction == unread
    assert hash(prediction) == hash(unread)
    assert repr(prediction) == repr(unread)
    assert records == (unread.targets, unread.people, unread.organisations)
    assert replace(prediction, entities=()).targets == ()


@given(predictions(), st.booleans())
def test_a_prediction_travels_with_the_records_that_were_read(prediction: Prediction, are_read: bool) -> None:
    if are_read:
        prediction.to_dict()
    sent = pickle.loads(pickle.dumps(prediction))
    assert vars(sent) == vars(prediction)
    assert sent.to_dict() == prediction.to_dict()


@given(predictions())
def test_what_is_written_is_read_back(prediction: Prediction) -> None:
    written = json.dumps(prediction.to_dict(), allow_nan=False)
    assert Prediction.from_dict(json.loads(written)) == prediction


def test_records_stand_beside_entities() -> None:
    start = TEXT.index("tỷ lệ")
    raw = "tỷ lệ hộ nghèo giảm 2-3%/năm"
    found = Prediction(
        TEXT,
        (
            Entity("ORG", 0, 16, TEXT[:16], 0.9),
            Entity("TARGET", start, start + len(raw), raw, 0.87654),
            Entity("PERSON", 52, 56, "Huấn", 0.8),
        ),
    ).to_dict()
    (target,) = found["targets"]
    assert {name: target[name] for name in ("start", "end", "text", "score")} == {
        "start": start,
        "end": start + len(raw),
        "text": raw,
        "score": 0.8765,
    }
    slots = ("indicator", "change", "comparator", "value_min", "value_max", "unit", "per", "status")
    assert [target[slot] for slot in slots] == ["tỷ lệ hộ nghèo", "decrease", "range", "2", "3", "%", "year", "planned"]
    assert [person["name"] for person in found["people"]] == ["Huấn"]
    (body,) = found["organisations"]
    assert (body["level"], body["place"]["kind"], body["place"]["name"]) == ("district", "huyện", "Đakrông")
    assert body["mentions"] == [found["entities"][0]]


def test_a_labelled_article_is_a_sure_prediction() -> None:
    labelled = {"id": "a", "text": TEXT, "entities": [{"start": 0, "end": 16, "label": "ORG"}]}
    assert Prediction.from_dict(labelled).entities == (Entity("ORG", 0, 16, "Huyện ủy Đakrông", 1.0),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"entities": []}, 'expected an object with a "text"'),
        ({"text": TEXT}, 'expected "entities" to be a list'),
        ({"text": "ab", "entities": [{"label": "ORG", "start": 0, "end": 3}]}, "is no entity of a text of 2 characters"),
        ({"text": "ab", "entities": [{"label": "ORG", "start": 1, "end": 1}]}, "is no entity of a text of 2 characters"),
        ({"text": "ab", "entities": [{"start": 0, "end": 1}]}, "is no entity"),
        ({"text": "ab", "entities": ["ORG"]}, "is no entity"),
        ({"text": "ab", "entities": [{"label": "ORG", "start": 0, "end": 1, "score": 2}]}, "is no entity"),
        (
            {"text": "ab", "entities": [{"label": "ORG", "start": 0, "end": 2}, {"label": "ORG", "start": 1, "end": 2}]},
            "'ab' at 0 and 'b' at 1 overlap; keep one",
        ),
    ],
)
def test_what_is_no_prediction_is_refused(content: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Prediction.from_dict(content)
