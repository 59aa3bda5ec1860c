"""What a graphics card changes: is every number still exact there, what works, what does a capture cost; and the long
work: a look at a text of 32,768 tokens, every head taken out alone, a corpus, actors of Ray that read it.

    python -m benchmarks.device --json device.json        # on cuda where there is one, in less than five minutes
    python -m benchmarks.device --quick --device cpu      # the same on small networks and short texts

It runs in the folder of the project, whose test networks it uses. Nothing is fetched: the networks are random, of many
families in a small size and of well-known shapes in their full size, and the trained one is the classroom's, which
comes with the project. Ray is asked where it is installed. TensorFloat-32 is off, as it is in PyTorch unless somebody
switches it on. A section that finds no time left says so.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import torch
import transformers as hf
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

import mha_viz
from benchmarks.device_shared import CLASSROOM, LLAMAS, Report, forget, llama, timed
from benchmarks.device_work import corpora, heads_out, looks, minilm, ray_actors
from mha_viz.attention.calls import call_pattern
from mha_viz.errors import MhaVizError
from mha_viz.models.load import hush_transformers
from mha_viz.objects import Capture, Model
from tests.support.captures.operations import OPERATIONS, RUNS, TEXT, Asked, largest_difference
from tests.support.networks import more_families
from tests.support.networks.families import DECODERS, ENCODERS, OWN_CODE, make, tokenizer

# Of patterns through all layers. In half precision two kernels drift apart from layer to layer, and another expert or
# key is chosen for some token, so there it is of the first layer and of the median row of the worst one.
CLOSE = {torch.float32: 2e-5, torch.bfloat16: 0.02}
DEEP = 12  # layers; in deeper networks as much more is allowed, since rounding adds up from layer to layer
OPERATION_CLOSE = 1e-3  # of the largest numbers of an operation, which are of unit size
TEXTS = ("the cat sat on a mat", "because it was tired and then he ran home", "fish")
MAKING = 3.0  # times the memory of the maps alone, while eager computes one layer
TINY = {
    "vocab_size": 131, "hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 6,
    "num_key_value_heads": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """How large everything is: on a card, or on two cores of a laptop."""

    lengths: tuple[int, ...]
    shapes: Mapping[str, dict[str, int]]
    compared: int  # tokens of the text on which full-size networks are compared
    layers: int | None  # of full-size networks that are compared; None: all
    rounds: int
    most_families: int | None
    asked: tuple[str, ...]  # families of which every operation is asked
    looked_at: tuple[int, ...]  # tokens of texts that are looked at
    out: int  # tokens of the text that is read without each head
    sentences: int  # of a corpus


SECTIONS = ("operations", "devices", "costs", "looks", "heads", "corpus", "ray", "exactness")
CARD = Sizes((512, 2048, 8192), LLAMAS, 384, None, 7, None, ("bert", "llama", "gpt-oss", "mpnet"), (32768,), 32, 2000)
QUICK = Sizes((16, 64), {"tiny": TINY}, 24, 1, 2, 3, ("llama",), (97,), 13, 100)


# ---- networks --------------------------------------------------------------------------------------------------------


def bert(device: str, dtype: torch.dtype, n_layers: int | None) -> Any:
    torch.manual_seed(0)
    config = hf.BertConfig(**({} if n_layers is None else {"num_hidden_layers": n_layers}))
    with torch.device(device):
        return hf.AutoModel.from_config(config, dtype=dtype).eval()


def louder(network: Any, times: float) -> Any:
    """The same with larger matrices: first weights attend almost evenly, which hides what goes wrong."""
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.mul_(times)
    return network


def families(most: int | None) -> list[tuple[str, Any, Any, bool]]:
    """Name, class and configuration of a family, and whether its texts get [CLS] and [SEP]: well-known ones first."""
    rows = [(name, *row, name in ENCODERS) for name, row in {**ENCODERS, **DECODERS, **OWN_CODE}.items()]
    more = [(more_families.ENCODERS, True), (more_families.DECODERS, False)]
    for table, ends in more if most is None or most > len(rows) else []:
        for name, row in table.items():
            with contextlib.suppress(AttributeError):  # a family that this transformers does not have
                rows.append((name, *more_families.family(row), ends))
    if most is None:
        return rows
    return [rows[i * len(rows) // most] for i in range(most)]


# ---- exactness -------------------------------------------------------------------------------------------------------


def eager_maps(network: Any, ids: Iterable[int], device: str) -> list[Tensor]:
    """What the family itself returns for one text, run by transformers alone: (head, query, key) a layer."""
    row = torch.tensor([list(ids)], device=device)
    with torch.inference_mode():
        returned = network(input_ids=row, attention_mask=torch.ones_like(row), output_attentions=True).attentions
    return [one[0] for one in returned]


def as_eager(network: Any) -> Any:
    if network._can_set_attn_implementation():
        network.set_attn_implementation("eager")
    for module in network.modules():
        if hasattr(module, "config"):
            module.config._attn_implementation = "eager"
    return network


def off(found: Capture, reference: Any, device: str) -> tuple[float, float, float]:
    """How far a capture's patterns are from what the family returns: at most, at most in the first layer, and the
    median over rows of the worst layer.
    """
    (kind,) = found.kinds
    expected = eager_maps(reference, found.query_positions[kind].ids, device)
    assert len(expected) == len(found.calls), "other layers than the family returns"
    pairs = zip(found.calls, expected, strict=True)
    rows = [(call_pattern(call) - one.float()).abs().amax(dim=-1) for call, one in pairs]
    largest = [of_layer.max().item() for of_layer in rows]
    return max(largest), largest[0], max(of_layer.median().item() for of_layer in rows)


def is_equal(first: Capture, second: Capture) -> bool:
    """Bit for bit."""
    names = ("query", "key", "value", "seen_pattern")
    pairs = [
        (getattr(one, name), getattr(two, name))
        for one, two in zip(first.calls, second.calls, strict=True)
        for name in names
    ]
    return all(here is there is None or torch.equal(here, there) for here, there in pairs)


def compare(
    name: str, network: Any, processor: Any, texts: list[str], device: str, dtype: torch.dtype
) -> dict[str, Any]:
    """One network against its own eager attention: a text alone, then all in one padded batch, then again."""
    row: dict[str, Any] = {"network": name, "numbers": str(dtype).removeprefix("torch.")}
    begun = time.monotonic()
    try:
        reference = as_eager(copy.deepcopy(network))
        model = mha_viz.model_from(network, processor, name=name)
        alone = mha_viz.capture(model, texts[0])
        differences = [off(alone, reference, device)]
        row["alone"] = f"{differences[0][0]:.1e}"
        if len(texts) > 1:
            together = mha_viz.capture(model, texts)
            differences += [off(one, reference, device) for one in together]
            row["padded"] = f"{max(differences[1:])[0]:.1e}"
            row["same batch twice"] = all(map(is_equal, together, mha_viz.capture(model, texts)))
        row["same text twice"] = is_equal(alone, mha_viz.capture(model, texts[0]))
        largest, first, usual = (max(one[i] for one in differences) for i in range(3))
        row |= {"first layer": f"{first:.1e}", "median row": f"{usual:.1e}"}
        worst = max(first, usual) if dtype == torch.bfloat16 else largest
        allowed = CLOSE[dtype] * max(1.0, len(alone.calls) / DEEP)
        row["verdict"] = "exact" if worst <= allowed else f"off by {worst:.1e}"
    except (MhaVizError, AssertionError, RuntimeError, ValueError, TypeError, LookupError, AttributeError) as error:
        row["verdict"] = f"{type(error).__name__}: {str(error).splitlines()[0][:160]}"
    row["seconds"] = round(time.monotonic() - begun, 2)
    return row


def compare_families(report: Report, sizes: Sizes, dtype: torch.dtype) -> list[dict[str, Any]]:
    rows = []
    for name, network_class, config, ends in families(sizes.most_families):
        if not report.has_time():
            break
        network = make(network_class, config).to(report.device, dtype)
        rows.append(compare(name, network, tokenizer(ends=ends), list(TEXTS), report.device, dtype))
    return rows


def compare_shapes(report: Report, sizes: Sizes, dtype: torch.dtype) -> list[dict[str, Any]]:
    """Networks in their full size, on a text as long as a page."""
    n, device = sizes.compared, report.device
    smol = {**LLAMAS["135M"], **({} if sizes.layers is None else {"num_hidden_layers": sizes.layers})}
    made: list[tuple[str, Callable[[], Any]]] = [
        ("as SmolLM2-135M, random", lambda: louder(llama(smol, device, dtype), 3.0)),
        ("as BERT base, random", lambda: louder(bert(device, dtype, sizes.layers), 3.0)),
    ]
    long = " ".join(TEXTS[i % 2] for i in range(n // 6))
    rows = []
    for name, make_network in made:
        rows.append(compare(name, make_network(), tokenizer(ends=False), [long, *TEXTS], device, dtype))
        forget(device)
    return rows


def compare_classroom(report: Report, dtype: torch.dtype) -> list[dict[str, Any]]:
    model = mha_viz.load_model(str(CLASSROOM), device=report.device, dtype=dtype)
    texts = ["the dog chased the cat because it was hungry", "the cat slept", "the old dog"]
    return [compare("the classroom's (trained)", model.network, model.processor, texts, report.device, dtype)]


def exactness(report: Report, sizes: Sizes) -> None:
    for dtype in (torch.float32, torch.bfloat16):
        title = f"exactness, {str(dtype).removeprefix('torch.')}"
        rows = compare_classroom(report, dtype) + compare_shapes(report, sizes, dtype)
        rows += compare_families(report, sizes, dtype)
        good = [row for row in rows if row["verdict"] == "exact"]
        same = [row for row in rows if row.get("same text twice") and row.get("same batch twice", True)]
        seconds = sum(row["seconds"] for row in rows)
        summary = {
            "numbers": rows[0]["numbers"], "networks": len(rows), "exact": len(good), "bound": CLOSE[dtype],
            "same numbers when run twice": len(same), "seconds": round(seconds, 1),
        }  # fmt: skip
        report.found[f"{title}, all"] = rows
        others = [row for row in rows if row not in good or row not in same]
        report.say(f"## {title}")
        report.table(f"{title}, summary", [summary])
        report.table(title, rows[:3] + [row for row in others if row not in rows[:3]])


# ---- what works ------------------------------------------------------------------------------------------------------


def asked_of(name: str, network_class: Any, config: Any, ends: bool, device: str) -> Asked:
    made = [make(network_class, config, seed=seed).requires_grad_(False).to(device) for seed in (0, 1)]
    model, other = (mha_viz.model_from(network, tokenizer(ends=ends), name=name) for network in made)
    return Asked(mha_viz.capture(model, TEXT), mha_viz.capture(other, TEXT), model)


def ask(operation: Callable[[Asked], Any], here: Asked, there: Asked) -> str:
    """Whether an operation gives here what it gives on the processor."""
    try:
        expected = operation(there)
    except MhaVizError as error:
        return f"refused everywhere: {str(error)[:80]}"
    try:
        difference = largest_difference(operation(here), expected)
    except Exception as error:  # noqa: BLE001 - whatever it is, the table says it
        return f"{type(error).__name__}: {str(error).splitlines()[0][:160]}"
    return "works" if difference <= OPERATION_CLOSE else f"off by {difference:.1e}"


def what_works(report: Report, sizes: Sizes) -> None:
    """Every operation on a capture whose numbers lie on the device, against the same on the processor."""
    known, rows = {**ENCODERS, **DECODERS, **OWN_CODE}, []
    pairs = {
        name: [asked_of(name, *known[name], name in ENCODERS, device) for device in (report.device, "cpu")]
        for name in sizes.asked
    }
    for what, operation in {**OPERATIONS, **RUNS}.items():
        rows.append({"operation": what, **{name: ask(operation, *pair) for name, pair in pairs.items()}})
    n_good = sum(value == "works" or value.startswith("refused") for row in rows for value in list(row.values())[1:])
    report.found["operations, all"] = rows
    report.say(f"## operations: {n_good} of {len(rows) * len(pairs)} give what they give on the processor")
    report.table("operations", [row for row in rows if set(list(row.values())[1:]) - {"works"}])


# ---- what a capture costs --------------------------------------------------------------------------------------------


def plain(network: Any, inputs: dict[str, Tensor]) -> Any:
    with torch.inference_mode():
        return network(**inputs, use_cache=False).last_hidden_state[0, 0, 0].clone()


def plain_flash(network: Any, inputs: dict[str, Tensor]) -> Any:
    with sdpa_kernel([SDPBackend.FLASH_ATTENTION]):
        return plain(network, inputs)


def eager(network: Any, inputs: dict[str, Tensor]) -> Any:
    """Every pattern, as transformers returns them."""
    with torch.inference_mode():
        return network(**inputs, use_cache=False, output_attentions=True).attentions


def every_pattern(model: Model, inputs: dict[str, Tensor]) -> None:
    """A capture, and every pattern of it, one layer after the other."""
    with torch.inference_mode():
        for call in mha_viz.capture(model, inputs).calls:
            call_pattern(call)


@contextlib.contextmanager
def set_to(network: Any, implementation: str) -> Iterator[None]:
    """Another attention for a while: the same weights serve every contender."""
    network.set_attn_implementation(implementation)
    try:
        yield
    finally:
        network.set_attn_implementation("mha_viz")


def contenders(model: Model, inputs: dict[str, Tensor]) -> dict[str, tuple[str, Callable[[], Any]]]:
    """By name, the attention that the network is set to and what runs."""
    network = model.network
    return {
        "plain, sdpa": ("sdpa", lambda: plain(network, inputs)),
        "plain, flash alone": ("sdpa", lambda: plain_flash(network, inputs)),
        "capture": ("mha_viz", lambda: mha_viz.capture(model, inputs)),
        "capture, then every pattern": ("mha_viz", lambda: every_pattern(model, inputs)),
        "eager, every pattern kept": ("eager", lambda: eager(network, inputs)),
    }


def fits(name: str, model: Model, n: int, device: str) -> bool:
    """Whether there is memory for what a contender makes on a text of so many tokens."""
    config = model.network.config
    of_layer = config.num_attention_heads * n * n
    needed = of_layer * 4 * MAKING
    if name.startswith("eager"):
        needed += of_layer * model.network.dtype.itemsize * config.num_hidden_layers
    if not name.startswith(("eager", "capture, then")):
        return True
    free = torch.cuda.mem_get_info()[0] if device.startswith("cuda") else 2e9
    return needed < 0.9 * free


def costs_of(shape: str, model: Model, n: int, rounds: int, device: str) -> list[dict[str, Any]]:
    """Every contender in turn, round by round, so that all of them meet the same moods of the machine."""
    ids = torch.arange(n, device=device)[None] % 97 + 5
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    runs = contenders(model, inputs)
    measured: dict[str, list[tuple[float, float, float]]] = {}
    failed = {name: "too little memory" for name in runs if not fits(name, model, n, device)}
    for turn in range(rounds + 1):  # the first warms up
        for name, (implementation, run) in runs.items():
            if name in failed or (turn > 2 and "every pattern" in name):
                continue
            try:
                with set_to(model.network, implementation):
                    one = timed(run, device)
            except (RuntimeError, MhaVizError) as error:
                failed[name] = f"{type(error).__name__}: {str(error).splitlines()[0][:100]}"
                forget(device)
                continue
            if turn:
                measured.setdefault(name, []).append(one)
    return [cost_row(shape, n, name, measured, failed) for name in runs]


def cost_row(
    shape: str, n: int, name: str, measured: dict[str, list[tuple[float, float, float]]], failed: dict[str, str]
) -> dict[str, Any]:
    row: dict[str, Any] = {"network": shape, "tokens": n, "what runs": name}
    if name in failed or name not in measured:
        return row | {"ms": failed.get(name, "not run")}
    own, base = measured[name], measured.get("plain, sdpa", measured[name])
    ratios = [mine[0] / theirs[0] for mine, theirs in zip(own, base, strict=False)]
    row |= {"ms": f"{median(one[0] for one in own) * 1e3:.1f}", "times plain": f"{median(ratios):.2f}"}
    row |= {"from": f"{min(ratios):.2f}", "to": f"{max(ratios):.2f}"}
    peak, kept = (median(one[i] for one in own) for i in (1, 2))
    return row if peak != peak else row | {"peak MB": f"{peak:,.0f}", "kept MB": f"{kept:,.0f}"}


def costs(report: Report, sizes: Sizes) -> None:
    rows: list[dict[str, Any]] = []
    for shape, settings in sizes.shapes.items():
        if not report.has_time(30 if shape == "8B" else 0):
            report.say(f"No time left for {shape}.")
            break
        model = mha_viz.model_from(llama(settings, report.device, torch.bfloat16), name=shape)
        for n in sizes.lengths:
            rows += costs_of(shape, model, n, sizes.rounds, report.device)
        del model
        forget(report.device)
    report.say("## costs, bfloat16")
    report.table("costs", rows)


# ---- several devices -------------------------------------------------------------------------------------------------


def devices_of(layers: int, device: str) -> dict[str, tuple[dict[str, str], bool]]:
    """Where the layers of a network may lie, and whether those of the processor stay there to run."""
    ends = {"embed_tokens": device, "norm": device, "rotary_emb": device}
    halves = {f"layers.{i}": device if i < layers // 2 else "cpu" for i in range(layers)}
    turns = {f"layers.{i}": ("cpu", device)[i % 2] for i in range(layers)}
    return {
        "second half in memory, run on the device": (ends | halves, False),
        "second half in memory, run there": (ends | halves, True),
        "every second layer in memory, run there": (ends | turns, True),
    }


def dispatched(network: Any, placed: dict[str, str], device: str, *, stays: bool) -> Any:
    """The network as accelerate spreads it. What lies in memory it sends to the device to run, layer by layer; with
    ``stays`` the processor runs it, as if it were a second device.
    """
    from accelerate import dispatch_model
    from accelerate.hooks import attach_align_device_hook_on_blocks

    if not stays:
        return dispatch_model(network, placed, main_device=device, force_hooks=True)
    attach_align_device_hook_on_blocks(network, {"": device, **placed}, dict.fromkeys(placed, False))
    return network


def several_devices(report: Report) -> None:
    """A network whose layers lie on the processor and on the device, as accelerate sends numbers between them."""
    whole = louder(llama({**TINY, "num_hidden_layers": 4}, "cpu", torch.float32), 3.0)
    expected = asked(copy.deepcopy(whole))
    rows = []
    for name, (placed, stays) in devices_of(4, report.device).items():
        row = {"layers": name}
        try:
            here = asked(dispatched(copy.deepcopy(whole), placed, report.device, stays=stays))
            lie = [call.query.device.type for call in here.capture.calls if call.query is not None]
            row |= {"queries lie on": ", ".join(lie)}
            row |= {what: ask(operation, here, expected) for what, operation in {**OPERATIONS, **RUNS}.items()}
        except Exception as error:  # noqa: BLE001 - whatever it is, the table says it
            row |= {"pattern": f"{type(error).__name__}: {str(error).splitlines()[0][:160]}"}
        rows.append(row)
    report.found["several devices, all"] = rows
    report.say("## several devices")
    report.table(
        "several devices",
        [{key: value for key, value in row.items() if value != "works" or key == "pattern"} for row in rows],
    )


def asked(network: Any) -> Asked:
    model = mha_viz.model_from(network, tokenizer(ends=False), name="in parts")
    found = mha_viz.capture(model, TEXT)
    return Asked(found, found, model)


# ---- all of it -------------------------------------------------------------------------------------------------------


def facts(report: Report) -> None:
    row = {name: version(name) for name in ("torch", "transformers", "accelerate", "numpy", "pandas")}
    row |= {"python": sys.version.split()[0], "device": report.device}
    if report.is_cuda:
        free, total = torch.cuda.mem_get_info()
        row |= {"card": torch.cuda.get_device_name(), "memory": f"{total / 2**30:.0f} GiB ({free / 2**30:.0f} free)"}
        row |= {"cuda": str(torch.version.cuda)}
    row |= {"TF32": str(torch.backends.cuda.matmul.allow_tf32 or torch.backends.cudnn.allow_tf32)}
    report.table("facts", [row])


def sections(report: Report, sizes: Sizes) -> dict[str, Callable[[], None]]:
    return {
        "operations": lambda: what_works(report, sizes),
        "devices": lambda: several_devices(report),
        "costs": lambda: costs(report, sizes),
        "looks": lambda: looks(report, {name: sizes.shapes[name] for name in ends_of(sizes.shapes)}, sizes.looked_at),
        "heads": lambda: heads_out(report, sizes.shapes, sizes.out),
        "corpus": lambda: corpora(report, read_models(report, sizes), sizes.sentences),
        "ray": lambda: ray_actors(report, sizes.sentences // 4),
        "exactness": lambda: exactness(report, sizes),
    }


def ends_of(shapes: Mapping[str, Any]) -> list[str]:
    """The smallest and the largest."""
    return list(dict.fromkeys((next(iter(shapes)), next(reversed(shapes)))))


def read_models(report: Report, sizes: Sizes) -> dict[str, Callable[[], Any]]:
    """What reads a corpus: MiniLM's shape in float32, and the largest in bfloat16."""
    name = ends_of(sizes.shapes)[-1]
    large = sizes.shapes[name]
    return {
        "as MiniLM, float32": lambda: minilm(report.device),
        f"{name}, bfloat16": lambda: llama(large, report.device, torch.bfloat16, 512),
    }


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--quick", action="store_true", help="small networks and short texts")
    parser.add_argument(
        "--only",
        help="some sections, with commas between: operations, devices, costs, looks, heads, corpus, ray, exactness",
    )
    parser.add_argument("--seconds", type=float, default=280.0, help="after which no further network is begun")
    parser.add_argument("--json", type=Path, help="where to write everything that was found")
    return parser.parse_args()


def main() -> None:
    options = read_options()
    hush_transformers()
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    report = Report(options.device, options.json, time.monotonic() + options.seconds)
    facts(report)
    chosen = options.only.split(",") if options.only else None
    for name, run in sections(report, QUICK if options.quick else CARD).items():
        if chosen is not None and name not in chosen:
            continue
        begun = time.monotonic()
        try:
            run()
        except Exception as error:  # noqa: BLE001 - the other sections are worth their minutes all the same
            report.say(f"## {name} broke off: {type(error).__name__}: {error}")
            report.found[f"{name} broke off"] = f"{type(error).__name__}: {error}"
        report.say(f"{name}: {time.monotonic() - begun:.1f} s")
        forget(report.device)
    report.write()


if __name__ == "__main__":
    main()
