"""What writes powerbi/'s model and report: ``python -m powerbi.generator``."""
