"""The cause-and-effect matrix: one row for each cause, data that everything else reads."""

from __future__ import annotations

from controller.core.limits import Limits
from controller.core.matrix.advice import advice_rows
from controller.core.matrix.devices import device_rows
from controller.core.matrix.gas import gas_rows
from controller.core.matrix.heat import heat_rows
from controller.core.matrix.inputs import input_rows
from controller.core.matrix.machine import machine_rows
from controller.core.matrix.own import own_rows
from controller.core.matrix.pace import pace_rows
from controller.core.matrix.procedure import procedure_rows
from controller.core.matrix.room import room_rows
from controller.core.matrix.row import Row


def rows(limits: Limits) -> tuple[Row, ...]:
    """All rows, with `limits` written into them, in the order in which ties are told."""
    return (
        *pace_rows(limits),  # first: what was not seen is unknown because nobody looked
        *machine_rows(limits),
        *gas_rows(limits),
        *heat_rows(limits),
        *room_rows(limits),
        *input_rows(limits),
        *procedure_rows(limits),
        *own_rows(limits),
        *device_rows(),
        *advice_rows(limits),
    )
