"""How a rendered word is seen: bent, tilted, in perspective, and cropped as a detector or annotator crops."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.synth.raster import Mask, Raster

HEIGHT = 32  # pixels, of every crop
WIDEST = 384


def view(
    layers: list[Mask],
    raster: Raster,
    rng: np.random.Generator,
    height: int,
    difficulty: float,
    document: bool,
) -> tuple[list[Mask], tuple[int, int]]:
    """All layers through one perspective, cropped as a detector or an annotator crops; and the crop's (width,
    height).
    """
    box = np.array(raster.box, np.float32)
    if not document and rng.random() < 0.15 * difficulty:
        layers, box = _curved(layers, box, rng)
    x0, y0, x1, y1 = box
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    seen = _tilted(corners, rng, 0.25 if document else difficulty)
    tall = float(seen[:, 1].max() - seen[:, 1].min())
    low, high = rng.uniform(-0.07, 0.15, 2) * tall, rng.uniform(-0.07, 0.15, 2) * tall
    left, right = rng.uniform(-0.05, 0.25, 2) * tall
    start = np.array([seen[:, 0].min() - left, seen[:, 1].min() - low[0]], np.float32)
    end = np.array([seen[:, 0].max() + right, seen[:, 1].max() + high[0]], np.float32)
    # Signs seen from the side are narrower far oftener than wider.
    stretch = 1.0 if document else float(np.exp(rng.normal(-0.15, 0.28) * difficulty))
    scale = height / float(end[1] - start[1])
    width = int(np.clip(round(float(end[0] - start[0]) * scale * stretch), 4, WIDEST * height / HEIGHT))
    shown = (seen - start) * np.array([scale * stretch, scale], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, shown.astype(np.float32))
    flags = cv2.INTER_LINEAR
    return [
        np.asarray(cv2.warpPerspective(m, matrix, (width, height), flags=flags), np.uint8) for m in layers
    ], (width, height)


def _tilted(corners: NDArray[np.float32], rng: np.random.Generator, difficulty: float) -> NDArray[np.float32]:
    """corners turned, sheared and seen in perspective, as far as the difficulty allows."""
    middle = corners.mean(axis=0)
    height = float(corners[2, 1] - corners[1, 1])
    spread = 5.0 if rng.random() < 0.8 else 14.0
    turn, shear = np.deg2rad(rng.normal(0, spread) * difficulty), rng.normal(0, 0.12) * difficulty
    aspect = float(corners[1, 0] - corners[0, 0]) / max(height, 1.0)
    most = 1.2 / max(aspect, 1.5)  # a long word turned far is all background
    turn = float(np.clip(turn, -most, most))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = rotation @ np.array([[1, shear], [0, 1]])
    if (
        rng.random() < 0.25 * difficulty
    ):  # a sign seen from the side: its lines climb, its letters stand upright
        climb = float(np.clip(rng.normal(0, 0.3), -most, most))
        matrix = np.array([[1, 0], [climb, 1]]) @ matrix
    jitter = rng.normal(0, 0.07 * height * difficulty, (4, 2)) * np.array([2.0, 1.0])
    return np.asarray((corners - middle) @ matrix.T + middle + jitter, np.float32)


def _curved(
    layers: list[Mask], box: NDArray[np.float32], rng: np.random.Generator
) -> tuple[list[Mask], NDArray[np.float32]]:
    """The baseline bent into an arc or a wave; the box grows with it."""
    height, width = layers[0].shape
    bend = float(rng.uniform(-0.5, 0.5)) * float(box[3] - box[1])
    pad = int(abs(bend)) + 1
    t = (np.arange(width, dtype=np.float32) - box[0]) / max(float(box[2] - box[0]), 1.0)
    rise = bend * (4 * t * (1 - t) if rng.random() < 0.75 else np.sin(2 * np.pi * t))
    rise = np.clip(rise, -pad, pad).astype(np.float32)
    rows, columns = np.mgrid[0 : height + 2 * pad, 0:width].astype(np.float32)
    bent = [np.asarray(cv2.remap(m, columns, rows - pad + rise, cv2.INTER_LINEAR), np.uint8) for m in layers]
    inside = rise[int(box[0]) : max(int(box[2]), int(box[0]) + 1)]
    top, bottom = box[1] + pad - inside.max(), box[3] + pad - inside.min()
    return bent, np.array([box[0], top, box[2], bottom], np.float32)
