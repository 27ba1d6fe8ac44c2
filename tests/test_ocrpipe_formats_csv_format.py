"""CSV: read back by the csv module, every photo in it, every word on a row."""

from __future__ import annotations

import csv
import io

from result_pages import EVIL, PAGES, failure, sign, word_page

from ocrpipe.formats import PageWriter, find
from ocrpipe.page import Page


def table(*pages: Page, several: bool = True) -> list[dict[str, str]]:
    stream = io.StringIO()
    with PageWriter(stream, find("csv"), several=several) as writer:
        for page in pages:
            writer.write(page)
    return list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))


def test_a_word_is_a_row_with_its_place_scores_and_corners() -> None:
    assert find("csv").alone(sign()).split("\n")[:4] == [
        "path,page,block,line,word,text,confidence,detection_score,angle,x1,y1,x2,y2,x3,y3,x4,y4,error",
        "café/sign.jpg,1,1,1,1,FORD,0.9877,0.9123,-1.1,10,20,110,18,111,50,11,52,",
        "café/sign.jpg,1,2,1,1,OPEN,0.9,0.8,0,20.5,100,80,100,80,120,20.5,120,",
        'café/sign.jpg,1,2,1,2,"24H,",0.45,0.7,0,90,100,140,100,140,120,90,120,',
    ]


def test_every_photo_is_there_without_words_too() -> None:
    rows = table(*PAGES)
    assert [row["path"] for row in rows if not row["word"]] == ["bad.jpg", "sky.tif"]
    assert [row["error"] for row in rows if row["error"]] == [
        'ImageError: bad.jpg: "cut" <off>; copy it again'
    ]
    assert len(rows) == 4 + 1 + 1 + 1


def test_any_text_reads_back() -> None:
    texts = [EVIL, 'say "hi", twice', " spaced ", "", "Ünïcödé \U0001f600"]
    assert [table(word_page(text), several=False)[0]["text"] for text in texts] == texts


def test_line_breaks_stay_within_the_row() -> None:
    assert find("csv").alone(failure()).count("\n") == 2


def test_no_photos_leave_the_header() -> None:
    assert table() == []
