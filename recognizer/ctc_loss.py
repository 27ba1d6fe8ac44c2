"""The CTC loss: logits (N, T, C) are transposed here, once. (arXiv 1507.05717, section 2.4)"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from recognizer.charset import BLANK, Charset


def frames_needed(classes: list[int]) -> int:
    """The fewest frames that can say classes: one each, and a blank between two alike."""
    return len(classes) + sum(a == b for a, b in pairwise(classes))


def ctc_loss(logits: Tensor, targets: list[list[int]], any_case: Tensor, charset: Charset) -> Tensor:
    """Mean over the batch of each word's negative log-likelihood over its length; a scalar float32.

    logits: (N, T, C); targets: N lists of classes; any_case: (N,) bool, True where the label's case means
        nothing (SVT is labelled in capitals whatever the picture shows): there both cases of a letter count
        as said.
    Words that need more frames than T are left out, so the loss is always finite; 0 when none is left.
    """
    log_probs = logits.float().log_softmax(-1)  # (N, T, C)
    if bool(any_case.any()):
        log_probs = torch.where(any_case[:, None, None], _merge_cases(log_probs, charset), log_probs)
    frames = log_probs.shape[1]
    fits = torch.tensor([0 < frames_needed(t) <= frames for t in targets])
    lengths = torch.tensor([len(t) for t in targets])
    upper = _upper(charset)
    flat = [
        upper[c] if folded else c for t, folded in zip(targets, any_case.tolist(), strict=True) for c in t
    ]
    losses = functional.ctc_loss(
        log_probs.transpose(0, 1),  # (T, N, C)
        torch.tensor(flat, device=logits.device),
        torch.full((len(targets),), frames),
        lengths,
        blank=BLANK,
        reduction="none",
        zero_infinity=True,
    )
    weights = (fits.float() / lengths.clamp(min=1).float()).to(losses.device)
    return (losses * weights).sum() / fits.sum().clamp(min=1)


def _merge_cases(log_probs: Tensor, charset: Charset) -> Tensor:
    """Each capital takes its small letter's probability too."""
    pairs = [(upper, lower) for lower, upper in enumerate(_upper(charset)) if upper != lower]
    if not pairs:
        return log_probs
    upper, lower = (torch.tensor(side, device=log_probs.device) for side in zip(*pairs, strict=True))
    merged = torch.logaddexp(log_probs[..., upper], log_probs[..., lower])
    return log_probs.index_copy(-1, upper, merged)


@lru_cache(maxsize=4)
def _upper(charset: Charset) -> tuple[int, ...]:
    """For each class, that of its capital letter, or itself."""
    where = {char: i for i, char in enumerate(charset.characters, start=1)}
    return (BLANK, *(where.get(c.upper() if len(c.upper()) == 1 else c, i) for c, i in where.items()))
