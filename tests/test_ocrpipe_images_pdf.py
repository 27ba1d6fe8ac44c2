"""Pages of PDFs, with the extra [pdf] and without it."""

from __future__ import annotations

import base64
import contextlib
import io
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

import cli
from ocrpipe.errors import ImageError, ImageTooLargeError
from ocrpipe.formats import FORMATS
from ocrpipe.images import Intake, load, load_pages, parse_pages
from ocrpipe.page import Page, Source
from ocrpipe.redraw import load_page

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
# Made with pypdf: a page of 3 x 1 inches, its right third black, locked with the password "secret".
LOCKED = base64.b85decode(
    rb"B~V00Eio=L3MJy>&(jJrATS_rVrmLJJPI#Vd2nSQFHm7;WpfHILvM9%bRaPbFH31;b0AwFG$1e_QXpLlK0XR%Ze(v_Y6>$TFd%PY"
    rb"Y6?6&3NKW7aAhDbLt%7bY;R`@FHm7;Wpf}hATS_O3O+sxWo~3|VrmLBATS_rVrmLJJPI#Vd2nSQFHm7;WeP7+Wpi(Ja${w4AUr$@"
    rb"K0XRBO=V<hVM1?sAX^|XE-)Z4E-"
    rb")Z6F*YDKG9X<FFHm7}Wo~pJG9WM@QVK6aZ*FvDZgg`XH6Sn`QVKpk3T19&Z(?c+H6Sn`Z(?c+JUj|7Ol59obZ8(lFbY0C3UhRFWn"
    rb"pa!-"
    rb"N|&XVkZ%17h+S}@9XgF>X~T|3T19&b98cLVQmU!Ze(v_Y6><WFd%PYY6?6&3NKb5G72wJATtUtOl59obZ8(kGB^q^P#`oiIW##oH"
    rb"!?Xg3NJ=!Y;<LEATLvNVQyq$a%2iGPar%nWi>J~IWje2Gi5YoI5#w7Gh=39V`61yH8C+^H#1>lG-"
    rb"YElVq`crHDqICGh{S2GB-9cG&wOhVPa-vH)S+F3NKY4JY`~JWjQ%yW-&K0Vqs!9IW{vjFf?XnVKQN4Vq-XBG%`41W;A6rWi(|sH8"
    rb"^23F*Y<XFf?T~HfCmKVK6Z;I6ewKJ_==SWN%_>3V3p5W(qJMHwrK?FfcGMFfcGNAT~8MGc_P)APO)rFfcGMFfcGMATTg6FfkxzAP"
    rb"O)rFfcGMFfcJSATTg6Ffbr)APO)rFfcGMFfcbXATTg6Ffbr)APO)rFfcGMFflSSATTg6Ffbr)APO)rFfcGMFfubTATTg6Ffbr)AP"
    rb"O)rFfcGMFf%YRATTg6Ffbr)APRJHVQFk-atb^=3NKS>dSxIt3NKP`Z*(9tATS_O3NJ}SAX^|jIW}f8H8(Y4GBjp2Heq5pH)1$qH("
    rb"@w8WjA4DV=!VgJ|H|fHfAz4H#K51G-"
    rb"fq6VPZKqVmM+qVK_HsH(_LBFk&=5AYBSCMQ&qqd2n<fHXtw{QVKpk3UhQ}a&&ldWo8OBF*gb&B}Gq03I"
)


def pdf(pages: int = 1) -> bytes:
    """Pages of 3 x 1 inches, white, the right third of page 1 black."""
    first = Image.new("RGB", (300, 100), "white")
    ImageDraw.Draw(first).rectangle((200, 0, 300, 100), fill="black")
    file = io.BytesIO()
    others = [Image.new("L", (300, 100), 255) for _ in range(pages - 1)]
    first.save(file, "PDF", save_all=True, append_images=others, resolution=100)
    return file.getvalue()


