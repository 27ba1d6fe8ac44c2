from __future__ import annotations

from pathlib import Path

import pytest

from ocrpipe.batch import share
from ocrpipe.batch.share import Shard, choose_workers, parse_shard

NAMES = [Path(f"day {i % 7}/img{i}.jpg") for i in range(4000)]


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_shards_are_a_partition_of_about_equal_parts(count: int) -> None:
    parts = [[n for n in NAMES if Shard(i, count).has(n)] for i in range(1, count + 1)]
    assert sorted(name for part in parts for name in part) == sorted(NAMES)
    assert all(abs(len(part) - 4000 / count) < 4 * (4000 / count) ** 0.5 for part in parts)


def test_a_shard_never_changes() -> None:
    assert [n.name for n in NAMES[:12] if Shard(1, 4).has(n)] == ["img5.jpg", "img6.jpg", "img9.jpg"]


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "-1/2", "1/2/3"])
def test_a_shard_that_does_not_exist_is_refused(text: str) -> None:
    assert parse_shard("2/8") == Shard(2, 8)
    with pytest.raises(ValueError, match="write i/n with i from 1 to n, as 2/8"):
        parse_shard(text)


@pytest.mark.parametrize(
    ("names", "cores", "memory", "expected"),
    [
        (["a.jpg"], 4, 64, 0),
        (["a.heic"], 4, 64, 0),
        (["a.jpg", "b.HEIC"], 4, 64, 1),  # a damaged one may crash its process
        ([f"{i}.jpg" for i in range(8)], 4, 64, 0),
        ([f"{i}.jpg" for i in range(9)], 4, 64, 4),
        ([f"{i}.jpg" for i in range(9)], 64, 6, 5),  # half of the memory, 600 MB each
        ([f"{i}.jpg" for i in range(9)], 64, 1, 1),
    ],
)
def test_as_many_workers_as_pay(
    names: list[str], cores: int, memory: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share, "usable_cores", lambda: cores)
    monkeypatch.setattr(share, "_memory", lambda: memory << 30)
    assert choose_workers([Path(name) for name in names]) == expected
