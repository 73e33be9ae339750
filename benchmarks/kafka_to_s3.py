"""GreenPulse's archive beside other ways from a real Kafka to a real S3.

    python benchmarks/kafka_to_s3.py [--records N] [--rounds N] [--only NAME …] [--compression NAME]
    python benchmarks/kafka_to_s3.py --growth [--records N] [--rounds N] [--compression NAME]

One topic holds N polls (default 200,000) of about 550 bytes in 4 partitions. In each round
each contestant, alone, in a process of its own and with a new consumer group and an empty
bucket, carries all of them into objects of at most 10,000 records; each round begins with
another one. Every object is then read by this program, which counts what was lost or doubled.
The topic is compressed by gzip, which all of them read; GreenPulse's own topics are zstd,
which mq-bridge 1.2.0 does not read. Since a worker also writes polls of its own, the others
read a twin of the topic.

Bare aiokafka is there twice: as it is, it joins the values; with bronze lines it makes of
each record what GreenPulse stores, offset, time, key and a value that is proved to be JSON.
The first ratio says what GreenPulse costs, the second what its guarantees cost beyond that.

Two speeds are shown. ``records/s``: from the instant the consumer group has its partitions,
as the broker tells, to the instant MinIO wrote the object that completes all records.
``flowing``: the same from the first object on, without the records in it; what only happens
at a beginning is left out. The start of the process before that is a column of its own. One
PUT for each message is too slow for all: it is stopped after 2,000. Ratios are medians of the
ratios within a round.

--growth shows instead how GreenPulse grows with 1, 2 and 4 partitions and 1 and 2 workers.
Kafka, MinIO and the workers share one machine: two workers on two cores show no more than
that nothing is lost by sharing.

The peers' own environment is made from benchmarks/peers/requirements.txt at the first run.
"""

import argparse
import asyncio
import logging
import os
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from carried_run import CarriedRun, carry
from contestants import CONTESTANTS, install_peers
from polls_topic import TWIN_TOPIC, create_and_fill
from real_services import real_services

from greenpulse.records import POLLS_TOPIC

PARTITIONS = 4
BASELINES = ("bare aiokafka", "bare, bronze lines", "quix streams, gzip", "quix streams, plain")
# Workers that start together share the first generation; else the first one takes all.
TOGETHER = {"group.initial.rebalance.delay.ms": "3000"}


def side_by_side(
    names: Sequence[str], records: int, rounds: int, compression: str
) -> dict[str, list[CarriedRun]]:
    runs = defaultdict(list)
    with real_services() as services:
        for topic in (POLLS_TOPIC, TWIN_TOPIC):
            asyncio.run(
                create_and_fill(
                    services.kafka.hosts, topic, PARTITIONS, records, compression=compression
                )
            )
        for number in range(rounds):
            turn = number % len(names)
            for name in [*names[turn:], *names[:turn]]:
                run = carry(
                    services,
                    CONTESTANTS[name],
                    name=bucket_name(name, number),
                    partitions=PARTITIONS,
                    records=records,
                )
                tell(name, run)
                runs[name].append(run)
    return {name: runs[name] for name in names}


def growth(records: int, rounds: int, compression: str) -> dict[str, list[CarriedRun]]:
    runs = defaultdict(list)
    for partitions in (1, 2, 4):
        with real_services(TOGETHER) as services:
            asyncio.run(
                create_and_fill(
                    services.kafka.hosts, POLLS_TOPIC, partitions, records, compression=compression
                )
            )
            for number in range(rounds):
                for workers in (1, 2):
                    run = carry(
                        services,
                        CONTESTANTS["greenpulse"],
                        name=bucket_name(f"workers-{workers}", number),
                        partitions=partitions,
                        records=records,
                        workers=workers,
                    )
                    tell(f"{partitions} partitions, {workers} workers", run)
                    runs[f"{partitions} partitions, {workers} workers"].append(run)
    return dict(runs)


def bucket_name(name: str, number: int) -> str:
    return f"{name.replace(', ', '-').replace(' ', '-')}-{number}"


def tell(name: str, run: CarriedRun) -> None:
    print(
        f"{name:24} {run.a_second:9,.0f} records/s, flowing {run.flowing_a_second:9,.0f},"
        f" {run.objects} objects, {run.lost} lost, {run.doubled} doubled",
        flush=True,
    )


def print_table(runs: dict[str, list[CarriedRun]]) -> None:
    baselines = [name for name in BASELINES if name in runs]
    heads = ["", "records/s", "least", "most", "flowing", "start s", "CPU us/record", "peak MiB"]
    heads += ["objects", "lost", "doubled", *(f"of {name}" for name in baselines)]
    print("\n| " + " | ".join(heads) + " |")
    print("|---|" + "---:|" * (len(heads) - 1))
    for name, done in runs.items():
        speeds = [run.a_second for run in done]
        row = [
            name,
            f"{median(speeds):,.0f}",
            f"{min(speeds):,.0f}",
            f"{max(speeds):,.0f}",
            f"{median(run.flowing_a_second for run in done):,.0f}",
            f"{median(run.start_seconds for run in done):.1f}",
            f"{median(run.cpu_seconds / run.records for run in done) * 1e6:.1f}",
            f"{max(run.peak_mib for run in done):.0f}",
            f"{median(run.objects for run in done):.0f}",
            f"{sum(run.lost for run in done)}",
            f"{sum(run.doubled for run in done)}",
        ]
        for baseline in baselines:
            pairs = zip(done, runs[baseline], strict=True)
            row.append(f"{median(run.a_second / other.a_second for run, other in pairs):.2f}")
        print("| " + " | ".join(row) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    parser.add_argument("--compression", choices=("gzip", "zstd"), default="gzip")
    parser.add_argument("--growth", action="store_true")
    chosen = parser.parse_args()
    # It calls an error that a new Kafka has no group yet, and asks again.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    print(f"{chosen.records:,} records, {chosen.rounds} rounds, {os.cpu_count()} cores")
    if chosen.growth:
        print_table(growth(chosen.records, chosen.rounds, chosen.compression))
    else:
        install_peers()
        print_table(side_by_side(chosen.only, chosen.records, chosen.rounds, chosen.compression))


if __name__ == "__main__":
    main()
