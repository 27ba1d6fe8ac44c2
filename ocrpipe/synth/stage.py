"""A photo on which sheets are hung: where there is room, foreshortened, in the light of the place."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.synth.displays import standing_out
from ocrpipe.synth.sheet import Canvas, Placed, Sheet, luma

COARSE = 4  # pixels of the photo in one of the maps of free and calm places
_TRIES = 8


@dataclass(frozen=True, slots=True)
class View:
    """How a plane is turned away from the camera: degrees about the vertical, the level and the line of
    sight.
    """

    yaw: float
    pitch: float
    roll: float

    def near(self, rng: np.random.Generator, spread: float = 3.0) -> View:
        """One that differs by some degrees: what hangs on the same wall."""
        yaw, pitch, roll = rng.normal(0, spread, 3)
        return View(self.yaw + yaw, self.pitch + pitch, self.roll + 0.5 * roll)

    def corners(self, width: float, height: float) -> NDArray[np.float32]:
        """The corners (4, 2) of a width x height sheet so seen, about its middle, its area kept within
        bounds.
        """
        yaw, pitch, roll = np.deg2rad([self.yaw, self.pitch, self.roll])
        flat = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width / 2, height / 2]
        x, y = flat[:, 0] * np.cos(yaw), flat[:, 1] * np.cos(pitch)
        depth = flat[:, 0] * np.sin(yaw) + flat[:, 1] * np.sin(pitch)
        seen = np.stack([x, y], 1) / (1 + depth / (2.2 * max(width, height)))[:, None]
        turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
        return np.asarray(seen @ turn.T, np.float32)


def any_view(rng: np.random.Generator) -> View:
    """Mostly nearly straight on; at times steeply from the side, and seldom on its side or upside down."""
    roll = rng.normal(0, 4)
    kind = rng.random()
    if kind < 0.05:
        roll += rng.choice([90, -90])
    elif kind < 0.1:
        roll = rng.uniform(-60, 60)
    yaw, pitch = rng.normal(0, 26), rng.normal(0, 10)
    return View(float(np.clip(yaw, -62, 62)), float(np.clip(pitch, -40, 40)), float(roll))


@dataclass(slots=True, eq=False)
class Stage:
    """canvas: (S, S, 3) float32; taken: coarse (S / 4, S / 4) uint8, 1 where something hangs; rough: as
    coarse, how much the photo changes there; words: those hung so far, quads in pixels of the canvas.
    """

    canvas: Canvas
    taken: NDArray[np.uint8] = field(init=False)
    rough: NDArray[np.float32] = field(init=False)
    words: list[Placed] = field(default_factory=list)

    def __post_init__(self) -> None:
        side = len(self.canvas) // COARSE
        small = cv2.resize(self.canvas[:, :, 1], (side, side), interpolation=cv2.INTER_AREA)
        self.rough = np.abs(np.asarray(cv2.Laplacian(small, cv2.CV_32F), np.float32))
        self.taken = np.zeros((side, side), np.uint8)

    def hang(self, sheet: Sheet, view: View, rng: np.random.Generator, glow: bool = False) -> bool:
        """Hang a sheet and take its words over. False, and nothing hung, if a few tries found no free place.

        glow: it shines by itself, and takes little of the light of the place.
        """
        height, width = sheet.canvas.shape[:2]
        shape = view.corners(width, height)
        place = self._place(shape, calm=sheet.coverage is not None, rng=rng)
        if place is None:
            return False
        self._lay(sheet, shape + place, rng, 0.15 if glow else float(rng.uniform(0.4, 0.95)))
        return True

    def _place(
        self, shape: NDArray[np.float32], calm: bool, rng: np.random.Generator
    ) -> NDArray[np.float32] | None:
        """Where the middle goes: free; of several such places the calmest, if calm matters."""
        size = len(self.canvas)
        reach = np.minimum(np.abs(shape).max(axis=0) * float(rng.choice([0.6, 1.0, 1.0])), size / 2 - 1)
        best: tuple[float, NDArray[np.float32], NDArray[np.uint8]] | None = None
        for _ in range(_TRIES):
            middle = rng.uniform(reach, size - reach).astype(np.float32)
            footprint = np.zeros_like(self.taken)
            outline = np.round((shape + middle) / COARSE).astype(np.int32)
            cv2.fillConvexPoly(footprint, outline, 1)
            if (footprint & self.taken).any() or not footprint.any():
                continue
            rough = cv2.mean(self.rough, footprint)[0] if calm else 0.0
            if best is None or rough < best[0]:
                best = rough, middle, footprint
            if not calm:
                break
        if best is None:
            return None
        self.taken |= best[2]
        return best[1]

    def _lay(self, sheet: Sheet, target: NDArray[np.float32], rng: np.random.Generator, share: float) -> None:
        size, (height, width) = len(self.canvas), sheet.canvas.shape[:2]
        low = np.clip(np.floor(target.min(axis=0)) - 2, 0, size).astype(int)
        high = np.clip(np.ceil(target.max(axis=0)) + 2, 0, size).astype(int)
        if (low >= high).any():
            return
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        exact = cv2.getPerspectiveTransform(corners, target)
        # cv2 warps between pixel centres, quads live on pixel corners.
        half = np.float32(0.5)
        warp = cv2.getPerspectiveTransform(corners - half, target - low.astype(np.float32) - half)
        window = (int(high[0] - low[0]), int(high[1] - low[1]))
        area = self.canvas[low[1] : high[1], low[0] : high[0]]
        whole = np.full((height, width), 255, np.uint8) if sheet.coverage is None else sheet.coverage
        covered = np.asarray(cv2.warpPerspective(whole, warp, window), np.float32)[:, :, None] / np.float32(
            255
        )
        light = _light(area, share)
        quads = [_moved(word.quad, exact) for word in sheet.words]
        if sheet.bare:
            contrasts = _letter(area, covered, quads, low, light, rng)
        else:
            colours = cv2.warpPerspective(sheet.canvas, warp, window, borderMode=cv2.BORDER_REPLICATE)
            area += (np.asarray(colours, np.float32) * light - area) * covered
            contrasts = [word.contrast * float(light.mean()) for word in sheet.words]
        for word, quad, contrast in zip(sheet.words, quads, contrasts, strict=True):
            self.words.append(Placed(word.text, quad, contrast))


def _letter(
    area: Canvas,
    covered: NDArray[np.float32],
    quads: list[NDArray[np.float32]],
    low: NDArray[np.int_],
    light: NDArray[np.float32],
    rng: np.random.Generator,
) -> list[float]:
    """Paint bare ink, at times outlined or with a shadow; how far in grey levels each word stands out."""
    ground = np.array(cv2.mean(area)[:3], np.float32)
    ink = standing_out(ground, rng, 35)
    lows = [np.maximum(np.floor(quad.min(axis=0)).astype(int) - low, 0) for quad in quads]
    highs = [np.maximum(np.ceil(quad.max(axis=0)).astype(int) - low, 1) for quad in quads]
    patches = [area[a[1] : b[1] : 2, a[0] : b[0] : 2] for a, b in zip(lows, highs, strict=True)]
    contrasts = [
        abs(luma(ink) - luma(np.array(cv2.mean(p)[:3], np.float32))) if p.size else 0.0 for p in patches
    ]
    kind = rng.random()
    if kind < 0.12:
        wider = cv2.dilate(covered[:, :, 0], np.ones((3, 3), np.uint8))[:, :, None]
        area += (standing_out(ink, rng, 80) - area) * wider
    elif kind < 0.24:
        move = np.array([[1, 0, rng.uniform(-2, 2)], [0, 1, rng.uniform(-2, 2)]], np.float32)
        shade = np.asarray(cv2.warpAffine(covered[:, :, 0], move, area.shape[1::-1]), np.float32)
        area *= 1 - shade[:, :, None] * np.float32(rng.uniform(0.3, 0.7))
    texture = light if rng.random() < 0.5 else np.float32(1)
    opacity = np.float32(rng.uniform(0.75, 1))
    area += (np.clip(ink * texture, 0, 255) - area) * (covered * opacity)
    return [contrast * float(opacity) for contrast in contrasts]


def _light(area: Canvas, share: float) -> NDArray[np.float32]:
    """The light that falls on a place (h, w, 3): share of its own brightness and tint, smoothed; 1 is
    neutral.
    """
    coarse = cv2.resize(area, (3, 3), interpolation=cv2.INTER_AREA)
    grey = coarse.mean(axis=2, keepdims=True)
    tint = (coarse.mean(axis=(0, 1)) + 60) / (coarse.mean() + 60)
    light = np.clip(grey / 140, 0.3, 1.2) * (1 + 0.5 * (tint - 1))
    mixed = (1 + share * (light - 1)).astype(np.float32)
    return np.asarray(cv2.resize(mixed, area.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _moved(quad: NDArray[np.float32], matrix: NDArray[np.generic]) -> NDArray[np.float32]:
    return np.asarray(cv2.perspectiveTransform(quad[None], np.asarray(matrix))[0], np.float32)
