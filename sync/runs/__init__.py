"""A run of a source: its row, its log, its pages."""
