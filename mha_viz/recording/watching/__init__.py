"""What is seen of a network while it runs: its calls, its linear maps, and whose positions they are of."""
