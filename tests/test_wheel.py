"""The built wheel, installed in another environment, carries app, pages and assets and serves them."""

import os
import site
import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.servers.processes import free_port, stop, wait_for

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(place)]
    subprocess.run([*command, str(ROOT)], check=True)
    return next(place.glob("mha_viz-*.whl"))


def test_everything_lies_inside_the_package(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mha_viz"}
    for part in ("app.py", "pages/Head.py", "pages/Heads.py", "assets/views/pens.js", "assets/examples.json"):
        assert f"mha_viz/_app/{part}" in names
    for part in ("classroom/model.safetensors", "classroom/tokenizer.json", "profiles/classroom.parquet"):
        assert f"mha_viz/_app/assets/{part}" in names
    assert "mha_viz/_app/.streamlit/config.toml" in names
    assert not [name for name in names if "__pycache__" in name]


def output_of(python, code, **options):
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, **options).stdout.strip()


def test_the_installed_wheel_runs_the_app(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=False)
    scripts = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / Path(sys.executable).name
    place = output_of(python, "import sysconfig; print(sysconfig.get_path('purelib'))")
    # The dependencies come from this environment; a plain line in a .pth file adds its packages, not its own .pth
    # files, so the checkout (installed as editable there) stays out of reach.
    Path(place, "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    pip = [sys.executable, "-m", "pip", "--python", python]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    where = "import mha_viz.paths as p; print(p.app_folder())"
    assert output_of(python, where, cwd=tmp_path, env=environment) == str(Path(place, "mha_viz", "_app"))

    port = free_port()
    environment["MHA_VIZ_CACHE"] = str(tmp_path / "cache")
    (tmp_path / "cache" / "models" / "minilm").mkdir(parents=True)  # nothing to fetch in this test
    server = subprocess.Popen(
        [scripts / "mha-viz", "--port", str(port), "--no-browser"],
        stdout=subprocess.DEVNULL, cwd=tmp_path, env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/Head") as answer:
            assert answer.status == 200
    finally:
        stop(server)
