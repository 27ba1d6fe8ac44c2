"""The command `ocrpipe`: words on a terminal, and nothing else. Parse, call ocrpipe, show.

Data goes to stdout, everything else to stderr. Heavy imports stand inside commands, so that `--help` is
immediate. Exit codes: 0 all fine, 1 some photos failed (their records are written), 2 usage, 3 nothing
matched, 4 weights missing or damaged, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocrpipe import options
from ocrpipe.commands import works
from ocrpipe.commands.bench import bench
from ocrpipe.commands.evaluate import evaluate
from ocrpipe.commands.export import export
from ocrpipe.commands.flow import FAILED, INTERRUPTED, run_flow, stdout
from ocrpipe.commands.merge import merge
from ocrpipe.commands.quantise import quantise
from ocrpipe.commands.stages import bad_values_are_usage, build_pipeline
from ocrpipe.commands.synth import synth
from ocrpipe.commands.train import train
from ocrpipe.decode_options import DecodeOptions
from ocrpipe.errors import DeviceError, LexiconError, OcrError, WeightsError
from ocrpipe.options import FOLDER, PATH, Flow, Machine, Stage1

if TYPE_CHECKING:
    from ocrpipe.doctor import Finding

USAGE, WEIGHTS = 2, 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (None: this process's); its exit code. Every error is one line on stderr."""
    try:
        code = app.main(None if arguments is None else list(arguments), "ocrpipe", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted; what was finished is kept")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has had enough. Without this the interpreter's own flush complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        _say(f"stdout: cannot be written: {error.strerror or error}")
        return FAILED
    except OcrError as error:
        _say(str(error))
        codes = {WeightsError: WEIGHTS, DeviceError: USAGE, LexiconError: USAGE}
        return next((code for kind, code in codes.items() if isinstance(error, kind)), FAILED)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 photos failed, 2 usage, 3 nothing matched, 4 weights, 130 interrupted.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, asked: _show_version(context) if asked else None,
    help="Show the version and exit.",
)
def app() -> None:
    """Find and read every word in photos, offline. Data goes to stdout, all else to stderr."""


@app.command()
@options.flow
@options.save_maps
@options.stage_1
@options.turns
@options.recognizer
@options.decode
@options.lexicon_sidecars
@options.min_confidence
@options.machine
def read(
    flow: Flow,
    save_maps: Path | None,
    stage_1: Stage1,
    turns: str,
    recognizer: str | None,
    decode: DecodeOptions,
    lexicon_sidecars: bool,
    min_confidence: float,
    machine: Machine,
) -> int:
    """Read photos: files, folders, globs, or - for stdin.

    \b
    Example: ocrpipe read shop.jpg
    Example: ocrpipe read -r holiday/ -o texts/ --overlay texts/
    Example: ocrpipe read shop.jpg --lexicon words.txt --detail full -f json
    """
    if lexicon_sidecars and decode.pattern is not None:
        raise click.UsageError("a lexicon and a pattern cannot both decide the text; use one of them")
    how = {"sidecars": lexicon_sidecars, "turns": turns != "off"}
    load = partial(works.reading, stage_1, recognizer, decode, machine, min_confidence, **how)
    maps = None if save_maps is None else works.Maps(save_maps, stage_1, machine)
    return run_flow(load, flow, several=machine.is_cpu(), maps=maps)


@app.command()
@options.flow
@options.save_maps
@options.stage_1
@options.machine
def detect(flow: Flow, save_maps: Path | None, stage_1: Stage1, machine: Machine) -> int:
    """Find words without reading them; -f text gives x1,y1,...,x4,y4,score lines.

    \b
    Example: ocrpipe detect shop.jpg -f json
    """
    from ocrpipe.formats.quads import QUADS

    maps = None if save_maps is None else works.Maps(save_maps, stage_1, machine)
    load = partial(works.detecting, stage_1, machine)
    return run_flow(load, flow, QUADS, several=machine.is_cpu(), maps=maps)


@app.command()
@options.flow
@options.recognizer
@options.decode
@options.machine
def transcribe(flow: Flow, recognizer: str | None, decode: DecodeOptions, machine: Machine) -> int:
    """Read word crops: every photo is one word as a whole.

    \b
    Example: ocrpipe transcribe crops/ -o words.jsonl
    """
    load = partial(works.transcribing, recognizer, decode, machine)
    return run_flow(load, flow, several=machine.is_cpu())


