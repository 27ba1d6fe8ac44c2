"""CRNN: a convolutional network, read as a sequence of columns by a BiLSTM, classified frame by frame.

Source: Shi, Bai, Yao, "An End-to-End Trainable Neural Network for Image-based Sequence Recognition", arXiv
1507.05717. `crnn_vgg` is the paper's table; the others keep its idea with a slim residual network. Forward
only: loss and decoding live in `ctc.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class CRNNConfig:
    """One network. Widths are channels; strides are (vertical, horizontal)."""

    name: str
    classes: int = 95  # characters and the blank
    in_channels: int = 1  # 1: grey, as in the paper
    stem: int = 0  # 0: the paper's VGG table instead of a residual network
    stages: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()
    hidden: int = 256  # LSTM units a direction
    dropout: float = 0.0


CONFIGS: dict[str, CRNNConfig] = {
    "crnn_vgg": CRNNConfig("crnn_vgg"),
    "crnn_xs": CRNNConfig("crnn_xs", stem=16, stages=(16, 32, 64, 128), blocks=(1, 1, 1, 1), hidden=96),
    "crnn_s": CRNNConfig("crnn_s", stem=24, stages=(24, 48, 96, 192), blocks=(1, 1, 2, 1), hidden=96),
    "crnn_m": CRNNConfig("crnn_m", stem=24, stages=(24, 48, 96, 192), blocks=(1, 2, 3, 2), hidden=96),
    "crnn_l": CRNNConfig("crnn_l", stem=48, stages=(48, 96, 192, 384), blocks=(1, 2, 2, 1), hidden=192),
}


def config(name: str) -> CRNNConfig:
    """The configuration of that name; ValueError with the known ones otherwise."""
    if name not in CONFIGS:
        raise ValueError(f"unknown recogniser network {name!r}; known: {', '.join(CONFIGS)}")
    return CONFIGS[name]


class CRNN(nn.Module):
    """(N, in_channels, 32, W) float32, W >= 4 -> logits (N, T, C) float32; T = `frames(W)`."""

    def __init__(self, config: CRNNConfig) -> None:
        super().__init__()
        self.config = config
        self.cnn, features = _vgg(config.in_channels) if not config.stages else _residual(config)
        self.rnn = _BiLSTMStack(features, config.hidden, joined=not config.stages)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(2 * config.hidden, config.classes)

    def features(self, images: Tensor) -> Tensor:
        """What is known of each frame before it is classified, (N, T, 2 * hidden)."""
        maps: Tensor = self.cnn(images)  # (N, F, 1, T)
        sequence = maps.squeeze(2).permute(0, 2, 1)  # (N, T, F)
        read: Tensor = self.rnn(sequence)
        return read

    def classify(self, features: Tensor) -> Tensor:
        """Logits (N, T, C) of features (N, T, 2 * hidden)."""
        logits: Tensor = self.head(self.dropout(features))
        return logits

    def forward(self, images: Tensor) -> Tensor:
        """Logits, not probabilities: softmax belongs to the loss and the decoder."""
        return self.classify(self.features(images))

    def frames(self, width: int) -> int:
        """T for crops `width` pixels wide, derived from the layers themselves, so that it cannot disagree
        with them.

        (For W = 100 the paper says 24 in its table, 25 in its text, and its code gives 26.)
        """
        for layer in self.cnn.modules():
            if isinstance(layer, nn.Conv2d | nn.MaxPool2d) and not getattr(layer, "is_shortcut", False):
                kernel, stride, padding = (
                    _horizontal(getattr(layer, f)) for f in ("kernel_size", "stride", "padding")
                )
                width = (width + 2 * padding - kernel) // stride + 1
        return width


def _horizontal(value: int | tuple[int, ...]) -> int:
    return value if isinstance(value, int) else value[1]


class _BiLSTMStack(nn.Module):
    """Two bidirectional LSTMs. `joined` puts the paper's 2h -> h linear between them (section 2.2; 8.33 M
    needs it).
    """

    def __init__(self, features: int, hidden: int, joined: bool) -> None:
        super().__init__()
        between = hidden if joined else 2 * hidden
        self.first = nn.LSTM(features, hidden, bidirectional=True, batch_first=True)
        self.join = nn.Linear(2 * hidden, hidden) if joined else nn.Identity()
        self.second = nn.LSTM(between, hidden, bidirectional=True, batch_first=True)

    def forward(self, sequence: Tensor) -> Tensor:
        sequence = self.join(self.first(sequence)[0])
        out: Tensor = self.second(sequence)[0]  # (N, T, 2 * hidden)
        return out


def _vgg(in_channels: int) -> tuple[nn.Sequential, int]:
    """Table 1 of the paper, bottom to top; batch normalisation after the 5th and 6th convolution as
    printed.
    """
    pool_square, pool_tall = (2, 2, 0), ((2, 1), (2, 1), 0)

    def conv(
        inputs: int, outputs: int, kernel: int = 3, padding: int = 1, norm: bool = False
    ) -> list[nn.Module]:
        layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, kernel, 1, padding)]
        return [*layers, *([nn.BatchNorm2d(outputs)] if norm else []), nn.ReLU(inplace=True)]

    return nn.Sequential(
        *conv(in_channels, 64), nn.MaxPool2d(*pool_square),
        *conv(64, 128), nn.MaxPool2d(*pool_square),
        *conv(128, 256), *conv(256, 256), nn.MaxPool2d(*pool_tall),
        *conv(256, 512, norm=True), *conv(512, 512, norm=True), nn.MaxPool2d(*pool_tall),
        *conv(512, 512, kernel=2, padding=0),
    ), 512  # fmt: skip


class _Block(nn.Module):
    """Two 3x3 convolutions and a shortcut. (He et al. 2016, the basic block)"""

    def __init__(self, inputs: int, outputs: int, stride: tuple[int, int]) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if inputs != outputs or stride != (1, 1):
            project = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            project.is_shortcut = True  # type: ignore[assignment]  # a mark for CRNN.frames, not a parameter
            self.shortcut = nn.Sequential(project, nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.first_norm(self.first(x)))
        return torch.relu(self.second_norm(self.second(y)) + self.shortcut(x))


def _residual(config: CRNNConfig) -> tuple[nn.Sequential, int]:
    """Stem and 2x2 pool (16 rows), stages at strides (1,1) (2,2) (2,1) (2,1), and a convolution that folds 2
    rows to 1.
    """
    layers: list[nn.Module] = [
        nn.Conv2d(config.in_channels, config.stem, 3, 1, 1, bias=False),
        nn.BatchNorm2d(config.stem),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
    ]
    channels = config.stem
    strides = ((1, 1), (2, 2), (2, 1), (2, 1))
    for width, count, stride in zip(config.stages, config.blocks, strides, strict=True):
        for index in range(count):
            layers.append(_Block(channels, width, stride if index == 0 else (1, 1)))
            channels = width
    fold = nn.Conv2d(channels, channels, (2, 1), 1, 0, bias=False)
    layers += [fold, nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers), channels
