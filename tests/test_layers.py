"""The layers of the house.

Imports point down, and the two stages know nothing of each other or of ocrpipe.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ocrpipe", "detectors", "recognizer", "cli")

# From the top. A name covers the modules below it; within a layer imports may go sideways, between jobs they
# may not.
LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(f"ocrpipe.{name}" if prefix else name for name in names.split())
    for prefix, names in (
        (False, "cli"),
        (True, "commands"),
        (
            True,
            "train synth evaluate export serve bench quantise batch report convert explain release doctor "
            "options ocrmypdf_plugin",
        ),
        (
            True,
            "pipeline overlay formats labels console outputs redraw chart sidecars score_maps "
            "text_layer word_crops",
        ),
        (
            True,
            "images crops turns second_look rows reading_order char_boxes word_details "
            "lexicons decode_options weights model_index runtime",
        ),
        (True, "page records errors device machine ahead version"),
        (False, "detectors recognizer"),
    )
)
JOBS = LAYERS[2]
SIDEWAYS = {("ocrpipe.train", "ocrpipe.synth"), ("ocrpipe.train", "ocrpipe.evaluate")}
# The public surface: it names what lies in any layer, and loads it only when it is asked for.
SURFACE = "ocrpipe"


def modules() -> dict[str, Path]:
    """Every module of the project by its dotted name."""
    files = [ROOT / "cli.py", *(file for package in PACKAGES[:3] for file in (ROOT / package).rglob("*.py"))]
    return {dotted(file): file for file in files}


def dotted(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(name: str, source: str, known: frozenset[str]) -> Iterator[str]:
    """The project's modules that the module name imports, anywhere in it, lazily or not."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively; name the package"
            base = str(node.module)
            below = [f"{base}.{alias.name}" for alias in node.names]
            found = [path if path in known else base for path in below]
        else:
            continue
        yield from (path for path in found if path.split(".")[0] in PACKAGES)


def layer(name: str) -> int:
    """Which layer name is in, 0 at the top."""
    for depth, names in enumerate(LAYERS):
        if any(name == top or name.startswith(f"{top}.") for top in names):
            return depth
    raise AssertionError(f"{name} is in no layer: add it to LAYERS, and to the table in CONTRIBUTING.md")


def room(name: str) -> str:
    """The part of name that the layers speak of: ocrpipe.train for ocrpipe.train.data."""
    return ".".join(name.split(".")[:2]) if name.startswith("ocrpipe.") else name.split(".")[0]


def arrow_is_allowed(importer: str, imported: str) -> bool:
    """Whether importer may import imported."""
    start, end = room(importer), room(imported)
    if start == end or SURFACE in (importer, imported):
        return True
    if {start, end} == {"detectors", "recognizer"}:
        return False
    if start in JOBS and end in JOBS:
        return (start, end) in SIDEWAYS
    return layer(importer) <= layer(imported)


@pytest.mark.parametrize("name", sorted(modules()))
def test_no_import_points_up(name: str) -> None:
    known = frozenset(modules())
    source = modules()[name].read_text(encoding="utf-8")
    wrong = [other for other in imports(name, source, known) if not arrow_is_allowed(name, other)]
    assert wrong == []


def test_every_module_has_a_layer() -> None:
    assert all(layer(name) >= 0 for name in modules() if name != SURFACE)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("detectors.dbnet", "recognizer.base"),
        ("recognizer.ctc", "ocrpipe.errors"),
        ("ocrpipe.page", "ocrpipe.pipeline"),
        ("ocrpipe.images.find", "ocrpipe.console"),
        ("ocrpipe.batch", "ocrpipe.train.loop"),
        ("ocrpipe.synth.words", "ocrpipe.train.loop"),
        ("ocrpipe.pipeline", "cli"),
    ],
)
def test_an_arrow_that_points_up_is_refused(importer: str, imported: str) -> None:
    assert not arrow_is_allowed(importer, imported)


def test_lazy_imports_and_imported_submodules_are_seen() -> None:
    source = "def late():\n    from ocrpipe import pipeline\n    import detectors.base\n"
    known = frozenset({"ocrpipe.pipeline", "detectors.base"})
    assert list(imports("x", source, known)) == ["ocrpipe.pipeline", "detectors.base"]


@pytest.mark.parametrize("package", ["detectors", "recognizer"])
def test_the_stages_open_no_files_and_read_no_arguments(package: str) -> None:
    forbidden = {"pathlib", "os", "sys", "argparse", "click", "logging", "io"}
    for name, file in modules().items():
        if room(name) != package:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        taken = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        taken |= {str(n.module).split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        assert not taken & forbidden, name
