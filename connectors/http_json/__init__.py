"""Any system that gives a list of people as JSON over HTTP, as its description says."""
