"""What a capture costs: plain sdpa forward, ours, eager with output_attentions, TransformerLens, nnsight.

    python benchmarks/capture.py                  # everything; the peers come with the extra ``bench``
    python benchmarks/capture.py --lengths 16,128 --rounds 10 --no-peers

Every contender runs the same weights (float32, on the CPU) over the same token ids, without a cache and, where it can
be left out, without the language-model head. Times are read as ratios to the plain forward of the same round, because
absolute times on a shared machine say more about its other work than about the code.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import functools
import gc
import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

import mha_viz
from mha_viz.models.load import fetch_model

TEXT = "The cat sat on the mat because it was tired . "
WARM_UP = 16  # tokens of the run that loads lazy code, and in which a capture checks a network it has not seen yet
FEWEST_ROUNDS = 5  # at the longest lengths, where one round takes a minute
MOST_TIMES_PLAIN = 1.08  # the goals
GOAL_LENGTH = 2048
LEAST_TIMES_FASTER = 2.5
LEAST_TIMES_SMALLER = 15

Inputs = dict[str, Tensor]
Run = Callable[[Inputs], Any]  # one forward pass; returns what the contender keeps of it


@dataclass(frozen=True)
class Contender:
    """One way to see attention; ``make`` loads a network of its own, because each sets its network up differently."""

    key: str
    title: str
    returns: str
    make: Callable[[Path], Run]
    package: str | None = None  # of a peer


@dataclass
class Measured:
    """What one length gave, by contender key."""

    n_tokens: int
    seconds: dict[str, list[float]] = field(default_factory=dict)  # one a round
    kept: dict[str, int] = field(default_factory=dict)  # bytes
    peaks: dict[str, dict[str, float]] = field(default_factory=dict)  # MB, after loading and after the run
    failed: dict[str, str] = field(default_factory=dict)

    def ratios(self, of: str, to: str) -> list[float]:
        """Times of one contender over another's, round by round."""
        return [a / b for a, b in zip(self.seconds[of], self.seconds[to], strict=True)]


def make_plain(folder: Path) -> Run:
    network = load_network(folder, "sdpa")

    @torch.inference_mode()
    def run(inputs: Inputs) -> None:
        network(**inputs, use_cache=False)

    return run


@functools.cache
def our_model(folder: Path) -> mha_viz.Model:
    """One network for both rows of ours."""
    return mha_viz.model_from(load_network(folder, "sdpa"), name=folder.name)


def make_ours(folder: Path) -> Run:
    model = our_model(folder)
    return lambda inputs: mha_viz.capture(model, inputs)


def make_ours_with_patterns(folder: Path) -> Run:
    """The fair comparison with those that always compute every pattern."""
    model = our_model(folder)

    @torch.inference_mode()
    def run(inputs: Inputs) -> tuple[mha_viz.Capture, list[Tensor]]:
        capture = mha_viz.capture(model, inputs)
        return capture, [mha_viz.pattern(capture, layer) for layer in range(len(capture.calls))]

    return run


def make_eager(folder: Path) -> Run:
    network = load_network(folder, "eager")

    @torch.inference_mode()
    def run(inputs: Inputs) -> tuple[Tensor, ...]:
        return network(**inputs, use_cache=False, output_attentions=True).attentions

    return run


def make_transformer_lens(folder: Path) -> Run:
    """It runs the network with its head; ``logits_to_keep`` leaves one position of that."""
    from transformer_lens.model_bridge import TransformerBridge

    network = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    bridge = TransformerBridge.boot_transformers(
        str(folder), hf_model=network.eval(), tokenizer=AutoTokenizer.from_pretrained(folder), device="cpu"
    )

    @torch.inference_mode()
    def run(inputs: Inputs) -> list[Tensor]:
        _, cache = bridge.run_with_cache(
            inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            names_filter=lambda name: name.endswith("hook_pattern"),
            use_cache=False,
            logits_to_keep=1,
        )
        return list(cache.values())

    return run


def make_nnsight(folder: Path) -> Run:
    """As its documentation says: eager attention, and the second result of the attention function, by its place."""
    import nnsight

    model = nnsight.NNsight(load_network(folder, "eager"))

    @torch.inference_mode()
    def run(inputs: Inputs) -> list[Tensor]:
        with model.trace(**inputs, use_cache=False):
            patterns = nnsight.save([])
            for layer in model.layers:
                patterns.append(layer.self_attn.source.attention_interface_1.output[1])
        return patterns

    return run


