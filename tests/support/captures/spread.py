"""What can be asked of a network whose layers lie on two devices, of which one is pretended, as JSON on stdout."""

import contextlib
import io
import json
import time

from benchmarks.device import Report, several_devices
from tests.support.captures.operations import RUNS, SLOPES
from tests.support.networks.pretend_card import pretend_card

if __name__ == "__main__":
    del RUNS[SLOPES]  # numbers on the pretended card have no gradients
    with pretend_card() as card:
        report = Report(card, None, time.monotonic() + 600)
        with contextlib.redirect_stdout(io.StringIO()):
            several_devices(report)
    print(json.dumps(report.found["several devices, all"]))
