"""The front rooms of files over HTTP: looked at apart, kept sealed, given back marked, accepted."""
