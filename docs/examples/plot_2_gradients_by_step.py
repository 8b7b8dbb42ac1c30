"""
Each step's share of a gradient
===============================

``norms`` measures what is left of a gradient step by step, ``credit`` how far back every loss reaches; one backward
pass over a tape has the same numbers.
"""

# sphinx_gallery_thumbnail_path = "pictures/vanilla-flow.svg"

# %%
# A vanilla RNN whose W_hh has the spectral radius 0.5:

import numpy as np

import bptt_viz as bv

options = {"hidden": 16, "steps": 12, "init": "radius=0.5"}
found = bv.norms("rnn", **options)
print(found.verdict, f"×{found.chain.decay.rate:.3f} a step back")

# %%
# Of every loss, not the last one alone:

reach = bv.credit("rnn", **options)

# %%
# The same by hand: the gradient of the last loss alone is asked for by seeding the backward pass at L_T. Its norm by
# every state, from the last to the first, takes the same factor each step back:

rollout = bv.record("rnn", **options)
cotangents = bv.backward(rollout.tape, {rollout.losses[12]: 1.0})
layer = rollout.layers[0]
for t in range(12, 0, -1):
    norm = np.linalg.norm(cotangents[layer.states[t]["h"]])
    print(f"t = {t:2}  {norm:.1e}  {'█' * int(50 + 5 * np.log10(norm))}")

# %%
# The gradient of W_hh is the sum of what each step adds:

shares = [cotangents[aliases["W_hh"]] for aliases in layer.aliases]
whole = cotangents[rollout.parameters["W_hh"]]
print(np.allclose(sum(shares), whole), [f"{np.linalg.norm(share):.0e}" for share in shares])
