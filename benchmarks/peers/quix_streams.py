"""Quix Streams' S3FileSink, JSON lines: python quix_streams.py HOSTS TOPIC GROUP BUCKET [gzip].

A checkpoint, and with it an object of each partition, is made of every 40,000 records, so
that an object of four partitions holds 10,000; or every 2 s, as GreenPulse's window is in
this benchmark. Its gzip has no level to choose. Region, endpoint and keys of S3 are in the
usual AWS variables.
"""

import sys

from quixstreams import Application
from quixstreams.sinks.community.file.formats import JSONFormat
from quixstreams.sinks.community.file.s3 import S3FileSink

CHECKPOINT_RECORDS = 40_000
CHECKPOINT_SECONDS = 2.0


def main(hosts: str, topic: str, group: str, bucket: str, compression: str = "") -> None:
    application = Application(
        broker_address=hosts,
        consumer_group=group,
        auto_offset_reset="earliest",
        commit_every=CHECKPOINT_RECORDS,
        commit_interval=CHECKPOINT_SECONDS,
    )
    sink = S3FileSink(bucket, format=JSONFormat(compress=compression == "gzip"))
    application.dataframe(application.topic(topic, value_deserializer="json")).sink(sink)
    application.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
