"""The command nghiquyet-demo over a stub of a model; takes the same options."""

from typing import Any

from nghiquyet import Entity, Extractor, Prediction
from nghiquyet_demo import cli

# Markup among the phrases, because a model may well mark some.
PHRASES = {"PERSON": "Cao Văn Bường", "TARGET": "kết nạp 25 đảng viên <script>alert(1)</script>", "ORG": 'onerror="alert(2)"'}


class Phrases:
    """Finds a few fixed phrases."""

    def predict(self, texts: str) -> Prediction:
        found = [
            Entity(label, texts.index(phrase), texts.index(phrase) + len(phrase), phrase, 0.876)
            for label, phrase in PHRASES.items()
            if phrase in texts
        ]
        return Prediction(texts, tuple(sorted(found, key=lambda entity: entity.start)))


if __name__ == "__main__":
    patched: Any = Extractor
    patched.load = lambda path: Phrases()
    cli.main()
