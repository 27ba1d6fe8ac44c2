"""ocrpipe.synth.scenes and what it draws with: ink where the quads are, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from synth_world import build

from detectors.targets import fill
from ocrpipe.errors import ImageError
from ocrpipe.synth.fonts import FontPool, load_faces
from ocrpipe.synth.phrases import load_phrases
from ocrpipe.synth.scenes import SceneRenderer, load_photos
from ocrpipe.synth.signs import hang, trimmed
from ocrpipe.synth.text_block import TextBlock, Writer

CHARACTERS = "".join(map(chr, range(33, 127)))


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> SceneRenderer:
    data = build(tmp_path_factory.mktemp("world") / "data")
    fonts = FontPool(load_faces(data / "fonts"), CHARACTERS)
    writer = Writer(load_phrases(data / "lexicons", CHARACTERS), fonts)
    return SceneRenderer(writer, load_photos(data / "backgrounds"))


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def covered(block: TextBlock) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    canvas = np.zeros(block.mask.shape, np.uint8)
    for quad in block.quads:
        fill(canvas, quad, 1)
    return canvas


def test_all_ink_of_a_block_lies_in_its_quads_and_every_quad_holds_some(renderer: SceneRenderer) -> None:
    for seed in range(10):
        block = renderer.writer.block(200, 3, 18, generator(seed))
        assert (block.mask[covered(block) == 0] == 0).all()
        for quad in block.quads:
            one = TextBlock(block.mask, quad[None])
            assert block.mask[covered(one) == 1].max() > 128


def test_words_of_a_block_do_not_overlap(renderer: SceneRenderer) -> None:
    block = renderer.writer.block(300, 4, 16, generator(3))
    assert len(block.quads) > 4
    areas = sum(int(covered(TextBlock(block.mask, quad[None])).sum()) for quad in block.quads)
    assert int(covered(block).sum()) == areas


def test_a_block_too_narrow_for_any_word_is_empty(renderer: SceneRenderer) -> None:
    block = renderer.writer.block(4, 2, 18, generator())
    assert (len(block.quads), int(block.mask.max())) == (0, 0)


def test_a_trimmed_block_keeps_its_words_where_they_are(renderer: SceneRenderer) -> None:
    block = renderer.writer.block(200, 2, 20, generator(5))
    cut = trimmed(block, margin=0)
    assert cut.quads.min() < 1
    shift = np.round((block.quads - cut.quads)[0, 0]).astype(int)
    height, width = cut.mask.shape
    assert np.array_equal(cut.mask, block.mask[shift[1] : shift[1] + height, shift[0] : shift[0] + width])


@pytest.mark.parametrize("kind", ["page", "street"])
def test_scenes_are_square_photos_that_repeat_with_their_generator(
    renderer: SceneRenderer, kind: str
) -> None:
    draw = renderer.page if kind == "page" else renderer.street
    first, again = draw(192, generator(1)), draw(192, generator(1))
    assert (first.image.shape, first.image.dtype.name) == ((192, 192, 3), "uint8")
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.quads, again.quads)
    assert len(first.quads) > 0


def test_hung_blocks_take_free_places_only_and_paint_where_their_quads_are(renderer: SceneRenderer) -> None:
    canvas, taken = np.full((256, 256, 3), 128, np.float32), np.zeros((256, 256), np.uint8)
    block = trimmed(renderer.writer.block(160, 1, 20, generator(2)))
    quads = hang(canvas, taken, block, generator(4))
    assert len(quads) == len(block.quads)
    assert (canvas[cv2.dilate(taken, np.ones((5, 5), np.uint8)) == 0] == 128).all()
    before = canvas.copy()
    taken[:] = 1
    assert len(hang(canvas, taken, block, generator(4))) == 0
    assert np.array_equal(canvas, before)


def test_a_folder_without_photos_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no background photo"):
        load_photos(tmp_path)
