"""A trained CRNN with more blocks, which says exactly what it said before: training goes on from there.

A residual block whose last norm has scale 0 gives back what it gets (it is never negative), and learns to do
more. Source: Chen, Goodfellow, Shlens 2016, Net2Net, "deeper" (arXiv 1511.05641); Goyal et al. 2017, section
5.1, for the norm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from recognizer.crnn import CRNN, CRNNConfig

_BEFORE_BLOCKS = 4  # layers of a residual network: convolution, norm, ReLU, pool
_LAST_NORM = ("second_norm.weight", "second_norm.bias")


def grown(weights: Mapping[str, Tensor], small: CRNNConfig, large: CRNNConfig) -> dict[str, Tensor]:
    """weights of a network `small` as those of `large`, which differs by more blocks in its stages only.

    ValueError where it differs otherwise.
    """
    if not deeper(small, large):
        raise ValueError(f"{small.name} cannot grow into {large.name}: more than its blocks would change")
    result = dict(CRNN(replace(large, classes=small.classes)).state_dict())
    places = _places(small, large)
    for place in range(_BEFORE_BLOCKS, _BEFORE_BLOCKS + sum(large.blocks)):
        for name in _LAST_NORM:
            result[f"cnn.{place}.{name}"] = torch.zeros_like(result[f"cnn.{place}.{name}"])
    for name, value in weights.items():
        result[_moved(name, places)] = value
    return result


def deeper(small: CRNNConfig, large: CRNNConfig) -> bool:
    """Whether large is small with more blocks, or as many, in its stages."""
    alike = replace(large, name=small.name, blocks=small.blocks, classes=small.classes) == small
    return bool(small.blocks) and alike and all(map(int.__le__, small.blocks, large.blocks))


def _places(small: CRNNConfig, large: CRNNConfig) -> dict[str, str]:
    """Where each layer of small's stack stands in large's: its blocks are the first of their stages."""
    places, old, new = {str(i): str(i) for i in range(_BEFORE_BLOCKS)}, _BEFORE_BLOCKS, _BEFORE_BLOCKS
    for few, many in zip(small.blocks, large.blocks, strict=True):
        places |= {str(old + i): str(new + i) for i in range(few)}
        old, new = old + few, new + many
    return places | {str(old + i): str(new + i) for i in range(2)}  # the fold and its norm


def _moved(name: str, places: Mapping[str, str]) -> str:
    part, _, rest = name.partition(".")
    if part != "cnn":
        return name
    place, _, rest = rest.partition(".")
    return f"cnn.{places[place]}.{rest}"
