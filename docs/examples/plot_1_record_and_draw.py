"""
Record a cell and draw its gradients
====================================

``record`` runs a model forward on a tape, ``graph`` draws it.
"""

# sphinx_gallery_thumbnail_path = "pictures/steps.svg"

# %%
# Four steps of an LSTM over "hell", each asked for the next letter:

import bptt_viz as bv

rollout = bv.record("lstm", hidden=3, text="hello")
print(rollout)

# %%
# The unrolled network with what flows back:

unrolled = bv.graph(rollout, gradients=True)

# %%
# Step 3, operation by operation:

operations = bv.graph(rollout, level="op", at=3, gradients=True)
