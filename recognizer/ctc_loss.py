"""The CTC loss: logits (N, T, C) are transposed here, once. (arXiv 1507.05717, section 2.4)

Targets are (N, L) int64 on the CPU, a word's classes a row and `BLANK`, which no word holds, beyond its end:
everything about them is counted there without waiting for a GPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from recognizer.charset import BLANK, Charset


def pad_targets(words: Sequence[Sequence[int]]) -> Tensor:
    """N words' classes as targets (N, L), L that of the longest and at least 1."""
    length = max(1, max(map(len, words), default=0))
    rows = [[*word, *[BLANK] * (length - len(word))] for word in words]
    return torch.tensor(rows, dtype=torch.int64).reshape(len(words), length)


def frames_needed(targets: Tensor) -> Tensor:
    """The fewest frames (N,) that can say each of targets (N, L): one a class, and a blank between two
    alike.
    """
    alike = (targets[:, 1:] == targets[:, :-1]) & (targets[:, 1:] != BLANK)
    return (targets != BLANK).sum(1) + alike.sum(1)


def ctc_loss(logits: Tensor, targets: Tensor, any_case: Tensor, charset: Charset) -> Tensor:
    """Mean over the batch of each word's negative log-likelihood over its length; a scalar float32.

    logits: (N, T, C); targets: (N, L); any_case: (N,) bool on the CPU, True where the label's case means
        nothing (SVT is labelled in capitals whatever the picture shows): there both cases of a letter count
        as said.
    Words that need more frames than T are left out, so the loss is always finite; 0 when none is left.
    """
    log_probs = logits.float().log_softmax(-1)  # (N, T, C)
    if bool(any_case.any()):
        free = any_case[:, None, None].to(logits.device, non_blocking=True)
        log_probs = torch.where(free, _merge_cases(log_probs, charset), log_probs)
    frames = log_probs.shape[1]
    lengths = (targets != BLANK).sum(1)
    fits = (lengths > 0) & (frames_needed(targets) <= frames)
    folded = torch.where(any_case[:, None], torch.tensor(_upper(charset))[targets], targets)
    losses = functional.ctc_loss(
        log_probs.transpose(0, 1),  # (T, N, C)
        folded.to(logits.device, non_blocking=True),
        torch.full((len(targets),), frames),
        lengths,
        blank=BLANK,
        reduction="none",
        zero_infinity=True,
    )
    weights = fits.float() / lengths.clamp(min=1).float() / fits.sum().clamp(min=1)
    return (losses * weights.to(losses.device, non_blocking=True)).sum()


def _merge_cases(log_probs: Tensor, charset: Charset) -> Tensor:
    """Each capital takes its small letter's probability too."""
    upper, lower = _pairs(charset, log_probs.device)
    merged = torch.logaddexp(log_probs[..., upper], log_probs[..., lower])
    return log_probs.index_copy(-1, upper, merged)


@lru_cache(maxsize=8)
def _pairs(charset: Charset, device: torch.device) -> tuple[Tensor, Tensor]:
    """The classes of capitals and of their small letters, (K,) each; kept, since to send them would make a
    GPU wait.
    """
    pairs = [(upper, lower) for lower, upper in enumerate(_upper(charset)) if upper != lower]
    both = torch.tensor(pairs, dtype=torch.int64, device=device).reshape(-1, 2)
    return both[:, 0], both[:, 1]


@lru_cache(maxsize=4)
def _upper(charset: Charset) -> tuple[int, ...]:
    """For each class, that of its capital letter, or itself."""
    where = {char: i for i, char in enumerate(charset.characters, start=1)}
    return (BLANK, *(where.get(c.upper() if len(c.upper()) == 1 else c, i) for c, i in where.items()))
