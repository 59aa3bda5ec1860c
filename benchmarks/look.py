"""What it takes to look at every attention call of a long text and keep none: memory and time beside a capture.

    python benchmarks/look.py                                    # 1,024 and 4,096 tokens, beside a capture
    python benchmarks/look.py --lengths 32768 --only plain,look  # a capture of that would not fit
    python benchmarks/look.py --lengths 32768 --only look,overview --layers 0,1   # of some layers, in minutes
    python benchmarks/look.py --lengths 32768 --only "last rows"   # of all layers, what a window shows of a long text
    python benchmarks/look.py --lengths 1024 --only "counts,counts of a capture"

The network has smollm2's shape (30 layers, 9 heads, 576 wide, 3 heads of keys) with random weights, and its window is
as long as the text. What is looked at is the share of each head's attention that goes to the first token, block by
block of queries; ``last rows`` the same of the last 64 queries alone, told layer by layer; ``overview`` is the pooled
picture of each map with its numbers; ``counts`` are what a profile counts in a text. With ``--layers`` a look or an
overview ends with the last of them. Each contender runs in a process of its own; its peak is read from the operating
system, less what the process had before.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaModel, PreTrainedTokenizerFast

import mha_viz
from mha_viz.attention.calls import call_pattern, part_of, query_blocks
from mha_viz.attention.overview import overview_of
from mha_viz.attention.pooling import THUMBNAIL_CELLS
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.inputs.text import numbered
from mha_viz.recording.looking.together import look_at_texts
from mha_viz.scores.counting import Tally
from mha_viz.scores.table import ScoreKey
from mha_viz.scores.tallies import TextTallies, tallies_of

SHAPE = {
    "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30, "num_attention_heads": 9,
    "num_key_value_heads": 3, "vocab_size": 512,
}  # fmt: skip
LENGTHS = (1024, 4096)
CONTENDERS = (
    "plain",
    "look",
    "last rows",
    "capture",
    "overview",
    "overview of a capture",
    "counts",
    "counts of a capture",
)
FEW = 10_000  # tokens that are read within minutes
LAST = 64  # tokens whose rows are looked at
SAME = (("look", "capture"), ("overview", "overview of a capture"), ("counts", "counts of a capture"))
MOST_MEMORY = 4000.0  # MB: goal for a text of 32,768 tokens, whatever is looked at


def model_of(n_tokens: int) -> mha_viz.Model:
    torch.manual_seed(0)
    network = LlamaModel(LlamaConfig(**SHAPE, max_position_embeddings=n_tokens)).eval()
    words = {f"w{i}": i for i in range(SHAPE["vocab_size"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w0"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return mha_viz.model_from(network, PreTrainedTokenizerFast(tokenizer_object=tokenizer), name="smollm2's shape")


def text_of(n_tokens: int) -> str:
    return " ".join(f"w{1 + (i * 7919) % 509}" for i in range(n_tokens))


def to_first(call: mha_viz.AttentionCall) -> list[float]:
    """The mean share that each head gives to the first token."""
    _say_how_far(call)
    total = torch.zeros(call.n_heads)
    for rows in query_blocks(call):
        total += call_pattern(part_of(call, queries=rows))[..., 0].sum(dim=1)
    return (total / call.n_query).tolist()


def last_to_first(call: mha_viz.AttentionCall) -> list[float]:
    """The same, of the last 64 tokens."""
    _say_how_far(call)
    shares = call_pattern(part_of(call, queries=slice(-LAST, None)))[..., 0]  # (head, query)
    return shares.mean(dim=1).tolist()


def _say_how_far(call: mha_viz.AttentionCall) -> None:
    """How far a run of many minutes is goes to the terminal."""
    if call.n_query > FEW:
        print(f"L{call.layer}: {_peak():,.0f} MB at most so far", file=sys.stderr, flush=True)


def pooled(call: mha_viz.AttentionCall) -> list[float]:
    """The picture of each map, and how widely it spreads."""
    axes = ({call.kind: numbered(n)} for n in (call.n_query, call.n_key))
    of_layer = mha_viz.Capture("", None, "", None, (call,), *axes)
    overview = overview_of(choose(of_layer, Selection(call.kind, "Pattern")), THUMBNAIL_CELLS)
    assert overview.entropy is not None
    return [*overview.pictures.flatten().tolist(), *overview.entropy.flatten().tolist()]


def sums_of(tallies: Mapping[ScoreKey, Tally]) -> list[list[float]]:
    return [tally.counts.hits.flatten().tolist() for tally in tallies.values()]


def run(contender: str, n_tokens: int, layers: list[int] | None) -> dict[str, float]:
    """One contender, in this process."""
    torch.set_num_threads(1)
    model = model_of(n_tokens)
    ids = torch.tensor([[1 + (i * 7919) % 509 for i in range(n_tokens)]])
    mha_viz.capture(model, text_of(16))  # what is checked once a network is checked now
    before, begin = _peak(), time.perf_counter()
    if contender == "plain":
        with torch.inference_mode():
            model.network(input_ids=ids, use_cache=False)
        found = []
    elif contender == "look":
        found = list(mha_viz.look(model, text_of(n_tokens), to_first, layers=layers).found)
    elif contender == "last rows":
        found = list(mha_viz.look(model, text_of(n_tokens), last_to_first, layers=layers).found)
    elif contender == "overview":
        found = list(mha_viz.look(model, text_of(n_tokens), pooled, layers=layers).found)
    elif contender == "overview of a capture":
        found = [pooled(call) for call in mha_viz.capture(model, text_of(n_tokens)).calls]
    elif contender == "counts":
        (counted,) = look_at_texts(model, [text_of(n_tokens)], lambda _, positions: TextTallies(positions))
        found = sums_of(counted.tallies())
    elif contender == "counts of a capture":
        found = sums_of(tallies_of(mha_viz.capture(model, text_of(n_tokens))))
    else:
        found = [to_first(call) for call in mha_viz.capture(model, text_of(n_tokens)).calls]
    checksum = sum(map(sum, found))
    return {"seconds": time.perf_counter() - begin, "before": before, "peak": _peak(), "checksum": checksum}


def _peak() -> float:
    """MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lengths", default=",".join(map(str, LENGTHS)))
    parser.add_argument("--only", default="plain,look,capture", help=", ".join(CONTENDERS))
    parser.add_argument("--layers", metavar="L,L", help="look at these alone; by default at all")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    lengths = [int(part) for part in options.lengths.split(",")]
    layers = [int(part) for part in options.layers.split(",")] if options.layers else None
    if options.run:
        print(json.dumps(run(options.run, lengths[0], layers)))
        return
    print("| tokens | contender | seconds | peak of its process, MB | of which the run |\n|--:|---|--:|--:|--:|")
    for n_tokens in lengths:
        sums = {}
        for contender in options.only.split(","):
            command = [sys.executable, __file__, "--run", contender, "--lengths", str(n_tokens)]
            command += ["--layers", options.layers] if options.layers else []
            found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            sums[contender] = found["checksum"]
            more = found["peak"] - found["before"]
            row = f"{found['seconds']:.1f} | {found['peak']:,.0f} | +{more:,.0f}"
            print(f"| {n_tokens:,} | {contender} | {row} |", flush=True)
            if found["peak"] > MOST_MEMORY:
                print(f"MISSES the goal of {MOST_MEMORY:,.0f} MB", flush=True)
        if any(sums[one] != sums[other] for one, other in SAME if {one, other} <= set(sums)):
            raise SystemExit(f"What was looked at and what was captured differ: {sums}")


if __name__ == "__main__":
    main()
