"""Maps joined late: the coarse kernels are the mean of the fine ones, and folding changes nothing."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detectors.late_fusion import coarse_kernel, enlarged, fixed, folded, joined_kernels, summed


def seeded(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_a_coarse_kernel_gives_the_mean_of_each_block_at_borders_too(factor: int) -> None:
    x, kernel = seeded(1, 3, 5, 4), seeded(2, 3, 3, 3, seed=1)
    large = F.interpolate(x, scale_factor=float(factor), mode="nearest")
    blocks = F.avg_pool2d(F.conv2d(large, kernel, padding=1), factor)
    torch.testing.assert_close(F.conv2d(x, coarse_kernel(kernel, factor), padding=1), blocks)


def test_a_kernel_of_ones_counts_the_neighbours_that_a_fine_cell_sees() -> None:
    kernel = coarse_kernel(torch.ones(1, 1, 3, 3), 2)[0, 0]
    assert kernel.tolist() == [[0.25, 1.0, 0.25], [1.0, 4.0, 1.0], [0.25, 1.0, 0.25]]


def test_the_finest_map_keeps_its_own_kernel() -> None:
    kernel = seeded(2, 6, 3, 3)
    first, second, third = joined_kernels(kernel, 3)
    assert torch.equal(first, kernel[:, :2])
    assert torch.equal(second, coarse_kernel(kernel[:, 2:4], 2))
    assert torch.equal(third, coarse_kernel(kernel[:, 4:], 4))


def test_maps_are_summed_at_the_size_of_the_first() -> None:
    maps = [torch.full((1, 1, 4, 4), 100.0), torch.full((1, 1, 2, 2), 20.0), torch.tensor([[[[3.0]]]])]
    assert summed(maps).tolist() == torch.full((1, 1, 4, 4), 123.0).tolist()
    assert enlarged(torch.tensor([[[[1.0, 2.0]]]])).tolist() == [[[[1, 1, 2, 2], [1, 1, 2, 2]]]]


def test_a_folded_norm_changes_nothing() -> None:
    torch.manual_seed(0)
    conv, norm = nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4)
    norm(conv(torch.randn(8, 3, 9, 9)))  # statistics other than 0 and 1
    norm.eval()
    nn.init.uniform_(norm.weight, 0.5, 2)
    nn.init.uniform_(norm.bias, -1, 1)
    x = torch.randn(1, 3, 6, 5)
    with torch.no_grad():
        torch.testing.assert_close(fixed(*folded(conv, norm))(x), norm(conv(x)), rtol=1e-4, atol=1e-5)


def test_a_fixed_convolution_is_not_trained_and_keeps_its_own_copy() -> None:
    kernel = torch.ones(1, 1, 3, 3)
    conv = fixed(kernel)
    kernel.zero_()
    assert float(conv.weight.sum()) == 9
    assert not conv.weight.requires_grad
    assert conv.bias is None
