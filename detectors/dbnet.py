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
from detectors.late_fusion import coarse_kernel, enlarged, fixed, folded, joined_kernels, layers, summed

PRIOR = 0.05  # share of text pixels the untrained network announces


@dataclass(frozen=True, slots=True)
class DBNetConfig:
    """Everything that fixes the shapes of the weights."""

    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    pyramid: int = 64  # channels of the fused map, a multiple of 4
    head: int = 32  # channels inside a head


CONFIGS: dict[str, DBNetConfig] = {
    "db_r18q": DBNetConfig(),
}


class Pyramid(nn.Module):
    """Four maps summed from the deepest up, each smoothed to a quarter of the channels at its own size."""

    def __init__(self, inputs: tuple[int, ...], outputs: int) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(channels, outputs, 1, bias=False) for channels in inputs)
        self.smooth = nn.ModuleList(conv_norm(outputs, outputs // 4) for _ in inputs)

    def forward(self, features: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Maps at strides 4, 8, 16, 32 to as many of outputs / 4 channels, of the same sizes."""
        sums = self.sums(features)
        conv, norm = layers(self.smooth[0])
        across, above = self.finest_kernels(conv.weight)
        finest = F.conv2d(features[0], across, padding=1) + enlarged(F.conv2d(sums[0], above, padding=1))
        return F.relu(norm(finest)), *self.smoothed(sums)

    def sums(self, features: tuple[Tensor, ...]) -> list[Tensor]:
        """Maps at strides 8, 16, 32, each with those above it; the finest is never made whole."""
        sums = [lateral(x) for lateral, x in zip(list(self.lateral)[1:], features[1:], strict=True)]
        for i in range(len(sums) - 2, -1, -1):
            sums[i] = sums[i] + enlarged(sums[i + 1])
        return sums

    def smoothed(self, sums: list[Tensor]) -> list[Tensor]:
        """What becomes of those sums."""
        return [F.relu(smooth(x)) for smooth, x in zip(list(self.smooth)[1:], sums, strict=True)]

    def finest_kernels(self, smooth: Tensor) -> tuple[Tensor, Tensor]:
        """Kernels for the finest features and for the sum above them, of which the finest map is made.

        Smoothing, by (O, C, 3, 3), a sum of the projected and the enlarged is smoothing each.
        """
        lateral = self.lateral[0]
        assert isinstance(lateral, nn.Conv2d)  # (C, I, 1, 1)
        across = torch.einsum("ocyx,ci->oiyx", smooth, lateral.weight[:, :, 0, 0])
        return across, coarse_kernel(smooth, 2)


class Head(nn.Module):
    """One logit a photo pixel from the four maps: each stride-4 cell announces its own 4 x 4 pixels.

    The paper's two transposed convolutions at strides 2 and 1 cost as much memory traffic as the whole stem.
    """

    def __init__(self, inputs: int, channels: int, bias: float) -> None:
        super().__init__()
        self.mix = nn.Sequential(conv_norm(inputs, channels), nn.ReLU(inplace=True))
        self.out = nn.Conv2d(channels, 16, 1)
        initialise(self)
        nn.init.normal_(self.out.weight, std=0.01)
        nn.init.constant_(self.out.bias, bias)  # type: ignore[arg-type]  # a Conv2d built with a bias has one

    def forward(self, maps: tuple[Tensor, ...]) -> Tensor:
        """maps (N, C, H / 4, W / 4) and each half the size of the one before to logits (N, 1, H, W)."""
        conv, norm = layers(self.mix[0])
        kernels = joined_kernels(conv.weight, len(maps))
        mixed = summed([F.conv2d(x, kernel, padding=1) for x, kernel in zip(maps, kernels, strict=True)])
        return F.pixel_shuffle(self.out(F.relu(norm(mixed))), 4)


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

    def maps(self, images: Tensor) -> tuple[Tensor, ...]:
        """images (N, 3, H, W) to four maps of pyramid / 4 channels at strides 4, 8, 16, 32."""
        out: tuple[Tensor, ...] = self.pyramid(self.backbone(images))
        return out

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """images (N, 3, H, W) float32, normalised, H and W multiples of 32, to logits: score and threshold
        (N, 1, H, W).
        """
        maps = self.maps(images)
        return self.score(maps), self.threshold(maps)


class ScoreNet(nn.Module):
    """The half of a DBNet that inference needs, as it is when this is made: score probabilities, no threshold
    map. Kernels are joined and norms folded in, so a later change of the DBNet's weights does not show.
    """

    def __init__(self, net: DBNet) -> None:
        super().__init__()
        self.backbone, self.pyramid, self.out = net.backbone, net.pyramid, net.score.out
        kernel, bias = folded(*layers(net.pyramid.smooth[0]))
        across, above = net.pyramid.finest_kernels(kernel)
        self.across, self.above = fixed(across, bias), fixed(above)
        kernel, bias = folded(*layers(net.score.mix[0]))
        self.mix = nn.ModuleList(
            fixed(part, None if i else bias) for i, part in enumerate(joined_kernels(kernel, 4))
        )

    def forward(self, images: Tensor) -> Tensor:
        """images (N, 3, H, W) float32 to probabilities (N, 1, H, W), 0..1."""
        features = self.backbone(images)
        sums = self.pyramid.sums(features)
        finest = F.relu(self.across(features[0]) + enlarged(self.above(sums[0])))
        maps = [finest, *self.pyramid.smoothed(sums)]
        mixed = F.relu(summed([mix(x) for mix, x in zip(self.mix, maps, strict=True)]))
        return torch.sigmoid(F.pixel_shuffle(self.out(mixed), 4))


def build(name: str) -> DBNet:
    """An untrained network of a named configuration; ValueError lists the known names."""
    if name not in CONFIGS:
        raise ValueError(f"unknown network {name!r}; known: {', '.join(sorted(CONFIGS))}")
    return DBNet(CONFIGS[name])
