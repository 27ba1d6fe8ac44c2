"""The runs that `ablation.py` makes: what each has different, and its settings, data and loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ocrpipe.train import checkpoint, run_log, word_sources
from ocrpipe.train.checkpoint import Checkpoint
from ocrpipe.train.loop import LAST, Limits, Loop
from ocrpipe.train.settings import settings_from
from ocrpipe.train.stopping import stop_flag
from ocrpipe.train.word_sources import WordSources
from ocrpipe.train.word_training import WordJob, WordTraining
from recognizer.charset import charset as named_charset
from recognizer.crnn import CRNN

NEVER = 1e9  # minutes


@dataclass(frozen=True, slots=True)
class Variant:
    """What one run has different: settings, the renderer's photos.

    scratch: it begins with a small untrained network.
    """

    text: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    backgrounds: bool = True
    scratch: bool = False


VARIANTS: dict[str, Variant] = {
    "all": Variant("everything on"),
    "real": Variant("no real crops", {"real_share": 0.0}),
    "backgrounds": Variant("flat backgrounds", backgrounds=False),
    "narrow": Variant("narrow crops left narrow", {"widened": False}),
    "width": Variant("every crop squeezed to 100 x 32", {"squeezed_to": 100}),
    "attention": Variant("an attention decoder beside CTC, weight 0.5", {"attention": 0.5}),
    "teacher": Variant("a teacher's frames beside CTC, weight 0.5", {"distill": 0.5}),
    "curriculum": Variant("from nothing: words grow long and hard", scratch=True),
    "hard": Variant("from nothing: long, hard words at once", {"easy_until": 1}, scratch=True),
}


@dataclass(frozen=True, slots=True)
class Start:
    """A checkpoint to go on from, and its file."""

    path: Path
    state: Checkpoint

    @property
    def seen(self) -> int:
        """Samples that it has seen."""
        return self.state.step * int(self.state.settings["batch"])

    @property
    def name(self) -> str:
        """Of the folder of the runs that go on from it."""
        return f"{self.state.stage}_{self.path.parent.name}_{self.path.stem}_{self.seen}"


def continued(start: Start, samples: int, given: Mapping[str, Any]) -> WordTraining:
    """The checkpoint's settings with given ones in their place, and the rate falling to zero over samples."""
    saved = settings_from(WordTraining, start.state.settings, given)
    total = start.seen + samples
    return replace(saved, samples=total, decay_share=samples / total, ema=memory(samples, saved.batch))


def memory(samples: int, batch: int) -> float:
    """Of a running mean that has forgotten at the end how the run began: a tenth of its steps."""
    return max(0.0, 1 - 10 * batch / samples)


def word_jobs(
    data: Sequence[Path],
    dev: Path | None,
    start: Start | None,
    samples: int,
    small: WordTraining,
    device: str,
    teacher: CRNN | None = None,
) -> Callable[[Variant, Mapping[str, Any]], WordJob]:
    """What makes a recogniser's job of a variant and of settings that all have; the data are loaded once.

    small: the settings from nothing. teacher: of runs that learn from one.
    """
    charset = small.charset if start is None else str(start.state.charset)
    sources = word_sources.load_sources(data, dev, named_charset(charset))

    def job(variant: Variant, given: Mapping[str, Any]) -> WordJob:
        wanted = {**given, **variant.settings}
        seen: WordSources = sources
        if not variant.backgrounds and sources.renderer is not None:
            seen = replace(sources, renderer=replace(sources.renderer, backgrounds=()))
        if variant.scratch or start is None:
            return WordJob(replace(small, charset=charset, **wanted), seen, device=device)
        settings = continued(start, samples, wanted)
        return WordJob(settings, seen, teacher=teacher if settings.distill > 0 else None, device=device)

    return job


def finish(job: WordJob, run: Path, start: Start | None, device: str) -> bool:
    """Train until the schedule's end, on from where the run was stopped or from start; False if it is stopped
    again.
    """
    loop = Loop(job, run, device)
    if (run / LAST).exists():
        loop.restore(checkpoint.load(run / LAST))
    elif start is not None:
        loop.restore(start.state, same_run=False)
    with stop_flag() as stopped:
        return loop.train(Limits(dev_minutes=NEVER), stopped=stopped) == "samples"


def final_scores(run: Path, samples: int) -> dict[str, float] | None:
    """The dev scores after the last of samples; None for a run that is not finished."""
    scored = [r for r in run_log.records(run) if r["samples"] >= samples and any(map(_is_score, r))]
    return {k.removeprefix("dev_"): v for k, v in scored[-1].items()} if scored else None


def score_start(job: WordJob, start: Start, run: Path) -> None:
    """Measure the checkpoint itself as a run without a step, once."""
    if final_scores(run, start.seen) is None:
        run.mkdir(parents=True, exist_ok=True)
        scores = {f"dev_{name}": value for name, value in job.score(start.state.ema).items()}
        run_log.append(run, {"step": start.state.step, "samples": start.seen, **scores})


def _is_score(name: str) -> bool:
    return name.startswith("dev_")
