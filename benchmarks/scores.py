"""What head scores cost, and how often they find something where there is nothing.

    python benchmarks/scores.py --conllu en_ewt-ud-dev.conllu                  # time, and memory by number of sentences
    python benchmarks/scores.py --conllu en_ewt-ud-dev.conllu --documents en_gum-ud-dev.conllu --pairs twins.jsonl \
        --null 200                                                             # models that have learned nothing
    python benchmarks/scores.py --conllu en_ewt-ud-dev.conllu --null 8 --spread 5   # matrices 5 times as far apart
    python benchmarks/scores.py --coverage                                     # how often an interval holds the truth

Time is read as a ratio: reading the corpus into counts (capture, every score, saving) over the plain forward pass of
the same batches, chunk by chunk. Memory is the peak of a process of its own.

A null run draws a tiny network and some of the sentences, documents and groups of twins anew, makes a whole profile of
every family with the controls of any profile, and counts a flag if any head is established for anything. The goal is
that at most 5 % of runs flag one. With --spread all matrices of the network are so many times as far apart as its
architecture draws them: then heads rest on a token by chance.

Coverage is simulated: units of unequal size (lognormal, most of 5 to 60 items) whose items depend on each other, as
those of a document do, with a correlation inside a unit from 0 to .3, where most units get nothing or all; shares from
10 to 90 %, and means. The goal is 93 % from 8 units on. Pairs of nouns that stand in other pairs too are simulated as
the classroom's are: ten animals, ten things, each easier or harder than others by so many times what one pair differs
from the next. Units of a large corpus are merged into 128 groups,
each into one at random. Each cell is of 4 seeds with 4,000 runs each (a standard error of .2 points).
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from pathlib import Path
from statistics import mean, median

import torch
import transformers
from transformers import BertConfig, BertModel

from mha_viz import load_model, model_from
from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.files.pronoun_pairs import read_twins
from mha_viz.annotation.files.treebanks import read_conllu
from mha_viz.evidence.corpus.controls import read_controls
from mha_viz.evidence.corpus.groups import OF_A_HALF
from mha_viz.evidence.corpus.passages import (
    Passage,
    document_passages,
    random_passages,
    sentence_passages,
    twin_passages,
)
from mha_viz.evidence.corpus.profile import weigh_corpus
from mha_viz.evidence.corpus.reading import (
    AT_ONCE,
    BATCH,
    _batches,
    _length,
    _scored,
    document_limit,
    random_vocabulary,
    read_corpus,
    token_counter,
)
from mha_viz.evidence.corpus.store import keep, open_store
from mha_viz.evidence.statistics.crossed import CROSSED
from mha_viz.evidence.statistics.intervals import LEAST_UNITS, interval, wilson_interval
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.models.load import random_twin
from mha_viz.objects import Model
from mha_viz.scores.counting import Counts

GOAL_TIMES_PLAIN = 2.5
GOAL_FLAGGED = 0.05
GOAL_COVERED = 0.93
COVERED_UNITS, WITHIN = (5, 8, 10, 12, 15, 18, 24, 30, 100), (0.0, 0.03, 0.1, 0.3)
MERGED_UNITS = (30, 200, 1000)
CROSSED_BY = ((0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (1.0, 0.0), (1.0, 1.0), (1.5, 1.5))
RUNS, SEEDS = 4000, (0, 1, 2, 3)
NULL_SEED = 100_000  # of the first; the controls have 0 to 3
NULL_SENTENCES = 120
NULL_DOCUMENTS, NULL_LONG = 6, 12  # documents, and sentences of each
NULL_TWINS = 60  # groups
NULL_SHAPE = {"num_hidden_layers": 3, "num_attention_heads": 5, "hidden_size": 60, "intermediate_size": 120}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conllu", metavar="F")
    parser.add_argument("--coverage", action="store_true", help="simulate intervals, and nothing else")
    parser.add_argument("--model", default="minilm")
    parser.add_argument("--sentences", type=int, default=100_000, metavar="N", help="the first N only")
    parser.add_argument("--null", type=int, default=0, metavar="RUNS")
    parser.add_argument("--spread", type=float, default=1.0, metavar="TIMES", help="of the matrices of null runs")
    parser.add_argument("--documents", metavar="F", help="CoNLL-U with Entity=, for null runs")
    parser.add_argument("--pairs", metavar="F", help="twins as JSON lines, for null runs")
    parser.add_argument("--workers", type=int, default=1, help="null runs at a time")
    parser.add_argument("--peak-of", type=int, metavar="N", help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    if options.coverage:
        _coverage()
    elif options.conllu is None:
        parser.error("give --conllu, or --coverage")
    elif options.peak_of is not None:
        _print_peak(options)
    elif options.null:
        _null_runs(options)
    else:
        _time(options)
        _memory(options)


def _coverage() -> None:
    print("units  " + "  ".join(f"correlation {within:.2f}: share .1   .3   .5   .9" for within in WITHIN) + "  mean")
    for n_units in COVERED_UNITS:
        cells = [[_often(_covered, n_units, share, within) for share in (0.1, 0.3, 0.5, 0.9)] for within in WITHIN]
        least = min(map(min, cells))
        shares = "  ".join(" ".join(f"{cell:.3f}" for cell in row) for row in cells)
        goal = "" if n_units < LEAST_UNITS else f"  {'holds' if least >= GOAL_COVERED else 'MISSES'} {GOAL_COVERED:.0%}"
        print(f"{n_units:5}  {shares}  {_often(_mean_covered, n_units):.3f}{goal}")

    print(f"units  merged into {OF_A_HALF} groups, correlation " + ", ".join(f"{within:.2f}" for within in WITHIN))
    for n_units in MERGED_UNITS:
        cells = [[_often(_covered, n_units, share, within, OF_A_HALF) for share in (0.1, 0.5)] for within in WITHIN]
        shares = "  ".join(" ".join(f"{cell:.3f}" for cell in row) for row in cells)
        print(f"{n_units:5}  share .1 .5: {shares}  {'holds' if min(map(min, cells)) >= GOAL_COVERED else 'MISSES'}")

    print("pairs of ten nouns and ten: animals, things differ by   share .1   .3   .5   .9")
    for differ in CROSSED_BY:
        cells = [_often(_crossed_covered, share, *differ) for share in (0.1, 0.3, 0.5, 0.9)]
        goal = f"  {'holds' if min(cells) >= GOAL_COVERED else 'MISSES'} {GOAL_COVERED:.0%}"
        print(f"{differ[0]:52.1f} {differ[1]:.1f}   {' '.join(f'{cell:.3f}' for cell in cells)}{goal}")


def _often(covered: Callable[..., float], *how: float) -> float:
    """A share of runs over all seeds."""
    shares = []
    for seed in SEEDS:
        torch.manual_seed(seed)
        shares.append(covered(*how))
    return mean(shares)


def _crossed_covered(share: float, by_animal: float, by_thing: float, n_heads: int = RUNS) -> float:
    """How often the interval of a share of pairs holds it, where each noun stands in nine of them."""
    pairs = [(animal, thing) for animal in range(10) for thing in range(10) if animal != thing]
    animals, things = (torch.tensor(side) for side in zip(*pairs, strict=True))
    nouns = [torch.randn(10, n_heads) * by for by in (by_animal, by_thing)]
    middle = torch.distributions.Normal(0.0, 1.0).icdf(torch.tensor(share)) * (1 + by_animal**2 + by_thing**2) ** 0.5
    hits = (middle + torch.randn(90, n_heads) + nouns[0][animals] + nouns[1][things] > 0).double()
    names = [f"animal {animal}{CROSSED}thing {thing}" for animal, thing in pairs]
    low, high = interval(Counts(hits, torch.ones_like(hits)), names=names)
    return ((low <= share) & (share <= high)).double().mean().item()


def _covered(n_units: int, share: float, within: float, n_groups: int = 0, n_heads: int = RUNS) -> float:
    """How often the interval of a share holds it, where items of a unit correlate by ``within``; of units as they are,
    or merged into so many groups.
    """
    of_units = torch.full((n_units, n_heads), share)
    if within:
        spread = 1 / within - 1
        of_units = torch.distributions.Beta(share * spread, (1 - share) * spread).sample((n_units, n_heads))
    n = (torch.randn(n_units, n_heads) * 0.7).exp().mul(20).ceil()
    hits = torch.binomial(n, of_units)
    if n_groups:
        into = torch.randint(n_groups, (n_units,))
        hits, n = (torch.zeros(n_groups, n_heads).index_add_(0, into, values) for values in (hits, n))
    low, high = interval(Counts(hits, n))
    return ((low <= share) & (share <= high)).double().mean().item()


def _mean_covered(n_units: int, n_heads: int = RUNS) -> float:
    values = torch.rand(n_units, n_heads).double()
    low, high = interval(Counts(values, torch.ones_like(values)), is_share=False)
    return ((low <= 0.5) & (high >= 0.5)).double().mean().item()


def _time(options: argparse.Namespace) -> None:
    model = load_model(options.model)
    passages = list(islice(sentence_passages(read_conllu(options.conllu), "f"), options.sentences))
    ratios, plain, scored = [], 0.0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder, "counts"))
        for begin in range(0, len(passages), AT_ONCE):
            chunk = passages[begin : begin + AT_ONCE]
            one = _seconds(lambda chunk=chunk: _plain(model, chunk))
            other = _seconds(lambda chunk=chunk: keep(store, _scored(model, chunk), random=False))
            if begin:  # the first loads lazy code
                ratios.append(other / one)
                plain, scored = plain + one, scored + other
        store.close()
    print(f"{options.model}, {len(passages):,} sentences in chunks of {AT_ONCE}, batches of at most {BATCH}")
    print(f"plain forward {plain:.1f} s; every score {scored:.1f} s: {scored / plain:.2f} ×", end=" ")
    print(f"(median of chunks {median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}; goal {GOAL_TIMES_PLAIN} ×)")


def _plain(model, chunk) -> None:
    with torch.inference_mode():
        for batch in _batches(sorted(chunk, key=_length)):
            texts = [one.text for passage in batch for one in passage.texts]
            model.network.base_model(**model.processor(texts, padding=True, return_tensors="pt"))


def _seconds(work) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _memory(options: argparse.Namespace) -> None:
    """Peak memory of reading and weighing, by number of sentences, each in a process of its own."""
    n = sum(1 for _ in islice(read_conllu(options.conllu), options.sentences))
    for part in (n // 4, n // 2, n):
        command = [sys.executable, __file__, "--conllu", options.conllu, "--model", options.model]
        done = subprocess.run([*command, "--peak-of", str(part)], check=True, capture_output=True, text=True)
        print(f"{part:,} sentences: {json.loads(done.stdout)['peak_mb']:,.0f} MB at most")


def _print_peak(options: argparse.Namespace) -> None:
    model = load_model(options.model)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder, "counts"))
        read_corpus(model, lambda: islice(sentence_passages(read_conllu(options.conllu), "f"), options.peak_of), store)
        weigh_corpus(store)
        store.close()
    print(json.dumps({"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}))


def _null_runs(options: argparse.Namespace) -> None:
    with concurrent.futures.ProcessPoolExecutor(options.workers) as pool:
        jobs = [pool.submit(null_run, options, run) for run in range(options.null)]
        found = []
        for job in concurrent.futures.as_completed(jobs):
            found.append(job.result())
            print(f"\r{len(found)} runs, {sum(map(bool, found))} flagged", end="", file=sys.stderr, flush=True)
    flagged = sum(map(bool, found))
    upper = wilson_interval(flagged, len(found))[1].item()
    print(
        f"\n{flagged} of {len(found)} runs flag a head ({flagged / len(found):.1%}; 95 % sure of less than {upper:.1%})"
    )
    for flags in filter(None, found):
        print("  ", *flags, sep=" ")


def null_run(options: argparse.Namespace, run: int) -> list[str]:
    """What is established of a network that has learned nothing."""
    torch.set_num_threads(1)
    transformers.logging.disable_progress_bar()
    tokenizer = load_model("minilm").processor
    torch.manual_seed(NULL_SEED + run)
    config = BertConfig(vocab_size=len(tokenizer), max_position_embeddings=512, **NULL_SHAPE)
    model = model_from(BertModel(config).eval(), tokenizer, name="null", identity=str(run))
    if options.spread != 1.0:
        model = random_twin(model, seed=NULL_SEED + run, spread=options.spread)
    passages = list(_null_passages(options, model, random.Random(run)))  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder, "counts"))
        read_corpus(model, lambda: iter(passages), store)
        read_controls(model, lambda: iter(passages), store)
        table = weigh_corpus(store)
        store.close()
    found = table[table["verdict"] == ESTABLISHED]
    return [
        f"{row.score} {row.direction or ''} L{row.layer} H{row.head}: {row.value:.2f} of {row.n}, "
        f"rule {row.baseline:.2f}, chance {row.chance:.2f}, control {row.control:.2f};"
        for row in found.itertuples()
    ]


def _null_passages(options: argparse.Namespace, model: Model, chance: random.Random) -> Iterator[Passage]:
    yield from random_passages(*random_vocabulary(model))
    yield from sentence_passages(chance.sample(list(read_conllu(options.conllu)), NULL_SENTENCES), "f")
    if options.documents:
        documents = [list(group) for _, group in groupby(read_conllu(options.documents), lambda one: one.document)]
        sentences = [sentence for group in chance.sample(documents, NULL_DOCUMENTS) for sentence in group[:NULL_LONG]]
        yield from document_passages(sentences, "d", token_counter(model), document_limit(model))
    if options.pairs:
        groups: dict[str, list[Annotated]] = {}
        for text in read_twins(options.pairs):
            groups.setdefault(text.links[0].group, []).append(text)
        chosen = chance.sample(sorted(groups), min(NULL_TWINS, len(groups)))
        yield from twin_passages((text for name in chosen for text in groups[name]), "t")


if __name__ == "__main__":
    main()
