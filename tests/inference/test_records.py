from nghiquyet import Entity, Prediction

TEXT = "ông Huấn, HUYỆN ỦY và Huyện  uỷ: giảm còn 30%. Ông Huấn, UBND huyện"


def _prediction() -> Prediction:
    spans = [
        ("PERSON", "Huấn"),
        ("ORG", "HUYỆN ỦY"),
        ("ORG", "Huyện  uỷ"),
        ("TARGET", "giảm còn 30%"),
        ("PERSON", "Huấn"),
        ("ORG", "UBND huyện"),
    ]
    entities, at = [], 0
    for label, surface in spans:
        at = TEXT.index(surface, at)
        entities.append(Entity(label, at, at + len(surface), surface, 0.87654))
        at += len(surface)
    return Prediction(TEXT, tuple(entities))


def test_mentions_under_one_name_are_one_record() -> None:
    found = _prediction()
    assert [(person.name, len(person.mentions)) for person in found.people] == [("Huấn", 2)]
    assert [(org.name, len(org.mentions)) for org in found.organisations] == [("HUYỆN ỦY", 2), ("UBND huyện", 1)]
    assert [(target.text, target.entity.start) for target in found.targets] == [("giảm còn 30%", TEXT.index("giảm"))]


def test_to_dict_is_ready_for_json() -> None:
    found = _prediction().to_dict()
    assert found["text"] == TEXT
    assert found["entities"][0] == {"label": "PERSON", "start": 4, "end": 8, "text": "Huấn", "score": 0.8765}
    assert len(found["entities"]) == 6
