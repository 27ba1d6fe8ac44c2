"""Loading processes end with the trainer, however it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = """
import torch
from torch.utils.data import DataLoader, IterableDataset
from ocrpipe.train import workers

workers.GRACE = 1

class Ones(IterableDataset):
    def __iter__(self):
        while True:
            yield torch.ones(1)

kept = iter(DataLoader(Ones(), batch_size=None, num_workers=1, worker_init_fn=workers.outlive_interrupts))
next(kept)
kept.itself = kept  # as a traceback would: nobody lets go of it before the interpreter ends
raise SystemExit(7)
"""


def test_an_interpreter_that_ends_with_a_loader_still_referred_to_does_not_hang() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 7
