"""Whole-word masking: what a masked-language model is asked to guess.

Of the chosen words four in five are hidden behind the mask, one in ten gets other pieces in its place, and one in ten stays, so
that a model cannot tell by the mask alone where it will be asked (Devlin et al. 2019, section 3.1). All pieces of a word are chosen
together and share its fate, since a word that shows in part is guessed too easily (Cui et al. 2019, arXiv:1906.08101).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nghiquyet_training.examples import IGNORED

HIDDEN: Final = 0.8
REPLACED: Final = 0.1

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Masking:
    """How windows are masked: the `share` of words to choose, in 0..1, the id of the mask, and the ids that may replace a piece."""

    share: float
    mask: int
    replacements: Ids

    def __call__(self, ids: Ids, starts: Ids, draw: np.random.Generator) -> tuple[Ids, Ids]:
        """The ids as the model sees them, and what it is to guess: the true id of every piece of a chosen word, else `IGNORED`.

        Args:
            ids: the window's pieces between its opening and its closing sign, which are never chosen.
            starts: the position of the first piece of each word; the words fill the window. At least one is chosen.
            draw: where all chance comes from.
        """
        words = len(starts)
        chosen = draw.choice(words, max(1, int(self.share * words + draw.random())), replace=False)
        fate_of_word = np.ones(words)
        fate_of_word[chosen] = draw.random(len(chosen)) - 1
        fate = np.ones(len(ids))
        fate[starts[0] : -1] = np.repeat(fate_of_word, np.diff(starts, append=len(ids) - 1))
        replacements = draw.choice(self.replacements, len(ids))
        seen = np.where(fate < HIDDEN - 1, self.mask, np.where(fate < HIDDEN + REPLACED - 1, replacements, ids))
        return seen, np.where(fate < 0, ids, IGNORED)
