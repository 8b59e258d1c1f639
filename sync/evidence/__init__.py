"""Evidence: rows made records, landed page by page, and what of it waits to be projected."""
