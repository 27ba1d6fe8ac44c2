"""What a batch of words will look like, drawn at once on a device: letters, places, view, size.

The counterpart of `words.py` for many words at a time; the same choices, vectorised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ocrpipe.synth.phrases import Phrases
from ocrpipe.synth.processes import mapped
from ocrpipe.synth.sdf_atlas import Atlas
from ocrpipe.synth.word_view import HEIGHT, WIDEST
from ocrpipe.synth.words import DOCUMENT_SHARE

LONGEST, BESIDE = 25, 8  # characters of a word, and of what stands beside it
BEFORE, AFTER = BESIDE, BESIDE + LONGEST  # slots of a row of glyphs: neighbour, word, neighbour
SLOTS = LONGEST + 2 * BESIDE
NARROW = 96  # pixels: narrower crops are widened half way to it, as `recognizer.batching.stretch` does
TALLEST = 48  # pixels of a source image
_NEVER = 1e6  # where the pen of an empty slot is
_PART = 20_000  # words that are drawn from one seed


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Words sorted by length. letters: (K, LONGEST) int64, places in the atlas's characters, -1 beyond the
    end; lengths: (K,).
    """

    letters: Tensor
    lengths: Tensor

    def to(self, device: torch.device) -> Texts:
        """The same on another device."""
        return Texts(self.letters.to(device), self.lengths.to(device))

    def draw(self, longest: Tensor, generator: torch.Generator) -> Tensor:
        """Indices (B,) of words no longer than longest (B,) each."""
        counts = torch.searchsorted(self.lengths, longest, right=True)
        draws = torch.rand(len(longest), generator=generator, device=longest.device)
        return (draws * counts).long()


def draw_texts(
    phrases: Phrases, characters: str, count: int, rng: np.random.Generator, processes: int = 0
) -> Texts:
    """count words to choose from; at least one has a single character, so that some word is short enough.

    processes: how many draw beside each other, 0 for this one alone; they do not change what is drawn.
    """
    parts = [
        (number, min(_PART, count - 1 - start)) for number, start in enumerate(range(0, count - 1, _PART))
    ]
    seed = int(rng.integers(1 << 62))
    drawn = mapped(partial(_draw_part, phrases, seed), parts, processes)
    words = [word for part in drawn for word in part if set(characters) >= set(word)] + [characters[0]]
    words.sort(key=len)
    # A table from code points to places spares a loop over a million words.
    codes = np.array([word.ljust(LONGEST) for word in words], f"<U{LONGEST}").view(np.uint32)
    places = np.full(max(map(ord, characters + " ")) + 1, -1, np.int64)
    places[[ord(char) for char in characters]] = np.arange(len(characters))
    letters = torch.from_numpy(places[codes.reshape(len(words), LONGEST)])
    return Texts(letters, (letters >= 0).sum(1))