@pytest.mark.parametrize(("dpi", "size"), [(200.0, (600, 200)), (50.0, (150, 50))])
def test_a_page_has_as_many_pixels_as_dpi_says(dpi: float, size: tuple[int, int]) -> None:
    pytest.importorskip("pypdfium2")
    (photo,) = load_pages(pdf(), name="a.pdf", intake=Intake(dpi=dpi))
    assert (photo.source, (photo.info.width, photo.info.height)) == (Source("a.pdf", format="PDF"), size)
    assert photo.pixels.shape == (size[1], size[0], 3)
    middle = photo.pixels[size[1] // 2]
    assert (tuple(middle[size[0] // 3]), tuple(middle[size[0] * 5 // 6])) == (WHITE, BLACK)
    assert photo.pixels.flags.owndata  # not PDFium's memory, which is freed


def test_pages_are_counted_chosen_and_skipped() -> None:
    pytest.importorskip("pypdfium2")
    intake = Intake(pages=parse_pages("2-"), skip=frozenset({3}), dpi=20)
    assert [(p.source.page, p.source.pages) for p in load_pages(pdf(4), intake=intake)] == [(2, 4), (4, 4)]
    with pytest.raises(ImageError, match="has 2 pages, none of 3"):
        list(load_pages(pdf(2), intake=Intake(pages=parse_pages("3"))))


def test_a_page_over_the_limit_is_refused_before_drawing() -> None:
    pytest.importorskip("pypdfium2")
    with pytest.raises(ImageTooLargeError, match=r"60000 x 20000 is .*; lower --dpi, or raise max_pixels"):
        list(load_pages(pdf(), intake=Intake(dpi=20_000)))


def test_a_locked_pdf_opens_with_its_password_only() -> None:
    pytest.importorskip("pypdfium2")
    (photo,) = load_pages(LOCKED, intake=Intake(password="secret", dpi=100))
    assert (tuple(photo.pixels[50, 100]), tuple(photo.pixels[50, 250])) == (WHITE, BLACK)
    with pytest.raises(ImageError, match="is locked; give its --password"):
        load(LOCKED)
    with pytest.raises(ImageError, match="the password is wrong"):
        list(load_pages(LOCKED, intake=Intake(password="open sesame")))


def test_a_damaged_pdf_is_an_image_error() -> None:
    pytest.importorskip("pypdfium2")
    rng = random.Random(1)
    whole = pdf()
    with pytest.raises(ImageError, match=r"^cut\.pdf: is a damaged PDF \(Data format error\); copy or"):
        load(whole[:60], name="cut.pdf")
    for _ in range(100):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            data[rng.randrange(8, len(data))] = rng.randrange(256)
        with contextlib.suppress(ImageError):  # anything else fails the test
            assert all(p.pixels.dtype == np.uint8 for p in load_pages(bytes(data), max_pixels=10**6))


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(ImageError, match=r'is a PDF; run: pip install "ocrpipe\[pdf\]", or export its pages'):
        load(pdf())


def test_a_page_of_a_locked_pdf_is_drawn_again_at_the_size_it_was_read_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pypdfium2")
    (tmp_path / "locked.pdf").write_bytes(LOCKED)
    photo = load_page(tmp_path / "locked.pdf", dpi=60, password="secret")
    assert photo.pixels.shape == (60, 180, 3)
    record = Page(photo.source, photo.info)
    (tmp_path / "r.json").write_text(FORMATS["json"].alone(record))
    drawing = ["draw", str(tmp_path / "r.json"), str(tmp_path / "locked.pdf"), "-o", str(tmp_path / "x.svg")]
    assert cli.main([*drawing, "--password", "secret"]) == 1
    assert "pixels, this one has 600 x 200; say at which --dpi it was read" in capsys.readouterr().err
    assert cli.main([*drawing, "--password", "secret", "--dpi", "60"]) == 0
    assert "<svg" in (tmp_path / "x.svg").read_text()
    with pytest.raises(ImageError, match="has no page 2"):
        load_page(tmp_path / "locked.pdf", 2, password="secret")
