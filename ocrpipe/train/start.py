"""From what a user asks for to a loop that can run: its folder, its settings, its weights, its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ocrpipe import console, device
from ocrpipe.errors import OutputError, WeightsError
from ocrpipe.model_index import Kind
from ocrpipe.train import checkpoint, detector_sources, word_sources
from ocrpipe.train.checkpoint import Checkpoint
from ocrpipe.train.detector_data import Batch as DetectorBatch
from ocrpipe.train.detector_data import DetectorMix
from ocrpipe.train.detector_training import DetectorJob, DetectorTraining
from ocrpipe.train.initial import Initial, fitted, grows, load_initial, load_teacher
from ocrpipe.train.job import Batch, Job
from ocrpipe.train.loop import FLAT, LAST, Ending, Loop
from ocrpipe.train.settings import settings_from
from ocrpipe.train.word_data import WordBatch
from ocrpipe.train.word_training import PRESETS, WordJob, WordTraining
from recognizer.charset import charset as named_charset

DISTILL = 0.5  # weight of a teacher's opinion where none is said
FINE_TUNING: dict[str, Any] = {"rate": 3e-4, "easy_until": 1}  # what is trained needs no easy beginning


@dataclass(frozen=True, slots=True)
class Order:
    """What a user asks for.

    run: folder of a new run. resume: folder of a run, or a checkpoint, to go on with. init: what a new run's
    weights start from, see `initial`. given: settings that were said, by field.
    """

    data: tuple[Path, ...]
    given: Mapping[str, Any]
    dev: Path | None = None
    run: Path | None = None
    resume: Path | None = None
    init: str | None = None
    teacher: str | None = None
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class _Place:
    """The run's folder, and where it goes on, if it does."""

    folder: Path
    state: Checkpoint | None
    same_run: bool


def recognizer_loop(order: Order) -> Loop[WordBatch]:
    """A recogniser's run as ordered. ValueError for settings that make no sense, OcrError for files."""
    place = _place(order, "recognizer")
    start = _initial(order, place, "recognizer")
    base: Mapping[str, Any] = asdict(PRESETS.get(order.given.get("network", ""), WordTraining()))
    if place.state is not None:
        base = place.state.settings
    elif start is not None:
        base = {"network": start.network, "charset": start.charset, **FINE_TUNING}
    settings = settings_from(WordTraining, base, order.given)
    sources = word_sources.load_sources(order.data, order.dev, named_charset(settings.charset))
    weights = None if start is None else fitted(start, settings.network, settings.charset)
    teacher = (
        None if order.teacher is None else load_teacher(order.teacher, settings.network, settings.charset)
    )
    if teacher is not None and settings.distill == 0:
        settings = replace(settings, distill=DISTILL)
    if teacher is None and settings.distill > 0:
        raise ValueError("--distill needs --teacher, the network to learn from")
    kind = device.choose(order.device).kind
    return _ready(WordJob(settings, sources, weights, teacher, kind), order, place)


def detector_loop(order: Order) -> Loop[DetectorBatch]:
    """A detector's run as ordered. ValueError for settings that make no sense, OcrError for files."""
    place = _place(order, "detector")
    start = _initial(order, place, "detector")
    base: Mapping[str, Any] = {} if place.state is None else place.state.settings
    mix = DetectorMix()
    if start is not None:  # what is trained needs no easy beginning
        base = {"network": start.network, "rate": FINE_TUNING["rate"], "hard_share": 1.0}
        mix = replace(mix, clear_until=0)
    settings = settings_from(DetectorTraining, base, order.given)
    sources = detector_sources.load_sources(order.data, order.dev)
    job = DetectorJob(settings, sources, None if start is None else start.weights, mix)
    return _ready(job, order, place)


def tell(ending: Ending, run: Path, samples: int) -> None:
    """Say on stderr how a run ended, and how it goes on."""
    how = {
        "samples": f"{samples} samples, all that were planned; more go on from --resume {run / FLAT}",
        "steps": f"stopped after the steps asked for, {samples} samples in all",
        "minutes": f"stopped after the minutes asked for, {samples} samples in all",
        "interrupted": f"interrupted after {samples} samples",
    }[ending]
    onward = "" if ending == "samples" else f"; go on with --resume {run}"
    console.note(f"{how}; saved in {run}{onward}")


def _place(order: Order, stage: Kind) -> _Place:
    """Where the run is, and what it goes on from. A run that is there is never written over."""
    if order.resume is None:
        folder = order.run or Path("runs") / stage
        if (folder / LAST).exists():
            raise OutputError(
                f"{folder}: holds a run; go on with it by --resume {folder}, or name another folder by --run"
            )
        return _Place(folder, None, False)
    if order.resume.suffix != ".pt":
        folder, file = order.resume, order.resume / LAST
        if not file.exists():
            console.note(f"{folder}: no run there yet; it begins now")
            return _Place(order.run or folder, None, False)
    else:
        folder, file = order.resume.parent, order.resume
    target = order.run or folder
    if target != folder and (target / LAST).exists():
        raise OutputError(f"{target}: holds a run; name another folder by --run")
    state = checkpoint.load(file)
    if state.stage != stage:
        raise WeightsError(f"{file}: a {state.stage}'s checkpoint; name a {stage}'s")
    return _Place(target, state, target == folder)


def _initial(order: Order, place: _Place, stage: Kind) -> Initial | None:
    """The weights to start from: for a run that begins, those of --init."""
    if order.init is None or place.state is not None:
        return None
    start = load_initial(order.init, stage)
    wanted = order.given.get("network", start.network)
    if wanted != start.network and not (stage == "recognizer" and grows(start.network, wanted)):
        raise WeightsError(
            f"{order.init}: holds a {start.network}, this run a {wanted}; name only one, or a network "
            "that has more blocks and differs by nothing else"
        )
    return start


def _ready(job: Job[Batch], order: Order, place: _Place) -> Loop[Batch]:
    """The loop, where it goes on."""
    loop = Loop(job, place.folder, device.choose(order.device).kind)
    if place.state is not None:
        loop.restore(place.state, same_run=place.same_run)
    return loop
