"""The front rooms of the review: verdicts, leases, pins, pairs to be labelled, each request once."""
