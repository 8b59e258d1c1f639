"""Where matching runs: the same pure functions over files, in one process, whatever their size."""
