"""The command `ocrpipe`: words on a terminal, and nothing else. Parse, call ocrpipe, show.

Data goes to stdout, everything else to stderr. Heavy imports stand inside commands, so that `--help` is
immediate. Exit codes: 0 all fine, 1 some photos failed (their records are written), 2 usage, 3 nothing
matched, 4 weights missing or damaged, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from ocrpipe.commands.bench import bench
from ocrpipe.commands.evaluate import evaluate
from ocrpipe.commands.explain import explain
from ocrpipe.commands.export import export
from ocrpipe.commands.flow import FAILED, INTERRUPTED
from ocrpipe.commands.installed import WEIGHTS, doctor, weights
from ocrpipe.commands.merge import merge
from ocrpipe.commands.quantise import quantise
from ocrpipe.commands.read import detect, read, transcribe
from ocrpipe.commands.results import convert, draw
from ocrpipe.commands.synth import synth
from ocrpipe.commands.train import train
from ocrpipe.errors import DeviceError, LexiconError, OcrError, WeightsError

USAGE = 2


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


app.add_command(read)
app.add_command(detect)
app.add_command(transcribe)
app.add_command(draw)
app.add_command(convert)
app.add_command(explain)
app.add_command(weights)
app.add_command(doctor)
app.add_command(merge)
app.add_command(evaluate)
app.add_command(bench)
app.add_command(quantise)
app.add_command(synth)
app.add_command(train)
app.add_command(export)


def _show_version(context: click.Context) -> None:
    from ocrpipe.version import NAME, version

    click.echo(f"{NAME} {version()}")
    context.exit()


def _say(message: str) -> None:
    from ocrpipe import console

    console.error(message)


if __name__ == "__main__":
    sys.exit(main())
