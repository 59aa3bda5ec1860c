"""What a network puts out while its heads are changed: by hand, and as the program does it."""

from contextlib import ExitStack, contextmanager

import torch

from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.edits import plan_of
from mha_viz.recording.interventions.run import run_changed

TEXT = "the cat sat on a mat"


@contextmanager
def input_changed(network, path, layer, change):
    """While this lasts, ``change`` is made to what the heads of one layer hand to their projection, by hand."""
    shared = "{}" not in path  # ALBERT runs one block for every layer
    runs = iter(range(99))

    def hook(_module, inputs):
        if shared and next(runs) != layer:
            return None
        heads = inputs[0].clone()
        change(heads)
        return (heads,)

    handle = network.get_submodule(path.format(layer)).register_forward_pre_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def by_hand(model, batch, changes):
    """The vectors of the last layer; ``changes`` are paths, layers and what is done there."""
    with ExitStack() as stack, torch.no_grad():
        for path, layer, change in changes:
            stack.enter_context(input_changed(model.network, path, layer, change))
        return model.network(**batch).last_hidden_state[0]


def read_by(model):
    return lambda text: capture(model, text)


def changed(model, read, batch, changes):
    return run_changed(model, batch, read, plan_of(read, changes, read_by(model)), vectors=True)
