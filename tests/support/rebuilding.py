"""``rebuild`` as a user runs it."""

from click.testing import CliRunner, Result

from greenpulse.commands.rebuild import rebuild_command

__all__ = ["rebuild", "refusal_of_rebuild"]


def rebuild(*options: str, environ: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(rebuild_command, list(options), env=environ)
    assert "Traceback" not in result.output
    return result


def refusal_of_rebuild(*options: str, environ: dict[str, str] | None = None) -> str:
    """The one sentence of a refusal."""
    result = rebuild(*options, environ=environ)
    assert (result.exit_code, result.stdout) == (2, "")
    (sentence,) = result.stderr.splitlines()
    return sentence
