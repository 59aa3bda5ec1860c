"""The tests with newer packages than the lock names: what these warn of is printed at the end and is no error."""

# What a package warns of before it changes something. What tells of a fault (a RuntimeWarning, a file left open, an
# exception in a thread) stays an error.
ANNOUNCED = ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning", "UserWarning", "ImportWarning")


def pytest_addoption(parser):
    parser.addoption("--newest", action="store_true", help="other packages are newer than the lock")


def pytest_configure(config):
    if config.getoption("newest"):
        for category in ANNOUNCED:
            config.addinivalue_line("filterwarnings", f"default::{category}")
        config.addinivalue_line("filterwarnings", "error::pytest.PytestWarning")  # is a UserWarning too
