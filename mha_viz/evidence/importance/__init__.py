"""What heads are worth: each alone, as sets, taken out one after the other."""
