"""How long to wait before a failed question is asked once more."""

from tenacity import RetryCallState, Retrying, wait_exponential, wait_random

__all__ = ["backoff_seconds"]

# Four attempts of 8 s with these waits end within two minutes: before the next tick of
# any series that repeats its questions.
_WAIT = wait_exponential(multiplier=5, max=60) + wait_random(0, 5)


def backoff_seconds(attempt: int) -> float:
    """Seconds after the ``attempt``-th failure: 5, 10, 20 …, and up to 5 more by chance."""
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = attempt
    return _WAIT(state)