PLAIN, OURS, EAGER = "plain", "ours", "eager"
CONTENDERS = (
    Contender(PLAIN, "plain sdpa forward", "hidden states", make_plain),
    Contender(OURS, "**ours**", "queries, keys, values: any pattern when asked", make_ours),
    Contender("ours-all", "**ours**, then every pattern", "those, and all patterns", make_ours_with_patterns),
    Contender(EAGER, "eager, `output_attentions`", "all patterns", make_eager),
    Contender(
        "transformer-lens",
        "TransformerLens, `run_with_cache`",
        "all patterns (`hook_pattern`)",
        make_transformer_lens,
        "transformer-lens",
    ),
    Contender("nnsight", "nnsight, `trace`", "all patterns (of eager attention)", make_nnsight, "nnsight"),
)


def load_network(folder: Path, attention: str) -> Any:
    """Without the language-model head, which has nothing to do with attention."""
    return AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation=attention).eval()


def inputs_of(folder: Path, n_tokens: int) -> Inputs:
    """A text repeated until it has exactly so many tokens."""
    ids = AutoTokenizer.from_pretrained(folder)(TEXT * n_tokens, verbose=False)["input_ids"][:n_tokens]
    return {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, n_tokens, dtype=torch.long)}


def find_folder(name: str, temporary: Path) -> tuple[Path, str]:
    """The folder of a catalogue model and its name; where nothing can be fetched, of a random network of the shape."""
    try:
        return fetch_model(name), name
    except mha_viz.ModelError as error:
        note(str(error))
    make_random(temporary)
    return temporary, f"a random network of smollm2's shape ({name} could not be fetched)"


def make_random(folder: Path) -> None:
    """smollm2's shape: what is measured here does not depend on the numbers in the weights."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=49152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        max_position_embeddings=8192,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    special = {"bos_token": "The", "eos_token": ".", "pad_token": ".", "unk_token": "[UNK]"}
    vocabulary = {word: i for i, word in enumerate(["[UNK]", *sorted(set(TEXT.split()))])}
    words = Tokenizer(models.WordLevel(vocabulary, special["unk_token"]))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    transformers.PreTrainedTokenizerFast(tokenizer_object=words, **special).save_pretrained(folder)


def is_installed(contender: Contender) -> bool:
    return contender.package is None or bool(importlib.util.find_spec(contender.package.replace("-", "_")))


def bytes_kept(result: Any, weights: dict[int, int]) -> int:
    """Bytes of the storages that a result keeps alive and the network does not: a capture points at weights too."""
    return sum(size for place, size in storages(tensors_in(result)).items() if place not in weights)


def storages(tensors: Iterable[Tensor]) -> dict[int, int]:
    """Where their numbers lie and how many bytes: once where several are views of the same."""
    found = (tensor.untyped_storage() for tensor in tensors)
    return {storage.data_ptr(): storage.nbytes() for storage in found}


def tensors_in(result: Any) -> Iterator[Tensor]:
    if isinstance(result, Tensor):
        yield result
    elif dataclasses.is_dataclass(result):
        for item in dataclasses.fields(result):
            yield from tensors_in(getattr(result, item.name))
    elif isinstance(result, (list, tuple)):
        for part in result:
            yield from tensors_in(part)


def peak_megabytes() -> float:
    """The most memory this process has held so far."""
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


def forget_peak() -> None:
    """Where the system can (Linux), start anew from what is held now: loading peaks higher than a short run."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def print_peak(key: str, folder: Path, n_tokens: int) -> None:
    """In a process of its own: one contender, one length, its peak before and after as JSON."""
    contender = next(item for item in CONTENDERS if item.key == key)
    run = contender.make(folder)
    inputs = inputs_of(folder, n_tokens)
    run(inputs_of(folder, WARM_UP))
    forget_peak()
    loaded = peak_megabytes()
    result = run(inputs)
    del result
    print(json.dumps({"loaded": loaded, "peak": peak_megabytes()}))


