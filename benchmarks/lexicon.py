"""What a lexicon is worth: accuracy with lexicons of every size, and time and accuracy against delta.

    python benchmarks/lexicon.py --data $OCRPIPE_DATA --out benchmarks/lexicon.md

Table: as arXiv 1507.05717, table 2. Each crop's small lexicons hold its true word and words drawn from the
large list and from the other crops' truths, by a generator seeded with the crop's file name. Charts: its
figure 4.
"""

from __future__ import annotations

import argparse
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe import overlay
from ocrpipe.chart import Series, line_chart, reliability_diagram
from ocrpipe.device import choose
from ocrpipe.evaluate.word_lexicons import draw as draw_words
from ocrpipe.labels import cut, load_words
from ocrpipe.weights import load_recognizer
from recognizer.base import Transcript
from recognizer.bk_tree import BKTree
from recognizer.calibration import best_exponent, expected_calibration_error, reliability
from recognizer.crnn_recognizer import CRNNRecognizer
from recognizer.ctc import Probabilities, greedy_decode
from recognizer.lexicon import Lexicon
from recognizer.lexicon_decoding import LexiconRule, apply_lexicon
from recognizer.metrics import normalise

T = TypeVar("T")
STRICT = LexiconRule("strict")
DELTAS = range(6)
BINS = 10


@dataclass(frozen=True, slots=True)
class Crop:
    """A labelled crop: what the network says of it, what it says without a lexicon, and what it is."""

    name: str
    source: str
    truth: str
    said: Probabilities
    free: Transcript


def load(folder: Path, reader: CRNNRecognizer) -> list[Crop]:
    """Crops of folder/labels.tsv whose truth has a letter or digit."""
    labelled = [(word, crop) for word, crop in cut(load_words(folder)) if normalise(word.text)]
    said = reader.probabilities([crop for _, crop in labelled])
    return [
        Crop(word.name, word.source, normalise(word.text), rows, greedy_decode(rows, reader.charset))
        for (word, _), rows in zip(labelled, said, strict=True)
    ]


def with_own_words(crop: Crop, size: int, everyone: Lexicon) -> Transcript:
    """The most probable of the crop's true word and size - 1 others of everyone's."""
    words = np.unique(draw_words(everyone, crop.truth, crop.name, size))
    best, _ = everyone.best(everyone.merge_cases(crop.said), words)
    return Transcript(everyone.keys[best[0]] if len(best) else "", 0.0)


def accuracy(found: Sequence[Transcript], dev: Sequence[Crop]) -> dict[str, float]:
    """Share of words right, case-insensitive alphanumeric, by source and over all."""
    right = np.array([normalise(t.text) == crop.truth for t, crop in zip(found, dev, strict=True)])
    sources = np.array([crop.source for crop in dev])
    table = {str(source): float(right[sources == source].mean()) for source in np.unique(sources)}
    return {**table, "all": float(right.mean())}


def with_lexicon(dev: Sequence[Crop], lexicon: Lexicon, rule: LexiconRule) -> list[Transcript]:
    """Every crop read with one lexicon."""
    return apply_lexicon([c.said for c in dev], [c.free for c in dev], lexicon, rule)


def rows(dev: Sequence[Crop], words: Sequence[str], reader: CRNNRecognizer) -> dict[str, dict[str, float]]:
    """The table: accuracy by the lexicon that was used."""
    truths = sorted({crop.truth for crop in dev})
    large, full = Lexicon(words, reader.charset), Lexicon(truths, reader.charset)
    both = Lexicon(sorted({*truths, *words}), reader.charset)
    table = {"none": accuracy([crop.free for crop in dev], dev)}
    for size in (50, 1000):
        found = [with_own_words(crop, size, both) for crop in dev]
        table[f"{size:,} words a crop, its own among them"] = accuracy(found, dev)
    table[f"all {len(full):,} true words"] = accuracy(with_lexicon(dev, full, STRICT), dev)
    name = f"{len(both):,} words, the true ones among them, strict"
    table[name] = accuracy(with_lexicon(dev, both, STRICT), dev)
    known = sum(large.find(crop.truth) is not None for crop in dev) / len(dev)
    name = f"{len(large):,} words as they are ({100 * known:.0f} % of the truths are in)"
    table[f"{name}, strict"] = accuracy(with_lexicon(dev, large, STRICT), dev)
    table[f"{name}, prefer"] = accuracy(with_lexicon(dev, large, LexiconRule("prefer")), dev)
    return table


