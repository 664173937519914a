"""Doing something as another user: a kit's data belong to the kit's user, also where root looks at them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from firmware.machine import User


@contextmanager
def acting_as(user: User) -> Iterator[None]:
    """Have this user's rights while the context lasts, where we are root and the user is not; else nothing changes."""
    if os.geteuid() != 0 or user.number == 0:
        yield
        return
    groups, group = os.getgroups(), os.getegid()
    try:
        os.setgroups(sorted(user.groups))
        os.setegid(user.group)
        os.seteuid(user.number)
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)
