"""Word lists from files: what is understood, and what is refused with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocrpipe.errors import LexiconError
from ocrpipe.lexicons import load_lexicon, load_tree, save_tree
from recognizer.charset import charset

ASCII = charset("ascii94")


def test_a_word_a_line_with_or_without_a_weight(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes("\ufeffFord\r\n\r\n open \r\nexit\t2.5\r\n".encode())
    lexicon = load_lexicon(path, ASCII)
    weights = dict(zip(lexicon.words, np.exp(lexicon.log_weights).round(6).tolist(), strict=True))
    assert weights == {"Ford": 1.0, "open": 1.0, "exit": 2.5}
    assert not lexicon.case_sensitive


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "a lexicon needs words"),
        (b"caf\xe9", "not UTF-8 text; save the list as UTF-8"),
        ("café\nok".encode(), "characters outside the charset: 'é'"),
        (b"a\nb\t0", r"words.txt:2: expected a positive weight after the tab, got '0'"),
        (b"a\tmany", "got 'many'"),
        (b"a\tinf", "got 'inf'"),
    ],
)
def test_lists_that_cannot_be_used_are_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(LexiconError, match=complaint):
        load_lexicon(path, ASCII)


def test_a_missing_list_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="No such file or directory; name a text file"):
        load_lexicon(tmp_path / "none.txt", ASCII)


def test_a_saved_tree_is_loaded_with_its_lexicon_and_with_no_other(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("ford\nopen\nexit\n")
    (tmp_path / "fewer.txt").write_text("ford\n")
    lexicon, fewer = (load_lexicon(tmp_path / name, ASCII) for name in ("words.txt", "fewer.txt"))
    save_tree(tmp_path / "words.npy", lexicon.tree())
    tree = load_tree(tmp_path / "words.npy", lexicon)
    assert [lexicon.words[i] for i in tree.search("fort", 1)[0]] == ["ford"]
    for path, other in ((tmp_path / "words.npy", fewer), (tmp_path / "none.npy", lexicon)):
        with pytest.raises(LexiconError, match="no tree of this lexicon"):
            load_tree(path, other)
    with pytest.raises(LexiconError, match="cannot be written"):
        save_tree(tmp_path / "nowhere" / "words.npy", tree)
