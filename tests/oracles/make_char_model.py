"""Make char_model.*: a small character model that PyTorch trained on the embedded sonnets, as users save theirs.

Run `python tests/oracles/make_char_model.py` where PyTorch and safetensors are installed; tests read only the files.
One LSTM of 12 units on one-hot rows and a linear readout, float32. Its characters are `sorted(set(text))`.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

HIDDEN, STEPS, UPDATES = 12, 40, 600
FOLDER = Path(__file__).parent
TEXT = (FOLDER.parents[1] / "bptt_viz" / "texts" / "sonnets.txt").read_text(encoding="utf-8").removesuffix("\n")


class CharModel(nn.Module):
    def __init__(self, characters):
        super().__init__()
        self.rnn = nn.LSTM(characters, HIDDEN)
        self.out = nn.Linear(HIDDEN, characters)

    def forward(self, x, state=None):
        output, state = self.rnn(x, state)
        return self.out(output), state


def trained(codes, characters):
    """Read windows side by side, 16 at a time, and learn the next character."""
    torch.manual_seed(0)
    model, rows = CharModel(characters), torch.eye(characters)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    rng = np.random.default_rng(0)
    for _ in range(UPDATES):
        starts = rng.integers(0, len(codes) - STEPS - 1, 16)
        window = torch.stack([codes[start : start + STEPS + 1] for start in starts], dim=1)
        scores, _ = model(rows[window[:-1]])
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), window[1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model, optimiser


def judged(model, codes, characters):
    """Return the gradient of the mean loss of the text's first 25 steps, in float64, and its losses by step."""
    model = model.double()
    model.zero_grad()
    scores, _ = model(torch.eye(characters, dtype=torch.float64)[codes[:25]][:, None])
    losses = nn.functional.cross_entropy(scores[:, 0], codes[1:26], reduction="none")
    losses.sum().backward()
    found = {f"grad_{name}": parameter.grad.numpy() for name, parameter in model.named_parameters()}
    return found | {"losses": losses.detach().numpy(), "scores": scores[:, 0].detach().numpy()}


def greedy(model, characters, prompt="Shall", length=40):
    """Return what the model writes after a prompt if it always takes the likeliest character, in float64."""
    rows, state, found = torch.eye(len(characters), dtype=torch.float64), None, []
    for letter in prompt:
        scores, state = model(rows[characters.index(letter)][None, None], state)
    while len(found) < length:
        found.append(characters[int(scores.argmax())])
        scores, state = model(rows[characters.index(found[-1])][None, None], state)
    return "".join(found)


def main():
    torch.set_num_threads(1)
    characters = sorted(set(TEXT))
    codes = torch.tensor([characters.index(character) for character in TEXT])
    model, optimiser = trained(codes, len(characters))
    state = {name: value.clone() for name, value in model.state_dict().items()}
    torch.save(state, FOLDER / "char_model.pt")
    saved = {"epoch": UPDATES, "state_dict": state, "optimizer": optimiser.state_dict(), "chars": characters}
    torch.save(saved, FOLDER / "char_model_checkpoint.pt")
    save_file(state, FOLDER / "char_model.safetensors")
    np.savez(FOLDER / "char_model.npz", **{name: value.numpy() for name, value in state.items()})
    found = judged(model, codes, len(characters))
    np.savez_compressed(FOLDER / "char_model_judged.npz", greedy=greedy(model, characters), **found)


if __name__ == "__main__":
    main()
