"""The grid: what the Carbon Intensity API says, when to ask it, how to read it."""
