"""Whether confidences of words, lines and pages say how much of them is right, and whom review is asked of.

    python benchmarks/confidence.py --data $OCRPIPE_DATA --scenes ic15_dev --scenes forms_dev

A word is right where its box is a true word's and its text that word's, case-insensitive alphanumeric; one
over an ignore region does not count. Expected of a line's confidence is the share of its words that are
right, of a page's the share of its letters that stand in right words. Error: mean distance between both over
ten bins of confidence, weighted by words.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe import load_pipeline
from ocrpipe.evaluate.photos import judge_boxes, quads_of
from ocrpipe.labels import Scene, load_scenes
from ocrpipe.page import Page
from recognizer.metrics import normalise

BINS = 10


@dataclass(frozen=True, slots=True)
class Claim:
    """A confidence, the share that was right, and how many words it speaks of."""

    confidence: float
    right: float
    words: int


def error(claims: list[Claim]) -> float:
    """Mean distance between claim and truth over bins of confidence, weighted by words; 0..1."""
    places = [min(int(claim.confidence * BINS), BINS - 1) for claim in claims]
    apart, total = 0.0, sum(claim.words for claim in claims)
    for place in set(places):
        inside = [claim for claim, own in zip(claims, places, strict=True) if own == place]
        apart += abs(sum(claim.words * (claim.confidence - claim.right) for claim in inside))
    return apart / total if total else 0.0


def judged(page: Page, scene: Scene) -> dict[int, bool]:
    """Of each word of page that counts, by id, whether it is right."""
    found = judge_boxes(quads_of(page), scene)[1]
    true = {box: scene.words[word].text or "" for box, word in found.pairs}
    texts = {box: normalise(page.words[box].text) for box in found.counted}
    return {
        page.words[box].id: box in true and bool(text) and text == normalise(true[box])
        for box, text in texts.items()
    }


def claims(page: Page, right: dict[int, bool]) -> tuple[list[Claim], list[Claim], list[Claim]]:
    """Those of words, of lines and of the page; lines with words that do not count are passed over."""
    by_id = {word.id: word for word in page.words}
    words = [Claim(by_id[i].confidence, float(good), 1) for i, good in right.items()]
    whole = [line for line in page.lines if all(i in right for i in line.words)]
    lines = [
        Claim(line.confidence, float(np.mean([right[i] for i in line.words])), len(line.words))
        for line in whole
    ]
    if not right:
        return words, lines, []
    lengths = [len(by_id[i].text) for i in right]
    said = float(np.average([by_id[i].confidence for i in right], weights=lengths))
    share = float(np.average(list(right.values()), weights=lengths))
    return words, lines, [Claim(said, share, len(right))]


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@click.option("--scenes", multiple=True, default=("ic15_dev",), show_default=True)
@click.option("--every", type=int, default=1, show_default=True, help="Take every so many-th photo only.")
def main(data: Path, scenes: tuple[str, ...], every: int) -> None:
    """Print Markdown rows."""
    pipeline = load_pipeline()
    print(
        "| scenes | words | word error, % | line error, % | page error, % | asks for review | of them wrong |"
    )
    print("|---|---|---|---|---|---|---|")
    for name in scenes:
        every_claim: tuple[list[Claim], list[Claim], list[Claim]] = ([], [], [])
        asked: list[bool] = []
        chosen = load_scenes(data / "scenes" / name)[::every]
        for scene in chosen:
            page = pipeline.read(scene.image)
            right = judged(page, scene)
            for all_of_a_kind, own in zip(every_claim, claims(page, right), strict=True):
                all_of_a_kind += own
            if page.needs_review:
                asked.append(not all(right.values()))
        errors = " | ".join(f"{100 * error(kind):.1f}" for kind in every_claim)
        counts = f"{len(asked)} of {len(chosen)} | {sum(asked)}"
        print(f"| {name} | {len(every_claim[0])} | {errors} | {counts} |", flush=True)


if __name__ == "__main__":
    main()
