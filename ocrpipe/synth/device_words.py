"""Word crops rendered in batches on any device: letters from an atlas of distances, sampled inversely.

Every pixel of a small source image asks where in the plane of the text it looks, which letters are there, and
how far their edges are; then light, lens, noise and codec, and the recogniser's own scaling to 32 pixels. The
counterpart of `words.py`, with the same order of things and like strengths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ocrpipe.synth import device_effects as effects
from ocrpipe.synth.sdf_atlas import CELL, PEN, REACH, Atlas
from ocrpipe.synth.word_plan import SLOTS, Dice, Plan, Texts, plan_words
from ocrpipe.synth.word_view import HEIGHT

_TILE = 256  # pixels a side of a background in the texture


@dataclass(frozen=True, slots=True, eq=False)
class DeviceRenderer:
    """atlas, texts and backgrounds (1, 1, 256, P 256), 0..255, all on one device."""

    atlas: Atlas
    texts: Texts
    backgrounds: Tensor

    def plan(self, count: int, difficulty: float, generator: torch.Generator) -> Plan:
        """What the next count words will be."""
        return plan_words(self.atlas, self.texts, count, difficulty, Dice(count, generator))

    def spell(self, plan: Plan) -> list[str]:
        """What the words of a plan say."""
        rows = self.texts.letters[plan.text].tolist()
        return ["".join(self.atlas.characters[place] for place in row if place >= 0) for row in rows]

    def render(
        self,
        plan: Plan,
        width: int,
        difficulty: float,
        generator: torch.Generator,
        source: tuple[int, int] | None = None,
    ) -> Tensor:
        """The words of a plan as (B, 1, 32, width) float32, 0..255; right of its own `final` pixels a crop's
        last column is repeated.

        source: the height and width, in pixels, of the highest and the widest source image of the plan, where
        they are known; asking the device for them waits for it.
        """
        dice = Dice(len(plan.text), generator)
        largest = source or (int(plan.height.max()), int(plan.width.max()))
        high, wide = (-(-side // 8) * 8 for side in largest)
        distance = self._distances(plan, high, wide, difficulty, dice)
        image = self._paint(plan, distance, difficulty, dice)
        image = _photographed(image, plan, difficulty, dice)
        return _scaled(image, plan, width)

    def _distances(self, plan: Plan, high: int, wide: int, difficulty: float, dice: Dice) -> Tensor:
        """From each pixel to the edge of the ink, in pixels of the source image; (B, high, wide)."""
        device = plan.pen.device
        y, x = torch.meshgrid(
            torch.arange(high, device=device) + 0.5, torch.arange(wide, device=device) + 0.5, indexing="ij"
        )
        here = torch.stack([x.flatten(), y.flatten(), torch.ones_like(x).flatten()])  # (3, H W)
        u, v, depth = (plan.plane @ here).unbind(dim=1)  # (B, H W)
        u, v = u / depth, v / depth
        v = v + self._bend(plan, u, difficulty, dice)
        slot = torch.searchsorted(plan.pen, u.contiguous(), right=True) - 1
        nearest = torch.full_like(u, -REACH)
        for step in (-1, 0, 1):  # letters reach over their advance
            nearest = torch.maximum(nearest, self._at(plan, slot + step, u, v))
        return (nearest / plan.scale[:, None]).reshape(-1, high, wide)

    def _at(self, plan: Plan, slot: Tensor, u: Tensor, v: Tensor) -> Tensor:
        """Distances (B, H W) at (u, v) from the glyphs in slots (B, H W)."""
        inside = (slot >= 0) & (slot < SLOTS)
        slot = slot.clamp(0, SLOTS - 1)
        glyph = plan.glyph.gather(1, slot)
        x, y = u - plan.pen.gather(1, slot) + PEN, v + PEN
        inside &= (glyph >= 0) & (x > 0.5) & (x < CELL - 0.5) & (y > 0.5) & (y < CELL - 0.5)
        column, row = glyph.clamp(min=0) * CELL + x.clamp(0.5, CELL - 0.5), plan.face[:, None] * CELL
        found = effects.sample(self.atlas.texture, column[:, None], (row + y.clamp(0.5, CELL - 0.5))[:, None])
        return torch.where(inside, found[:, 0], -REACH)

    def _bend(self, plan: Plan, u: Tensor, difficulty: float, dice: Dice) -> Tensor:
        """How far the baseline is moved at u (B, H W): an arc through the word's ends, or nothing."""
        left, top, right, bottom = plan.box.unbind(dim=1)
        bent = dice.uniform(-0.4, 0.4) * (bottom - top) * (dice.chance(0.15 * difficulty) & ~plan.document)
        t = ((u - left[:, None]) / (right - left).clamp(min=1)[:, None]).clamp(0, 1)
        return bent[:, None] * (4 * t * (1 - t) - 0.5)

    def _paint(self, plan: Plan, distance: Tensor, difficulty: float, dice: Dice) -> Tensor:
        """Ink, at times bolder, with an outline or a shadow, on paper, a wall or a sign: (B, 1, H, W)."""
        unit = (plan.height / 24)[:, None, None]
        bold = dice.uniform(0.1, 0.5) * dice.chance(0.12 * difficulty)
        distance = distance + bold[:, None, None] * unit
        ink = (0.5 + distance).clamp(0, 1)[:, None]
        level, paper = _levels(plan.document, difficulty, dice)
        relief = (level - paper).abs() * ~plan.document
        image = self._surface(paper, relief, distance.shape, difficulty, dice)
        kind = torch.where(plan.document, 1.0, dice.uniform())[:, None, None, None]
        wide = (0.5 + distance + dice.uniform(0.5, 1.5)[:, None, None] * unit).clamp(0, 1)[:, None]
        move = dice.uniform(-2.5, 2.5, 2) * plan.height[:, None] / 24
        behind = torch.where(kind < 0.1 * difficulty, wide, _shifted(ink, move))
        behind = behind * (kind < 0.25 * difficulty) * dice.uniform(0.4, 1.0)[:, None, None, None]
        image = image + (dice.uniform(0, 255)[:, None, None, None] - image) * behind
        strength = torch.where(plan.document, dice.uniform(0.6, 1.0), 1.0)[:, None, None, None]
        return image + (level[:, None, None, None] - image) * ink * strength

    def _surface(
        self, paper: Tensor, contrast: Tensor, shape: tuple[int, ...], difficulty: float, dice: Dice
    ) -> Tensor:
        """Flat, or a patch of a background of that mean level whose relief stays below the contrast."""
        _, high, wide = shape
        device = paper.device
        zoom = dice.uniform(0.5, 2.0)
        tall = torch.minimum(zoom * high, torch.full_like(zoom, _TILE - 1.0))
        long = torch.minimum(zoom * wide, torch.full_like(zoom, _TILE - 1.0))
        tiles = self.backgrounds.shape[3] // _TILE
        left = dice.below(tiles) * _TILE + dice.uniform() * (_TILE - long)
        top = dice.uniform() * (_TILE - tall)
        x = left[:, None] + long[:, None] * torch.linspace(0, 1, wide, device=device)
        y = top[:, None] + tall[:, None] * torch.linspace(0, 1, high, device=device)
        patch = effects.sample(
            self.backgrounds, x[:, None].expand(-1, high, -1), y[:, :, None].expand(-1, -1, wide)
        )
        patch = patch - patch.mean(dim=(1, 2), keepdim=True)
        kind = dice.uniform()
        most = torch.where(kind > 0.15, 0.5, 0.8)
        gain = contrast * (0.1 + (most - 0.1) * dice.uniform()) * (kind <= 0.65 * difficulty)
        gain = gain / (2 * patch.std(dim=(1, 2))).clamp(min=8)
        return (paper[:, None, None] + patch * gain[:, None, None])[:, None]


