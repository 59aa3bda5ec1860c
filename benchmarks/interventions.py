"""The effect of every head of SmolLM2 alone: one growing batch against a run a head, ours and that of peers; and what a
wrong slice would say.

Times are processor time, each a median of rounds in which all ways take turns. Separate runs are timed on a sample of
heads and counted up. TransformerLens and nnsight (the extra ``bench``) read the same weights from the same folder; each
zeroes one head a run before the output projection, without a cache and with logits at the last position alone.
``--slices`` zeroes, beside what is right, the slice of the attention block's *output* that bears the head's number, as
recipes in circulation do, and prints how the two rank the heads. ``--hooks`` measures what is put on a network at load
costs it while nothing is changed: runs of one that was loaded by us, and of copies as transformers runs it, in turns.
"""

from __future__ import annotations

import argparse
import copy
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.stats import bootstrap, spearmanr
from transformers import AutoModelForCausalLM

from mha_viz.comparison.asks import LogitDifference, token_of
from mha_viz.evidence.importance.single_heads import Question, heads_of, question_of, without_each
from mha_viz.models.fetching.sums import folder_of
from mha_viz.models.load import hush_transformers, load_model
from mha_viz.objects import Head, Model
from mha_viz.recording.interventions.edits import CallEdits, Edit
from mha_viz.recording.watching.hooks import put_hooks

Way = Callable[[Question, Head], float]  # the number that is asked for, in a run without one head
TEXT = "When Mary and John went to the store, John gave a drink to"
ASK = LogitDifference(" Mary", " John")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, nargs="+", default=[16, 32, 128])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=10, help="heads that are timed in runs of their own")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--slices", type=int, default=0, metavar="N", help="instead: N heads, and the wrong slice")
    parser.add_argument(
        "--hooks", type=int, default=0, metavar="SECONDS", help="instead: runs without changes, so long a row"
    )
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    hush_transformers()
    if options.hooks:
        _hooks(options.tokens, options.hooks)
        return
    model = load_model("smollm2", device="cpu")
    if options.slices:
        _slices(model, options.slices)
        return
    print(f"torch {torch.__version__}, {options.threads} thread, median of {options.rounds} rounds\n")
    ways = dict([("a run a head", _alone), *(way for way in (_transformer_lens(model), _nnsight(model)) if way)])
    print(f"| tokens | one growing batch | {' | '.join(f'{way} | times' for way in ways)} | largest difference |")
    print(f"|{'--:|' * (3 + 2 * len(ways))}")
    for n in options.tokens:
        _compare(question_of(model, _text(n), ASK), options.rounds, options.sample, ways)


def _text(n: int) -> str:
    """About n tokens: what is asked about at the end, words before it."""
    words = "the store was open and the street was full of people that day ".split()  # noqa: SIM905
    before = [words[i % len(words)] for i in range(max(0, n - 14))]
    return f"{' '.join(before)} {TEXT}".strip()


def _compare(question: Question, rounds: int, n_sample: int, ways: dict[str, Way]) -> None:
    heads = heads_of(question)
    sample = random.Random(0).sample(range(len(heads)), n_sample)  # noqa: S311 - no secret
    times: dict[str, list[float]] = {name: [] for name in ("", *ways)}
    plain, off = question.plain(), 0.0
    for _ in range(rounds):
        seconds, found = _timed(lambda: without_each(question))
        times[""].append(seconds)
        for name, way in ways.items():
            way(question, heads[sample[0]])  # not timed
            seconds, single = _timed(lambda way=way: torch.tensor([way(question, heads[i]) for i in sample]))
            times[name].append(seconds * len(heads) / n_sample)
            off = max(off, (found[sample] - (single - plain)).abs().max().item())
    ours, *others = (statistics.median(seconds) for seconds in times.values())
    n = len(question.read.query_positions[question.kind])
    cells = " | ".join(f"{seconds:.1f} s | {seconds / ours:.1f}" for seconds in others)
    print(f"| {n} | {ours:.1f} s | {cells} | {off:.1e} |", flush=True)


def _alone(question: Question, head: Head) -> float:
    """The number that is asked for, in a run without one head."""
    number = next(i for i in question.calls if question.read.calls[i].layer == head[0])
    call = question.read.calls[number]
    edits = CallEdits(question.kind, head[0], (call.n_query, call.n_key))
    edits.edits.append(Edit(torch.tensor([head[1]]), torch.arange(call.n_query), 0.0))
    return question.plain({number: edits})


def _transformer_lens(model: Model) -> tuple[str, Way] | None:
    """The logit difference in a run without one head, by a hook of TransformerLens; None where it is not installed."""
    try:
        from transformer_lens.model_bridge import TransformerBridge
    except ImportError:
        return None
    network = _network()
    bridge = TransformerBridge.boot_transformers(str(_folder()), hf_model=network, tokenizer=model.processor)

    def without(question: Question, head: Head) -> float:
        def zero(heads: torch.Tensor, hook: Any) -> torch.Tensor:  # noqa: ARG001 - theirs
            heads[:, :, head[1]] = 0.0
            return heads

        with torch.inference_mode():
            hooks = [(f"blocks.{head[0]}.attn.hook_z", zero)]
            return _difference(
                model, bridge.run_with_hooks(_ids(question), fwd_hooks=hooks, use_cache=False, logits_to_keep=1)
            )

    return f"TransformerLens {version('transformer-lens')}", without