def margins(dev: Sequence[Crop], lexicon: Lexicon) -> list[str]:
    """What "prefer" gains and spoils at several margins, one Markdown row each."""
    before = np.array([normalise(c.free.text) == c.truth for c in dev])
    lines = []
    for margin in (0.5, 1.0, 2.0, 3.0, 4.0, 6.0):
        found = with_lexicon(dev, lexicon, LexiconRule("prefer", margin=margin))
        after = np.array([normalise(t.text) == c.truth for t, c in zip(found, dev, strict=True)])
        outside = np.array([lexicon.find(c.truth) is None for c in dev])
        counts = [(after & ~before).sum(), (before & ~after).sum()]
        shares = [100 * kept[outside].mean() for kept in (before, after)]
        cells = [f"{margin:g}", f"{100 * after.mean():.1f}", *map(str, counts), *(f"{x:.1f}" for x in shares)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def cpu_ms(work: Callable[[], T], count: int) -> tuple[float, T]:
    """Processor milliseconds that work takes for each of count words, whatever else runs; its result."""
    start = time.process_time()
    result = work()
    return (time.process_time() - start) * 1000 / count, result


@dataclass(frozen=True, slots=True)
class DeltaRow:
    """At one delta: milliseconds a word and accuracy of strict decoding, 0..1."""

    delta: int
    tree: float
    fast: float
    whole: float
    candidates: float
    accuracy: float


def by_delta(dev: Sequence[Crop], lexicon: Lexicon, tree: BKTree) -> list[DeltaRow]:
    """Search times of both indices, and time and accuracy of the whole of strict decoding."""
    texts = [crop.free.text for crop in dev]
    keys = [lexicon.key(text) for text in texts[::8]]  # the tree is slow: an eighth says it
    found = []
    for delta in DELTAS:
        slow, _ = cpu_ms(partial(search_all, tree, keys, delta), len(keys))
        fast, near = cpu_ms(partial(lexicon.near, texts, delta), len(texts))
        rule = LexiconRule("strict", delta=delta)
        whole, answers = cpu_ms(partial(with_lexicon, dev, lexicon, rule), len(dev))
        candidates = float(np.mean([len(neighbours) for neighbours in near]))
        found.append(DeltaRow(delta, slow, fast, whole, candidates, accuracy(answers, dev)["all"]))
    return found


def search_all(tree: BKTree, keys: Sequence[str], delta: int) -> None:
    """Every key looked up in the tree."""
    for key in keys:
        tree.search(key, delta)


def draw(found: Sequence[DeltaRow], folder: Path) -> None:
    """The paper's figure 4, in two pictures."""
    lines = [
        Series("BK-tree", tuple((r.delta, r.tree) for r in found)),
        Series("rapidfuzz, batched", tuple((r.delta, r.fast) for r in found)),
        Series("strict decoding, whole", tuple((r.delta, r.whole) for r in found)),
    ]
    title = "Searching 50,000 words"
    picture = line_chart(lines, title, "delta, edits", "ms a word", logarithmic=True)
    overlay.save(picture, folder / "lexicon_time.png")
    points = tuple((r.delta, 100 * r.accuracy) for r in found)
    picture = line_chart(
        [Series("strict", points)], "Accuracy with 50,000 words", "delta, edits", "% of words"
    )
    overlay.save(picture, folder / "lexicon_accuracy.png")


def report(dev: Sequence[Crop], words: Sequence[str], reader: CRNNRecognizer, folder: Path) -> str:
    """The Markdown of everything measured; charts go into folder."""
    table = rows(dev, words, reader)
    sources = [name for name in table["none"] if name != "all"]
    header = ["lexicon", *sources, "all", "gain"]
    base = table["none"]["all"]
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for name, row in table.items():
        cells = [f"{100 * row[key]:.1f}" for key in (*sources, "all")]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {100 * (row['all'] - base):+.1f} |")
    large = Lexicon(words, reader.charset)
    lines += ["", "## Prefer: the margin", "", MARGIN_HEADER, *margins(dev, large)]
    drawn = (words[i] for i in np.random.default_rng(0).permutation(len(words)))
    chosen = list(dict.fromkeys([*(crop.truth for crop in dev), *drawn]))[:50_000]
    tracemalloc.start()
    start = time.process_time()
    lexicon = Lexicon(chosen, reader.charset)
    built, memory = time.process_time() - start, tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    start = time.process_time()
    tree = lexicon.tree()
    grown = time.process_time() - start
    found = by_delta(dev, lexicon, tree)
    draw(found, folder)
    lines += ["", "## Delta, with 50,000 words, the true ones among them", "", DELTA_HEADER]
    for r in found:
        times = f"{r.tree:.2f} | {r.fast:.2f} | {r.whole:.2f}"
        lines.append(f"| {r.delta} | {r.candidates:.0f} | {times} | {100 * r.accuracy:.1f} |")
    lines += [
        "",
        f"Built in {built:.1f} s of one core, {memory / 1e6:.0f} MB; the tree in {grown:.1f} s more.",
        "",
    ]
    lines += ["![time](lexicon_time.png) ![accuracy](lexicon_accuracy.png)", "", *calibrated(dev, folder)]
    return "\n".join(lines) + "\n"


def calibrated(dev: Sequence[Crop], folder: Path) -> list[str]:
    """How far scores are from what they say, and the picture of it."""
    right = np.array([normalise(crop.free.text) == crop.truth for crop in dev])
    raw = np.array([crop.free.score for crop in dev])  # geometric means of peaks, not yet calibrated
    halves = [np.arange(len(dev)) % 2 == half for half in (0, 1)]
    fair = raw.copy()
    for half, other in (halves, halves[::-1]):
        fair[half] **= best_exponent(raw[other], right[other])
    bins = reliability(fair, right, BINS)
    overlay.save(reliability_diagram(bins, "Without a lexicon"), folder / "reliability.png")
    before, after = (100 * expected_calibration_error(reliability(x, right, BINS)) for x in (raw, fair))
    rng = np.random.default_rng(0)
    chance = [reliability(fair, rng.random(len(fair)) < fair, BINS) for _ in range(100)]
    floor = 100 * float(np.mean([expected_calibration_error(drawn) for drawn in chance]))
    chosen = best_exponent(raw, right)
    said = CALIBRATED.format(before=before, after=after, floor=floor, chosen=chosen, bins=BINS)
    return ["## Confidence", "", said, "", "![reliability](reliability.png)"]


CALIBRATED = """\
The geometric mean of the peaks has an expected calibration error of {before:.1f} % ({bins} bins). Raised
to the power fitted on the other half of the crops it has {after:.1f} %; scores that are exactly right would
show {floor:.1f} % on so few words. Fitted on all of them, the power is {chosen:.1f}: `calibration` in the
model's settings."""
MARGIN_HEADER = """| nats an edit | right, % | mended | spoilt | outside the list before, % | after, % |
|---|---|---|---|---|---|"""
DELTA_HEADER = """| delta | candidates a word | BK-tree, ms | rapidfuzz, ms | strict decoding, ms | right, % |
|---|---|---|---|---|---|"""


def main() -> None:
    """Parse, measure, write."""
    parser = argparse.ArgumentParser(description="What a lexicon is worth, on words/real_dev.")
    parser.add_argument("--data", type=Path, required=True, help="folder with words/real_dev and lexicons")
    parser.add_argument("--words", default="lexicons/en_mjsynth90k.txt", help="the large list, below --data")
    parser.add_argument("--recognizer", help="model id or weight file")
    parser.add_argument("--weights", type=Path, help="folder of weights")
    parser.add_argument("--out", type=Path, required=True, help="Markdown to write; charts go beside it")
    parser.add_argument("--note", default="", help="a sentence for the head: date, commit, which checkpoint")
    asked = parser.parse_args()
    reader, info = load_recognizer(asked.recognizer, choose("cpu"), asked.weights)
    assert isinstance(reader, CRNNRecognizer)
    dev = load(asked.data / "words" / "real_dev", reader)
    given = (asked.data / asked.words).read_text("utf-8").split()
    words = [word for word in dict.fromkeys(map(normalise, given)) if word]
    head = TITLE.format(
        model=info.id, sha=(info.sha256 or "")[:12], crops=len(dev), words=asked.words, note=asked.note
    )
    asked.out.write_text(head + report(dev, words, reader, asked.out.parent), encoding="utf-8")


TITLE = """# Lexicons

Made by `python benchmarks/lexicon.py --data $OCRPIPE_DATA --out benchmarks/lexicon.md` with `{model}` (sha256
{sha}…) on `words/real_dev`: {crops} crops with a letter or digit. Percent of words right, case-insensitive
alphanumeric. The large list is `{words}`. Small lexicons hold the crop's own word and others drawn from the
large list and the other true words, seeded by the file's name. Times are processor time of one core. {note}

"""


if __name__ == "__main__":
    main()
