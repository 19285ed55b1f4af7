"""Texts that are mostly the same: one report in two newspapers, an excerpt, a copy under a new headline."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from nghiquyet.words import words

_RUN: Final = 4
# Measured on Vietnamese news: copies and excerpts share 0.58 and more, reports of one event by two writers 0.46 and less.
SIMILARITY: Final = 0.5


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two texts by position, `first < second`; `similarity` is the share of the shorter one's word runs that the other has too."""

    first: int
    second: int
    similarity: float


def near_duplicates(texts: Iterable[str], threshold: float = SIMILARITY) -> list[Pair]:
    """All pairs, in order, whose shorter text has at least `threshold` (above 0) of its runs of four words in the other one too.

    Case, spelling of tone marks, signs between words and white space make no difference. Exact, by prefix filtering (Chaudhuri et
    al. 2006, "A primitive operator for similarity joins"): of the shorter text's runs, rarest first, a pair shares one of the first
    (1 - threshold) part at least, so that only texts that share a rare run are ever compared.
    """
    runs = [_runs(text) for text in texts]
    holders = Counter(run for found in runs for run in found)
    by_rare_run: defaultdict[int, list[int]] = defaultdict(list)
    pairs: list[Pair] = []
    for position in sorted(range(len(runs)), key=lambda i: len(runs[i])):
        mine = runs[position]
        for other in {candidate for run in mine for candidate in by_rare_run.get(run, ())}:
            similarity = len(mine & runs[other]) / len(runs[other])
            if similarity >= threshold:
                pairs.append(Pair(min(position, other), max(position, other), similarity))
        rare_first = sorted(mine, key=holders.__getitem__)
        # The small number keeps 0.1 * 30, which is a little more than 3 in floating point, from asking for 4.
        for run in rare_first[: len(mine) - math.ceil(threshold * len(mine) - 1e-9) + 1]:
            if holders[run] > 1:
                by_rare_run[run].append(position)
    return sorted(pairs)


def groups(size: int, pairs: Iterable[Pair]) -> list[list[int]]:
    """The positions 0..size-1 in groups that near-duplicates hold together, directly or through others; in order.

    >>> groups(4, [Pair(0, 2, 0.9), Pair(2, 3, 0.6)])
    [[0, 2, 3], [1]]
    """
    together = [[position] for position in range(size)]
    for pair in pairs:
        larger, smaller = sorted((together[pair.first], together[pair.second]), key=len, reverse=True)
        if larger is not smaller:
            larger += smaller
            for position in smaller:
                together[position] = larger
    return [sorted(group) for position, group in enumerate(together) if position == min(group)]


def _runs(text: str) -> frozenset[int]:
    """Hashes of the runs of words (signs left out); a text of fewer words is one run."""
    forms = [word.form.lower() for word in words(text) if any(char.isalnum() for char in word.form)]
    return frozenset(hash(tuple(forms[i : i + _RUN])) for i in range(max(1, len(forms) - _RUN + 1)))
