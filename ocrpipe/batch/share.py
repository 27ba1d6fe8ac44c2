"""How work is shared: among machines, which each take a part of the photos, and among processes here."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path, PurePath

from ocrpipe.device import usable_cores

_FEW = 8  # photos for which processes are not started; not measured: benchmarks/throughput.py would tell
_WORKER_BYTES = 600 << 20  # a worker at 12 megapixels, with room to spare
_FRAGILE = frozenset({".heic", ".heif", ".hif"})  # their decoder can crash on a damaged file


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `index`, from 1, of `count` about equal parts of any set of photos."""

    index: int
    count: int

    def has(self, name: PurePath) -> bool:
        """Whether the photo called name, relative to where its results go, is in this part.

        Decided by the name alone, so that the parts fit together whatever else lies beside the photo,
        wherever the folder is mounted, and however often it grows.
        """
        digest = blake2b(os.fsencode(name.as_posix()), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.count == self.index - 1


def parse_shard(text: str) -> Shard:
    """The shard that text names, as 2/8: the second of eight. Raises ValueError for anything else."""
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise ValueError(f"shard {text!r}: write i/n with i from 1 to n, as 2/8")
    return Shard(int(match[1]), int(match[2]))


def choose_workers(photos: Sequence[Path]) -> int:
    """How many processes to read photos with; 0 means this one alone.

    For a handful it is not worth starting any, unless one of them might take this process down with it; for
    more, one a core, as far as half of the memory goes.
    """
    if len(photos) <= _FEW:
        fragile = len(photos) > 1 and any(path.suffix.lower() in _FRAGILE for path in photos)
        return 1 if fragile else 0
    return max(1, min(usable_cores(), _memory() // 2 // _WORKER_BYTES))


def _memory() -> int:
    """Bytes of memory of this machine, as far as the system tells."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows
        return 1 << 40
