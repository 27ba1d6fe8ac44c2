"""A small attention decoder beside CTC: it guides the features in training and is dropped afterwards.

Source: Hu et al. 2020, "GTC: Guided Training of CTC towards Efficient and Accurate Scene Text Recognition";
the decoder is Bahdanau et al. 2015, "Neural Machine Translation by Jointly Learning to Align and Translate",
appendix A.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

END = 0  # the class that ends a word; as a token fed in, the one that begins it


class AttentionDecoder(nn.Module):
    """Reads a word character by character from frames (N, T, F), looking at those it needs.

    classes: as of the CTC head; class 0, there the blank, ends a word here.
    """

    def __init__(self, features: int, classes: int, hidden: int = 128) -> None:
        super().__init__()
        self.hidden = hidden
        self.token = nn.Embedding(classes, hidden)
        self.key = nn.Linear(features, hidden, bias=False)
        self.query = nn.Linear(hidden, hidden)
        self.energy = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(features + hidden, hidden)
        self.head = nn.Linear(hidden, classes)

    def forward(self, features: Tensor, tokens: Tensor) -> Tensor:
        """Logits (N, L, C) of each next character; tokens (N, L) are those before, from `END` on."""
        keys = self.key(features)  # (N, T, hidden)
        state = features.new_zeros(len(features), self.hidden)
        steps = []
        for fed in self.token(tokens).unbind(1):  # (N, hidden) each
            energies = self.energy(torch.tanh(keys + self.query(state)[:, None]))  # (N, T, 1)
            context = (energies.softmax(1) * features).sum(1)  # (N, F)
            state = self.cell(torch.cat([context, fed], 1), state)
            steps.append(self.head(state))
        return torch.stack(steps, 1)  # (N, L, C)


def attention_loss(decoder: AttentionDecoder, features: Tensor, targets: Tensor, left_out: Tensor) -> Tensor:
    """Mean cross entropy of every character and the end, given those before it; a scalar float32.

    features: (N, T, F); targets: (N, L) classes, `END` beyond the last; left_out: (N,) bool, words not asked
    for (labels whose case means nothing); both on the CPU. 0 where none is asked for.
    """
    rows = torch.nonzero(~left_out & (targets[:, 0] != END))[:, 0]
    if not len(rows):
        return features.sum() * 0.0
    words = targets[rows, : int((targets[rows] != END).sum(1).max())]  # (n, l)
    begin = torch.full((len(rows), 1), END)
    fed = torch.cat([begin, words], 1)  # (n, l + 1)
    wanted = torch.cat([words, begin], 1)
    wanted[:, 1:][words == END] = -1  # after the end, asked of nobody
    device = features.device
    logits = decoder(features[rows.to(device)], fed.to(device, non_blocking=True))
    return functional.cross_entropy(
        logits.float().flatten(0, 1), wanted.flatten().to(device, non_blocking=True), ignore_index=-1
    )
