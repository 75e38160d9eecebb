"""Who a person is to the machine."""

from __future__ import annotations

from enum import Enum, unique


@unique
class Role(Enum):
    """The roles that a person can have, a closed set."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    AUTHOR = "author"
    SUPERVISOR = "supervisor"
    MAINTENANCE = "maintenance"
    ADMIN = "admin"
