"""The networks: the paper's to the parameter, the slim ones within their budget, T derived from the
layers.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from recognizer.crnn import CONFIGS, CRNN, config


def test_the_papers_network_has_8_330_789_parameters_with_37_classes() -> None:
    network = CRNN(replace(config("crnn_vgg"), classes=37))
    assert sum(p.numel() for p in network.parameters()) == 8_330_789


def test_the_papers_network_has_the_shapes_of_its_table() -> None:
    network = CRNN(config("crnn_vgg")).eval()
    shapes = []
    x = torch.zeros(1, 1, 32, 100)
    for layer in network.cnn:
        x = layer(x)
        if isinstance(layer, torch.nn.MaxPool2d):
            shapes.append(tuple(x.shape[1:]))
    assert shapes == [(64, 16, 50), (128, 8, 25), (256, 4, 25), (512, 2, 25)]
    assert tuple(x.shape[1:]) == (512, 1, 24)


@pytest.mark.parametrize(("name", "most"), [("crnn_xs", 0.8e6), ("crnn_s", 1.45e6), ("crnn_l", 7e6)])
def test_the_slim_networks_keep_to_their_size(name: str, most: float) -> None:
    assert 0.4e6 < sum(p.numel() for p in CRNN(config(name)).parameters()) < most


@pytest.mark.parametrize("name", sorted(CONFIGS))
@pytest.mark.parametrize("width", [32, 33, 50, 100, 117, 256])
def test_frames_tells_t_for_any_width(name: str, width: int) -> None:
    network = CRNN(replace(config(name), hidden=8)).eval()
    with torch.inference_mode():
        assert network(torch.zeros(2, 1, 32, width)).shape == (2, network.frames(width), 95)


def test_slim_networks_have_a_frame_every_four_pixels() -> None:
    assert [CRNN(config("crnn_s")).frames(w) for w in (32, 100, 128)] == [8, 25, 32]


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="known: crnn_vgg, crnn_xs, crnn_s, crnn_m, crnn_l"):
        config("crnn")


def test_eight_words_can_be_learnt_by_heart() -> None:
    from recognizer.charset import Charset
    from recognizer.ctc import greedy_decode, softmax
    from recognizer.ctc_loss import ctc_loss, pad_targets

    torch.manual_seed(0)
    charset = Charset("abcd")
    words = ["a", "ab", "bc", "cab", "dd", "bad", "d", "ca"]
    network = CRNN(replace(config("crnn_xs"), classes=5, stem=8, stages=(8, 8, 16, 16), hidden=16))
    images, targets = torch.randn(8, 1, 32, 48), pad_targets([charset.encode(w) for w in words])
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-3)
    for _ in range(200):
        loss = ctc_loss(network(images), targets, torch.zeros(8, dtype=torch.bool), charset)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()
    read = [greedy_decode(rows, charset).text for rows in softmax(network(images).detach().numpy())]
    assert read == words
