"""The lake: create-only chains of bronze files in an object store."""
