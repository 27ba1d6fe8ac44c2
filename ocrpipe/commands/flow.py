"""From the photos that a command names to what it writes, as `read`, `detect` and `transcribe` share it."""

from __future__ import annotations

import io
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from ocrpipe.commands import works
from ocrpipe.commands.stages import bad_values_are_usage
from ocrpipe.options import FACING, Flow

if TYPE_CHECKING:
    from ocrpipe.batch.reading import Load
    from ocrpipe.batch.resume import Past
    from ocrpipe.batch.run import Summary
    from ocrpipe.formats import Format
    from ocrpipe.images import Intake
    from ocrpipe.outputs import Output

FAILED, NOTHING, INTERRUPTED = 1, 3, 130


def run_flow(
    load: Load,
    flow: Flow,
    text: Format | None = None,
    *,
    several: bool = True,
    maps: works.Maps | None = None,
) -> int:
    """Do the work that load makes on flow's photos; the exit code.

    text: what "text" means to this command, if not the words. several: whether processes of this machine may
    share the work; False where a GPU does it. maps: where score maps go, if they are wanted.
    """
    from ocrpipe import console, images, outputs
    from ocrpipe.batch.run import Terms, run
    from ocrpipe.batch.share import choose_workers

    photos, inputs = _photos(flow)
    if all(map(images.is_glob, photos)):  # or there is none
        where = ", ".join(map(str, inputs))
        console.error(f"{where}: no photo in there; name photos, or add -r for subfolders")
        return NOTHING
    named = outputs.names(photos, inputs)
    alone = len(photos) == 1 and photos == list(flow.photos)  # a folder or glob may hold more tomorrow
    mine = _share(flow, photos, inputs)
    with bad_values_are_usage():
        form = outputs.choose_format(_target(flow), flow.form, text)
        intake = parse_intake(flow)
        past = _past(flow, form, named, intake)
        sinks = _sinks(flow, form, named, several=not alone)
        auto = choose_workers(mine) if several else 0
        terms = Terms(
            auto if flow.workers is None else flow.workers, flow.timeout, intake, past.photos, flow.quiet
        )
        load = _with_pictures(load, flow, named)
        if maps is not None:
            load = partial(works.mapping, load, maps, named)
        summary = run(load, mine, sinks, terms, stdin=sys.stdin.buffer)
    if summary.interrupted:
        tell_interrupted(summary, resumes=_resumes(flow, form))
        return INTERRUPTED
    return FAILED if summary.failures or any(_failed(past, photo) for photo in mine) else 0


def tell_interrupted(summary: Summary, *, resumes: bool) -> None:
    """Say how far a run came that was stopped, and what becomes of that."""
    from ocrpipe import console

    done = f"{summary.earlier + summary.finished} of {summary.photos} photos are done"
    can = "the same command with --resume goes on" if resumes else "what was finished is kept"
    console.error(f"interrupted: {done}; {can}")


def _with_pictures(load: Load, flow: Flow, named: dict[str, Path]) -> Load:
    """load, and the overlays and crops that flow asks for."""
    from ocrpipe import outputs

    if flow.overlay is not None:
        facing = FACING[flow.overlay_layout]
        overlays = outputs.OverlayOutput(flow.overlay, named, flow.overlay_format, facing=facing)
        load = partial(works.drawing, load, overlays)
    if flow.crops is not None:
        from ocrpipe.word_crops import CropOutput

        load = partial(works.drawing, load, CropOutput(flow.crops, named))
    return load


def stdout() -> TextIO:
    """stdout as UTF-8 with plain line feeds, so that the same photo gives the same bytes on every machine."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    return sys.stdout


def _photos(flow: Flow) -> tuple[list[Path], list[Path]]:
    """The photos that flow names, and the files and folders that they were found by."""
    from ocrpipe import images, outputs

    inputs = list(flow.photos)
    if flow.from_file is not None:
        if flow.from_file == Path("-") and Path("-") in inputs:
            raise click.UsageError("stdin holds a photo or a list, not both")
        with bad_values_are_usage():
            listed = images.read_list(flow.from_file, sys.stdin.buffer)
        photos = list(images.find_photos([*inputs, *listed], recursive=flow.recursive))
        return photos, [*inputs, *outputs.common_folder(listed), flow.from_file]
    if not inputs:
        raise click.UsageError(
            "Missing argument 'PHOTOS...': name files, folders, globs or -, or --from-file LIST"
        )
    return list(images.find_photos(inputs, recursive=flow.recursive)), inputs


def _share(flow: Flow, photos: list[Path], inputs: list[Path]) -> list[Path]:
    if flow.shard is None:
        return photos
    from ocrpipe import outputs
    from ocrpipe.batch.share import parse_shard

    with bad_values_are_usage():
        shard = parse_shard(flow.shard)
    relative = outputs.relative_names(photos, inputs)
    return [photo for photo in photos if shard.has(relative[photo])]


def parse_intake(flow: Flow) -> Intake:
    """How flow's files become photos. Raises ValueError for pages that are none."""
    from ocrpipe.images import Intake, parse_pages

    pages = None if flow.pages is None else parse_pages(flow.pages)
    return Intake(pages, dpi=flow.dpi, password=flow.password)


def _target(flow: Flow) -> Path | None:
    return None if flow.output == Path("-") else flow.output


def _resumes(flow: Flow, form: Format) -> bool:
    """Whether what is written can be gone on with."""
    from ocrpipe import outputs

    to = _target(flow)
    return to is not None and (outputs.is_folder(to) or outputs.has_lines(form))


def _past(flow: Flow, form: Format, named: dict[str, Path], intake: Intake) -> Past:
    from ocrpipe import console, outputs
    from ocrpipe.batch.resume import Past, resume_folder, resume_lines

    to = _target(flow)
    if not flow.resume or to is None:
        past = Past()
    elif outputs.is_folder(to):
        past = resume_folder(to, form, named, intake)
    else:
        past = resume_lines(to)
    if flow.resume and not _resumes(flow, form):
        raise ValueError("--resume goes on with a folder or with JSONL; write to -o DIR or -o OUT.jsonl")
    if flow.resume and (flow.report is not None or flow.json_output is not None):
        raise ValueError("--resume does not go on with --json or --report; leave them out, and convert later")
    if past.cut:
        console.warning(f"{to}: its last record was torn; removed, and its photo is read again")
    return past


def _sinks(flow: Flow, form: Format, named: dict[str, Path], *, several: bool) -> list[Output]:
    from ocrpipe import formats, outputs

    sinks = [outputs.open_output(_target(flow), form, named, stdout(), several=several, resume=flow.resume)]
    if flow.json_output is not None:
        json = formats.FORMATS["json"]
        sinks.append(outputs.open_output(flow.json_output, json, named, stdout(), several=several))
    if flow.crops is not None:
        from ocrpipe.word_crops import CropLabels

        sinks.append(CropLabels(flow.crops, named, resume=flow.resume))
    if flow.report is not None:
        from ocrpipe.report import ReportOutput

        sinks.append(ReportOutput(flow.report))
    return sinks


def _failed(past: Past, photo: Path) -> bool:
    recorded = past.photos.get(str(photo))
    return recorded is not None and recorded.failed > 0
