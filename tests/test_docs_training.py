"""The worked example of docs/training.md, run as it stands, on a few crops and samples."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from train_world import add_clear_photo, build_photos

import cli

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "training.md"
COMMANDS = [
    line
    for block in re.findall(r"```bash\n(.*?)\n```", DOCUMENT.read_text("utf-8"), flags=re.DOTALL)
    for line in block.splitlines()
]
FEW = {"20000": "8", "8000": "4"}  # samples


@pytest.mark.slow
def test_the_worked_example_runs_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.set_num_threads(1)
    Path("my-crops").mkdir()
    texts = [f"SN-{number}" for number in range(4401, 4412)]
    for text in texts:
        crop = cv2.putText(np.full((40, 160), 255, np.uint8), text, (5, 30), 0, 1, 0, 2)
        cv2.imwrite(f"my-crops/plate_{text}.png", crop)
    lines = "".join(f"plate_{text}.png\t{text}\n" for text in texts)
    Path("my-crops/labels.tsv").write_text(lines, "utf-8")
    build_photos(Path("my-photos"), 11)
    add_clear_photo(Path("my-photos"))
    for command in COMMANDS:
        program, *arguments = (FEW.get(word, word) for word in shlex.split(command))
        assert program == "ocrpipe"
        small = (
            ["--loaders", "0", "--batch", "4"]
            if arguments[1] in ("recognizer", "detector") and arguments[0] == "train"
            else []
        )
        assert cli.main([*arguments, *small]) == 0, command
    assert Path("plates.jsonl").read_text("utf-8").count("\n") == len(texts)
