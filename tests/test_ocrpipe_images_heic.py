"""HEIC photos, with the extra [heic] and without it."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from ocrpipe.errors import ImageError, ImageTooLargeError
from ocrpipe.images import decode, load
from ocrpipe.page import ImageInfo, Source

# Made with pillow-heif: 96 x 64, red on the left, blue on the right, white in the upper left corner; the file
# says that it is to be turned by a quarter (irot), and in its EXIF data too (6), as phones write both.
PHOTO = base64.b85decode(
    rb"0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0004@ZDn*}000000000XXk=`10000000000aA{+700000000000000000000G-"
    rb"+&aV*mgE07O6l0ssL300001#Q*^S00000006T90ssI200MXb0RR9100000Bme*aIB98aW&i*H00062000$fZf0cy000000RRAKc4"
    rb"ILB0000LX>Mj^0ssI300IC2MR;ju000004sdC7Z2$lO00031007`=aB^?}006*gaAR)(004Msc4I>U18@KU0FVFx0000U@BsY%`1"
    rb"k+-4+CHT0RR|40Sp2E{{wIU00RJ!0009300RIXx&lC90096iLID8-"
    rb"Z~y=U0FVFx0{{R603M()fd!W8Nhz*w0vZem00093$N&HX00=;000968L;=Baup&SJ000wXZ)|dIV{CW;0RRmE27mwn02FC+aAg1h"
    rb"000000AK(B06+i$01$9#cxeCt0009B2nYZG010VwZ*&6y000<iaBX1#00000000310R@2q0|bQt000_ka%E-"
    rb"!00000000hSWOHKx0ssL30RR91-"
    rb")&@JbN~PVuP6bp6M)N%w{zULda3mOpZ<%giy+{oSRava^3)akq_Xiae1rfiaoJn_Y{9)uxcHFXa0;vflaj^!9l%UY$uwv7Uz1klp"
    rb"(%e|!LO)B?6O&?oaz7emi6d99skMDb^0@`|8{q{6_PCa)qz_`WS|JeqzS5o{3?<s`?U%9uG?aYJ|?p7kuzwmGm6-"
    rb"~$E<ISaLU<9#ApU}0uGd9{a+vEfUZ6!2KrN&XD@oQ00006MR;ju002!*04e|g00;m90TKWM0000100sa600000"
)


def test_a_phone_photo_is_turned_upright_once() -> None:
    pytest.importorskip("pi_heif")
    photo = load(PHOTO, name="phone.heic")
    assert (photo.source, photo.info) == (Source("phone.heic", format="HEIF"), ImageInfo(64, 96))
    corners = photo.pixels[[5, 5, -5], [5, -5, -5]].astype(int)
    assert np.abs(corners - [(220, 20, 20), (255, 255, 255), (20, 20, 220)]).max() < 12


def test_a_large_one_is_refused_before_decoding() -> None:
    pytest.importorskip("pi_heif")
    with pytest.raises(ImageTooLargeError, match="64 x 96"):
        load(PHOTO, max_pixels=1000)


def test_a_cut_one_is_an_image_error() -> None:
    # Cut, not scrambled: libheif crashes on one in a hundred of those, and takes its process with it.
    pytest.importorskip("pi_heif")
    for length in range(20, len(PHOTO) - 20, 40):
        with pytest.raises(ImageError, match="damaged"):
            load(PHOTO[:length])


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str, *_: Any) -> None:
        assert name == "pi_heif"

    monkeypatch.setattr(decode, "find_spec", absent)
    with pytest.raises(ImageError, match=r'is a HEIC photo; run: pip install "ocrpipe\[heic\]", or convert'):
        load(PHOTO)


def test_a_film_is_told_from_a_photo() -> None:
    with pytest.raises(ImageError, match="is a film or a photo of an unknown kind"):
        load(b"\0\0\0\x18ftypisom" + bytes(32))
