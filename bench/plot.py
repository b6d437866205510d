"""A bar chart as SVG, written by hand: no plotting library is needed for bars."""

import math
from collections.abc import Sequence
from html import escape

_LEFT, _WIDTH, _ROW, _TOP = 220, 480, 22, 34


def plot(bars: Sequence[tuple[str, float]], title: str) -> str:
    """Draw horizontal bars on a logarithmic scale.

    Args:
        bars: label and a positive value each.
        title: above the bars.
    """
    low = math.floor(math.log10(min(value for _, value in bars)))
    high = math.ceil(math.log10(max(value for _, value in bars)))
    step = _WIDTH / max(1, high - low)
    height = _TOP + _ROW * len(bars) + 24
    box = f"0 0 {_LEFT + _WIDTH + 70} {height}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{box}"',
        ' font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{_LEFT}" y="20" font-weight="bold">{escape(title)}</text>',
    ]
    for power in range(low, high + 1):
        x = _LEFT + (power - low) * step
        parts.append(
            f'<path d="M{x:.1f} {_TOP}V{height - 20}" stroke="#ccc"/>'
            f'<text x="{x:.1f}" y="{height - 6}" text-anchor="middle">{10**power:g}'
            "</text>"
        )
    for number, (label, value) in enumerate(bars):
        y = _TOP + number * _ROW
        length = (math.log10(value) - low) * step
        colour = "#b3261e" if label.startswith("ours") else "#4a6fa5"
        parts.append(
            f'<text x="{_LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(label)}'
            f'</text><rect x="{_LEFT}" y="{y + 4}" width="{max(length, 1):.1f}" '
            f'height="{_ROW - 8}" fill="{colour}"/>'
            f'<text x="{_LEFT + length + 6:.1f}" y="{y + 15}">{value:.1f}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])
