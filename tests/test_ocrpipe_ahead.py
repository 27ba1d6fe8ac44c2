"""Results come in order, made early by one thread, and errors come in their place."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ocrpipe.ahead import ahead


def test_results_come_in_order() -> None:
    assert list(ahead(lambda x: x * x, range(7))) == [0, 1, 4, 9, 16, 25, 36]
    assert list(ahead(lambda x: x, [])) == []


def test_the_next_is_made_while_one_is_used() -> None:
    made = [threading.Event() for _ in range(3)]

    def make(number: int) -> int:
        made[number].set()
        return number

    results = ahead(make, range(3), depth=1)
    assert next(results) == 0
    assert made[1].wait(timeout=10)
    assert list(results) == [1, 2]


def test_only_so_many_items_are_asked_for_early() -> None:
    asked: list[int] = []

    def items() -> Iterator[int]:
        for number in range(9):
            asked.append(number)
            yield number

    results = ahead(str, items(), depth=2)
    assert (next(results), asked) == ("0", [0, 1, 2])
    assert (next(results), asked) == ("1", [0, 1, 2, 3])


def test_an_error_comes_where_its_result_would_have() -> None:
    results = ahead(lambda x: 6 // x, [3, 2, 0, 1])
    assert [next(results), next(results)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert list(results) == []


def test_an_error_of_the_items_comes_after_what_they_gave() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("no more")

    results = ahead(lambda x: x, items(), depth=3)
    assert next(results) == 1
    with pytest.raises(LookupError, match="no more"):
        next(results)


def test_closing_early_leaves_no_thread() -> None:
    results = ahead(lambda x: x, range(100))
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]  # a generator
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_a_depth_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="depth must be at least 1, got 0"):
        ahead(str, [1], depth=0)
