"""Small plots as inline SVG, for eyes and for screen readers."""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

_STEP, _HEIGHT, _INSET = 4, 26, 2

Points = Sequence[float | None]


def bars(values: Points, words: str) -> Markup:
    """A bar a day, from zero; a day of which nothing is known has none."""
    most = max((one for one in values if one is not None), default=0) or 1
    room = _HEIGHT - _INSET
    drawn = []
    for index, value in enumerate(values):
        if value:
            height = max(1.5, room * value / most)
            drawn.append(
                f'<rect x="{index * _STEP}" y="{_HEIGHT - height:.1f}" width="3" height="{height:.1f}" rx=".5"/>'
            )
    return _svg("bars", len(values) * _STEP, "".join(drawn), words)


def line(values: Points, words: str) -> Markup:
    """A line through what is known, with a dot at its end; from the lowest to the highest, or from zero."""
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if not known:
        return _svg("line", len(values) * _STEP, "", words)
    low, high = min(0.0, *(value for _, value in known)), max(value for _, value in known)
    room, span = _HEIGHT - 3 * _INSET, (high - low) or 1
    points = [(index * _STEP + 1.5, _HEIGHT - 1.5 * _INSET - room * (value - low) / span) for index, value in known]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    first, last = points[0], points[-1]
    area = f"{first[0]:.1f},{_HEIGHT} {path} {last[0]:.1f},{_HEIGHT}"
    drawn = (
        f'<polygon points="{area}"/><polyline points="{path}"/><circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2"/>'
    )
    return _svg("line", len(values) * _STEP, drawn, words)


def share(percent: float, words: str) -> Markup:
    """How much of a whole: a bar in a frame."""
    width = max(0.0, min(100.0, percent))
    return Markup(
        f'<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{escape(words)}">'
        f'<rect class="whole" width="100" height="6"/><rect class="part" width="{width:.1f}" height="6"/></svg>'
    )


def _svg(kind: str, width: int, drawn: str, words: str) -> Markup:
    return Markup(
        f'<svg class="plot {kind}" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" '
        f'role="img" aria-label="{escape(words)}">{drawn}</svg>'
    )