def peak_of(contender: Contender, folder: Path, n_tokens: int, threads: int) -> dict[str, float]:
    """Ask a process of its own; empty where it failed, which the times will say too."""
    command = [sys.executable, __file__, "--only", contender.key, "--folder", str(folder)]
    command += ["--lengths", str(n_tokens), "--threads", str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    return json.loads(lines[-1]) if done.returncode == 0 and lines else {}


def measure_times(contenders: dict[str, Run], inputs: Inputs, rounds: int, into: Measured) -> None:
    """Round-robin, every other round backwards, so that drift and neighbours hit all alike."""
    for index in range(rounds):
        note(f"{into.n_tokens} tokens: round {index + 1} of {rounds}")
        for key in list(contenders)[:: -1 if index % 2 else 1]:
            gc.collect()
            begin = time.perf_counter()
            result = contenders[key](inputs)
            into.seconds.setdefault(key, []).append(time.perf_counter() - begin)
            del result


def warm_up(runs: dict[str, Run], inputs: Inputs, weights: dict[int, int]) -> tuple[dict[str, int], dict[str, str]]:
    """Run each once: the bytes that it keeps or, of a peer that fails, what it said."""
    kept, failed = {}, {}
    for key, run in runs.items():
        try:
            kept[key] = bytes_kept(run(inputs), weights)
        except Exception as error:  # whatever other people's code raises
            if not is_peer(key):
                raise
            failed[key] = first_line(error)
    return kept, failed


def load_all(contenders: Iterable[Contender], folder: Path) -> tuple[dict[str, Run], dict[str, str]]:
    """The networks that load, and what the peers said that do not."""
    runs, failed = {}, {}
    for contender in contenders:
        note(f"loading: {contender.key}")
        try:
            runs[contender.key] = contender.make(folder)
        except Exception as error:  # whatever other people's code raises
            if contender.package is None:
                raise
            failed[contender.key] = first_line(error)
    return runs, failed


def largest_differences(runs: dict[str, Run], inputs: Inputs) -> dict[str, float]:
    """How far the patterns of each are from eager's: all must have computed the same thing."""
    expected = runs[EAGER](inputs)
    differences = {}
    for key in (key for key in runs if key not in (PLAIN, OURS, EAGER)):
        patterns = list(tensors_in(runs[key](inputs)))[-len(expected) :]
        differences[key] = max(
            float((ours - theirs.reshape(ours.shape)).abs().max())
            for ours, theirs in zip(patterns, expected, strict=True)
        )
    return differences


def table(measured: Measured, absent: Iterable[str]) -> str:
    """Markdown, one row a contender."""
    times = measured.seconds[PLAIN]
    lines = [
        f"## {measured.n_tokens:,} tokens",
        "",
        f"Plain sdpa forward: {median(times) * 1e3:,.1f} ms, the median of {len(times)} rounds.",
        "",
        "| what runs | returns | time ÷ plain | min–max | kept, MB | peak of its process, MB | of which the run |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for contender in CONTENDERS:
        if contender.key in absent:
            lines.append(f"| {contender.title} | not installed | | | | | |")
        elif contender.key in measured.failed:
            lines.append(f"| {contender.title} | did not run: {measured.failed[contender.key]} | | | | | |")
        elif contender.key in measured.seconds:
            lines.append(row(contender, measured))
    return "\n".join(lines)


def row(contender: Contender, measured: Measured) -> str:
    ratios, peak = measured.ratios(contender.key, PLAIN), measured.peaks.get(contender.key)
    kept = measured.kept[contender.key]
    cells = [
        contender.title,
        contender.returns,
        f"{median(ratios):.2f}",
        f"{min(ratios):.2f}–{max(ratios):.2f}",
        f"{kept / 1e6:,.1f}" if kept else "–",
        f"{peak['peak']:,.0f}" if peak else "?",
        f"+{peak['peak'] - peak['loaded']:,.0f}" if peak else "?",
    ]
    return f"| {' | '.join(cells)} |"


def goals(all_measured: list[Measured]) -> list[str]:
    """One line a goal, from what was measured."""
    worst = max(all_measured, key=lambda item: median(item.ratios(OURS, PLAIN)))
    ratio = median(worst.ratios(OURS, PLAIN))
    lines = [
        f"Goal, ours ≤ {MOST_TIMES_PLAIN} × the plain forward at every length: {verdict(ratio <= MOST_TIMES_PLAIN)} "
        f"(at most {ratio:.3f} ×, at {worst.n_tokens:,} tokens)"
    ]
    long = next((item for item in all_measured if item.n_tokens == GOAL_LENGTH), None)
    if long is None:
        return [*lines, f"The other goals are about {GOAL_LENGTH:,} tokens: not measured"]
    faster = median(long.ratios(EAGER, OURS))
    smaller = long.kept[EAGER] / long.kept[OURS]
    peaks = [long.peaks.get(key, {}).get("peak") for key in (OURS, EAGER)]
    beside = f"; peak of the process {peaks[0]:,.0f} MB, eager {peaks[1]:,.0f} MB" if all(peaks) else ""
    return [
        *lines,
        f"Goal, ≥ {LEAST_TIMES_FASTER} × faster than eager at {GOAL_LENGTH:,} tokens: "
        f"{verdict(faster >= LEAST_TIMES_FASTER)} ({faster:.2f} ×)",
        f"Goal, ≥ {LEAST_TIMES_SMALLER} × less kept than eager at {GOAL_LENGTH:,} tokens: "
        f"{verdict(smaller >= LEAST_TIMES_SMALLER)} ({smaller:.1f} ×{beside})",
    ]


def verdict(is_met: bool) -> str:
    return "met" if is_met else "NOT met"


def is_peer(key: str) -> bool:
    return next(item for item in CONTENDERS if item.key == key).package is not None


def rounds_at(n_tokens: int, most: int) -> int:
    """Fewer where one takes long."""
    return min(most, max(FEWEST_ROUNDS, most * 256 // n_tokens))


def versions() -> str:
    names = ["torch", "transformers", *(item.package for item in CONTENDERS if item.package)]
    found = []
    for name in names:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


def first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0]


def stolen() -> float:
    """Seconds of its processors, since it started, that other guests of the same host took from this machine."""
    return getattr(psutil.cpu_times(), "steal", 0.0)


def note(text: str) -> None:
    """Progress goes beside the tables, not into them."""
    print(text, file=sys.stderr, flush=True)


def compare(folder: Path, model_name: str, options: argparse.Namespace) -> None:
    wanted = [item for item in CONTENDERS if options.peers or item.package is None]
    absent = [item.key for item in wanted if not is_installed(item)]
    present = [item for item in wanted if item.key not in absent]
    print(f"# Capturing {model_name}\n")
    print(f"{platform.machine()}, {os.cpu_count()} cores, {options.threads} threads; {versions()}\n", flush=True)
    all_measured = [Measured(n) for n in options.lengths]
    # Before anything is loaded here: on Linux a child starts with the peak of its parent.
    for measured in all_measured:
        for contender in present:
            note(f"{measured.n_tokens} tokens: peak memory of {contender.key}")
            measured.peaks[contender.key] = peak_of(contender, folder, measured.n_tokens, options.threads)
    runs, failed = load_all(present, folder)
    short, weights = inputs_of(folder, WARM_UP), storages(our_model(folder).network.parameters())
    failed |= warm_up(runs, short, weights)[1]
    runs = {key: run for key, run in runs.items() if key not in failed}
    for measured in all_measured:
        inputs = inputs_of(folder, measured.n_tokens)
        measured.kept, failed_here = warm_up(runs, inputs, weights)
        measured.failed = failed | failed_here
        working = {key: runs[key] for key in measured.kept}
        measure_times(working, inputs, rounds_at(measured.n_tokens, options.rounds), measured)
        print(table(measured, absent), end="\n\n", flush=True)
    differences = largest_differences(runs, short)
    said = ", ".join(f"{key} {difference:.1g}" for key, difference in differences.items())
    print(f"Largest difference from eager's patterns, at {WARM_UP} tokens: {said}.")
    print(
        f"Times and peaks are of a network that has run before, on {WARM_UP} tokens: the first capture of a network "
        "also checks itself. Kept: what the result holds and the network does not.\n"
    )
    print("\n".join(goals(all_measured)))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--lengths",
        type=lambda text: [int(part) for part in text.split(",")],
        default=[16, 128, 512, GOAL_LENGTH],
        help="numbers of tokens, with commas between",
    )
    parser.add_argument("--rounds", type=int, default=30, help="at short lengths; fewer at long ones")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", choices=tuple(mha_viz.CATALOGUE), default="smollm2")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    keys = tuple(item.key for item in CONTENDERS)
    parser.add_argument("--only", choices=keys, help="run one, once a length, and print its peak memory in MB")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)  # so that children share what was made
    return parser.parse_args()


def main() -> None:
    options = read_options()
    torch.set_num_threads(options.threads)
    transformers.utils.logging.disable_progress_bar()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder, name = (options.folder, "") if options.folder else find_folder(options.model, Path(temporary, "random"))
        if options.only:
            for n_tokens in options.lengths:
                print_peak(options.only, folder, n_tokens)
        else:
            compare(folder, name, options)


if __name__ == "__main__":
    main()
