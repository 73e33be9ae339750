"""Faust's partition assignor, but one that ends a worker which it would leave standing."""

import logging
import os

from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from faust.assignor.partition_assignor import PartitionAssignor

__all__ = ["Assignor"]

log = logging.getLogger(__name__)

_CRASHED = 1


class Assignor(PartitionAssignor):
    """Faust asserts that what a worker is given is what was meant for it.

    Where that fails, aiokafka's thread stops for ever, while the worker looks alive and
    reads nothing (tests/kafka/test_faust_stopping.py). Nothing is lost by ending at once.
    """

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        """Take on the partitions of this worker, or end it."""
        try:
            super().on_assignment(assignment)
        except AssertionError as error:
            log.critical("assignment_not_understood cause=%s: start this worker again", error)
            os._exit(_CRASHED)
