"""How wide a crop goes into the network: as the recogniser reads it, or as others do, to compare with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.batching import normalise, pad, padded_width, stretch
from recognizer.charset import Charset
from recognizer.crnn_recognizer import CRNNRecognizer, Network
from recognizer.ctc import softmax
from recognizer.decoding import Decoder


@dataclass(frozen=True, slots=True)
class WidthRule:
    """The default is the recogniser's: aspects are kept, narrow crops widened.

    squeezed_to: every crop becomes so many pixels wide whatever its aspect, as the CRNN paper's 100 x 32
    does. widened: False leaves narrow crops as narrow as they are.
    """

    squeezed_to: int | None = None
    widened: bool = True

    def fit(self, crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(32, w) uint8 -> (32, W) uint8."""
        if self.squeezed_to is not None:
            kind = cv2.INTER_AREA if crop.shape[1] > self.squeezed_to else cv2.INTER_LINEAR
            size = (self.squeezed_to, crop.shape[0])
            return np.asarray(cv2.resize(crop, size, interpolation=kind), np.uint8)
        return stretch(crop) if self.widened else crop

    def read(self, network: Network, crops: Sequence[NDArray[np.uint8]], charset: Charset) -> list[str]:
        """What a network trained with this rule says of crops, (32, w) uint8 each.

        network: as `CRNNRecognizer` wants it. Other rules than the default read one crop at a time.
        """
        if self == USUAL:
            return [found.text for found in CRNNRecognizer(network, charset).transcribe(crops)]
        probabilities = []
        for crop in map(self.fit, crops):
            width = padded_width(crop.shape[1])
            logits = network(pad(normalise(crop), width)[None, None])[0]  # (T, C)
            own = max(1, math.ceil(crop.shape[1] * len(logits) / width))
            probabilities.append(softmax(logits)[:own])
        return [found.text for found in Decoder(charset).decode(probabilities)]


USUAL = WidthRule()
