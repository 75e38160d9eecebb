"""Ways to take a guard out of the shipped code for a while, and to put it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from controller.core import interlocks
from controller.core.limits import Limits
from controller.core.matrix.permits import Need, Permit
from controller.core.matrix.row import Arm, Row

Patch = Callable[[ExitStack], None]


@contextmanager
def put(place: Any, name: str, new: Any) -> Iterator[None]:
    """`place.name` is `new` for a while."""
    old = getattr(place, name)
    setattr(place, name, new)
    try:
        yield
    finally:
        setattr(place, name, old)


def instead(*places: Any, name: str, made: Callable[[Any], Any]) -> Patch:
    """In each place, `name` is what `made` makes of it."""

    def patch(stack: ExitStack) -> None:
        for place in places:
            stack.enter_context(put(place, name, made(getattr(place, name))))

    return patch


def rows(change: Callable[[Row], Row], *ids: str) -> Patch:
    """The rows with these ids, or all of them, are changed."""

    def made(old: Callable[[Limits], tuple[Row, ...]]) -> Callable[[Limits], tuple[Row, ...]]:
        def changed(limits: Limits) -> tuple[Row, ...]:
            found = old(limits)
            missing = set(ids) - {row.id for row in found}
            if missing:
                raise LookupError(f"there are no rows {missing}")
            return tuple(change(row) if row.id in ids or not ids else row for row in found)

        return changed

    return instead(interlocks, name="rows", made=made)


def removed(*ids: str) -> Patch:
    """These rows are never armed."""
    return rows(lambda row: replace(row, armed=Arm(0)), *ids)


def slower(*ids: str) -> Patch:
    """These rows take ten times as long to confirm, and at least 2 s."""

    def slow(row: Row) -> Row:
        return replace(
            row,
            confirm_s=max(2.0, 10.0 * row.confirm_s),
            unknown_confirm_s=max(2.0, 10.0 * row.unknown_confirm_s),
        )

    return rows(slow, *ids)


def not_needed(need: Need, *ids: str) -> Patch:
    """These permissives are no longer a condition of `need`."""

    def made(
        old: Callable[[Limits], tuple[Permit, ...]],
    ) -> Callable[[Limits], tuple[Permit, ...]]:
        def changed(limits: Limits) -> tuple[Permit, ...]:
            found = old(limits)
            missing = set(ids) - {row.id for row in found if row.needs & need}
            if missing:
                raise LookupError(f"there are no permissives {missing} for {need}")
            return tuple(
                replace(row, needs=row.needs & ~need) if row.id in ids else row for row in found
            )

        return changed

    return instead(interlocks, name="permits", made=made)


def both(*patches: Patch) -> Patch:
    """Several at once, for a guard that stands in more than one place."""

    def patch(stack: ExitStack) -> None:
        for one in patches:
            one(stack)

    return patch
