"""What a large lexicon does to whole photos: end to end with and without it, and to texts with punctuation.

    python benchmarks/end_to_end_lexicon.py --data $OCRPIPE_DATA --scenes ic15_dev

Each photo goes through the detector and the network once; its words are then decoded without the list, and
with it in either mode. "exact" compares texts to the letter, case and punctuation included.
"""

from __future__ import annotations

import sys
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from detectors.metrics import Matching
from ocrpipe import images, load_pipeline
from ocrpipe.evaluate.photos import judge_boxes, judge_texts, quads_of
from ocrpipe.evaluate.remember import remembering
from ocrpipe.labels import Scene, load_scenes
from ocrpipe.lexicons import load_lexicon
from ocrpipe.page import Page
from ocrpipe.pipeline import Pipeline
from recognizer.crnn_recognizer import CRNNRecognizer
from recognizer.lexicon import Lexicon
from recognizer.lexicon_decoding import LexiconRule

HEADER = """| scenes | lexicon | e2e precision | e2e recall | e2e F1 | exact | with marks | with digits |
|---|---|---|---|---|---|---|---|"""
Mode = Literal["strict", "prefer"]


@dataclass(slots=True)
class Tally:
    """Counts over photos. right: of the matched words of each kind, how many are exact, of how many."""

    end_to_end: Matching = field(default_factory=Matching)
    right: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, page: Page, scene: Scene) -> None:
        """Count one photo."""
        self.end_to_end += judge_texts(page, scene).by_rule[0]
        for box, word in judge_boxes(quads_of(page), scene)[1].pairs:
            truth = scene.words[word].text or ""
            for kind in kinds(truth):
                good, of = self.right.get(kind, (0, 0))
                self.right[kind] = good + (page.words[box].text == truth), of + 1

    def cells(self) -> list[str]:
        """As the table shows it."""
        found = self.end_to_end
        shares = [f"{100 * value:.1f}" for value in (found.precision, found.recall, found.hmean)]
        counts = [self.right.get(kind, (0, 0)) for kind in ("any", "punctuation", "digits")]
        return shares + [f"{good} of {of}" for good, of in counts]


def kinds(truth: str) -> list[str]:
    """What sort of text a true one is; none for one that is not transcribed."""
    if not truth:
        return []
    marks = not truth.isalnum() and any(char.isalnum() for char in truth)
    return [
        "any",
        *(["punctuation"] if marks else []),
        *(["digits"] if any(c.isdigit() for c in truth) else []),
    ]


def held(pipeline: Pipeline, lexicon: Lexicon, mode: Mode) -> Pipeline:
    """pipeline with a lexicon, its stages shared."""
    own, reader = copy(pipeline), pipeline.recognizer
    if not isinstance(reader, CRNNRecognizer):
        raise click.UsageError("this recogniser takes no lexicon")
    own.recognizer = reader.with_decoding(
        replace(reader.decoder.wanted, lexicon=lexicon, rule=LexiconRule(mode))
    )
    return own


def measure(pipeline: Pipeline, words: Path, scenes: list[Scene]) -> dict[str, Tally]:
    """A tally each way of decoding."""
    pipeline, network = remembering(pipeline)
    reader = pipeline.recognizer
    if network is None or not isinstance(reader, CRNNRecognizer):
        raise click.UsageError("this recogniser takes no lexicon")
    lexicon = load_lexicon(words, reader.charset)
    ways = {
        "none": pipeline,
        "prefer": held(pipeline, lexicon, "prefer"),
        "strict": held(pipeline, lexicon, "strict"),
    }
    tallies = {name: Tally() for name in ways}
    for scene in scenes:
        photo = images.load(scene.image)
        for name, way in ways.items():
            tallies[name].add(way.read_photo(photo), scene)
        network.forget()
    return tallies


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@click.option("--scenes", multiple=True, default=("ic15_dev",), show_default=True)
@click.option("--words", default="lexicons/en_mjsynth90k.txt", show_default=True, help="Below --data.")
@click.option("--every", type=int, default=1, show_default=True, help="Take every so many-th photo only.")
def main(data: Path, scenes: tuple[str, ...], words: str, every: int) -> None:
    """Print a Markdown table."""
    print(HEADER)
    for name in scenes:
        chosen = load_scenes(data / "scenes" / name)[::every]
        for way, tally in measure(load_pipeline(), data / words, chosen).items():
            print(f"| {name}, {len(chosen)} photos | {way} | {' | '.join(tally.cells())} |", flush=True)


if __name__ == "__main__":
    main()
