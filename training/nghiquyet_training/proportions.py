"""How sure a share of few is."""

from scipy.stats import binomtest

from nghiquyet_training.bootstrap import Interval


def interval(part: int, whole: int) -> Interval:
    """Where a share of ever more would lie with a confidence of 95%, if each were independent of the others (Wilson 1927).

    Unlike draws of those that are there, it does not take nine of nine, or none of them, for certain.

    Raises:
        ValueError: unless 0 <= part <= whole and whole is above 0.
    """
    ends = binomtest(part, whole).proportion_ci(method="wilson")
    return Interval(float(ends.low), float(ends.high))
