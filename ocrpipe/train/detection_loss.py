"""What one batch of training crops costs a DBNet."""

from __future__ import annotations

import torch
from torch import Tensor

from detectors import losses
from detectors.dbnet import DBNet
from detectors.resize import DEVIATION, MEAN
from detectors.targets import THRESHOLD_HIGH, THRESHOLD_LOW
from ocrpipe.train.detector_data import Batch


def normalised(images: Tensor) -> Tensor:
    """images (N, S, S, 3) uint8 RGB to (N, 3, S, S) float32 as `detectors.resize.normalise`, channels
    last.
    """
    mean, deviation = (torch.from_numpy(value).to(images.device) for value in (MEAN, DEVIATION))
    scaled = (images.float() - mean) / deviation
    return scaled.permute(0, 3, 1, 2)  # (N, 3, S, S); the memory already lies channels last


def detection_loss(net: DBNet, batch: Batch, hard: bool) -> tuple[Tensor, float]:
    """The loss of one batch, and its dice part alone for the log.

    Early: cross entropy over all pixels plus dice. Late (hard): the hardest pixels only, and the borders too.
    """
    images, score, mask, border = batch
    maps = net.maps(normalised(images))
    logits = net.score(maps)  # (N, 1, S, S)
    probability = torch.sigmoid(logits)
    target, allowed = score.unsqueeze(1).float(), mask.unsqueeze(1).float()
    dice = losses.dice(probability, target, allowed)
    if not hard:
        return 3 * losses.weighted_bce(logits, target, allowed) + dice, float(dice.detach())
    near = border.unsqueeze(1).float() / 255
    threshold = torch.sigmoid(net.threshold(maps))
    wanted = THRESHOLD_LOW + (THRESHOLD_HIGH - THRESHOLD_LOW) * near
    total = (
        2 * losses.balanced_bce(logits, target, allowed)
        + dice
        + losses.dice(losses.step_function(probability, threshold), target, allowed)
        + 4 * losses.masked_l1(threshold, wanted, (near > 0).float() * allowed)
    )
    return total, float(dice.detach())
