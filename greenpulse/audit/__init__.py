"""The proof: log, chain and warehouse compared, offset by offset and by content."""
