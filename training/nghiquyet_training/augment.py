"""The windows of each epoch, in which some articles come in capitals, in small letters, without diacritics or with other names.

A model that has never met such text finds next to nothing in it, and the default encoder's vocabulary holds few such pieces. Forms
are drawn anew each epoch and take the place of an article as given, so that an epoch takes no longer.
"""

import random
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Final

from nghiquyet.checkpoint import Checkpoint
from nghiquyet_training import perturbations
from nghiquyet_training.articles import Article
from nghiquyet_training.config import AugmentationConfig
from nghiquyet_training.examples import Alignment, Example, examples_of
from nghiquyet_training.perturbations import Perturbation
from nghiquyet_training.substitution import substitution

FORMS: Final[Mapping[str, Perturbation]] = {
    "upper_case": perturbations.upper_case,
    "lower_case": perturbations.lower_case,
    "without_diacritics": perturbations.without_diacritics,
}
OTHER_NAMES: Final = "other_names"


def epochs(
    articles: Sequence[Article], model: Checkpoint, settings: AugmentationConfig, number: int, seed: int
) -> tuple[list[list[Example]], Alignment]:
    """The windows of each of `number` epochs, or of one that stands for all if nothing is varied; and how spans fell on words.

    The same seed gives the same windows. Spans are counted once, in the articles as given.
    """
    alignment = Alignment()
    plain = [examples_of(article, model, alignment) for article in articles]
    if not settings.shares:
        return [list(chain.from_iterable(plain))], alignment
    draw = random.Random(seed)  # noqa: S311 - no secret
    forms = [None, *settings.shares]
    weights = [1 - sum(settings.shares.values()), *settings.shares.values()]

    substituted = substitution(articles, draw)

    @cache
    def fixed(place: int, form: str) -> list[Example]:
        return examples_of(FORMS[form](articles[place]), model, Alignment())

    def windows(place: int, form: str | None) -> list[Example]:
        if form is None:
            return plain[place]
        return examples_of(substituted(articles[place]), model, Alignment()) if form == OTHER_NAMES else fixed(place, form)

    drawn = [draw.choices(forms, weights, k=len(articles)) for _ in range(number)]
    return [[window for place, form in enumerate(epoch) for window in windows(place, form)] for epoch in drawn], alignment
