"""int8 twins of networks: made by `twins`, and kept if `trial` shows that they pay."""

from ocrpipe.quantise.trial import Trial, trials
from ocrpipe.quantise.twins import Twin, quantise, quantise_defaults

__all__ = ["Trial", "Twin", "quantise", "quantise_defaults", "trials"]
