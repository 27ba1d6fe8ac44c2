"""A value inside a JSON document that knows where it lies, so that every complaint names the place."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ocrpipe.errors import ResultError


@dataclass(frozen=True, slots=True)
class Node:
    """value, of any JSON type, at the place where: "" for the whole document, else as in "words[3].polygon".

    Each method answers with the value as one type, or raises ResultError: the place, what was expected.
    """

    value: object
    where: str = ""

    def __getitem__(self, key: str) -> Node:
        if not isinstance(self.value, dict):
            raise self.wrong_type("an object")
        if key not in self.value:
            raise self.error(f"{key!r} is missing")
        return Node(self.value[key], f"{self.where}.{key}" if self.where else key)

    def has(self, key: str) -> bool:
        """Whether an object has that key."""
        if not isinstance(self.value, dict):
            raise self.wrong_type("an object")
        return key in self.value

    def optional(self, key: str) -> list[Node]:
        """The items of an object's array at key; none where the key is absent."""
        return self[key].items() if self.has(key) else []

    def at(self, index: int) -> Node:
        """The item at index of an array."""
        return self.items()[index]

    def items(self) -> list[Node]:
        """The items of an array."""
        if not isinstance(self.value, list):
            raise self.wrong_type("an array")
        return [Node(item, f"{self.where}[{i}]") for i, item in enumerate(self.value)]

    def is_null(self) -> bool:
        """True for null."""
        return self.value is None

    def text(self) -> str:
        """A string."""
        if not isinstance(self.value, str):
            raise self.wrong_type("a string")
        return self.value

    def text_or_none(self) -> str | None:
        """A string, or None for null."""
        return None if self.value is None else self.text()

    def boolean(self) -> bool:
        """true or false."""
        if not isinstance(self.value, bool):
            raise self.wrong_type("true or false")
        return self.value

    def integer(self, least: int) -> int:
        """An integer, least or more; 3.0 is one too, as it is in JSON Schema."""
        number = self.number(least)
        if not number.is_integer():
            raise self.error(f"expected an integer, got {number}")
        return int(number)

    def score(self) -> float:
        """A number 0..1."""
        return self.number(0, 1)

    def number(self, least: float = -math.inf, most: float = math.inf) -> float:
        """A finite number within least..most; json.loads lets NaN and Infinity in, so they are refused."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.wrong_type("a number")
        try:
            number = float(self.value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.error(f"expected a finite number, got {number}")
        if not least <= number <= most:
            limit = f"from {least} to {most}" if most < math.inf else f"{least} or more"
            raise self.error(f"expected {limit}, got {self.value}")
        return number

    def pair(self) -> tuple[float, float]:
        """An array of two numbers, x and y."""
        items = self.items()
        if len(items) != 2:
            raise self.error(f"expected x and y, got {len(items)} values")
        return items[0].number(), items[1].number()

    def wrong_type(self, expected: str) -> ResultError:
        """The error for a value of another type."""
        names = {
            dict: "an object",
            list: "an array",
            str: "a string",
            bool: "true or false",
            type(None): "null",
        }
        return self.error(f"expected {expected}, got {names.get(type(self.value), 'a number')}")

    def error(self, message: str) -> ResultError:
        """A ResultError with the place and the message."""
        return ResultError(f"{self.where or 'record'}: {message}")
