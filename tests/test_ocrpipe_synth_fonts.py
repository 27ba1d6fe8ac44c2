"""Fonts: what is usable, what is drawn, what is held out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from synth_world import build

from ocrpipe.errors import FontError
from ocrpipe.synth.fonts import Face, FontPool, covered, load_faces, open_font
from recognizer.charset import ASCII_94


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    return build(tmp_path) / "fonts"


def test_a_face_covers_what_it_draws_and_not_its_substitute_glyphs(fonts: Path) -> None:
    path = load_faces(fonts)[0].path
    assert covered(path, ASCII_94) == set(ASCII_94)
    assert covered(path, "a b\u4e2d\uffff") == {"a", "b"}  # no blank, no Chinese in this face


def test_the_table_beside_the_folder_describes_the_faces(fonts: Path) -> None:
    table = "file\tfamily\tcategory\tunicase\nAileron.ttf\tAileron\tdisplay\tsc\n"
    (fonts.parent / "fonts.tsv").write_text(table, "utf-8")
    assert load_faces(fonts) == [Face(fonts / "Aileron.ttf", "Aileron", "display", unicase=True)]
    with pytest.raises(FontError, match="unicase or held out"):
        FontPool(load_faces(fonts), ASCII_94)


def test_a_tenth_of_the_families_is_held_out_whole() -> None:
    faces = [Face(Path(f"{i}.ttf"), f"Family {i}") for i in range(2000)]
    assert 160 < sum(face.held_out for face in faces) < 240
    assert Face(Path("a.ttf"), "Same").held_out == Face(Path("b.ttf"), "Same").held_out


def test_a_folder_without_fonts_says_so(tmp_path: Path) -> None:
    with pytest.raises(FontError, match=r"no \.ttf, \.otf or \.ttc file in it; name a folder with fonts"):
        load_faces(tmp_path)


def test_a_broken_font_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    with pytest.raises(FontError, match=r"broken\.ttf: not a font that FreeType can open"):
        open_font(tmp_path / "broken.ttf", 20)


def test_text_that_no_face_draws_is_refused(fonts: Path) -> None:
    pool = FontPool(load_faces(fonts), ASCII_94)
    assert pool.draw("Ford", np.random.default_rng(0)).path.name == "Aileron.ttf"
    with pytest.raises(FontError, match="no face among 1 draws every character of"):
        pool.draw("\u4e2d", np.random.default_rng(0))


def test_faces_that_draw_other_signs_for_letters_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    for name in ("a.ttf", "b.ttf"):
        (tmp_path / "fonts" / name).write_bytes(b"")
    (tmp_path / "fonts.tsv").write_text("file\tfamily\na.ttf\tQTDingBits\nb.ttf\tArimo\n")
    assert [
        face.path.name for held_out in (False, True) for face in load_faces(tmp_path / "fonts", held_out)
    ] == ["b.ttf"]
