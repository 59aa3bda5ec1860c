"""What a training that a reader starts costs: processor time, with all that is measured and drawn on the way.

    python benchmarks/training.py

Each training is started on the page *Training*, in a process of its own, and the page is run again at every checkpoint,
as an open browser makes it. Learning takes one thread. Nothing is sent to a browser.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
TRAININGS = (("induction", 4, 2), ("model", 4, 2), ("model", 8, 2), ("model", 8, 3))  # kind, heads a layer, layers
TITLES = {"induction": "random words", "model": "grammar"}


def on_the_page(kind: str, heads: int, layers: int) -> float:
    """Start it on the page and stay there until it is over: seconds from the click on."""
    from streamlit.testing.v1 import AppTest

    from mha_viz.ui.shell.memory import Memory

    test = AppTest.from_file(str(ROOT / "pages" / "Training.py"), default_timeout=60)
    test.query_params["lesson"] = kind
    test.run()
    test.segmented_control(key=f"train_heads_{kind}").set_value(heads)
    test.segmented_control(key=f"train_layers_{kind}").set_value(layers)
    begin = time.process_time()
    test.button(key=f"train_{kind}").click()
    test.run()
    live, n_seen = test.session_state[Memory.trainings.key][kind], 0
    while not live.job.state.is_over:
        if len(live.snapshots) > n_seen:
            n_seen = len(live.snapshots)
            test.run()
        time.sleep(0.05)
    test.run()
    if test.exception or len(live.snapshots) < 2:
        sys.exit(f"The training on the page did not come to its end: {live.job.error or test.exception}")
    return time.process_time() - begin


def main() -> None:
    if len(sys.argv) > 1:
        kind, heads, layers = sys.argv[1:]
        print(on_the_page(kind, int(heads), int(layers)))
        return
    print("seconds of processor time")
    for training in TRAININGS:
        command = [sys.executable, str(Path(__file__)), *map(str, training)]
        out = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
        kind, heads, layers = training
        print(f"{TITLES[kind]}, {heads} heads, {layers} layers: {float(out.split()[-1]):.0f}", flush=True)


if __name__ == "__main__":
    main()