def _draw_part(phrases: Phrases, seed: int, part: tuple[int, int]) -> list[str]:
    """Part number part[0], of part[1] words."""
    rng = np.random.default_rng((seed, part[0]))
    return [phrases.draw(rng, LONGEST) for _ in range(part[1])]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """B words to be rendered.

    text: (B,) which word; face: (B,); glyph: (B, SLOTS) characters, -1 for none; pen: (B, SLOTS) float32,
    ascending, pixels of the atlas from the word's own pen; box: (B, 4) the word's ink, left, top, right,
    bottom; plane: (B, 3, 3) from pixels of the source image to the atlas's; scale: (B,) atlas pixels in one
    of the source's; height, width: (B,) of the source image; final: (B,) pixels that the crop is wide;
    document: (B,) bool.
    """

    text: Tensor
    face: Tensor
    glyph: Tensor
    pen: Tensor
    box: Tensor
    plane: Tensor
    scale: Tensor
    height: Tensor
    width: Tensor
    final: Tensor
    document: Tensor

    def __getitem__(self, chosen: Tensor) -> Plan:
        """Those words alone."""
        return Plan(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Dice:
    """Random numbers of B words from one generator, on its device."""

    count: int
    generator: torch.Generator

    def uniform(self, low: float = 0.0, high: float = 1.0, *more: int) -> Tensor:
        """(B, *more), uniform."""
        shape = (self.count, *more)
        draws = torch.rand(shape, generator=self.generator, device=self.generator.device)
        return low + (high - low) * draws

    def normal(self, deviation: float = 1.0, *more: int) -> Tensor:
        """(B, *more), normal around 0."""
        shape = (self.count, *more)
        return deviation * torch.randn(shape, generator=self.generator, device=self.generator.device)

    def chance(self, probability: float) -> Tensor:
        """(B,) bool."""
        return self.uniform() < probability

    def below(self, limit: int, *more: int) -> Tensor:
        """(B, *more) whole numbers 0 .. limit - 1."""
        shape = (self.count, *more)
        return torch.randint(limit, shape, generator=self.generator, device=self.generator.device)

    def among(self, shares: Tensor) -> Tensor:
        """(B,) places in shares (K,), which sum up to 1, each as often as its share."""
        upto = shares.cumsum(0)
        return torch.searchsorted(upto, self.uniform(), right=True).clamp(max=len(shares) - 1)


def plan_words(atlas: Atlas, texts: Texts, count: int, difficulty: float, dice: Dice) -> Plan:
    """count words of a difficulty 0..1."""
    document = dice.chance(DOCUMENT_SHARE * difficulty)
    usual = torch.full((count,), round(5 + 11 * difficulty), device=document.device)
    longest = torch.where(dice.chance(0.05 * difficulty), LONGEST, usual)
    text = texts.draw(longest, dice.generator)
    face = torch.where(document, dice.among(atlas.printed), dice.among(atlas.share))
    beside = [texts.draw(torch.full_like(longest, BESIDE), dice.generator) for _ in range(2)]
    glyph = torch.cat(
        [_flush_right(texts, beside[0]), texts.letters[text], texts.letters[beside[1]][:, :BESIDE]], dim=1
    )
    glyph[:, :BEFORE][~dice.chance(0.3 * difficulty)] = -1
    glyph[:, AFTER:][~dice.chance(0.3 * difficulty)] = -1
    spaced = dice.chance(0.15 * difficulty)
    tracking = torch.where(spaced, dice.uniform(-1.2, 9.0), torch.zeros_like(face, dtype=torch.float32))
    pen = _pens(atlas, face, glyph, tracking, dice.uniform(4.0, 12.0))
    box = _box(atlas, face, glyph, pen)
    # Letters without gaps of empty slots between them: each looks at its neighbours' overhang.
    pen, order = torch.where(glyph >= 0, pen, _NEVER).sort(dim=1, stable=True)
    glyph = glyph.gather(1, order)
    lowest = 28 - 17 * difficulty
    scene = torch.exp(dice.uniform(math.log(lowest), math.log(TALLEST))).floor()
    height = torch.where(document, dice.uniform(9, 26).floor(), scene)
    plane, scale, width, final = _view(box, height, document, difficulty, dice)
    return Plan(text, face, glyph, pen, box, plane, scale, height, width, final, document)


def _flush_right(texts: Texts, which: Tensor) -> Tensor:
    """Letters (B, BESIDE) of short words, the last one in the last slot."""
    letters, lengths = texts.letters[which][:, :BESIDE], texts.lengths[which]
    slots = torch.arange(BESIDE, device=letters.device) - (BESIDE - lengths[:, None])
    return torch.where(slots >= 0, letters.gather(1, slots.clamp(min=0)), -1)


def _pens(atlas: Atlas, face: Tensor, glyph: Tensor, tracking: Tensor, gap: Tensor) -> Tensor:
    """Where the pen stands for each slot (B, SLOTS), 0 for the word's first letter; never falling."""
    present = glyph >= 0
    advance = (atlas.advance[face[:, None], glyph.clamp(min=0)] + tracking[:, None]).clamp(min=1.0) * present
    advance[:, BEFORE - 1] += gap
    advance[:, AFTER - 1] += gap
    pen = torch.cumsum(advance, dim=1) - advance  # (B, SLOTS)
    return pen - pen[:, BEFORE : BEFORE + 1]


def _box(atlas: Atlas, face: Tensor, glyph: Tensor, pen: Tensor) -> Tensor:
    """The ink of the word (B, 4): left, top, right, bottom."""
    letters, at = glyph[:, BEFORE:AFTER], pen[:, BEFORE:AFTER]
    present, rows, known = letters >= 0, face[:, None], letters.clamp(min=0)
    far = torch.full_like(at, 1e6)
    low = [atlas.left[rows, known] + at, atlas.top[rows, known]]
    high = [atlas.right[rows, known] + at, atlas.bottom[rows, known]]
    lows = [torch.where(present, values, far).amin(dim=1) for values in low]
    highs = [torch.where(present, values, -far).amax(dim=1) for values in high]
    return torch.stack([*lows, *highs], dim=1)


def _view(
    box: Tensor, height: Tensor, document: Tensor, difficulty: float, dice: Dice
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """plane, scale, width and final of a Plan: a look at each box, cropped as detectors and people crop."""
    left, top, right, bottom = box.unbind(dim=1)
    corners = torch.stack(
        [torch.stack([x, y], dim=1) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))],
        1,
    )
    strength = torch.where(document, 0.25, difficulty)
    seen = _tilted(corners, strength, dice)
    low, high = seen.amin(dim=1), seen.amax(dim=1)  # (B, 2)
    tall = (high - low)[:, 1:]
    sides, ends = dice.uniform(-0.05, 0.25, 2) * tall, dice.uniform(-0.07, 0.15, 2) * tall
    start = low - torch.stack([sides[:, 0], ends[:, 0]], dim=1)
    extent = high + torch.stack([sides[:, 1], ends[:, 1]], dim=1) - start
    # Signs seen from the side are narrower far oftener than wider.
    squeeze = torch.exp((dice.normal(0.28) - 0.15) * difficulty) * ~document + 1.0 * document
    scale = height / extent[:, 1]
    wide = (extent[:, 0] * scale * squeeze * HEIGHT / height).clamp(8, WIDEST)
    final = torch.where(wide < NARROW, (wide + NARROW) / 2, wide).round().long()
    width = (wide * height / HEIGHT).round().clamp(min=4)
    shown = (seen - start[:, None]) * torch.stack([width / extent[:, 0], scale], dim=1)[:, None]
    return _homography(shown, corners), 1 / scale, width, final


