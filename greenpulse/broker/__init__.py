"""The log: topics, partitions, offsets; on Kafka or embedded in one file."""
