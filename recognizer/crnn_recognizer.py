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
from recognizer.ctc import Probabilities, read_row, softmax
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
        logits = self._logits(crops)
        found = self.decoder.decode([self._masked(own) for own in logits])
        rows = [read_row(own, self.charset) for own in logits]
        return [
            replace(transcript, score=transcript.score**self.calibration, row=row)
            for transcript, row in zip(found, rows, strict=True)
        ]

    def probabilities(self, crops: Sequence[Crop]) -> list[Probabilities]:
        """What the network says of each crop, (T, C) float32, 0..1, before anything is decided; forbidden
        characters have 0.
        """
        return [self._masked(own) for own in self._logits(crops)]

    def _masked(self, logits: NDArray[np.float32]) -> Probabilities:
        return softmax(self.decoder.mask(logits) / np.float32(self.temperature))

    def _logits(self, crops: Sequence[Crop]) -> list[NDArray[np.float32]]:
        """(T, C) a crop."""
        found: dict[int, NDArray[np.float32]] = {}
        for batch in batches(crops):
            logits = self.network(batch.images)  # (N, T, C)
            own = np.maximum(1, np.ceil(batch.widths * (logits.shape[1] / batch.images.shape[3]))).astype(int)
            for index, rows, frames in zip(batch.indices, logits, own, strict=True):
                # What stands in the padding is an echo of the edge, never a letter.
                found[int(index)] = rows[:frames]
        return [found[i] for i in range(len(crops))]
