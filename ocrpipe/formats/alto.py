"""ALTO 4 (4.4): TextBlock, TextLine and String in pixels, each line and word with its quad as Shape/Polygon.

`WC` is the word's confidence, 0..1, `PC` the page's; characters, where they were asked for, are Glyphs with
`GC`. Every photo is a Page; the file names stand in `sourceImageInformation`, fileName for one photo, a
fileIdentifier for each Page, in order, for several. A page that could not be read is an empty Page of QUALITY
"Missing" with the failure in QUALITY_DETAIL. BASELINE is that of the boxes. The schema demands a Page: a
document of no photos is not valid, and is never written.
Source: alto-4-4.xsd, Library of Congress.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocrpipe.formats.base import Format, grouped
from ocrpipe.formats.layout import BlockNode, LineNode, box, one_line, plain, size, tree
from ocrpipe.formats.markup import attributes, escaped
from ocrpipe.page import Char, ModelInfo, Page, Polygon, Word
from ocrpipe.records import rounded
from ocrpipe.version import NAME, version

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_LOCATION = f"{NAMESPACE} http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
_ROOT = attributes(**{
    "xmlns": NAMESPACE,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": _LOCATION,
    "SCHEMAVERSION": "4.4",
})  # fmt: skip


def _whole(pages: Sequence[Page]) -> str:
    pages = [rounded(page) for page in pages]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<alto{_ROOT}>\n'
        + _description(pages)
        + " <Layout>\n"
        + "".join(_page(page, number) for number, page in enumerate(pages, start=1))
        + " </Layout>\n</alto>\n"
    )


def _description(pages: Sequence[Page]) -> str:
    paths = [escaped(page.source.path) for page in pages]
    if len(set(paths)) == 1:
        sources = f"   <fileName>{paths[0]}</fileName>\n"
    else:
        sources = "".join(f"   <fileIdentifier>{path}</fileIdentifier>\n" for path in paths)
    models = dict.fromkeys(m for page in pages for m in (page.detector, page.recognizer) if m is not None)
    return (
        " <Description>\n  <MeasurementUnit>pixel</MeasurementUnit>\n"
        f"  <sourceImageInformation>\n{sources}  </sourceImageInformation>\n"
        f'  <Processing ID="OCR">\n{_processing(list(models))}  </Processing>\n </Description>\n'
    )


def _processing(models: Sequence[ModelInfo]) -> str:
    settings = "; ".join(f"{model.id} {model.sha256 or ''}".strip() for model in models)
    return (
        "   <processingCategory>contentGeneration</processingCategory>\n"
        + (f"   <processingStepSettings>{escaped(settings)}</processingStepSettings>\n" if settings else "")
        + f"   <processingSoftware><softwareName>{NAME}</softwareName>"
        f"<softwareVersion>{escaped(version())}</softwareVersion></processingSoftware>\n"
    )


def _page(page: Page, number: int) -> str:
    width, height = size(page)
    own = attributes(ID=f"page{number}", HEIGHT=height, WIDTH=width, PHYSICAL_IMG_NR=number)
    if page.error is not None:
        failure = f"{page.error.type}: {page.error.message}"
        return f"  <Page{own}{attributes(QUALITY='Missing', QUALITY_DETAIL=failure)}/>\n"
    own += attributes(PROCESSING="OCR", PC=round(page.confidence, 4) if page.words else None)
    space = attributes(HEIGHT=height, WIDTH=width, HPOS=0, VPOS=0)
    blocks = [_block(page, f"{number}_{i}", node) for i, node in enumerate(tree(page), start=1)]
    return f"  <Page{own}>\n   <PrintSpace{space}>\n{''.join(blocks)}   </PrintSpace>\n  </Page>\n"


def _block(page: Page, place: str, node: BlockNode) -> str:
    place_and_size = _extent(f"block{place}", [line.line.polygon for line in node.lines], page)
    lines = [_line(page, f"{place}_{i}", line) for i, line in enumerate(node.lines, start=1)]
    return f"    <TextBlock{place_and_size}>\n{''.join(lines)}    </TextBlock>\n"


def _line(page: Page, place: str, node: LineNode) -> str:
    baseline = attributes(BASELINE=_points((node.words[0].polygon[3], node.words[-1].polygon[2])))
    words = [_word(page, f"{place}_{i}", word) for i, word in enumerate(node.words, start=1)]
    extent = _extent(f"line{place}", [node.line.polygon], page)
    inside = f"      {_shape(node.line.polygon)}\n" + "      <SP/>\n".join(words)
    return f"     <TextLine{extent}{baseline}>\n{inside}     </TextLine>\n"


def _word(page: Page, place: str, word: Word) -> str:
    own = _extent(f"word{place}", [word.polygon], page)
    own += attributes(CONTENT=one_line(word.text), WC=word.confidence)
    glyphs = "".join(_glyph(char) for char in word.chars if len(char.text) == 1)
    return f"      <String{own}>{_shape(word.polygon)}{glyphs}</String>\n"


def _glyph(char: Char) -> str:
    own = attributes(CONTENT=one_line(char.text), GC=char.confidence)
    return f"<Glyph{own}>{_shape(char.polygon)}</Glyph>"


def _extent(name: str, polygons: Sequence[Polygon], page: Page) -> str:
    at = box(polygons, page)
    return attributes(ID=name, HEIGHT=at.height, WIDTH=at.width, HPOS=at.left, VPOS=at.top)


def _shape(polygon: Polygon) -> str:
    return f"<Shape><Polygon{attributes(POINTS=_points(polygon))}/></Shape>"


def _points(polygon: Polygon) -> str:
    """`x,y x,y`, the form of the editorial board's own samples."""
    return " ".join(f"{plain(x)},{plain(y)}" for x, y in polygon)


ALTO: Format = grouped("alto", ".xml", _whole)
