"""An invented but plausible grid, and how the API would speak of it: no I/O, no clock."""
