"""How large a training may be, so that a slip of the finger is told before anything is loaded."""

MOST = {
    "steps": 1_000_000, "layers": 100, "heads": 1_000, "width": 10_000, "batch": 10_000, "checkpoints": 1_000,
}  # fmt: skip
SEEDS = 2**32  # from 0