@app.command()
@click.argument("result", type=PATH)
@click.argument("photo", type=PATH)
@click.option(
    "-o", "--output", type=PATH, required=True, metavar="FILE", help="The picture: .png, .jpg or .svg."
)
@click.option(
    "--page", type=click.IntRange(1), default=1, show_default=True, help="Of a photo with several pages."
)
@options.overlay_layout
def draw(result: Path, photo: Path, output: Path, page: int, overlay_layout: str) -> None:
    """Draw a RESULT (JSON or JSONL) on the PHOTO it was read from; needs no models.

    \b
    Example: ocrpipe draw shop.json shop.jpg -o shop.overlay.png
    Example: ocrpipe draw shop.json shop.jpg -o shop.svg --overlay-layout facing
    """
    from ocrpipe import overlay
    from ocrpipe.redraw import find_page, load_page

    record = find_page(result, photo, page)
    facing = options.FACING[overlay_layout]
    with bad_values_are_usage():
        overlay.write(load_page(photo, page).pixels, record, output, facing=facing)


@app.command()
@click.argument("result", type=PATH)
@options.output
@options.form
def convert(result: Path, output: Path | None, form: str | None) -> None:
    """Write a RESULT (JSON or JSONL) in another format, without reading a photo again.

    \b
    Example: ocrpipe convert holiday.jsonl -o holiday.csv
    """
    from ocrpipe import formats
    from ocrpipe.convert import convert as convert_result

    with bad_values_are_usage():
        wanted = None if form is None else formats.find(form)
        convert_result(result, wanted, stdout() if output in (None, Path("-")) else output)


@app.command()
@click.argument("photo", type=PATH)
@click.option("-o", "--output", type=PATH, required=True, metavar="PNG", help="The picture to write.")
@click.option(
    "--word", type=click.IntRange(0), metavar="ID", help="A word of a photo, by its id; else all is one crop."
)
@options.recognizer
@options.decode
@options.machine
def explain(
    photo: Path,
    output: Path,
    word: int | None,
    recognizer: str | None,
    decode: DecodeOptions,
    machine: Machine,
) -> None:
    """Draw how a word is read: frames, probabilities, the collapse to text, alternatives, neighbours.

    \b
    Example: ocrpipe explain crop.png -o why.png
    Example: ocrpipe explain shop.jpg --word 3 --lexicon words.txt -o why.png
    """
    from ocrpipe import images, overlay
    from ocrpipe.explain import draw, explain_photo

    # A crop needs no detector, whose weights may be missing.
    stage_1 = Stage1(None if word is not None else "contours")
    pipeline = build_pipeline(stage_1, recognizer, decode, machine)
    with bad_values_are_usage():
        picture = draw(explain_photo(pipeline, images.load(photo), word))
    overlay.save(picture, output)


@app.group()
def weights() -> None:
    """List, check and add models."""


@weights.command("list")
@options.weights
def weights_list(weights: Path | None) -> None:
    """The models in the index; * marks the defaults.

    \b
    Example: ocrpipe weights list
    """
    from ocrpipe import console, model_index

    index = model_index.read(model_index.find_folder(weights))
    rows = [model_index.summary(model, index) for model in index.models]
    console.table(model_index.SUMMARY, rows, sys.stdout)


@weights.command("verify")
@options.weights
def weights_verify(weights: Path | None) -> int:
    """Check size and sha256 of every weight file.

    \b
    Example: ocrpipe weights verify
    """
    from ocrpipe.doctor import check_weights

    return _show_findings(check_weights(weights))


@weights.command("add")
@click.argument("card", type=PATH)
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--into", type=FOLDER, required=True, metavar="DIR", help="Folder with (or for) index.json.")
@click.option("--default", "is_default", is_flag=True, help="Use it where no model is named.")
def weights_add(card: Path, files: tuple[Path, ...], into: Path, is_default: bool) -> None:
    """Put weight FILES (.onnx, .safetensors) with the model CARD (JSON) into a folder of weights.

    \b
    Example: ocrpipe weights add card.json crnn_s.onnx crnn_s.safetensors --into weights/
    """
    from ocrpipe.release import add_model, read_card

    entry = add_model(into, read_card(card), files, default=is_default)
    click.echo(f"{entry.id}: {', '.join(file.path for file in entry.files.values())}")


@app.command()
@options.weights
def doctor(weights: Path | None) -> int:
    """Show where each module and weight file comes from, and what is wrong, if anything.

    \b
    Example: ocrpipe doctor
    """
    from ocrpipe.doctor import examine

    return _show_findings(examine(weights))


app.add_command(merge)
app.add_command(evaluate)
app.add_command(bench)
app.add_command(quantise)
app.add_command(synth)
app.add_command(train)
app.add_command(export)


def _show_findings(findings: Iterable[Finding]) -> int:
    """Each on its line, what is wrong marked; the exit code for weights if anything is."""
    code = 0
    for finding in findings:
        click.echo(f"{'ok   ' if finding.ok else 'WRONG'} {finding.subject}: {finding.detail}")
        code = code if finding.ok else WEIGHTS
    return code


def _show_version(context: click.Context) -> None:
    from ocrpipe.version import NAME, version

    click.echo(f"{NAME} {version()}")
    context.exit()


def _say(message: str) -> None:
    from ocrpipe import console

    console.error(message)


if __name__ == "__main__":
    sys.exit(main())
