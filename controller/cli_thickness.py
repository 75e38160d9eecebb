"""`blademill thickness`: the shell thickness of a charge, without a recipe."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict
from typing import Any, Final

import click

from controller.core.coating import (
    Basis,
    ShellInputs,
    Thickness,
    paper_reference,
    sse_wt_percent_for,
    target_thickness,
)
from controller.errors import BlademillError

OPTION_OF: Final = {
    "sse_wt_percent": "--sse-wt",
    "d50_um": "--d50",
    "core_density_g_cm3": "--core-density",
    "shell_density_g_cm3": "--shell-density",
    "solid_fraction": "--solid-fraction",
    "coverage": "--coverage",
    "thickness_nm": "--target-nm",
}
GIVEN_HERE: Final = "given on the command line"


@click.command()
@click.option(
    "--sse-wt",
    type=float,
    required=True,
    metavar="WT%",
    help="Electrolyte content, 0.1 to 50 wt%.",
)
@click.option(
    "--basis",
    type=click.Choice([basis.value for basis in Basis]),
    required=True,
    help="What the wt% is a percentage of: all the powder, or the cathode powder alone.",
)
@click.option(
    "--d50", type=float, required=True, metavar="UM", help="Core particle D50, 1 to 50 um."
)
@click.option(
    "--core-density",
    type=float,
    required=True,
    metavar="G/CM3",
    help="True density of the core, 0.5 to 10 g/cm3.",
)
@click.option(
    "--shell-density",
    type=float,
    required=True,
    metavar="G/CM3",
    help="True density of the shell material, 0.5 to 10 g/cm3.",
)
@click.option(
    "--solid-fraction",
    type=float,
    default=1.0,
    show_default=True,
    help="Share of the shell that is solid, 0.2 to 1.",
)
@click.option(
    "--coverage",
    type=float,
    default=1.0,
    show_default=True,
    help="Covered share of the surface, 0.05 to 1.",
)
@click.option(
    "--target-nm",
    type=float,
    metavar="NM",
    help="Also say which wt% makes this apparent thickness.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and JSON alone.")
@click.pass_context
def thickness(
    context: click.Context,
    sse_wt: float,
    basis: str,
    d50: float,
    core_density: float,
    shell_density: float,
    solid_fraction: float,
    coverage: float,
    target_nm: float | None,
    as_json: bool,
) -> None:
    """Shell thickness that mass conservation gives for a charge.

    DENSE is for a solid, closed shell; APPARENT for the solid fraction and coverage given.

    \b
    Example:
      blademill thickness --sse-wt 5 --basis total --d50 13 \\
        --core-density 4.78 --shell-density 1.64 --solid-fraction 0.64
    """
    try:
        inputs = ShellInputs(
            sse_wt_percent=sse_wt,
            basis=Basis(basis),
            d50_um=d50,
            core_density_g_cm3=core_density,
            shell_density_g_cm3=shell_density,
            solid_fraction=solid_fraction,
            coverage=coverage,
            core_density_origin=GIVEN_HERE,
            shell_density_origin=GIVEN_HERE,
        )
        result = target_thickness(inputs)
        wanted = None if target_nm is None else sse_wt_percent_for(target_nm, inputs)
    except BlademillError as error:
        option = OPTION_OF.get(error.where, error.where)
        click.echo(f"Refused: {option}: {error.what}. {error.do}", err=True)
        context.exit(1)
    show = _as_json if as_json else _as_table
    click.echo(show(inputs, result, target_nm, wanted))


def _as_json(
    inputs: ShellInputs, result: Thickness, target_nm: float | None, wanted: float | None
) -> str:
    answer: dict[str, Any] = {
        "thickness_nm": {
            "dense": result.dense_nm,
            "apparent": result.apparent_nm,
            "thin_limit": result.thin_limit_nm,
        },
        "basis": inputs.basis.value,
        "inputs": _asked(inputs, target_nm),
        "assumptions": list(result.assumptions),
    }
    if wanted is not None:
        answer["sse_wt_percent"] = wanted
    reference = paper_reference(inputs)
    if reference is not None:
        answer["paper_reference"] = asdict(reference)
    return json.dumps(answer, indent=2, allow_nan=False)


def _asked(inputs: ShellInputs, target_nm: float | None) -> dict[str, float]:
    values = {name: getattr(inputs, name) for name in OPTION_OF if hasattr(inputs, name)}
    return values if target_nm is None else {**values, "target_nm": target_nm}


def _as_table(
    inputs: ShellInputs, result: Thickness, target_nm: float | None, wanted: float | None
) -> str:
    filling = f"solid fraction {inputs.solid_fraction:g}, coverage {inputs.coverage:g}"
    rows = [
        ("dense", f"{result.dense_nm:.1f} nm", "solid fraction 1, coverage 1"),
        ("apparent", f"{result.apparent_nm:.1f} nm", filling),
        ("thin limit", f"{result.thin_limit_nm:.1f} nm", f"{filling}; a check only"),
    ]
    if wanted is not None:
        note = f"for {target_nm:g} nm apparent, basis {inputs.basis.value}"
        rows.append(("content", f"{wanted:.4g} wt%", note))
    lines = [
        f"Shell of {inputs.sse_wt_percent:g} wt% ({inputs.basis.value}) on {inputs.d50_um:g} um",
        "",
        *(f"  {name:<12}{value:>12}   {note}" for name, value, note in rows),
        "",
        "Assumptions",
        *(_wrapped(line, "  - ") for line in result.assumptions),
    ]
    reference = paper_reference(inputs)
    if reference is not None:
        lines += ["", "Published figure", _wrapped(reference.text, "  ")]
    return "\n".join(lines)


def _wrapped(text: str, lead: str) -> str:
    return textwrap.fill(text, width=88, initial_indent=lead, subsequent_indent=" " * len(lead))