def _nnsight(model: Model) -> tuple[str, Way] | None:
    """The same by a trace of nnsight, which changes what its output projection reads."""
    try:
        import nnsight
    except ImportError:
        return None
    network = _network()
    width = network.config.hidden_size // network.config.num_attention_heads
    traced = nnsight.TransformersModel(network, tokenizer=model.processor, task="text-generation")

    def without(question: Question, head: Head) -> float:
        with torch.inference_mode(), traced.trace(_ids(question), use_cache=False, logits_to_keep=1):
            traced.model.layers[head[0]].self_attn.o_proj.input[..., head[1] * width : (head[1] + 1) * width] = 0.0
            logits = traced.output.logits.save()
        return _difference(model, logits)

    return f"nnsight {nnsight.__version__}", without


def _network() -> Any:
    """The same weights, read by transformers alone and not touched by anybody."""
    return AutoModelForCausalLM.from_pretrained(_folder(), dtype=torch.float32, local_files_only=True).eval()


def _folder() -> Path:
    return folder_of("smollm2")


def _ids(question: Question) -> torch.Tensor:
    return question.batch["input_ids"]


def _difference(model: Model, logits: torch.Tensor) -> float:
    target, against = (token_of(model, word) for word in (ASK.target, ASK.against))
    return float((logits[0, -1, target] - logits[0, -1, against]).item())


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    found = work()
    return time.process_time() - begin, found


def _slices(model: Model, n: int) -> None:
    question = question_of(model, TEXT, ASK)
    heads = heads_of(question)
    exact = without_each(question)
    sample = sorted(random.Random(0).sample(range(len(heads)), n))  # noqa: S311 - no secret
    plain = question.plain()
    wrong = []
    for i in sample:
        with _output_slice_zeroed(model, heads[i]):
            wrong.append(question.plain() - plain)
    right = exact[sample].tolist()
    print(f"{n} of {len(heads)} heads: Spearman of the two {spearmanr(right, wrong).statistic:.2f}\n")
    print("| head | without it | the slice of the output that bears its number |\n|---|--:|--:|")
    for _, i, other in sorted(zip(right, sample, wrong, strict=True), key=lambda row: -abs(row[0]))[:5]:
        print(f"| L{heads[i][0]} H{heads[i][1]} | {exact[i]:+.2f} | {other:+.2f} |")


@contextmanager
def _output_slice_zeroed(model: Model, head: Head) -> Iterator[None]:
    block = model.network.model.layers[head[0]].self_attn
    width = block.o_proj.out_features // model.network.config.num_attention_heads

    def zero(_module: Any, _inputs: Any, output: torch.Tensor) -> torch.Tensor:
        output = output.clone()
        output[..., head[1] * width : (head[1] + 1) * width] = 0.0
        return output

    hook = block.o_proj.register_forward_hook(zero)
    try:
        yield
    finally:
        hook.remove()


# ---- what is put on at load ------------------------------------------------------------------------------------


def _hooks(lengths: list[int], seconds: int) -> None:
    print("| model | tokens | rounds | plain run | loaded by us, times | the plain one twice, times |")
    print(f"|---|{'--:|' * 5}")
    for name in ("classroom", "minilm", "smollm2"):
        ours = load_model(name, device="cpu").network
        plain, again = _as_transformers_runs_it(ours), _as_transformers_runs_it(ours)
        limit = min(ours.config.max_position_embeddings, max(lengths))
        for n in sorted({min(n, limit) for n in lengths}):
            ids = torch.randint(5, min(400, ours.config.vocab_size), (1, n), generator=torch.Generator().manual_seed(n))
            times = _times_in_turns({"ours": ours, "plain": plain, "again": again}, ids, seconds)
            cells = [n, len(times["plain"]), f"{1000 * np.median(times['plain']):.1f} ms"]
            cells += [_ratio(times[one], times["plain"]) for one in ("ours", "again")]
            print(f"| {name} | {' | '.join(map(str, cells))} |", flush=True)


def _as_transformers_runs_it(network: Any) -> Any:
    """A copy with the same weights, sdpa's own function and none of our hooks."""
    plain = copy.deepcopy(network)
    n_taken = 0
    for module in plain.modules():
        for hooks in (module._forward_hooks, module._forward_pre_hooks):
            for number in [number for number, hook in hooks.items() if hook.__module__ == put_hooks.__module__]:
                del hooks[number]
                n_taken += 1
    if not n_taken:
        raise RuntimeError("There were no hooks on the network: nothing is compared.")
    plain.set_attn_implementation("sdpa")
    return plain


def _times_in_turns(networks: dict[str, Any], ids: torch.Tensor, seconds: int) -> dict[str, np.ndarray]:
    """Processor time of each network's runs, in an order that is drawn anew each round; the outputs are the same."""
    chance, times, names = random.Random(0), {name: [] for name in networks}, list(networks)  # noqa: S311 - no secret

    @torch.inference_mode()
    def run(name: str) -> torch.Tensor:
        return networks[name](input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False)[0]

    outputs = {name: run(name) for name in names}  # not timed
    if not all(torch.equal(output, outputs["plain"]) for output in outputs.values()):
        raise RuntimeError("The networks do not put out the same: their times cannot be compared.")
    end = time.process_time() + seconds
    while time.process_time() < end:
        for name in chance.sample(names, len(names)):
            times[name].append(_timed(lambda name=name: run(name))[0])
    return {name: np.array(seconds) for name, seconds in times.items()}


def _ratio(times: np.ndarray, plain: np.ndarray) -> str:
    """The median of the rounds' ratios, with its 95 % interval over rounds."""
    ratios = times / plain
    ends = bootstrap((ratios,), np.median, n_resamples=2000, method="percentile", rng=0).confidence_interval
    return f"{np.median(ratios):.3f} [{ends.low:.3f}, {ends.high:.3f}]"


if __name__ == "__main__":
    main()
