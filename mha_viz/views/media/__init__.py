"""Pictures and sounds, with what heads look at drawn over them."""