def _tilted(corners: Tensor, strength: Tensor, dice: Dice) -> Tensor:
    """corners (B, 4, 2) turned, sheared and seen in perspective, as far as strength (B,) allows."""
    middle = corners.mean(dim=1, keepdim=True)
    width, height = (corners[:, 2] - corners[:, 0]).clamp(min=1.0).unbind(dim=1)
    most = 1.2 / (width / height).clamp(min=1.5)  # a long word turned far is all background
    spread = torch.where(dice.chance(0.8), 5.0, 14.0) * math.pi / 180
    turn = torch.minimum(torch.maximum(dice.normal() * spread * strength, -most), most)
    shear = dice.normal(0.12) * strength
    climb = torch.minimum(torch.maximum(dice.normal(0.3), -most), most) * (dice.uniform() < 0.25 * strength)
    cos, sin = torch.cos(turn), torch.sin(turn)
    x, y = (corners - middle).unbind(dim=2)
    x = x + shear[:, None] * y
    x, y = cos[:, None] * x - sin[:, None] * y, sin[:, None] * x + cos[:, None] * y
    y = y + climb[:, None] * x
    jitter = dice.normal(0.07, 4, 2) * (height * strength)[:, None, None]
    jitter[..., 0] *= 2
    return torch.stack([x, y], dim=2) + middle + jitter


def _homography(start: Tensor, end: Tensor) -> Tensor:
    """The matrices (B, 3, 3) that take four points (B, 4, 2) to four others."""
    (x, y), (u, v) = start.unbind(dim=2), end.unbind(dim=2)
    one, nil = torch.ones_like(x), torch.zeros_like(x)
    rows = torch.cat(
        [
            torch.stack([x, y, one, nil, nil, nil, -u * x, -u * y], dim=2),
            torch.stack([nil, nil, nil, x, y, one, -v * x, -v * y], dim=2),
        ],
        dim=1,
    )  # (B, 8, 8)
    # solve_ex does not ask a GPU whether all went well, which would wait for it.
    solved = torch.linalg.solve_ex(rows.double(), torch.cat([u, v], dim=1).double()[:, :, None])[0][:, :, 0]
    return torch.cat([solved, torch.ones_like(solved[:, :1])], dim=1).reshape(-1, 3, 3).float()
