"""Which records state one person: pure functions of values, the same on every path."""
