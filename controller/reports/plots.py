"""Plots of a batch as SVG, the same bytes for the same data."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from controller.records.downsample import least_and_greatest

POINTS: Final = 1_200
INK: Final = "#33383d"
GRID: Final = "#d9dde1"
LIMIT: Final = "#b3261e"
LINES: Final = ("#1f4e79", "#a15c00", "#3f7d4e", "#6b4c8a")
BANDS: Final = ("#f3f5f7", "#e6eaee")

Floats = NDArray[Any]
# Of the axis, for each letter of a band's name.
LABEL_SHARE: Final = 0.0082
# Places in inches: the strip of the phases' names, a pane, what is between them, and around all.
WIDTH_IN: Final = 7.6
STRIP_IN: Final = 0.17
PANE_IN: Final = 1.0
GAP_IN: Final = 0.28
FOOT_IN: Final = 0.38
LEFT_IN: Final = 0.62
RIGHT_IN: Final = 0.05
_INSIDE_IN: Final = WIDTH_IN - LEFT_IN - RIGHT_IN
# With more decades than so many only they are named, with fewer 2 and 5 are, too.
FEW_DECADES: Final = 2.0


@dataclass(frozen=True, slots=True)
class Pen:
    """One curve: its name with its unit, times in s, values."""

    label: str
    t_s: Floats
    values: Floats


@dataclass(frozen=True, slots=True)
class Pane:
    """One plot of some pens over one axis; `limits` are drawn as dashed lines."""

    title: str
    unit: str
    pens: tuple[Pen, ...]
    log: bool = False
    limits: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A phase as it was run, or a mark when both times are equal."""

    label: str
    begin_s: float
    end_s: float


def thinned(t_s: Floats, values: Floats, label: str) -> Pen:
    """The curve with no more points than a page shows, and every peak in it."""
    kept = least_and_greatest(values, POINTS) if len(values) > POINTS else slice(None)
    return Pen(label, t_s[kept], values[kept])


def drawn(
    panes: Sequence[Pane],
    spans: Sequence[Span],
    marks: Sequence[Span] = (),
    name: str = "course",
) -> str:
    """All panes over one axis of process time in minutes, with phases as bands behind them.

    `name` is its own in the page: the ids in it are made of it.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(
        {
            "svg.hashsalt": name,
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.sans-serif": ["DejaVu Sans"],
            "path.simplify": True,
        }
    ):
        strip_in = STRIP_IN if spans else 0.0
        figure = Figure(figsize=(WIDTH_IN, _height_in(len(panes), strip_in)))
        axes = _axes(figure, len(panes), strip_in)
        if spans:
            top = _axis(figure, figure.get_figheight() - strip_in, strip_in, axes[0])
            _strip(top, spans)
        for pane, axis in zip(panes, axes, strict=True):
            _bands(axis, spans)
            _pane(axis, pane)
            for mark in marks:
                axis.axvline(mark.begin_s / 60.0, color=LIMIT, linewidth=0.9)
        axes[-1].set_xlabel("process time, min", fontsize=7, color=INK)
        return _svg(figure)


def _height_in(panes: int, strip_in: float) -> float:
    return strip_in + panes * (GAP_IN + PANE_IN) + FOOT_IN


def _axes(figure: Any, panes: int, strip_in: float) -> list[Any]:
    """The panes from the top down, in fixed places: a solver's would differ in the last bit, and
    with it the bytes of the page."""
    bottom_in = _height_in(panes, strip_in) - strip_in
    axes: list[Any] = []
    for _ in range(panes):
        bottom_in -= GAP_IN + PANE_IN
        axes.append(_axis(figure, bottom_in, PANE_IN, axes[0] if axes else None))
        axes[-1].tick_params(labelbottom=False)
        axes[-1].yaxis.set_label_coords((0.12 - LEFT_IN) / _INSIDE_IN, 0.5)
    axes[-1].tick_params(labelbottom=True)
    return axes


def _axis(figure: Any, bottom_in: float, height_in: float, beside: Any) -> Any:
    whole_in = figure.get_figheight()
    place = (LEFT_IN / WIDTH_IN, bottom_in / whole_in, _INSIDE_IN / WIDTH_IN, height_in / whole_in)
    return figure.add_axes(place, sharex=beside)


def _bands(axis: Any, spans: Sequence[Span]) -> None:
    for number, span in enumerate(spans):
        color = BANDS[number % 2]
        axis.axvspan(span.begin_s / 60.0, span.end_s / 60.0, color=color, linewidth=0, zorder=0)


def _strip(axis: Any, spans: Sequence[Span]) -> None:
    """The phases by their numbers over all the panes, with their names where there is room."""
    axis.set_axis_off()
    axis.margins(x=0.0)
    _bands(axis, spans)
    for number, span in enumerate(spans, 1):
        share = (span.end_s - span.begin_s) / max(spans[-1].end_s, 1e-9)
        named = f"{number} {span.label}"
        if share > LABEL_SHARE:
            axis.text(
                (span.begin_s + span.end_s) / 120.0,
                0.5,
                named if share > LABEL_SHARE * len(named) else str(number),
                transform=axis.get_xaxis_transform(),
                ha="center",
                va="center",
                fontsize=5.5,
                color=INK,
            )


def _pane(axis: Any, pane: Pane) -> None:
    for color, pen in zip(LINES * 3, pane.pens, strict=False):
        values = np.where(pen.values > 0.0, pen.values, np.nan) if pane.log else pen.values
        axis.plot(pen.t_s / 60.0, values, color=color, linewidth=0.9, label=pen.label)
    for limit in pane.limits:
        axis.axhline(limit, color=LIMIT, linewidth=0.7, linestyle="--")
    if pane.log:
        _log_scale(axis)
    axis.set_ylabel(pane.unit, fontsize=7, color=INK)
    axis.set_title(pane.title, fontsize=7.5, loc="left", color=INK, pad=3)
    axis.grid(visible=True, color=GRID, linewidth=0.4)
    axis.tick_params(labelsize=6.5, colors=INK, length=2)
    axis.tick_params(which="minor", color=GRID, length=1)
    axis.margins(x=0.0)
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_color(GRID)
    if len(pane.pens) > 1:
        # Beside the title: within the pane it would lie over the readings.
        axis.legend(
            fontsize=6,
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            ncols=len(pane.pens),
            frameon=False,
            borderaxespad=0.1,
            handlelength=1.4,
            columnspacing=1.2,
        )


def _log_scale(axis: Any) -> None:
    """Decades, and 2 and 5 between them where there are few, as plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_yscale("log")
    low, high = axis.get_ylim()
    few = math.log10(high / low) < FEW_DECADES
    axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if few else (1.0,)))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.yaxis.set_minor_formatter(NullFormatter())


def _svg(figure: Any) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Type": None})
    text = out.getvalue()
    # Without its XML head and metadata it stands in a page as it is; and beside another one, when
    # groups have no ids that nobody refers to.
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    return re.sub(r'<g id="[^"]*"', "<g", text)
