"""Who may use which route of the page's server: one table. What is not in it answers 403.

What a command needs is not here: that is the controller's table (`controller.core.permissions`),
asked in the scan that carries the command out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from controller.core.roles import Role


@dataclass(frozen=True, slots=True)
class Access:
    """What a route wants of who asks: a session with one of `roles` (any session without them).

    `open`: no session at all. `on_locked`: also while the screen is locked. `proof`: the password
    was entered a short while ago.
    """

    roles: frozenset[Role] = frozenset(Role)
    open: bool = False
    on_locked: bool = False
    proof: bool = False


OPEN: Final = Access(open=True, on_locked=True)
READ: Final = Access(on_locked=True)
OWN: Final = Access()
ADMIN: Final = Access(frozenset({Role.ADMIN}), on_locked=True)
# Simulations cost the machine, so not everybody may ask for them.
TRY: Final = Access(frozenset(Role) - {Role.VIEWER})
# One's own account where it must not be enough that somebody left the page open.
OWN_PROVED: Final = Access(proof=True)
MANAGE: Final = Access(frozenset({Role.ADMIN}), proof=True)
TRAIN: Final = Access(frozenset({Role.SUPERVISOR, Role.MAINTENANCE, Role.ADMIN}))
# Signatures and approvals take the password with the request; who else may, the record says.
SIGN: Final = Access(frozenset({Role.OPERATOR, Role.SUPERVISOR}))
WRITE: Final = Access(frozenset({Role.AUTHOR}))
TRY_OUT: Final = Access(frozenset({Role.AUTHOR, Role.SUPERVISOR}))
JUDGE: Final = Access(frozenset({Role.SUPERVISOR}))

ROUTES: Final[dict[tuple[str, str], Access]] = {
    ("GET", "/api/health"): OPEN,
    ("GET", "/api/setup"): OPEN,
    ("POST", "/api/setup"): OPEN,
    ("POST", "/api/enroll"): OPEN,
    ("GET", "/api/session"): OPEN,
    ("POST", "/api/session"): OPEN,
    ("DELETE", "/api/session"): READ,
    ("POST", "/api/session/touch"): OWN,
    ("POST", "/api/proof"): READ,
    ("POST", "/api/password"): OWN,
    ("POST", "/api/factor"): OWN_PROVED,
    ("PUT", "/api/factor"): OWN_PROVED,
    ("DELETE", "/api/factor"): OWN_PROVED,
    ("GET", "/api/sessions"): READ,
    ("DELETE", "/api/sessions"): OWN,
    ("DELETE", "/api/sessions/{id}"): OWN,
    ("GET", "/api/users"): ADMIN,
    ("POST", "/api/users"): MANAGE,
    ("PATCH", "/api/users/{name}"): MANAGE,
    ("POST", "/api/users/{name}/code"): MANAGE,
    ("DELETE", "/api/users/{name}/factor"): MANAGE,
    ("DELETE", "/api/users/{name}/sessions"): MANAGE,
    ("GET", "/api/stream"): READ,
    # Hold, stop and abort are taken from a locked screen too; the route refuses the others.
    ("POST", "/api/command"): READ,
    ("GET", "/api/trend"): READ,
    ("GET", "/api/events"): READ,
    ("GET", "/api/traces"): READ,
    ("GET", "/api/traces/{n}"): READ,
    ("GET", "/api/inside"): READ,
    ("GET", "/api/record/verify"): READ,
    ("POST", "/api/record/verify"): OWN,
    ("GET", "/api/training"): READ,
    ("POST", "/api/training/faults"): TRAIN,
    ("DELETE", "/api/training/faults"): TRAIN,
    ("GET", "/api/recipes"): READ,
    ("GET", "/api/recipes/{name}"): READ,
    ("GET", "/api/batches"): READ,
    ("GET", "/api/batches/{id}"): READ,
    ("GET", "/api/batches/{id}/trend"): READ,
    ("GET", "/api/audit"): READ,
    ("GET", "/api/batches/{id}/report.pdf"): READ,
    ("GET", "/api/batches/{id}/report.html"): READ,
    ("GET", "/api/batches/{id}/export.zip"): READ,
    ("GET", "/api/overlay"): READ,
    ("POST", "/api/batches/{id}/signatures"): SIGN,
    ("GET", "/api/library"): READ,
    ("GET", "/api/library/{id}/{version}"): READ,
    ("GET", "/api/library/{id}/{version}/file"): READ,
    ("GET", "/api/library/{id}/{version}/diff"): READ,
    ("POST", "/api/library"): WRITE,
    ("POST", "/api/library/{id}/{version}/submit"): WRITE,
    ("POST", "/api/library/{id}/{version}/evidence"): TRY_OUT,
    ("POST", "/api/library/{id}/{version}/approve"): JUDGE,
    ("POST", "/api/library/{id}/{version}/reject"): JUDGE,
    ("POST", "/api/library/{id}/{version}/retire"): JUDGE,
    ("GET", "/api/workshop/plants"): READ,
    ("GET", "/api/workshop/faults"): READ,
    ("GET", "/api/workshop/schema"): READ,
    ("POST", "/api/workshop/check"): OWN,
    ("POST", "/api/workshop/shell"): OWN,
    ("POST", "/api/workshop/jobs"): TRY,
    ("GET", "/api/workshop/jobs"): READ,
    ("GET", "/api/workshop/jobs/{id}"): READ,
    ("DELETE", "/api/workshop/jobs/{id}"): TRY,
}