def background_texture(photos: Sequence[NDArray[np.uint8]], most: int = 512) -> Tensor:
    """Grey photos (H, W) uint8, at least 64 px a side, as a texture (1, 1, 256, P 256) float32 of up to
    `most` evenly chosen ones; without any, of one that is flat.
    """
    if not photos:
        return torch.zeros(1, 1, _TILE, _TILE)
    step = max(1, len(photos) // most)
    tiles = [cv2.resize(photo, (_TILE, _TILE), interpolation=cv2.INTER_AREA) for photo in photos[::step]]
    return torch.from_numpy(np.concatenate(tiles[:most], axis=1).astype(np.float32))[None, None]


def _levels(document: Tensor, difficulty: float, dice: Dice) -> tuple[Tensor, Tensor]:
    """Grey of the ink and of the surface (B,): at least so far apart as the difficulty allows; print is dark
    on light nearly always.
    """
    least = 110 - 70 * difficulty
    ink = dice.uniform(0, 255)
    # A uniform draw from what is far enough below or above the ink.
    below, above = (ink - least).clamp(min=0), (255 - ink - least).clamp(min=0)
    draw = dice.uniform() * (below + above)
    paper = torch.where(draw < below, draw, ink + least + draw - below)
    stuck = below + above <= 0  # mid grey of an easy word: neither side is far enough
    ink, paper = torch.where(stuck, 20.0, ink), torch.where(stuck, 235.0, paper)
    whitest = torch.where(dice.chance(0.5), 230.0, 185.0)  # half as scanners give it
    printed, sheet = dice.uniform(0, 110), whitest + (255 - whitest) * dice.uniform()
    swapped = dice.chance(0.08)
    printed, sheet = torch.where(swapped, sheet, printed), torch.where(swapped, printed, sheet)
    return torch.where(document, printed, ink), torch.where(document, sheet, paper)


def _shifted(images: Tensor, move: Tensor) -> Tensor:
    """images (B, 1, H, W) moved by (x, y) pixels (B, 2)."""
    high, wide = images.shape[2:]
    x = torch.arange(wide, device=images.device) + 0.5 - move[:, :1]  # (B, W)
    y = torch.arange(high, device=images.device) + 0.5 - move[:, 1:]  # (B, H)
    return effects.resample(images, x[:, None].expand(-1, high, -1), y[:, :, None].expand(-1, -1, wide))


def _photographed(image: Tensor, plan: Plan, difficulty: float, dice: Dice) -> Tensor:
    """Light, lens, sensor and codec; blur and noise in proportion to the word's height and contrast."""
    keep = (slice(None), None, None, None)  # (B,) beside (B, 1, H, W)
    contrast = (image.amax(dim=(1, 2, 3)) - image.amin(dim=(1, 2, 3)))[keep]
    lit = dice.uniform() < torch.where(plan.document, 0.15, 0.4) * difficulty
    corners = 1 + dice.uniform(-0.35, 0.35, 2, 2) * lit[:, None, None]
    image = effects.uneven_light(image, corners)
    soft, moved = dice.chance(0.65 * difficulty), dice.chance(0.25 * difficulty) & ~plan.document
    most = torch.where(plan.document, 0.045, 0.07)
    sigma = plan.height * (0.005 + (most - 0.005) * dice.uniform()) * soft
    trail = torch.where(moved & ~soft, dice.uniform(0.6, 1.2) + plan.height / 24, sigma)
    image = effects.blur(image, trail, sigma, dice.normal(0.45))
    grain = dice.normal(1.0, 1, *image.shape[2:]) * dice.uniform(0.005, 0.07)[keep]
    image = image + grain * contrast * dice.chance(0.6 * difficulty)[keep]
    power = torch.exp(dice.normal(0.35) * dice.chance(0.3 * difficulty))
    image = effects.gamma(image, power)
    coded = effects.jpeg(image, dice.uniform(30, 95))
    return torch.where(dice.chance(0.5 * difficulty)[keep], coded, image)


def _scaled(image: Tensor, plan: Plan, width: int) -> Tensor:
    """Each source image's own pixels as (B, 1, 32, width)."""
    device = image.device
    column = torch.minimum(torch.arange(width, device=device) + 0.5, plan.final[:, None] - 0.5)  # (B, width)
    x = (column * (plan.width / plan.final)[:, None]).clamp(min=0.5)
    x = torch.minimum(x, plan.width[:, None] - 0.5)
    down = (torch.arange(HEIGHT, device=device) + 0.5) * (plan.height / HEIGHT)[:, None]
    y = torch.minimum(down, plan.height[:, None] - 0.5)
    scaled = effects.resample(image, x[:, None].expand(-1, HEIGHT, -1), y[:, :, None].expand(-1, -1, width))
    return scaled.clamp(0, 255).round()


def generator_of(seed: int, number: int, device: torch.device) -> torch.Generator:
    """A generator on device for part `number` of a run with that seed."""
    state = int(np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)[0])
    return torch.Generator(device).manual_seed(state & ((1 << 62) - 1))
