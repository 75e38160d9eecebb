"""A study as one self-contained page: figures, plots, and what all of it rests on."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, PackageLoader

from sim.study.campaign import Study
from sim.study.outcome import SHOWN
from sim.study.summary import Column, Summary, Table

REPORT: Final = "report.html"
PLOTTED: Final = (
    "powder_peak_c",
    "o2_spinning_ppm",
    "h2o_spinning_ppm",
    "h2s_spinning_ppm",
    "purge_s",
    "duration_s",
    "argon_l",
    "energy_kwh_per_kg",
    "dense_nm",
    "apparent_nm",
    "coverage",
    "torque_peak_nm",
)
_INK: Final = "#33383d"
_BAR: Final = "#7d8b99"
_LIMIT: Final = "#b3261e"


def write_report(folder: Path, study: Study, table: Table, summary: Summary) -> None:
    """Writes `report.html` into `folder`; it needs nothing beside itself."""
    environment = Environment(loader=PackageLoader("sim.study"), autoescape=True)
    page = environment.get_template("report.html.jinja").render(
        study=study,
        summary=summary,
        shown=SHOWN,
        plots=[
            (name, _histogram(table.numbers[name], name, summary))
            for name in PLOTTED
            if name in summary.spreads
        ],
        drivers=_driver_chart(study, summary),
    )
    (folder / REPORT).write_text(page, encoding="utf-8")


def _figure(width: float, height: float) -> tuple[Any, Any]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # Ids in the file from a fixed salt: the same study gives the same bytes.
    mpl.rcParams["svg.hashsalt"] = "blademill"
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["font.family"] = "sans-serif"
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_INK)
    axes.tick_params(colors=_INK, labelsize=8)
    return figure, axes


def _svg(figure: Any) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def _histogram(column: Column, name: str, summary: Summary) -> str:
    known = column[np.isfinite(column)]
    shown = SHOWN[name]
    figure, axes = _figure(3.6, 2.2)
    axes.hist(known, bins=min(40, max(8, int(np.sqrt(known.size)))), color=_BAR)
    quantiles = summary.spreads[name].quantiles
    axes.axvline(quantiles[50], color=_INK, linewidth=1.2)
    for share in (5, 95):
        axes.axvline(quantiles[share], color=_INK, linewidth=0.8, linestyle=":")
    if name in summary.under_limit and known.max() > 0.6 * summary.under_limit[name][0]:
        axes.axvline(summary.under_limit[name][0], color=_LIMIT, linewidth=1.2, linestyle="--")
    axes.set_xlabel(f"{shown.label}{', ' + shown.unit if shown.unit else ''}", fontsize=8)
    axes.set_ylabel("runs", fontsize=8)
    return _svg(figure)


def _driver_chart(study: Study, summary: Summary) -> str:
    """Rank correlations as a map: uncertainties that drive anything against results."""
    results = [name for name in PLOTTED if name in summary.drivers]
    drivers = _in_file_order(study, {d.of for name in results for d in summary.drivers[name]})
    if not results or not drivers:
        return ""
    grid = np.zeros((len(drivers), len(results)))
    for column, name in enumerate(results):
        for driver in summary.drivers[name]:
            grid[drivers.index(driver.of), column] = driver.rho
    figure, axes = _figure(8.6, 1.6 + 0.26 * len(drivers))
    axes.imshow(grid, cmap="RdBu_r", vmin=-1.0, vmax=1.0, aspect="auto")
    axes.set_xticks(range(len(results)), [SHOWN[n].label for n in results], rotation=35, ha="right")
    axes.set_yticks(range(len(drivers)), drivers)
    for row, column in zip(*np.nonzero(grid), strict=True):
        value = grid[row, column]
        ink = "white" if abs(value) > 0.6 else _INK
        axes.text(column, row, f"{value:+.2f}", ha="center", va="center", fontsize=7, color=ink)
    return _svg(figure)


def _in_file_order(study: Study, names: set[str]) -> Sequence[str]:
    return [item.of for item in study.uncertainties.items if item.of in names]
