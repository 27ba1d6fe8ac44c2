"""Street View Text: `test.xml` with tagged rectangles, and a lexicon of about 50 words for each photo.

Wang, Babenko, Belongie 2011.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ocrpipe.errors import LabelError
from ocrpipe.labels.outline import quad_from_box
from ocrpipe.labels.word_crop import WordCrop

SIDES = ("x", "y", "width", "height")


def load_svt(path: Path) -> list[WordCrop]:
    """The words of every photo in the XML file at path, in its order, each with its photo's lexicon ("50").

    Photos lie relative to the file, and are not opened. Raises LabelError naming file and photo.
    """
    try:
        root = ElementTree.parse(path).getroot()
    except OSError as error:
        raise LabelError(f"{path}: cannot be read ({error.strerror})") from error
    except ElementTree.ParseError as error:
        raise LabelError(f"{path}: is not XML ({error})") from error
    words = [word for photo in root.iter("image") for word in _words(photo, path)]
    if not words:
        raise LabelError(f"{path}: holds no tagged word; expected image, taggedRectangle and tag elements")
    return words


def _words(photo: Element, path: Path) -> list[WordCrop]:
    name = (photo.findtext("imageName") or "").strip()
    if not name:
        raise LabelError(f"{path}: an image has no imageName")
    listed = (word.strip() for word in (photo.findtext("lex") or "").split(","))
    lexicon = tuple(word for word in listed if word)
    lexicons = (("50", lexicon),) if lexicon else ()
    image, words = path.parent / name, []
    for number, rectangle in enumerate(photo.iter("taggedRectangle"), 1):
        text = (rectangle.findtext("tag") or "").strip()
        try:
            left, top, width, height = (float(rectangle.attrib[side]) for side in SIDES)
        except (KeyError, ValueError) as error:
            raise LabelError(
                f"{path}: {name}, rectangle {number}: expected numbers for {', '.join(SIDES)}"
            ) from error
        quad = quad_from_box(left, top, width, height)
        words.append(WordCrop(f"{name}#{number}", text, image, "svt", quad, lexicons))
    return words
