"""What decoding costs a word: greedy, beam, alternatives, lexicons; written to benchmarks/decoding.md.

    python benchmarks/decoding.py --data $OCRPIPE_DATA

Every way decodes the same probabilities of the same crops of words/real_dev, in turn, `--repeat` times;
processor time, medians over the rounds. The network's own time stands beside them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe.device import choose
from ocrpipe.labels import cut, load_words
from ocrpipe.lexicons import read_words
from ocrpipe.machine import describe
from ocrpipe.weights import load_recognizer
from recognizer.crnn_recognizer import CRNNRecognizer
from recognizer.ctc import Probabilities, greedy_decode
from recognizer.decoding import Decoder, Decoding
from recognizer.lexicon import Lexicon
from recognizer.lexicon_decoding import LexiconRule

OUT = Path(__file__).with_suffix(".md")
DELTA = 3


def ways(
    reader: CRNNRecognizer, words: Sequence[str], said: list[Probabilities]
) -> dict[str, Callable[[], object]]:
    """What decodes (or searches) all of said, by name."""
    charset = reader.charset
    lexicons = {size: Lexicon(words[:size], charset) for size in (50, 1000, len(words))}
    large = lexicons[len(words)]
    tree = large.tree()
    texts = [greedy_decode(rows, charset).text for rows in said]
    wanted = {
        "greedy": Decoding(),
        "beam of 16": Decoding("beam"),
        "greedy, 5 alternatives": Decoding(n_best=5),
        **{
            f"lexicon of {size:,}, {mode}": Decoding(lexicon=lexicon, rule=LexiconRule(mode))
            for size, lexicon in lexicons.items()
            for mode in ("strict", "prefer")
        },
    }
    found: dict[str, Callable[[], object]] = {
        name: partial(Decoder(charset, decoding).decode, said) for name, decoding in wanted.items()
    }
    found[f"search only, fast index of {len(words):,}"] = partial(large.near, texts, DELTA)
    found[f"search only, BK-tree of {len(words):,}"] = lambda: [
        tree.search(large.key(text), DELTA) for text in texts
    ]
    return found


def measure(found: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds of processor time that each way takes, the median of so many rounds."""
    spent: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, way in found.items():
            start = time.process_time()
            way()
            spent[name].append(time.process_time() - start)
    return {name: median(times) for name, times in spent.items()}


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@click.option("--words", default="lexicons/en_mjsynth90k.txt", show_default=True, help="The large list.")
@click.option("--crops", default=200, show_default=True, help="So many of words/real_dev.")
@click.option("--repeat", default=5, show_default=True, help="Rounds.")
def main(data: Path, words: str, crops: int, repeat: int) -> None:
    """Measure, and write benchmarks/decoding.md."""
    reader, info = load_recognizer(None, choose("cpu"))
    assert isinstance(reader, CRNNRecognizer)
    labelled = list(cut(load_words(data / "words" / "real_dev")))
    pixels = [crop for _, crop in labelled[:: max(1, len(labelled) // crops)]][:crops]
    said = reader.probabilities(pixels)
    listed = list(dict.fromkeys(entry for entry in read_words(data / words)))
    found: dict[str, Callable[[], object]] = {
        "the network": partial(reader.probabilities, pixels),
        **ways(reader, listed, said),
    }
    spent = measure(found, repeat)
    machine = describe()
    lines = [
        "# What decoding costs",
        "",
        f"`python benchmarks/decoding.py --crops {crops} --repeat {repeat}`, {date.today()}, {info.id},",
        f"on a {machine.processor}. Milliseconds of processor time a word: {len(pixels)} crops of",
        f"words/real_dev, the median of {repeat} rounds, every way in turn. Lexicons: the first words of",
        f"{words}; delta {DELTA}.",
        "",
        "| | ms a word | times the network |",
        "|---|---|---|",
        *(
            f"| {name} | {1000 * seconds / len(pixels):.3f} | {seconds / spent['the network']:.2f} |"
            for name, seconds in spent.items()
        ),
    ]
    OUT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
