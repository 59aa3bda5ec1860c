"""What the classroom model can do, and what its heads do: accuracy, heads taken out, and head scores, with evidence."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from mha_viz.annotation.annotated import Annotated
from mha_viz.errors import InputError
from mha_viz.evidence.corpus.controls import read_controls
from mha_viz.evidence.corpus.passages import CHOOSE, REPORT, SELECT, Passage, random_passages, twin_passages
from mha_viz.evidence.corpus.profile import weigh_corpus
from mha_viz.evidence.corpus.reading import document_limit, random_vocabulary, read_corpus
from mha_viz.evidence.corpus.store import open_store, units_kept
from mha_viz.evidence.one_text import evidence_rows
from mha_viz.evidence.statistics.crossed import CROSSED
from mha_viz.evidence.statistics.intervals import interval
from mha_viz.objects import Model
from mha_viz.scores.counting import Counts
from mha_viz.training.grammar import closings, nouns_of, training_sentences, twins
from mha_viz.training.train import Checkpoint
from mha_viz.wording import head_name

SOURCE = "pairs"  # what `mha-viz profile` calls twins
BATCH = 64
N_LEARNED = 200  # pairs of sentences with nouns that were learned from
UNREAD_SEED = 10_007  # of plain sentences that are scored, not learned from


def closing_accuracy(model: Model, texts: Iterable[Annotated] | None = None) -> pd.DataFrame:
    """How often the model gives the verb of the noun that is meant the highest probability.

    Parameters
    ----------
    model : Model
        With a language-model head.
    texts : iterable of Annotated, optional
        Twins of the grammar; held-out nouns in held-out frames where nothing is given.

    Returns
    -------
    DataFrame with the columns ``measure, value, low, high, n, n_units, chance``
        "verb": the right verb is the likeliest of all tokens; chance is one of the ten verbs. "verb of the two": it
        is likelier than the verb of the other noun. "both twins": that in both sentences of a pair. Intervals are 95 %;
        a noun stands in several pairs, so units are nouns (``crossed``), and ``n_units`` is of the rarer kind.
    """
    texts = list(twins() if texts is None else texts)
    logits, right, other = _closing_logits(model, texts)
    of_two = logits.gather(1, right[:, None]) > logits.gather(1, other[:, None])
    hits = torch.stack([logits.argmax(dim=1) == right, of_two[:, 0]], dim=1).double()  # (text, measure)
    pairs = Counts(hits.unflatten(0, (-1, 2)).sum(dim=1), torch.full((len(texts) // 2, 2), 2.0))
    both = Counts((pairs.hits[:, 1:] == 2).double(), torch.ones(len(texts) // 2, 1))
    counts = Counts(torch.cat([pairs.hits, both.hits], dim=1), torch.cat([pairs.n, both.n], dim=1))
    low, high = interval(counts, names=_crossed(texts))
    return pd.DataFrame(
        {
            "measure": ["verb", "verb of the two", "both twins"],
            "value": (counts.hits.sum(dim=0) / counts.n.sum(dim=0)).tolist(),
            "low": low.tolist(), "high": high.tolist(), "n": counts.n.sum(dim=0).long().tolist(),
            "n_units": _n_nouns(texts), "chance": [0.1, 0.5, 0.25],
        }
    )  # fmt: skip


def ablated(model: Model, texts: Iterable[Annotated] | None = None) -> pd.DataFrame:
    """What taking out one head does to the accuracy on the verb, for each head: does what looks also matter?

    The head's output is set to zero before the output projection, in all sentences and at all positions.

    Returns
    -------
    DataFrame with the columns ``layer, head, whole, without, drop, low, high, n, n_units``
        ``drop`` is ``whole - without``, in shares of the sentences (measure "verb" of ``closing_accuracy``); the 95 %
        interval is of the drop; its units are nouns, as in ``closing_accuracy``.

    References
    ----------
    .. [1] Michel et al. (2019), arXiv:1905.10650; Voita et al. (2019), arXiv:1905.09418.
    """
    texts = list(twins() if texts is None else texts)
    logits, right, _ = _closing_logits(model, texts)
    whole = (logits.argmax(dim=1) == right).double()
    config, left = model.network.config, []
    heads = list(product(range(config.num_hidden_layers), range(config.num_attention_heads)))
    for layer, head in heads:
        with without_head(model, layer, head):
            left.append((_closing_logits(model, texts)[0].argmax(dim=1) == right).double())
    without = torch.stack(left, dim=1)  # (text, head)
    lost = (whole[:, None] - without).unflatten(0, (-1, 2)).sum(dim=1)  # (pair, head)
    low, high = interval(Counts(lost, torch.full_like(lost, 2.0)), is_share=False, names=_crossed(texts))
    table = pd.DataFrame(heads, columns=["layer", "head"])
    table["whole"], table["without"] = whole.mean().item(), without.mean(dim=0).tolist()
    table["drop"] = table["whole"] - table["without"]
    return table.assign(low=low.tolist(), high=high.tolist(), n=len(texts), n_units=_n_nouns(texts))


def _crossed(texts: Sequence[Annotated]) -> list[str]:
    """What each pair of sentences is about: two nouns, each of which stands in other pairs too."""
    return [CROSSED.join(nouns_of(text)) for text in texts[::2]]


def _n_nouns(texts: Sequence[Annotated]) -> int:
    """Of the kind that fewer nouns are of."""
    return min(len(set(of_kind)) for of_kind in zip(*map(nouns_of, texts), strict=True))


@contextmanager
def without_head(model: Model, layer: int, head: int) -> Iterator[None]:
    """While this lasts, one head of a classroom model hands on nothing.

    Raises
    ------
    InputError
        If there is no such head.
    """
    blocks = model.network.base_model.blocks
    if not 0 <= layer < len(blocks) or not 0 <= head < blocks[layer].attention.n_heads:
        raise InputError(f"There is no head {head_name(layer, head)} in {model.name}.")
    attention = blocks[layer].attention
    own = slice(head * attention.d_head, (head + 1) * attention.d_head)

    def silence(_module: Any, inputs: tuple[Tensor]) -> tuple[Tensor]:
        rest = inputs[0].clone()
        rest[..., own] = 0.0
        return (rest,)

    hook = attention.output_projection.register_forward_pre_hook(silence)
    try:
        yield
    finally:
        hook.remove()


def classroom_passages(
    model: Model, *, n_plain: int = 200, n_random: int | None = None, n_learned: int = N_LEARNED
) -> list[Passage]:
    """What the heads of a classroom model are asked about: held-out twins, random tokens, and sentences unread.

    Held-out twins report; heads are chosen on ``n_learned`` pairs with nouns that the model learned from, so that no
    noun is in both.
    """
    sentences = enumerate(training_sentences(n_plain, UNREAD_SEED))
    return [
        *islice(random_passages(*random_vocabulary(model), document_limit(model)), n_random),
        *_twin_passages(twins(), REPORT),
        *_twin_passages(islice(twins(held_out=False), 2 * n_learned), SELECT),
        *(
            Passage(f"grammar {i}", f"grammar {i}", (CHOOSE, REPORT)[i % 2], (Annotated(text),), ("tokens",))
            for i, text in sentences
        ),
    ]


def _twin_passages(texts: Iterable[Annotated], part: int) -> Iterator[Passage]:
    for passage in twin_passages(texts, SOURCE):
        yield replace(passage, unit=CROSSED.join(nouns_of(passage.texts[0])), part=part)


# What is followed through a training.
FOLLOWED = (
    ("coreference", "twins", None),
    ("positional", "attention to previous", None),
    ("sinks", "first token", None),
    ("sinks", "attention to itself", None),
    ("copying", "induction on random tokens", None),
    ("copying", "duplicate token on random tokens", None),
)


def checkpoint_table(checkpoint: Checkpoint) -> pd.DataFrame:
    """What a model can do at one step of its training, and what each of its heads does.

    Returns
    -------
    DataFrame, a row a score of ``FOLLOWED`` and head
        ``step, loss`` (nats a token, since the last checkpoint), ``accuracy`` on the verb of held-out twins with its
        interval and n (``closing_accuracy``), ``family, score, layer, head``, and the score's ``value, n, n_units,
        low, high, baseline, chance``. A score that nothing can be said about has no rows.
    """
    model = checkpoint.model
    accuracy = closing_accuracy(model).iloc[0]
    columns = {"step": checkpoint.step, "loss": checkpoint.loss, "accuracy": accuracy["value"]}
    columns |= {f"accuracy_{name}": accuracy[name] for name in ("low", "high", "n")}
    with _counts_of(model, classroom_passages(model, n_plain=8, n_random=6, n_learned=0)) as store:
        rows = [evidence_rows(key, units_kept(store, key, (CHOOSE, REPORT))) for key in FOLLOWED]
    table = pd.concat(rows, ignore_index=True)
    names = ["family", "score", "layer", "head", "value", "n", "n_units", "low", "high", "baseline", "chance"]
    return pd.concat([pd.DataFrame(columns, index=table.index), table[names]], axis=1)


def head_scores(model: Model, passages: Sequence[Passage] | None = None, *, with_control: bool = True) -> pd.DataFrame:
    """Every score of every head on ``classroom_passages``, with evidence (``profiles.weigh_corpus``).

    The controls are random twins (``read_controls``), which read all of it; without them nothing is established.
    """
    passages = classroom_passages(model) if passages is None else passages
    with _counts_of(model, passages, with_control=with_control) as store:
        return weigh_corpus(store)


@contextmanager
def _counts_of(
    model: Model, passages: Sequence[Passage], *, with_control: bool = False
) -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder, "counts.sqlite"))
        try:
            read_corpus(model, lambda: passages, store)
            if with_control:
                read_controls(model, lambda: passages, store, whole=True)
            yield store
        finally:
            store.close()


def _closing_logits(model: Model, texts: Sequence[Annotated]) -> tuple[Tensor, Tensor, Tensor]:
    """Logits after the pronoun that is asked about, (text, vocabulary); ids of right and other verb, (text,)."""
    if not texts or len(texts) % 2:
        raise InputError(f"{len(texts)} texts are no pairs of twins.")
    tokenizer, network = model.processor, model.network
    begun, *verbs = zip(*map(closings, texts), strict=True)
    rows = tokenizer(list(begun))["input_ids"]
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[tokenizer.pad_token_id] * (longest - len(row))] for row in rows])
    last = torch.tensor([len(row) - 1 for row in rows])
    parts = []
    with torch.inference_mode():
        for part, ends in zip(ids.split(BATCH), last.split(BATCH), strict=True):
            # Padding stands on the right, where a causal model never looks.
            logits = network(part.to(network.device)).logits
            parts.append(logits[torch.arange(len(part)), ends].cpu())
    right, other = (torch.tensor([_first_id(tokenizer, verb) for verb in of_all]) for of_all in verbs)
    return torch.cat(parts), right, other


def _first_id(tokenizer: Any, verb: str) -> int:
    return int(tokenizer(f" {verb}", add_special_tokens=False)["input_ids"][0])
