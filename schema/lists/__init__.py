"""Which rows are in a list and in which order: filters, orders, the days they are asked for."""
