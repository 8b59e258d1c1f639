"""Name, letter and position tables of our own hand, read as data."""
