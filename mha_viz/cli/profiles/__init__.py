"""What else is done with profiles: many measured in one run, on a cluster, looked through together, forgotten."""
