"""One photo judged: which boxes are words, and which of these were read rightly."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.geometry import sides
from detectors.metrics import Assignment, Matching, assign
from ocrpipe import crops
from ocrpipe.evaluate.rates import Measured
from ocrpipe.evaluate.text_rules import OURS, RULES, TextRule
from ocrpipe.labels import Scene
from ocrpipe.page import Page
from recognizer.metrics import edit_distance, normalise


@dataclass(frozen=True, slots=True)
class JudgedBoxes:
    """The boxes of one photo. counts: at IoU 0.5, with ignore regions; true and detected: each one that
    counts, with its height, and whether it was found or is right.
    """

    counts: Matching
    true: tuple[Measured, ...]
    detected: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class JudgedTexts:
    """The texts of one photo. by_rule: counts by the rules of `RULES`, in their order; the rest is by the
    first of them.

    bag: counts of words wherever they stand. similarity and compared: the sum of 1-NED, and over how many.
    scores: of each word that counts, its confidence and whether it is right.
    """

    by_rule: tuple[Matching, ...]
    bag: Matching
    similarity: float
    compared: int
    scores: tuple[tuple[float, bool], ...]
    true: tuple[Measured, ...]
    detected: tuple[Measured, ...]


def judge_boxes(quads: NDArray[np.float32], scene: Scene) -> tuple[JudgedBoxes, Assignment]:
    """quads (N, 4, 2) against scene's, and which is which. A box's height is across its text."""
    found = assign(quads, scene.quads(), scene.ignored())
    counts = Matching(len(found.pairs), len(found.counted), sum(not word.ignore for word in scene.words))
    right, seen = {box for box, _ in found.pairs}, {word for _, word in found.pairs}
    legible = [i for i, word in enumerate(scene.words) if not word.ignore]
    return JudgedBoxes(
        counts,
        _measured(scene.quads(), legible, seen),
        _measured(crops.oriented(quads), found.counted, right),
    ), found


def judge_texts(page: Page, scene: Scene) -> JudgedTexts:
    """The words of page against scene's.

    A truth in which nothing counts by a rule is an ignore region to that rule, as an illegible one is. 1-NED:
    a word that was not found, and a box that is no word, count as 0. (ICDAR 2019 ArT, task 3)
    """
    assigned = {rule.name: _assign_by(rule, page, scene) for rule in RULES}
    by_rule = tuple(_counts(rule, page, scene, assigned[rule.name]) for rule in RULES)
    found = assigned[OURS.name]
    pairs = [(page.words[box].text, scene.words[word].text or "") for box, word in found.pairs]
    good = [pair for pair, texts in zip(found.pairs, pairs, strict=True) if OURS.is_right(*texts)]
    right, seen = {box for box, _ in good}, {word for _, word in good}
    legible = [i for i, word in enumerate(scene.words) if not word.ignore and OURS.counts(word.text or "")]
    return JudgedTexts(
        by_rule,
        _bag([page.words[i].text for i in found.counted], [scene.words[i].text or "" for i in legible]),
        sum(_similarity(*texts) for texts in pairs),
        len(found.counted) + len(legible) - len(pairs),
        tuple((page.words[i].confidence, i in right) for i in found.counted),
        _measured(scene.quads(), legible, seen),
        _measured(quads_of(page), found.counted, right),
    )


def quads_of(page: Page) -> NDArray[np.float32]:
    """(N, 4, 2) float32 quads of page's words."""
    return np.array([word.polygon for word in page.words], np.float32).reshape(-1, 4, 2)


def _assign_by(rule: TextRule, page: Page, scene: Scene) -> Assignment:
    void = np.array([not rule.counts(word.text or "") for word in scene.words], np.bool_)
    return assign(quads_of(page), scene.quads(), scene.ignored() | void)


def _counts(rule: TextRule, page: Page, scene: Scene, found: Assignment) -> Matching:
    pairs = [(page.words[box].text, scene.words[word].text or "") for box, word in found.pairs]
    legible = sum(not word.ignore and rule.counts(word.text or "") for word in scene.words)
    return Matching(sum(rule.is_right(*texts) for texts in pairs), len(found.counted), legible)


def _bag(read: list[str], true: list[str]) -> Matching:
    bags = [Counter(filter(None, map(normalise, texts))) for texts in (read, true)]
    return Matching((bags[0] & bags[1]).total(), bags[0].total(), bags[1].total())


def _similarity(read: str, true: str) -> float:
    """1-NED of two texts, the true one not empty, after normalise."""
    read, true = normalise(read), normalise(true)
    return 1 - edit_distance(read, true) / max(len(read), len(true))


def _measured(
    quads: NDArray[np.float32], which: list[int] | tuple[int, ...], good: set[int]
) -> tuple[Measured, ...]:
    return tuple(Measured(sides(quads[i])[1], i in good) for i in which)
