"""How a group of options reaches its command as one record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any

Command = Callable[..., Any]


def gather(name: str, record: type, *options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Options that many commands share: their values reach the command as one record, its argument `name`."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gathering(**given: Any) -> Any:
            own = {field.name: given.pop(field.name) for field in fields(record)}
            return command(**{name: record(**own)}, **given)

        wrapped: Command = gathering
        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped

    return decorate
