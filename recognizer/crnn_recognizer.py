"""CRNNRecognizer: batching -> network -> decoding. The network is a plain function, so any engine can be
behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recognizer.base import Crop, Transcript
from recognizer.batching import batches
from recognizer.charset import Charset
from recognizer.ctc import Probabilities, softmax
from recognizer.decoding import Decoder, Decoding

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class CRNNRecognizer:
    """Reads word crops with a CRNN.

    network: (N, 1, 32, W) float32, mean 0, deviation about 1, W a multiple of 16 -> logits (N, T, C) float32.
    temperature: logits are divided by it: above 1 all probabilities are softer. It never changes the greedy
        text.
    calibration: scores are raised to this power, so that they say how often such a word is right; fitted by
        `calibration.best_exponent`. Raises ValueError unless it and temperature are positive.
    decoding: how logits become text; greedy and free by default.
    """

    def __init__(
        self,
        network: Network,
        charset: Charset,
        temperature: float = 1.0,
        decoding: Decoding | None = None,
        calibration: float = 1.0,
    ) -> None:
        if temperature <= 0 or calibration <= 0:
            raise ValueError(
                f"temperature and calibration must be positive, got {temperature} and {calibration}"
            )
        self.network, self.charset, self.temperature = network, charset, temperature
        self.decoder, self.calibration = Decoder(charset, decoding), calibration

    def with_decoding(self, decoding: Decoding) -> CRNNRecognizer:
        """The same network read in another way; the network is shared, not copied."""
        return CRNNRecognizer(self.network, self.charset, self.temperature, decoding, self.calibration)

    def transcribe(self, crops: Sequence[Crop]) -> list[Transcript]:
        """One transcript a crop, in the order given; crops (32, w, 3) uint8 RGB or (32, w) grey."""
        found = self.decoder.decode(self.probabilities(crops))
        return [replace(transcript, score=transcript.score**self.calibration) for transcript in found]

    def probabilities(self, crops: Sequence[Crop]) -> list[Probabilities]:
        """What the network says of each crop, (T, C) float32, 0..1, before anything is decided; forbidden
        characters have 0.
        """
        found: dict[int, Probabilities] = {}
        for batch in batches(crops):
            logits = self.decoder.mask(self.network(batch.images))  # (N, T, C)
            probabilities = softmax(logits / np.float32(self.temperature))
            own = np.maximum(1, np.ceil(batch.widths * (logits.shape[1] / batch.images.shape[3]))).astype(int)
            for index, rows, frames in zip(batch.indices, probabilities, own, strict=True):
                # What stands in the padding is an echo of the edge, never a letter.
                found[int(index)] = rows[:frames]
        return [found[i] for i in range(len(crops))]
