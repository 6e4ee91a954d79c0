"""The recurrent network: how it is learnt with Keras, and how NumPy alone asks it."""

import os

# Settings of the library's, not of ours, read once when it is imported: it computes with JAX, and
# neither reads nor leaves a file in the user's home.
os.environ.update(KERAS_BACKEND="jax", KERAS_HOME=os.devnull)  # noqa: TID251
