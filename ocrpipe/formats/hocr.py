"""hOCR 1.2 in XHTML: ocr_page, ocr_carea, ocr_par, ocr_line and ocrx_word, one inside the other.

`bbox` is upright and in whole pixels, `x_wconf` 0..100. A line that runs within 45 degrees of level has a
`baseline`, any other a `textangle`, counterclockwise; the baseline is that of the boxes, from the lower left
corner of the first word to the lower right of the last, so it lies under descenders. The specification lets
`bbox` and `poly` not stand together and demands `bbox`: for the quads themselves take ALTO or JSON. A page
that could not be read is an ocr_page of no size, its failure in `x_error`. The number of pages
(`ocr-number-of-pages`) is left out, for pages are written as they come. Source: hOCR 1.2, sections 5 to 9.
"""

from __future__ import annotations

import math

from ocrpipe.formats.base import Format
from ocrpipe.formats.layout import BlockNode, Box, LineNode, box, one_line, size, tree
from ocrpipe.formats.markup import attributes, escaped
from ocrpipe.page import Page, Word
from ocrpipe.records import rounded
from ocrpipe.version import NAME, version

_LEVEL = 45.0  # degrees within which a slope says more than an angle
_OPENING = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" \
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>{NAME}</title>
  <meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
  <meta name="ocr-system" content="{NAME} {version()}"/>
  <meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf"/>
 </head>
 <body>
"""
_CLOSING = " </body>\n</html>\n"


def _page(page: Page, number: int = 1) -> str:
    page = rounded(page)
    properties = [
        f"image {_string(page.source.path)}",
        f"bbox 0 0 {' '.join(map(str, size(page)))}",
        f"ppageno {page.source.page - 1}",
    ]
    if page.error is not None:
        properties.append(f"x_error {_string(page.error.type)} {_string(page.error.message)}")
    blocks = [_block(page, f"{number}_{i}", node) for i, node in enumerate(tree(page), start=1)]
    return f"  {_open('div', 'ocr_page', f'page_{number}', properties)}\n{''.join(blocks)}  </div>\n"


def _block(page: Page, place: str, node: BlockNode) -> str:
    bbox = [_bbox(box((line.line.polygon for line in node.lines), page))]
    return (
        f"   {_open('div', 'ocr_carea', f'block_{place}', bbox)}\n"
        f"    {_open('p', 'ocr_par', f'par_{place}', bbox)}\n"
        + "".join(_line(page, f"{place}_{i}", line) for i, line in enumerate(node.lines, start=1))
        + "    </p>\n   </div>\n"
    )


def _line(page: Page, place: str, node: LineNode) -> str:
    at = box([node.line.polygon], page)
    words = [_word(page, f"{place}_{i}", word) for i, word in enumerate(node.words, start=1)]
    start = _open("span", "ocr_line", f"line_{place}", [_bbox(at), _direction(at, node.words)])
    return f"     {start}\n{''.join(words)}     </span>\n"


def _word(page: Page, place: str, word: Word) -> str:
    properties = [_bbox(box([word.polygon], page)), f"x_wconf {round(word.confidence * 100)}"]
    start = _open("span", "ocrx_word", f"word_{place}", properties)
    return f"      {start}{escaped(one_line(word.text))}</span>\n"


def _direction(line: Box, words: tuple[Word, ...]) -> str:
    """`baseline`: slope, and height over the box's bottom at its left edge; or `textangle`."""
    (left, low), (right, end) = words[0].polygon[3], words[-1].polygon[2]
    angle = math.degrees(math.atan2(end - low, right - left))
    if abs(angle) > _LEVEL:
        return f"textangle {-angle % 360:.1f}"
    slope = (end - low) / (right - left) if right > left else 0.0
    at_left_edge = low + slope * (line.left - left)
    return f"baseline {slope:.3f} {round(at_left_edge - line.bottom)}"


def _open(tag: str, kind: str, name: str, properties: list[str]) -> str:
    return f"<{tag}{attributes(class_=kind, id=name, title='; '.join(properties))}>"


def _bbox(at: Box) -> str:
    return f"bbox {at.left} {at.top} {at.right} {at.bottom}"


def _string(text: str) -> str:
    """text as a delimited string: many readers split at semicolons and quotes, whatever stands around."""
    return '"' + one_line(text).replace('"', "'").replace(";", ",") + '"'


HOCR = Format(
    "hocr",
    ".hocr",
    alone=lambda page: _OPENING + _page(page) + _CLOSING,
    element=_page,
    numbered=_page,
    opening=_OPENING,
    closing=_CLOSING,
)
