from nghiquyet import Prediction
from nghiquyet_demo.reader import Prepared


class Counting:
    labels = ("ORG",)

    def __init__(self) -> None:
        self.read: list[str] = []

    def predict(self, texts: str) -> Prediction:
        self.read.append(texts)
        return Prediction(texts, ())


def test_prepared_texts_are_read_once_and_others_each_time() -> None:
    counting = Counting()
    reader = Prepared(counting, ["a", "b"])
    assert [reader.predict(text).text for text in ("a", "b", "c", "c", "a")] == ["a", "b", "c", "c", "a"]
    assert counting.read == ["a", "b", "c", "c"]
    assert reader.labels == ("ORG",)
