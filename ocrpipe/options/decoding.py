"""How characters become text, and what is told of each word."""

from __future__ import annotations

import click

from ocrpipe.decode_options import DecodeOptions
from ocrpipe.options.gathering import gather
from ocrpipe.options.single import PATH

decode = gather(
    "decode",
    DecodeOptions,
    click.option(
        "--lexicon",
        type=PATH,
        metavar="FILE",
        help="Words to expect: one a line, optionally a tab and a weight.",
    ),
    click.option(
        "--lexicon-mode",
        type=click.Choice(["strict", "prefer"]),
        default="prefer",
        show_default=True,
        help="Always a word of the lexicon, or only where the crop nearly says one.",
    ),
    click.option(
        "--decoder",
        type=click.Choice(["greedy", "beam"]),
        default="greedy",
        show_default=True,
        help="The best path, or the most probable text.",
    ),
    click.option(
        "--n-best",
        type=click.IntRange(0),
        metavar="N",
        help="Tell the N most probable texts of each word.  [default: 5 with --detail full, else 0]",
    ),
    click.option(
        "--allow", metavar="CHARS", help="Read these characters only.  [default: all the model has]"
    ),
    click.option("--deny", metavar="CHARS", default="", help="Never read these characters."),
    click.option("--pattern", metavar="REGEX", help="Every word matches this in full; uses the beam."),
    click.option(
        "--prior",
        type=PATH,
        metavar="FILE",
        help="Prefer texts spelled like the words of this list; uses the beam.",
    ),
    click.option(
        "--prior-strength",
        type=click.FloatRange(0, 10),
        default=0.3,
        show_default=True,
        metavar="F",
        help="How much the spelling counts beside the picture.",
    ),
    click.option(
        "--detail",
        type=click.Choice(["word", "char", "full"]),
        default="word",
        show_default=True,
        help="Tell of each word its characters too, or these and its alternatives.",
    ),
    click.option(
        "--looks",
        type=click.IntRange(1, 2),
        metavar="1|2",
        help="2 reads unsure words again, cut a little otherwise.  [default: 2 for crops, 1 for photos]",
    ),
)
