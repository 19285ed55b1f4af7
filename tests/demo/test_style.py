"""The colours of labels: legible in light and dark, and told apart also by those who see fewer colours."""

import re
from importlib.resources import files

import pytest

CSS = (files("nghiquyet_demo") / "style.css").read_text(encoding="utf-8")
LABELS = ("target", "person", "org", "other")


def _palette(selector: str) -> dict[str, str]:
    rule = re.search(rf"(?m)^{re.escape(selector)} {{(.*?)}}", CSS, re.DOTALL)
    assert rule
    return dict(re.findall(r"--nq-([\w-]+): (#\w+)", rule[1]))


MODES = {"light": _palette(":root"), "dark": _palette(".dark")}


def _rgb(colour: str) -> list[float]:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    values = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]


def _contrast(one: str, two: str) -> float:
    """As WCAG 2.2 has it."""
    low, high = sorted(sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), _rgb(colour), strict=True)) for colour in (one, two))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", MODES)
def test_words_are_legible(mode: str) -> None:
    palette = MODES[mode]
    for ground in ("ground", "soft"):
        for ink in ("ink", "quiet", "accent", "warn"):
            assert _contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground)
    for label in LABELS:
        assert _contrast(palette["ink"], palette[label]) >= 7, label
        assert _contrast(palette[f"{label}-ink"], palette[label]) >= 4.5, label


@pytest.mark.parametrize("mode", MODES)
def test_the_three_labels_have_lines_of_their_own_beside_colours(mode: str) -> None:
    assert len({MODES[mode][label] for label in LABELS}) == len(LABELS)
    lines = re.findall(r'\.nq \[data-label="(\w+)"\]:is\([^)]*\) {[^}]*border-bottom: (\dpx \w+)', CSS)
    assert len({line for _, line in lines}) == len(lines) == 3
    assert all(f'.nq-mark[data-label="{label}"]::after' in CSS for label, _ in lines)


def test_nothing_is_fetched() -> None:
    script = (files("nghiquyet_demo") / "script.js").read_text(encoding="utf-8")
    for content in (CSS, script):
        assert not re.search(r"https?://|@import|url\(", content)
    assert "innerHTML" not in script


def test_the_palettes_hold_the_same_names() -> None:
    assert MODES["light"].keys() == MODES["dark"].keys()
