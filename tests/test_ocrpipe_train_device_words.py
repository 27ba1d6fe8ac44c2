"""Chunks made on a device: rendered and real crops as the recogniser sees them, the same at every call."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from synth_world import build
from synth_world import renderer as word_renderer

from ocrpipe.synth.device_words import DeviceRenderer, generator_of
from ocrpipe.synth.word_plan import Texts
from ocrpipe.train.device_words import DeviceWordStream, normalised, on_device, text_targets
from ocrpipe.train.real_chunks import RealPart, RealStream, real_parts
from ocrpipe.train.real_crops import RealCrop
from ocrpipe.train.word_data import BATCHES_A_CHUNK, Mix, WordBatch
from recognizer.batching import normalise, pad, stretch
from recognizer.charset import ASCII_94, Charset, charset

CPU, ASCII = torch.device("cpu"), Charset(ASCII_94)
MIX = Mix(batch=8, easy_until=1, real_share=0.5)


def grey(seed: int, height: int, width: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    return cv2.GaussianBlur(rng.uniform(0, 255, (height, width)), (0, 0), 1.5).astype(np.uint8)


REAL = [RealCrop(grey(8, 30, 90), "FORD", "svt"), RealCrop(grey(9, 30, 40), "Oil", "iiit5k")]


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> DeviceRenderer:
    return on_device(word_renderer(build(tmp_path_factory.mktemp("world") / "data")), CPU, texts=300)


def stream(renderer: DeviceRenderer, real: list[RealCrop] = REAL, seed: int = 3) -> DeviceWordStream:
    return DeviceWordStream(renderer, real, ASCII, MIX, seed)


def same(one: WordBatch, other: WordBatch) -> bool:
    pairs = ((one.images, other.images), (one.targets, other.targets), (one.any_case, other.any_case))
    return all(torch.equal(a, b) for a, b in pairs)


def spelled(targets: torch.Tensor) -> list[str]:
    return [ASCII.decode([each for each in row if each]) for row in targets.tolist()]


def test_crops_are_normalised_as_the_recogniser_does() -> None:
    crop = grey(6, 32, 40)
    padded = torch.from_numpy(np.concatenate([crop, crop[:, -1:].repeat(24, 1)], axis=1))
    found = normalised(padded[None, None].float(), torch.tensor([40]))[0, 0].numpy()
    assert np.allclose(found, pad(normalise(crop), 64), atol=1e-4)


def test_real_crops_come_out_of_a_chunk_as_the_recogniser_would_see_them(renderer: DeviceRenderer) -> None:
    crops = [stretch(grey(seed, 32, width)) for seed, width in ((0, 120), (1, 64), (2, 300))]
    size = MIX.batch * BATCHES_A_CHUNK
    crops = [crops[i % 3] for i in range(size)]
    part = RealPart(
        torch.from_numpy(np.concatenate(crops, axis=1)),
        torch.tensor([crop.shape[1] for crop in crops]),
        torch.arange(1, size + 1)[:, None],
        torch.zeros(size, dtype=torch.bool),
    )
    batches = stream(renderer).chunk(0, part)
    seen = {
        int(target): image[0]
        for batch in batches
        for image, target in zip(batch.images, batch.targets, strict=True)
    }
    assert sorted(seen) == list(range(1, size + 1))
    for number, image in seen.items():
        wanted = pad(normalise(crops[number - 1]), image.shape[1])
        assert np.allclose(image.numpy(), wanted, atol=1e-4)


def test_rendered_words_keep_their_texts_through_sorting_and_shuffling(renderer: DeviceRenderer) -> None:
    words = stream(renderer, [])
    nobody = next(iter(RealStream([], ASCII, MIX, 3, 2)))
    size = MIX.batch * BATCHES_A_CHUNK
    plan = renderer.plan(size, 1.0, generator_of(3, 2, CPU))
    batches = words.chunk(2, nobody)
    assert sorted(text for batch in batches for text in spelled(batch.targets)) == sorted(
        renderer.spell(plan)
    )
    widths = [batch.images.shape[3] for batch in batches]
    assert max(widths) - min(widths) > 32
    assert all(width % 16 == 0 for width in widths)


def test_a_chunk_depends_on_its_number_alone_and_is_cut_anywhere(renderer: DeviceRenderer) -> None:
    whole = list(islice(stream(renderer).batches(0), 2 * BATCHES_A_CHUNK))
    assert same(whole[-1], next(stream(renderer).batches(1, BATCHES_A_CHUNK - 1)))
    assert not same(whole[0], whole[BATCHES_A_CHUNK])
    other = stream(renderer, seed=4).batches(0)
    assert not same(whole[0], next(other))


def test_real_crops_are_mixed_in_and_svt_is_caseless(renderer: DeviceRenderer) -> None:
    batches = list(islice(stream(renderer).batches(2), BATCHES_A_CHUNK))
    texts = [text for batch in batches for text in spelled(batch.targets[batch.any_case])]
    assert set(texts) == {"FORD"}
    assert 4 < len(texts) < 32
    assert {batch.images.shape[0] for batch in batches} == {8}
    assert all(bool(torch.isfinite(batch.images).all()) for batch in batches)


def test_processes_make_the_same_real_parts_in_the_same_order() -> None:
    words = RealStream(REAL, ASCII, MIX, 3, 1)
    here, there = real_parts(words, 0, pinned=False), real_parts(words, 2, pinned=False)
    for _ in range(3):
        one, other = next(here), next(there)
        assert torch.equal(one.pixels, other.pixels)
        assert torch.equal(one.targets, other.targets)
    assert int(one.widths.sum()) == one.pixels.shape[1]


@pytest.mark.parametrize(("name", "said"), [("ascii94", "Ok"), ("alnum36", "ok")])
def test_texts_are_classes_of_a_charset_with_capitals_or_without(
    renderer: DeviceRenderer, name: str, said: str
) -> None:
    two = replace(renderer.atlas, characters="Ok")
    texts = Texts(torch.tensor([[0, 1, -1], [1, -1, -1]]), torch.tensor([2, 1]))
    told = text_targets(replace(renderer, atlas=two, texts=texts), charset(name))
    first, second = (charset(name).encode(text) for text in (said, "k"))
    assert told.tolist() == [[*first, 0], [*second, 0, 0]]
