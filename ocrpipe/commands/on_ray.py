"""`--on ray`: the photos that a command names, read by a cluster into a folder of shards."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ocrpipe.commands.flow import FAILED, INTERRUPTED, NOTHING, parse_intake, tell_interrupted
from ocrpipe.commands.stages import bad_values_are_usage
from ocrpipe.options import Flow

if TYPE_CHECKING:
    from ocrpipe.batch.places import Place
    from ocrpipe.batch.reading import Load
    from ocrpipe.batch.resume import Past
    from ocrpipe.batch.shards import ShardFormat

# Of Flow: what only one machine can write, or splits among machines in another way.
_NOT_THERE = ("json_output", "overlay", "crops", "report", "shard")


def run_flow_on_ray(load: Load, flow: Flow, *, gpus: int) -> int:
    """Do the work that load makes on flow's photos, on a cluster; the exit code.

    gpus: how many each actor has to itself.
    """
    from ocrpipe import console
    from ocrpipe.batch.places import find_everywhere
    from ocrpipe.batch.ray_run import Errand, run_on_ray
    from ocrpipe.batch.run import Terms

    with bad_values_are_usage():
        folder, form = _target(flow)
        inputs = _inputs(flow)
        photos = find_everywhere(inputs, recursive=flow.recursive)
        if not photos:
            console.error(f"{', '.join(map(str, inputs))}: no photo in there; name photos, or add -r")
            return NOTHING
        past = _past(folder, resume=flow.resume)
        own = {name: value for name, value in os.environ.items() if name.startswith("OCRPIPE_")}
        errand = Errand(load, folder, form, flow.timeout, gpus, Path.cwd(), own)
        terms = Terms(flow.workers or 0, flow.timeout, parse_intake(flow), past.photos, flow.quiet)
        summary = run_on_ray(errand, photos, terms, os.environ.get("RAY_ADDRESS"))
    if summary.interrupted:
        tell_interrupted(summary, resumes=True)
        return INTERRUPTED
    earlier = any(past.photos[name].failed for name in photos.keys() & past.photos.keys())
    return FAILED if summary.failures or earlier else 0


def _target(flow: Flow) -> tuple[Place, ShardFormat]:
    """Where shards go, and as what. Raises ValueError for what makes no sense on a cluster."""
    from ocrpipe.batch.places import is_url, parse_place
    from ocrpipe.batch.shards import SHARD_FORMATS

    asked = [name for name in _NOT_THERE if getattr(flow, name) is not None]
    if asked:
        option = asked[0].removesuffix("_output")
        raise ValueError(f"--on ray does not go with --{option}; convert or draw the merged result later")
    if flow.output is None or flow.output == Path("-") or (flow.output.suffix and not is_url(flow.output)):
        raise ValueError("--on ray writes shards into a folder; name it with -o DIR or -o s3://BUCKET/DIR")
    if flow.workers == 0:
        raise ValueError("--on ray needs an actor at least; leave --workers out, or take 1 or more")
    form = SHARD_FORMATS.get(flow.form or "jsonl")
    if form is None:
        raise ValueError(f"--on ray writes {' or '.join(SHARD_FORMATS)}, not {flow.form}; convert later")
    return parse_place(flow.output), form


def _inputs(flow: Flow) -> list[Path]:
    from ocrpipe import images

    listed = [] if flow.from_file is None else images.read_list(flow.from_file, sys.stdin.buffer)
    inputs = [*flow.photos, *listed]
    if not inputs or Path("-") in inputs:
        raise ValueError("--on ray reads files, folders, globs, URLs, or --from-file LIST")
    return inputs


def _past(folder: Place, *, resume: bool) -> Past:
    """What the shards in folder record, if the run goes on with them; else there must be none."""
    from ocrpipe.batch.resume import Past
    from ocrpipe.batch.shards import find_shards, read_past

    if resume:
        return read_past(folder)
    if find_shards(folder):
        raise ValueError(f"{folder}: holds shards already; go on with --resume, or choose another folder")
    return Past()
