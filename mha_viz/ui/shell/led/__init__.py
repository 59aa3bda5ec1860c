"""A class that is led: who joins, where the teacher is, who follows, and what stands on the wall."""
