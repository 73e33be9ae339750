"""The pages: read-only, whole on every worker."""
