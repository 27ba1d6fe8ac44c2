"""DBNet: a slim residual backbone, a feature pyramid and the two heads of differentiable binarisation.

Forward only: labels are made in `targets.py`, losses in `losses.py`. Source: Liao et al. 2020, "Real-time
Scene Text Detection with Differentiable Binarization".
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detectors.backbone import Backbone, BackboneConfig, conv_norm, initialise

PRIOR = 0.05  # share of text pixels the untrained network announces


@dataclass(frozen=True, slots=True)
class DBNetConfig:
    """Everything that fixes the shapes of the weights."""

    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    pyramid: int = 64  # channels of the fused map, a multiple of 4
    head: int = 32  # channels inside a head


CONFIGS: dict[str, DBNetConfig] = {
    "db_r18t": DBNetConfig(),
}


class Pyramid(nn.Module):
    """Four maps fused at stride 4: summed from the deepest up, each smoothed to a quarter of the channels,
    joined.
    """

    def __init__(self, inputs: tuple[int, ...], outputs: int) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(channels, outputs, 1, bias=False) for channels in inputs)
        self.smooth = nn.ModuleList(conv_norm(outputs, outputs // 4) for _ in inputs)

    def forward(self, features: tuple[Tensor, ...]) -> Tensor:
        """Maps at strides 4, 8, 16, 32 to one (N, outputs, H / 4, W / 4)."""
        sums = [lateral(x) for lateral, x in zip(self.lateral, features, strict=True)]
        for i in range(len(sums) - 2, -1, -1):
            sums[i] = sums[i] + F.interpolate(sums[i + 1], scale_factor=2.0, mode="nearest")
        maps = []
        for i, (smooth, x) in enumerate(zip(self.smooth, sums, strict=True)):
            x = F.relu(smooth(x), inplace=True)
            maps.append(x if i == 0 else F.interpolate(x, scale_factor=float(2**i), mode="nearest"))
        return torch.cat(maps, dim=1)  # (N, outputs, H / 4, W / 4)


class Head(nn.Module):
    """One logit a photo pixel from a stride-4 map: each cell announces its own 4 x 4 pixels.

    The paper's two transposed convolutions at strides 2 and 1 cost as much memory traffic as the whole stem.
    """

    def __init__(self, inputs: int, channels: int, bias: float) -> None:
        super().__init__()
        self.mix = nn.Sequential(conv_norm(inputs, channels), nn.ReLU(inplace=True))
        self.out = nn.Conv2d(channels, 16, 1)
        initialise(self)
        nn.init.normal_(self.out.weight, std=0.01)
        nn.init.constant_(self.out.bias, bias)  # type: ignore[arg-type]  # a Conv2d built with a bias has one

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H / 4, W / 4) to logits (N, 1, H, W)."""
        return F.pixel_shuffle(self.out(self.mix(x)), 4)


class DBNet(nn.Module):
    """A photo to two maps of logits: text (shrunk words) and threshold (word borders)."""

    def __init__(self, config: DBNetConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = Backbone(config.backbone)
        self.pyramid = Pyramid(config.backbone.channels, config.pyramid)
        initialise(self)
        prior = float(torch.logit(torch.tensor(PRIOR)))
        self.score = Head(config.pyramid, config.head, prior)
        self.threshold = Head(config.pyramid, config.head, 0.0)

    def fused(self, images: Tensor) -> Tensor:
        """images (N, 3, H, W) to the fused map (N, pyramid, H / 4, W / 4)."""
        out: Tensor = self.pyramid(self.backbone(images))
        return out

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """images (N, 3, H, W) float32, normalised, H and W multiples of 32, to logits: score and threshold
        (N, 1, H, W).
        """
        x = self.fused(images)
        return self.score(x), self.threshold(x)


class ScoreNet(nn.Module):
    """The half of a DBNet that inference needs: score probabilities, no threshold map."""

    def __init__(self, net: DBNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        """images (N, 3, H, W) float32 to probabilities (N, 1, H, W), 0..1."""
        return torch.sigmoid(self.net.score(self.net.fused(images)))


def build(name: str) -> DBNet:
    """An untrained network of a named configuration; ValueError lists the known names."""
    if name not in CONFIGS:
        raise ValueError(f"unknown network {name!r}; known: {', '.join(sorted(CONFIGS))}")
    return DBNet(CONFIGS[name])
