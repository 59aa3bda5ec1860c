"""The command mha-viz, one file a subcommand."""
