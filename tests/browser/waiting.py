"""What a test waits for before it presses a key."""

from playwright.sync_api import expect


def at_rest(tab):
    """The run of the page has ended: its buttons then listen to their keys, which drawn text does not tell."""
    expect(tab.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
