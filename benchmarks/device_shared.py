"""What the sections of ``benchmarks/device.py`` share: the report, the clock, and networks of well-known shapes."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import transformers as hf

CLASSROOM = Path(__file__).resolve().parents[1] / "assets" / "classroom"


LLAMAS = {
    "135M": {
        "vocab_size": 49152, "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30,
        "num_attention_heads": 9, "num_key_value_heads": 3,
    },
    "1B": {
        "vocab_size": 128256, "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
        "num_attention_heads": 32, "num_key_value_heads": 8,
    },
    "8B": {
        "vocab_size": 128256, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
        "num_attention_heads": 32, "num_key_value_heads": 8,
    },
}  # fmt: skip


@dataclass
class Report:
    """Everything that was found, printed as it comes and written as one JSON file after every section."""

    device: str
    path: Path | None
    ends: float  # when the time is used up, by ``time.monotonic``
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def is_cuda(self) -> bool:
        return self.device.startswith("cuda")

    def has_time(self, seconds: float = 0.0) -> bool:
        return time.monotonic() + seconds < self.ends

    def say(self, *lines: str) -> None:
        print(*lines, sep="\n", flush=True)

    def table(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Print rows as a Markdown table and keep them."""
        self.found[name] = rows
        if rows:
            names = list(dict.fromkeys(key for row in rows for key in row))
            cells = [[str(row.get(key, "")) for key in names] for row in rows]
            lines = [names, ["---"] * len(names), *cells]
            self.say("", *(f"| {' | '.join(line)} |" for line in lines), "")
        self.write()

    def write(self) -> None:
        if self.path is not None:
            self.path.write_text(json.dumps(self.found, indent=1, ensure_ascii=False), encoding="utf-8")


def synchronise(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def forget(device: str) -> None:
    gc.collect()
    if device.startswith("cuda"):
        torch.cuda.empty_cache()


def timed(run: Callable[[], Any], device: str) -> tuple[float, float, float]:
    """Seconds, and megabytes above what was held before: at most meanwhile, and by the result afterwards."""
    synchronise(device)
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
    begun = time.perf_counter()
    result = run()
    synchronise(device)
    seconds = time.perf_counter() - begun
    if not device.startswith("cuda"):
        return seconds, float("nan"), float("nan")
    peak, kept = torch.cuda.max_memory_allocated() - before, torch.cuda.memory_allocated() - before
    del result
    return seconds, peak / 1e6, kept / 1e6


def llama(
    settings: Mapping[str, int], device: str, dtype: torch.dtype, n_positions: int = 8192, *, predicts: bool = False
) -> Any:
    """A random network of a shape, made where it will run: the weights of 8B would take minutes to copy."""
    torch.manual_seed(0)
    config = hf.LlamaConfig(**settings, max_position_embeddings=n_positions, tie_word_embeddings=True)
    with torch.device(device):
        made = (hf.AutoModelForCausalLM if predicts else hf.AutoModel).from_config(config, dtype=dtype)
    return made.eval().requires_grad_(False)
