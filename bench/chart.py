"""Bar charts as SVG text: groups of bars, each with the smallest and the largest value as a line through its end."""

from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, LABEL_WIDTH, VALUE_WIDTH = 720, 200, 60
BAR, GAP, GROUP_GAP, TOP = 16, 4, 30, 40
COLOURS = (("#0b6e4f", "#3fbf8f"), ("#7a8793", "#8d99a5"))  # ours and the others', on light and on dark

STYLE = """\
    text { font: 12px sans-serif; fill: #1f2328 }
    .title { font-weight: bold }
    .value { font-size: 11px }
    .span, .mark { stroke: #1f2328; stroke-width: 1.5 }
    .mark { stroke-dasharray: 4 3; stroke-width: 1 }
    .ours { fill: %s }
    .other { fill: %s }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .span, .mark { stroke: #e6edf3 }
      .ours { fill: %s }
      .other { fill: %s }
    }""" % (COLOURS[0][0], COLOURS[1][0], COLOURS[0][1], COLOURS[1][1])


class Bar(NamedTuple):
    label: str
    value: float
    smallest: float
    largest: float
    kind: str = "other"  # or ours


def chart(title, groups, form="{:.2f}", mark=None):
    """`groups`: [(heading, [Bar])]; `mark` is a value that a line goes through. The axis begins at 0."""
    axis_max = max([bar.largest for _, bars in groups for bar in bars] + [mark or 0])
    scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / (axis_max or 1)
    body, y = [_text(8, 22, title, "title")], TOP
    for heading, bars in groups:
        body.append(_text(8, y + 12, heading, "title"))
        y += 20
        for bar in bars:
            body += _bar(bar, y, scale, form)
            y += BAR + GAP
        if mark is not None:
            at = LABEL_WIDTH + mark * scale
            body.append(_line("mark", at, y - len(bars) * (BAR + GAP), at, y - GAP))
        y += GROUP_GAP - 20
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img">',
             f"  <title>{escape(title)}</title>", "  <style>", STYLE, "  </style>", *(f"  {line}" for line in body), "</svg>"]
    return "\n".join(lines) + "\n"


def _bar(bar, y, scale, form):
    middle, end = y + BAR / 2, LABEL_WIDTH + bar.value * scale
    smallest, largest = (LABEL_WIDTH + value * scale for value in (bar.smallest, bar.largest))
    return [_text(LABEL_WIDTH - 8, y + 12, bar.label, "label", "end"),
            f'<rect class="{bar.kind}" x="{LABEL_WIDTH}" y="{y}" width="{end - LABEL_WIDTH:.1f}" height="{BAR}"/>',
            _line("span", smallest, middle, largest, middle),
            _text(max(end, largest) + 6, y + 12, form.format(bar.value), "value")]


def _text(x, y, words, kind, anchor="start"):
    return f'<text class="{kind}" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _line(kind, x1, y1, x2, y2):
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1}" x2="{x2:.1f}" y2="{y2}"/>'
