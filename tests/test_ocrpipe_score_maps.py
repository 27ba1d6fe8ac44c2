"""ocrpipe.score_maps: red where the detector saw words, the photo's grey elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tiny_models import weights_folder

import cli
from ocrpipe.images import load
from ocrpipe.page import ImageInfo, Page, Source
from ocrpipe.score_maps import MapOutput, heat


class LeftHalf:
    """Sees words in the left half of everything, at half the size."""

    def score_map(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        score = np.zeros((image.shape[0] // 2, image.shape[1] // 2), np.float32)
        score[:, : score.shape[1] // 2] = 1
        return score


def test_what_was_seen_is_red_and_the_rest_is_the_darkened_grey_photo() -> None:
    photo = np.full((20, 40, 3), (30, 60, 90), np.uint8)
    picture = heat(photo, LeftHalf().score_map(photo))
    assert picture.shape == (10, 20, 3)
    assert np.array_equal(picture[:, :10], np.broadcast_to([255, 64, 0], (10, 10, 3)))
    assert np.array_equal(picture[:, 10:], np.broadcast_to(30, (10, 10, 3)))


@pytest.mark.parametrize(("number", "name"), [(1, "a.map.png"), (2, "a.p2.map.png")])
def test_each_page_gets_its_map_beside_the_photos_name(tmp_path: Path, number: int, name: str) -> None:
    photo = load(np.zeros((20, 40, 3), np.uint8), name="x/a.jpg")
    page = Page(Source("x/a.jpg", page=number, pages=2), ImageInfo(40, 20))
    MapOutput(tmp_path / "maps", {"x/a.jpg": Path("sub/a")}, LeftHalf()).write(page, photo)
    with Image.open(tmp_path / "maps" / "sub" / name) as picture:
        assert picture.size == (20, 10)


def test_the_command_draws_maps_and_says_where_there_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = str(weights_folder(tmp_path))
    photo = np.full((100, 300, 3), 255, np.uint8)
    photo[20:50, 40:140] = 0
    Image.fromarray(photo).save(tmp_path / "spot.png")
    asked = [str(tmp_path / "spot.png"), "-q", "--save-maps", str(tmp_path / "maps")]
    assert cli.main(["detect", *asked, "--weights", weights]) == 0
    with Image.open(tmp_path / "maps" / "spot.map.png") as picture:
        seen = np.asarray(picture)
    assert seen.shape == (200, 600, 3)  # enlarged twice, as the network sees it
    assert seen[70, 180, 0] > seen[70, 180, 2] + 100
    assert seen[150, 500].tolist() == [128, 128, 128]
    assert cli.main(["detect", *asked, "--detector", "contours"]) == 2
    assert "contours has no score map; leave out --save-maps" in capsys.readouterr().err
