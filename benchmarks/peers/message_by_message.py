"""kafka-python and one boto3 PUT a message, the simplest program that one can write.

    python message_by_message.py HOSTS TOPIC GROUP BUCKET

Region, endpoint and keys of S3 are in the usual AWS variables.
"""

import sys

import boto3
from kafka import KafkaConsumer


def main(hosts: str, topic: str, group: str, bucket: str) -> None:
    consumer = KafkaConsumer(
        topic, bootstrap_servers=hosts, group_id=group, auto_offset_reset="earliest"
    )
    client = boto3.client("s3")
    for message in consumer:
        key = f"{message.partition:04d}/{message.offset:020d}.json"
        client.put_object(Bucket=bucket, Key=key, Body=message.value)


if __name__ == "__main__":
    main(*sys.argv[1:5])
