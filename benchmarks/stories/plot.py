"""Draw measured bars as SVG, without a plotting library.

In: {group: {method: value}} with values from 0 to 1. Out: a file. Never: measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

COLOURS = ("#1f5f8b", "#9aa5b1", "#c98b2b", "#6b8f5e", "#8c5a86")
BAR, GAP, HEIGHT, TOP, LEFT = 13, 22, 220, 46, 40


def draw_bars(title: str, groups: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """One bar per method in each group, the methods in the order of the first group."""
    methods = list(dict.fromkeys(method for bars in groups.values() for method in bars))
    step = BAR * len(methods) + GAP
    width = max(LEFT + step * len(groups) + GAP, 640)
    parts = [_text(LEFT, 18, title, size=14)]
    for place, method in enumerate(methods):
        x = LEFT + place * 150
        parts += [_box(x, 27, 10, 10, COLOURS[place % len(COLOURS)]), _text(x + 14, 36, method)]
    for tenth in range(0, 11, 2):
        y = TOP + HEIGHT * (1 - tenth / 10)
        parts += [_box(LEFT, y, width - LEFT, 0.5, "#cccccc"), _text(8, y + 4, f".{tenth}0" if tenth < 10 else "1")]
    for number, (group, bars) in enumerate(groups.items()):
        start = LEFT + GAP / 2 + number * step
        for place, method in enumerate(methods):
            tall = HEIGHT * bars.get(method, 0.0)
            parts.append(_box(start + place * BAR, TOP + HEIGHT - tall, BAR - 2, tall, COLOURS[place % len(COLOURS)]))
        parts.append(_text(start, TOP + HEIGHT + 16, group))
    size = f'width="{width}" height="{TOP + HEIGHT + 30}"'
    body = "\n".join(parts)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">\n{body}\n</svg>\n', "utf-8"
    )


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(x: float, y: float, words: str, *, size: int = 11) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}">{escape(words)}</text>'
