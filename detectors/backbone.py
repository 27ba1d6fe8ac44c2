"""A slim residual network: a photo in, features at strides 4, 8, 16 and 32 out."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class BackboneConfig:
    """Plain 3x3 residual blocks; depthwise ones were slower on CPUs without low-precision instructions."""

    channels: tuple[int, int, int, int] = (16, 32, 64, 128)  # at strides 4, 8, 16, 32
    blocks: tuple[int, int, int, int] = (2, 2, 2, 2)
    stem: int = 16  # channels at stride 2, where the memory traffic is


def conv_norm(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Convolution without bias, padded to keep (or divide by stride) the size, and its batch norm."""
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut; the shortcut is a 1x1 projection where shapes differ."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = conv_norm(inputs, outputs, stride=stride)
        self.second = conv_norm(outputs, outputs)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else conv_norm(inputs, outputs, 1, stride)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) to (N, outputs, H / stride, W / stride)."""
        out: Tensor = self.relu(self.second(self.relu(self.first(x))) + self.shortcut(x))
        return out


class Backbone(nn.Module):
    """Features of a photo at four scales."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv_norm(3, config.stem, stride=2), nn.ReLU(inplace=True))
        stages: list[nn.Module] = []
        inputs = config.stem
        for outputs, count in zip(config.channels, config.blocks, strict=True):
            first = ResidualBlock(inputs, outputs, 2)
            rest = [ResidualBlock(outputs, outputs, 1) for _ in range(count - 1)]
            stages.append(nn.Sequential(first, *rest))
            inputs = outputs
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """x (N, 3, H, W), H and W multiples of 32, to four maps (N, channels[i], H / s, W / s), s = 4, 8,
        16, 32.
        """
        x = self.stem(x)  # (N, stem, H / 2, W / 2)
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return tuple(features)


def initialise(module: nn.Module) -> None:
    """He initialisation of every convolution;
    torch's own default is too small for ReLU networks this deep.
    """
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
