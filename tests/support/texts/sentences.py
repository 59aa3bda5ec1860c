"""Three sentences of the tests' vocabulary, with their dependencies."""

from mha_viz.annotation.annotated import Annotated, Arc

SENTENCES = [
    ("the cat sat", ((0, 1, "det"), (1, 2, "nsubj"))),
    ("a dog ran", ((0, 1, "det"), (1, 2, "nsubj"))),
    ("the dog sat . the cat ran", ((0, 1, "det"), (1, 2, "nsubj"), (4, 5, "det"), (5, 6, "nsubj"))),
]


def annotated(text, arcs):
    words, spans, at = tuple(text.split()), [], 0
    for word in words:
        at = text.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    return Annotated(text, words, tuple(spans), tuple(Arc(*arc) for arc in arcs))
