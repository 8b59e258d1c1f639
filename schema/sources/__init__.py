"""Where facts come from: runs, changes and their trials, silence, refusals."""
