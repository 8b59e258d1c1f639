"""Asking a source over HTTP: what it may cost, and what each way of failing means."""
