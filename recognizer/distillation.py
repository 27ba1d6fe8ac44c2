"""Learning from a larger network's opinion of every frame, not from the label alone.

Source: Hinton et al. 2015, "Distilling the Knowledge in a Neural Network", on the frames of a CTC network.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def distillation_loss(logits: Tensor, teacher: Tensor, temperature: float = 2.0) -> Tensor:
    """KL divergence of a network's frames from its teacher's, softened; a scalar float32.

    logits and teacher: (N, T, C) each, of the same frames and classes; ValueError otherwise. The sum over
    classes, the mean over frames, times temperature squared, so that its weight need not follow that.
    """
    if logits.shape != teacher.shape:
        raise ValueError(f"the teacher says {tuple(teacher.shape)}, the network {tuple(logits.shape)}")
    learnt = functional.log_softmax(logits.float() / temperature, -1).flatten(0, 1)  # (N T, C)
    known = functional.log_softmax(teacher.float() / temperature, -1).flatten(0, 1)
    divergence = functional.kl_div(learnt, known, reduction="batchmean", log_target=True)
    return divergence * temperature**2
