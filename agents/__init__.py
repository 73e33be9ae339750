"""Stream processors; imported as ``greenpulse.agents`` (see setup.cfg)."""

if __name__ != "greenpulse.agents":
    _MESSAGE = "import greenpulse.agents: agents/ is where its source lives"
    raise ImportError(_MESSAGE)
