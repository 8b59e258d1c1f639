"""АИС «Кадры в образовании» over HTTP: staff by organisation, pairs, numbers without names."""
