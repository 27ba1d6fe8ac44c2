"""Light, lens, sensor and codec for batches on any device: (B, 1, H, W) float32, 0..255, in and out.

The counterpart of `effects.py`; every argument of shape (B,) is one value an image.
"""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import conv2d, grid_sample, pad

# The luminance table of ITU-T T.81, Annex K.
_QUANTA = (
    (16, 11, 10, 16, 24, 40, 51, 61), (12, 12, 14, 19, 26, 58, 60, 55), (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62), (18, 22, 37, 56, 68, 109, 103, 77), (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101), (72, 92, 95, 98, 112, 100, 103, 99),
)  # fmt: skip
_TAPS = 11  # pixels a side of a blur's kernel


def sample(texture: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """texture (1, 1, H, W) at continuous places x, y (B, h, w), where pixel (0, 0) covers [0, 1) x [0, 1):
    bilinear, the border repeated; (B, h, w).
    """
    height, width = texture.shape[2:]
    grid = torch.stack([x * (2 / width) - 1, y * (2 / height) - 1], dim=-1)  # (B, h, w, 2)
    rows = grid.flatten(0, 1)[None]  # (1, B h, w, 2): all words look into the same texture
    found = grid_sample(texture, rows, mode="bilinear", padding_mode="border", align_corners=False)
    return found.reshape(x.shape)


def resample(images: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Each of images (B, 1, H, W) at its own places x, y (B, h, w); (B, 1, h, w)."""
    height, width = images.shape[2:]
    grid = torch.stack([x * (2 / width) - 1, y * (2 / height) - 1], dim=-1)
    return grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)


def blur(images: Tensor, along: Tensor, across: Tensor, angle: Tensor) -> Tensor:
    """Gaussian blur of deviations along and across a direction, pixels and radians, (B,) each: one longer
    than the other is a camera that moved.
    """
    steps = torch.arange(_TAPS, device=images.device, dtype=torch.float32) - _TAPS // 2
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    cos, sin = torch.cos(angle)[:, None, None], torch.sin(angle)[:, None, None]
    a, b = along.clamp(min=0.05)[:, None, None], across.clamp(min=0.05)[:, None, None]
    far = ((x * cos + y * sin) / a) ** 2 + ((y * cos - x * sin) / b) ** 2
    kernel = torch.exp(-0.5 * far.clamp(max=80))
    kernel = kernel / kernel.sum(dim=(1, 2), keepdim=True)  # (B, taps, taps)
    padded = pad(images, [_TAPS // 2] * 4, mode="replicate").transpose(0, 1)  # (1, B, H, W)
    return conv2d(padded, kernel[:, None], groups=len(images)).transpose(0, 1)


def uneven_light(images: Tensor, corners: Tensor) -> Tensor:
    """Times a light that runs evenly between its values in the corners (B, 2, 2)."""
    light = torch.nn.functional.interpolate(
        corners[:, None], images.shape[2:], mode="bilinear", align_corners=True
    )
    return images * light


def gamma(images: Tensor, power: Tensor) -> Tensor:
    """A tone curve of power (B,): below 1 lifts the shadows."""
    return 255 * (images.clamp(0, 255) / 255) ** power[:, None, None, None]


def jpeg(images: Tensor, quality: Tensor) -> Tensor:
    """What is lost by a grey baseline JPEG of quality (B,), 1..100: 8 x 8 cosine transform, rounding to
    quanta, and back. H and W are multiples of 8.
    """
    count, _, height, width = images.shape
    basis = _cosines(images.device)
    table = _quanta(images.device)
    factor = torch.where(quality < 50, 50 / quality.clamp(min=1), 2 - quality / 50)[:, None, None, None, None]
    quanta = torch.floor(table * factor + 0.5).clamp(1, 255)
    blocks = images.round().clamp(0, 255).reshape(count, height // 8, 8, width // 8, 8).transpose(2, 3) - 128
    spectrum = basis @ blocks @ basis.T  # (B, H / 8, W / 8, 8, 8)
    rounded = torch.round(spectrum / quanta) * quanta
    restored = (basis.T @ rounded @ basis + 128).round().clamp(0, 255)
    return restored.transpose(2, 3).reshape(images.shape)


# Both are made once a device: to send a GPU numbers from ordinary memory is to wait for all it has to do.
@cache
def _quanta(device: torch.device) -> Tensor:
    return torch.tensor(_QUANTA, dtype=torch.float32, device=device)


@cache
def _cosines(device: torch.device) -> Tensor:
    """The orthonormal cosine transform of eight values, (8, 8)."""
    order = torch.arange(8, dtype=torch.float32, device=device)
    basis = torch.cos((2 * order[None] + 1) * order[:, None] * math.pi / 16) / 2
    basis[0] /= math.sqrt(2)
    return basis
