"""Line charts as SVG to stand inside a page, whose own colours they take, so that they follow it into the dark."""

import colorsys
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from nghiquyet import display

# Stand-ins for variables of the page's style sheet; the stand-in for a hue ends in the hue.
_INK, _MUTED, _RULE, _HUE = "#010101", "#020202", "#030303", "#04"
_VARIABLES: Final = {_INK: "var(--ink)", _MUTED: "var(--muted)", _RULE: "var(--rule)"}
_MARKERS: Final = "osD^vP"
# Of a line of many points only some are marked.
_MARKED: Final = 10
_STYLE: Final[dict[Any, Any]] = {
    # Text stays text: it takes the page's font and can be searched and read out.
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    # A dollar sign in the name of a label is no formula.
    "text.parse_math": False,
    "text.color": _INK,
    "axes.edgecolor": _MUTED,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _RULE,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "legend.frameon": False,
}
# The program, its version and the time of day would make every file another.
_NO_METADATA: Final = dict.fromkeys(("Creator", "Date", "Format", "Type"))


@dataclass(frozen=True, slots=True)
class Point:
    """A figure `y` at `x`, and the ends of its interval, or twice the figure itself where there is none."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """A named line in the colour of a hue in degrees, or in that of the text; a dashed one is there for comparison."""

    name: str
    points: Sequence[Point]
    hue: int | None = None
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """Named bars behind the lines: each from `low` to `high`, and how high it is."""

    name: str
    bars: Sequence[tuple[float, float, float]]


def hue(label: str) -> int:
    """The hue of a label's colour wherever entities are shown, in degrees: a page makes its lighter and darker colours of it."""
    red, green, blue = (int(display.colour(label)[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return round(colorsys.rgb_to_hls(red, green, blue)[0] * 360)


def chart(title: str, lines: Sequence[Line], x: str, y: str, *, behind: Bars | None = None, shares_across: bool = True) -> str:
    """An `<svg>` of lines over axes named `x` and `y`; the same lines always give the same text.

    Figures go up and down, in 0..1 and shown as per cent; the other axis does so too with `shares_across`, else it begins at 0. The
    page has to define the variables --ink, --muted, --rule and --depth, the lightness of coloured lines.
    """
    # Names of shapes are hashed with the salt: two charts in one page must not share any.
    with rc_context({**_STYLE, "svg.hashsalt": title}):
        figure = Figure(figsize=(5.2, 3.6), layout="constrained")
        axes = figure.add_subplot()
        if behind:
            low, high, height = zip(*behind.bars, strict=True)
            widths = [end - start for start, end in zip(low, high, strict=True)]
            axes.bar(low, height, widths, align="edge", color=_RULE, edgecolor=_MUTED, linewidth=0.5, label=behind.name)
        for line, marker in zip(lines, _MARKERS * len(lines), strict=False):
            colour = _INK if line.hue is None else f"{_HUE}{line.hue:04x}"
            bars = [[point.y - point.low for point in line.points], [point.high - point.y for point in line.points]]
            axes.errorbar(
                [point.x for point in line.points],
                [point.y for point in line.points],
                yerr=bars if any(map(any, bars)) else None,
                label=line.name,
                color=colour,
                marker="" if line.dashed else marker,
                markersize=4.5,
                markevery=1 + len(line.points) // _MARKED,
                linewidth=1 if line.dashed else 1.6,
                linestyle="--" if line.dashed else "-",
                elinewidth=0.9,
                capsize=2.5,
            )
        axes.set(xlabel=x, ylabel=y, ylim=(-0.01, 1.02), xlim=(0, 1.02 if shares_across else None))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        if shares_across:
            axes.xaxis.set_major_formatter(PercentFormatter(1))
        figure.legend(loc="outside upper center", ncols=4, handlelength=2.2, columnspacing=1.2)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata=_NO_METADATA)
    return _in_page(title, file.getvalue())


def _in_page(title: str, svg: str) -> str:
    """The element alone, with a name to be read out, in the page's font and colours."""
    element = svg[svg.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1)
    # Its style sheet would hold for the whole page; its plain names stand in every chart.
    element = re.sub(r"<style.*?</style>", "", element, flags=re.DOTALL)
    element = re.sub(r' id="[A-Za-z0-9.]+_\d+"', "", element)
    element = re.sub(r"font-family: [^;\"]+;? ?", "", element)
    element = re.sub(rf"{_HUE}([0-9a-f]{{4}})", lambda found: f"hsl({int(found[1], 16)} 85% var(--depth))", element)
    return re.sub("|".join(_VARIABLES), lambda found: _VARIABLES[found[0]], element)
