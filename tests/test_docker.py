"""The Dockerfile's steps, run one after another as a shell would, give a server that answers its own health check."""

import json
import os
import re
import shlex
import shutil
import site
import subprocess
import venv
from pathlib import Path

import pytest
import yaml

from mha_viz.cli.main import build_parser
from mha_viz.paths import cache_folder
from tests.support.servers.processes import free_port, stop, wait_for

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the steps are those of a Linux image")
NEEDS_ROOT = "useradd"  # the one step that a test does not take


def steps():
    """The instructions of the Dockerfile with what stands behind each."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line and not line.startswith("#")]


def only(instruction):
    (found,) = [rest for name, rest in steps() if name == instruction]
    return found


def copied(place):
    """What the build gets to see: .dockerignore lets in what it names."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    for name in [line.removeprefix("!") for line in ignored if line.startswith("!")]:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, place / name)


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    """Environment and folder after every step: a clean venv whose other packages are this environment's."""
    place = tmp_path_factory.mktemp("container")
    venv.create(place / "env", with_pip=True)
    (packages,) = (place / "env").glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    scripts = place / "env" / "bin"
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "HOME": str(place)}
    environment.pop("PYTHONPATH", None)
    arguments = {}
    (place / "src").mkdir()
    for name, rest in steps():
        if name == "ARG":
            key, _, value = rest.partition("=")
            arguments[f"${{{key}}}"] = value.strip('"')
        elif name == "ENV":
            for key, value in (pair.split("=", 1) for pair in shlex.split(rest)):
                environment[key] = arguments.get(value, value)
        elif name == "COPY":
            assert rest == ". ."
            copied(place / "src")
        elif name == "RUN" and not rest.startswith(NEEDS_ROOT):
            subprocess.run(["sh", "-c", rest], check=True, cwd=place / "src", env=environment)
    assert environment["MHA_VIZ_CACHE"] == only("VOLUME")
    environment["MHA_VIZ_CACHE"] = str(cache_folder())
    return environment, place


@pytest.mark.real_model
def test_what_the_steps_install_serves_the_app_and_answers_the_health_check(container):
    environment, place = container
    port = str(free_port())
    command = [part.replace("0.0.0.0", "127.0.0.1") for part in json.loads(only("CMD"))]  # noqa: S104 - not in a test
    server = subprocess.Popen([*command, "--port", port], env=environment, cwd=place, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        check = only("HEALTHCHECK").partition("CMD ")[2]
        for asked, status in ((port, 0), (str(free_port()), 1)):
            command = ["sh", "-c", check.replace(only("EXPOSE"), asked)]
            answer = subprocess.run(command, check=False, env=environment, stderr=subprocess.DEVNULL)
            assert answer.returncode == status
    finally:
        stop(server)


def test_the_app_is_installed_from_what_was_copied(container):
    environment, place = container
    command = ["python", "-c", "import mha_viz.paths as p; print(p.app_folder())"]
    shown = subprocess.run(command, env=environment, cwd=place, capture_output=True, text=True, check=True).stdout
    assert Path(shown.strip()).is_relative_to(place / "env")


def test_it_runs_as_somebody_who_is_not_root_and_owns_the_models_folder():
    names = [name for name, _ in steps()]
    assert only("USER") not in ("root", "0")
    assert names.index("USER") > max(i for i, name in enumerate(names) if name == "RUN")
    assert f"chown {only('USER')} {only('VOLUME')}" in "\n".join(rest for name, rest in steps() if name == "RUN")


def test_compose_starts_a_class_with_its_models_in_a_volume():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    (service,) = compose["services"].values()
    command = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", service["command"])
    program, *options = shlex.split(command)
    assert program == "mha-viz"
    assert build_parser().parse_args(options).classroom
    (volume,) = service["volumes"]
    name, _, folder = volume.partition(":")
    assert name in compose["volumes"]
    assert folder == only("VOLUME")
    assert service["ports"] == [f"{only('EXPOSE')}:{only('EXPOSE')}"]
