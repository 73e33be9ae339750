"""One run of one contestant: what it carried from Kafka to S3, how fast, and at what cost."""

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass

from contestants import Contestant, Place
from measured_process import MeasuredProcess, Usage
from polls_topic import rewind, wait_until_assigned
from real_services import Services, free_port

__all__ = ["CarriedRun", "carry"]

_STILL_SECONDS = 6.0
_LOST_SECONDS = 60.0
_TOLD_CHARACTERS = 2000


@dataclass(frozen=True)
class CarriedRun:
    """What one run came to."""

    records: int
    start_seconds: float
    """From the start of the process until its consumer group has its partitions."""
    seconds: float
    """From then on until the object was written that makes ``records`` complete."""
    first_object_seconds: float
    """From then on until the first object was written."""
    first_object_records: int
    cpu_seconds: float
    """Of all workers, from then on until soon after the last object."""
    peak_mib: float
    """Resident memory of the largest worker."""
    objects: int
    lost: int
    doubled: int

    @property
    def a_second(self) -> float:
        """Records a second, from the assignment to the last object."""
        return self.records / self.seconds

    @property
    def flowing_a_second(self) -> float:
        """Records a second between the first and the last object; what begins is left out."""
        seconds = max(0.001, self.seconds - self.first_object_seconds)
        return (self.records - self.first_object_records) / seconds


def carry(  # noqa: PLR0913 - what is varied
    services: Services,
    contestant: Contestant,
    *,
    name: str,
    partitions: int,
    records: int,
    workers: int = 1,
) -> CarriedRun:
    """Let ``contestant`` carry the ``records`` of the topic into the new bucket ``name``."""
    hosts, bucket = services.kafka.hosts, services.bucket(name)
    group = contestant.group or name
    asyncio.run(rewind(hosts, group, contestant.topic, partitions))
    with ExitStack() as running:
        processes = []
        began = time.time()
        for number in range(workers):
            folder = services.folder / name / str(number)
            place = Place(hosts, name, folder, free_port(), partitions, services.aws)
            process = MeasuredProcess(
                contestant.command(place, group), contestant.variables(place), folder, "worker"
            )
            processes.append(running.enter_context(process))
        usages: list[Usage] = []

        def look() -> None:
            usages[:] = [process.usage() for process in processes]

        assigned = asyncio.run(wait_until_assigned(hosts, group, workers, look))
        cpu_before = sum(usage.cpu_seconds for usage in usages)
        bucket.wait_until_still(_STILL_SECONDS, look, enough=contestant.sample)
        contents = bucket.contents()
        if contestant.sample is None and contents.distinct < records:
            bucket.wait_until_still(_LOST_SECONDS, look)
            contents = bucket.contents()
            print(*(process.log()[-_TOLD_CHARACTERS:] for process in processes), sep="\n")
        # Within, so that what it said is shown.
        assert contents.files, f"{contestant.name} carried nothing"
    wanted = contestant.sample or records
    first, first_numbers = contents.files[0]
    return CarriedRun(
        records=min(wanted, contents.distinct),
        start_seconds=assigned - began,
        seconds=contents.held_at(min(wanted, contents.distinct)) - assigned,
        first_object_seconds=first.written_at - assigned,
        first_object_records=len(first_numbers),
        cpu_seconds=sum(usage.cpu_seconds for usage in usages) - cpu_before,
        peak_mib=max(usage.peak_mib for usage in usages),
        objects=len(contents.files),
        lost=max(0, wanted - contents.distinct),
        doubled=contents.doubled,
    )
