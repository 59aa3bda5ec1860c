"""What a test waits for before it points, presses a key, or measures what is drawn."""

import time

from playwright.sync_api import expect

IDLE = "() => new Promise((done) => requestIdleCallback(done, { timeout: 500 })).then(() => true)"


def has_run(tab):
    """The run of the page has ended, and the browser has drawn what it sent: nothing moves any more."""
    expect(tab.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
    assert tab.evaluate(IDLE)


def at_rest(tab):
    """The buttons that go through steps listen to their keys: they come after the texts, as the browser loads what
    draws them when it first meets one, and begin to listen once they are drawn.
    """
    expect(tab.get_by_role("button", name="Next")).to_be_visible()
    has_run(tab)


def fits(box, width, patience=30):
    """Whether it is drawn at most this wide, in pixels, once the page has taken its new size."""
    end = time.monotonic() + patience
    while box.bounding_box()["width"] > width and time.monotonic() < end:
        box.page.wait_for_timeout(100)
    return box.bounding_box()["width"] <= width


def grows(box, width, patience=30):
    """Whether it is drawn wider than this, in pixels, once the page has taken its new size; between two drawings it has
    none.
    """
    end = time.monotonic() + patience
    while time.monotonic() < end:
        bounds = box.bounding_box()
        if bounds is not None and bounds["width"] > width:
            return True
        box.page.wait_for_timeout(100)
    return False
