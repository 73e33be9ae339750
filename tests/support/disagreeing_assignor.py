"""A partition assignor whose own assertions fail."""

from faust.assignor.partition_assignor import PartitionAssignor

__all__ = ["Disagreeing"]


class Disagreeing(PartitionAssignor):
    """Finds that what it is given is not what was meant for it."""

    def on_assignment(self, assignment: object) -> None:
        raise AssertionError(assignment)
