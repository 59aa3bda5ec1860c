"""What is imported is declared, what is declared is locked, what is installed is what the lock names."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
# Which folders may import what beside the library's own dependencies.
WHO_IMPORTS = {
    "mha_viz": ("cluster",),
    "pages": (),
    "app.py": (),
    "tests": ("test", "cluster"),
    "benchmarks": ("test", "bench"),
}
LOCKS = {"constraints.txt": "test", "benchmarks/constraints.txt": "bench"}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = ({"sys_platform": "linux", "platform_system": "Linux"},
           {"sys_platform": "darwin", "platform_system": "Darwin"},
           {"sys_platform": "win32", "platform_system": "Windows"})  # fmt: skip


def declared(*extras):
    texts = [*PROJECT["project"]["dependencies"], *(text for extra in extras for text in EXTRAS[extra])]
    return [Requirement(text) for text in texts]


def locked(name, environment=None):
    """What a lock names where a marker's environment is this: name → version."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and line[0] not in " #"]
    chosen = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(environment)]
    return {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in chosen}


def imported(place):
    files = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
    own = {path.stem for path in files} | {path.name for path in (ROOT / place).glob("*/")}
    own |= {"mha_viz", "tests", "docs", "benchmarks"}
    names = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.partition(".")[0])
    return names - own - set(sys.stdlib_module_names)


@pytest.mark.parametrize("place", WHO_IMPORTS)
def test_what_is_imported_is_declared(place):
    known = {canonicalize_name(requirement.name) for requirement in declared(*WHO_IMPORTS[place])}
    carriers = packages_distributions()
    for name in imported(place):
        assert {canonicalize_name(carrier) for carrier in carriers.get(name, [name])} & known, name


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system["sys_platform"])
def test_the_lock_holds_a_version_inside_every_range_on_every_system(lock, python, system):
    environment = {**default_environment(), **system, "python_version": python, "python_full_version": f"{python}.1"}
    pins = locked(lock, environment)
    for requirement in declared(LOCKS[lock]):
        version = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement
        assert Version(version).local is None, requirement


def test_nothing_is_installed_that_the_lock_does_not_name(request):
    if request.config.getoption("newest"):
        pytest.skip("the newest releases are tried on purpose")
    pins = locked("constraints.txt")
    installed = {canonicalize_name(found.name): Version(found.version).public for found in distributions()}
    installed.pop(canonicalize_name(PROJECT["project"]["name"]))
    others = {name: version for name, version in installed.items() if pins.get(name) != version}
    assert not others, "install with -c constraints.txt, or write the lock anew with `make lock`"


def test_the_lock_names_no_place_to_fetch_from():
    for lock in LOCKS:
        assert not re.search(r"://|--\S*index|--find-links", (ROOT / lock).read_text(encoding="utf-8"))


# ---- a newer release that warns --------------------------------------------------------------------------------

QUIET = "def area(side):\n    return side * side\n"
WARNS = QUIET.replace(":\n", ":\n    warnings.warn('say side_length', FutureWarning)\n", 1)
RELEASES = {"1.0": QUIET, "2.0": f"import warnings\n\n\n{WARNS}"}
USES_IT = "from made_up import area\n\n\ndef test_area():\n    assert area(3) == 9\n"


def make_wheel(place, version, code):
    info = f"made_up-{version}.dist-info"
    parts = {
        "made_up.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: made-up\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in (*parts, f"{info}/RECORD"))
    with zipfile.ZipFile(place / f"made_up-{version}-py3-none-any.whl", "w") as archive:
        for name, text in {**parts, f"{info}/RECORD": record}.items():
            archive.writestr(name, text)


def install(place, into, *options):
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--find-links", place]
    subprocess.run([*command, "--target", into, *options, "made-up>=1"], check=True)


PLUGIN = ("-p", "tests.support.newest")


def run_tests(place, installed, *options):
    """pytest with our settings on a test of that place, which finds what was installed there."""
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), *PLUGIN, *options]
    paths = os.pathsep.join((str(installed), str(ROOT)))
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", str(place / "test_area.py")],
        capture_output=True, text=True, check=False, cwd=place, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip


def test_a_newer_release_that_warns_fails_nothing(tmp_path):
    for version, code in RELEASES.items():
        make_wheel(tmp_path, version, code)
    (tmp_path / "test_area.py").write_text(USES_IT)
    (tmp_path / "lock.txt").write_text("made-up==1.0\n")

    install(tmp_path, tmp_path / "locked", "--constraint", tmp_path / "lock.txt")
    with_lock = run_tests(tmp_path, tmp_path / "locked")
    assert with_lock.returncode == 0
    assert "side_length" not in with_lock.stdout

    install(tmp_path, tmp_path / "newest")
    assert run_tests(tmp_path, tmp_path / "newest").returncode == 1, "without either, a warning is an error"
    newest = run_tests(tmp_path, tmp_path / "newest", "--newest")
    assert newest.returncode == 0
    assert "FutureWarning: say side_length" in newest.stdout.partition("warnings summary")[2]


def test_a_newer_release_that_breaks_fails(tmp_path):
    make_wheel(tmp_path, "3.0", QUIET.replace("side * side", "side + side"))
    (tmp_path / "test_area.py").write_text(USES_IT)
    install(tmp_path, tmp_path / "newest")
    assert run_tests(tmp_path, tmp_path / "newest", "--newest").returncode == 1
