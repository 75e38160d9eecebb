"""Plots of a batch as SVG, the same bytes for the same data."""

from __future__ import annotations

import io
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
LABEL_SHARE: Final = 0.0062


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


def drawn(panes: Sequence[Pane], spans: Sequence[Span], marks: Sequence[Span] = ()) -> str:
    """All panes over one axis of process time in minutes, with phases as bands behind them."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(
        {
            "svg.hashsalt": "blademill",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.sans-serif": ["DejaVu Sans"],
            "path.simplify": True,
        }
    ):
        figure = Figure(figsize=(7.6, 1.42 * len(panes) + 0.5), layout="constrained")
        axes = figure.subplots(len(panes), 1, sharex=True, squeeze=False)[:, 0]
        for at, (pane, axis) in enumerate(zip(panes, axes, strict=True)):
            _bands(axis, spans, named=at == 0)
            _pane(axis, pane)
            for mark in marks:
                axis.axvline(mark.begin_s / 60.0, color=LIMIT, linewidth=0.9)
        axes[-1].set_xlabel("process time, min", fontsize=7, color=INK)
        return _svg(figure)


def _bands(axis: Any, spans: Sequence[Span], named: bool) -> None:
    for number, span in enumerate(spans):
        begin, end = span.begin_s / 60.0, span.end_s / 60.0
        axis.axvspan(begin, end, color=BANDS[number % 2], linewidth=0, zorder=0)
        share = (span.end_s - span.begin_s) / max(spans[-1].end_s, 1e-9)
        if named and share > 0.035:
            # A name that is wider than its band stands above its neighbors.
            fits = share > LABEL_SHARE * len(span.label)
            axis.text(
                (begin + end) / 2.0,
                1.02 if fits else 1.11,
                span.label,
                transform=axis.get_xaxis_transform(),
                ha="center",
                va="bottom",
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
        axis.set_yscale("log")
    axis.set_ylabel(pane.unit, fontsize=7, color=INK)
    axis.set_title(pane.title, fontsize=7.5, loc="left", color=INK, pad=12 if pane.pens else 4)
    axis.grid(visible=True, color=GRID, linewidth=0.4)
    axis.tick_params(labelsize=6.5, colors=INK, length=2)
    axis.margins(x=0.0)
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_color(GRID)
    if len(pane.pens) > 1:
        axis.legend(fontsize=6, loc="upper right", frameon=True, framealpha=0.85, edgecolor=GRID)


def _svg(figure: Any) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Type": None})
    text = out.getvalue()
    # Without its XML head and metadata it stands in a page as it is.
    return re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
