"""What a second look at unsure words is worth to `ocrpipe transcribe`, on crops of words by source.

    python benchmarks/second_look.py --data $OCRPIPE_DATA/words/real_dev

Prints a Markdown table: percent right, case-insensitive alphanumeric, and processor time a crop.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe import images
from ocrpipe.device import choose
from ocrpipe.pipeline import transcribe_photo
from ocrpipe.weights import load_recognizer
from recognizer.metrics import normalise


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True, help="With labels.tsv.")
def main(data: Path) -> None:
    """Read every crop with one look and with two."""
    reader, _ = load_recognizer(None, choose("cpu", None), None)
    right: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    count: dict[str, int] = defaultdict(int)
    seconds = [0.0, 0.0]
    for line in (data / "labels.tsv").read_text("utf-8").splitlines():
        name, text = line.split("\t")
        photo, source = images.load(data / name), Path(name).name.split("_")[0]
        count[source] += 1
        for looks in (1, 2):
            start = time.process_time()
            words = transcribe_photo(reader, None, photo, looks=looks).words
            seconds[looks - 1] += time.process_time() - start
            right[source][looks - 1] += normalise("".join(word.text for word in words)) == normalise(text)
    print("| crops | count | one look | two looks |\n|---|---|---|---|")
    for source, total in sorted(count.items()):
        once, twice = (100 * n / total for n in right[source])
        print(f"| {source} | {total} | {once:.1f} | {twice:.1f} |")
    once, twice = (1000 * s / sum(count.values()) for s in seconds)
    print(f"| milliseconds a crop | | {once:.1f} | {twice:.1f} |")


if __name__ == "__main__":
    main()
