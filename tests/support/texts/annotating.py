"""Annotated texts for tests: words between spaces, and maps whose words look where a test says."""

import torch

from mha_viz.annotation.annotated import Annotated


def annotated(text, **said):
    """Words are what stands between spaces; tags may be given as one string, "DET NOUN"."""
    words, spans, at = tuple(text.split()), [], 0
    for word in words:
        at = text.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    if isinstance(said.get("tags"), str):
        said["tags"] = tuple(said["tags"].split())
    return Annotated(text, words, tuple(spans), **said)


def looking(n_word, *heads):
    """A map (head, word, word): each head is a dict of word to what it gives other words; all else gets nothing."""
    found = torch.zeros(len(heads), n_word, n_word)
    for head, rows in enumerate(heads):
        for query, given in rows.items():
            for key, attention in given.items():
                found[head, query, key] = attention
    return found
