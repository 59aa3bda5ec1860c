"""Inside one layer: the steps of a head, and many heads against one."""
