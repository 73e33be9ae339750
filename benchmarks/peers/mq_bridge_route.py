"""mq-bridge from Kafka to S3: python mq_bridge_route.py HOSTS TOPIC GROUP BUCKET.

Objects of at most 10,000 payloads as they are, gzip, named by the offsets they hold, which
is what makes a write that is repeated harmless. Region, endpoint and keys of S3 are in the
usual AWS variables.
"""

import logging
import sys

from mq_bridge import Route, init_logging

FILE_RECORDS = 10_000


def main(hosts: str, topic: str, group: str, bucket: str) -> None:
    logging.basicConfig(level=logging.WARNING)
    init_logging("warn")
    route = Route.from_config(
        {
            "input": {
                "kafka": {
                    "url": hosts,
                    "topic": topic,
                    "group_id": group,
                    "source_metadata": True,
                    "consumer_options": [["auto.offset.reset", "earliest"]],
                }
            },
            "output": {
                "object_store": {
                    "url": f"s3://{bucket}/records",
                    "format": "raw",
                    "compression": "gzip",
                    "name_by": "source_position",
                }
            },
            "batch_size": FILE_RECORDS,
        }
    )
    route.run()


if __name__ == "__main__":
    main(*sys.argv[1:5])
