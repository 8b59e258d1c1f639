"""Given files before they land: read, placed, compared with what was told, reported."""
