"""What it takes to look at every attention call of a long text and keep none: memory and time beside a capture.

    python benchmarks/look.py                         # 1,024 and 4,096 tokens, beside a capture
    python benchmarks/look.py --lengths 32768 --alone # no capture beside it: that would not fit

The network has smollm2's shape (30 layers, 9 heads, 576 wide, 3 heads of keys) with random weights, and its window is
as long as the text. What is looked at is the share of each head's attention that goes to the first token, block by
block of queries. Each contender runs in a process of its own; its peak is read from the operating system, less what the
process had before.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaModel, PreTrainedTokenizerFast

import mha_viz
from mha_viz.attention.calls import call_pattern, part_of, query_blocks

SHAPE = {
    "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30, "num_attention_heads": 9,
    "num_key_value_heads": 3, "vocab_size": 512,
}  # fmt: skip
LENGTHS = (1024, 4096)
CONTENDERS = ("plain", "look", "capture")


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
    total = torch.zeros(call.n_heads)
    for rows in query_blocks(call):
        total += call_pattern(part_of(call, queries=rows))[..., 0].sum(dim=1)
    return (total / call.n_query).tolist()


def run(contender: str, n_tokens: int) -> dict[str, float]:
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
        found = list(mha_viz.look(model, text_of(n_tokens), to_first).found)
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
    parser.add_argument("--alone", action="store_true", help="without the capture beside it")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    lengths = [int(part) for part in options.lengths.split(",")]
    if options.run:
        print(json.dumps(run(options.run, lengths[0])))
        return
    print("| tokens | contender | seconds | peak of its process, MB | of which the run |\n|--:|---|--:|--:|--:|")
    for n_tokens in lengths:
        sums = {}
        for contender in CONTENDERS[: 2 if options.alone else 3]:
            command = [sys.executable, __file__, "--run", contender, "--lengths", str(n_tokens)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            sums[contender] = found["checksum"]
            more = found["peak"] - found["before"]
            row = f"{found['seconds']:.1f} | {found['peak']:,.0f} | +{more:,.0f}"
            print(f"| {n_tokens:,} | {contender} | {row} |", flush=True)
        if "capture" in sums and sums["capture"] != sums["look"]:
            raise SystemExit(f"look and capture differ: {sums}")


if __name__ == "__main__":
    main()
