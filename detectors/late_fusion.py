"""Maps of several scales joined by a 3x3 convolution: each is convolved at its own size, then enlarged.

Joining first and convolving at the finest size costs 9 taps a cell for every map; the coarse ones say the
same thing in blocks, and most of that is spent on repetition. `coarse_kernel` makes of a kernel for the
enlarged map the one for the map itself: its result is the mean of what the fine cells of a block would get.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def enlarged(x: Tensor) -> Tensor:
    """x (N, C, H, W) twice as large, every cell repeated."""
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


def coarse_kernel(kernel: Tensor, factor: int) -> Tensor:
    """kernel (O, I, 3, 3), meant for a map enlarged factor times, for that map as it is: (O, I, 3, 3).

    Of a block's fine cells, one in factor sees the block on either side, the others only their own.
    """
    share = 1 / factor
    taps = [[share, 0.0, 0.0], [1 - share, 1.0, 1 - share], [0.0, 0.0, share]]  # coarse from fine
    move = torch.tensor(taps, dtype=kernel.dtype, device=kernel.device)
    return torch.einsum("oiyx,ay,bx->oiab", kernel, move, move)


def joined_kernels(kernel: Tensor, maps: int) -> list[Tensor]:
    """kernel (O, maps x I, 3, 3), for maps joined at the size of the first, as one (O, I, 3, 3) a map.

    Each map is half the size of the one before.
    """
    parts = kernel.chunk(maps, dim=1)
    return [coarse_kernel(part, 2**i) if i else part for i, part in enumerate(parts)]


def summed(maps: Sequence[Tensor]) -> Tensor:
    """The sum of maps (N, C, H, W), (N, C, H / 2, W / 2), ... at the size of the first."""
    total = maps[-1]
    for finer in reversed(maps[:-1]):
        total = finer + enlarged(total)
    return total


def layers(block: nn.Module) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    """The two parts of what `backbone.conv_norm` makes."""
    conv, norm = block.children()
    assert isinstance(conv, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    return conv, norm


def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Kernel and bias of a convolution without bias and the batch norm after it, as it is when evaluated."""
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None
    assert variance is not None
    scale = norm.weight / torch.sqrt(variance + norm.eps)
    return conv.weight * scale[:, None, None, None], norm.bias - mean * scale


def fixed(kernel: Tensor, bias: Tensor | None = None) -> nn.Conv2d:
    """A 3x3 convolution with these weights, which keeps the size; not to be trained."""
    outputs, inputs = kernel.shape[:2]
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=bias is not None).requires_grad_(False)
    conv.weight.copy_(kernel.detach())
    if conv.bias is not None and bias is not None:
        conv.bias.copy_(bias.detach())
    return conv
