"""The tables of the embedded log, and every statement that is run on them."""

__all__ = [
    "APPLICATION_ID",
    "BOUNDS",
    "COMMIT",
    "COMMITTED",
    "COMPACT",
    "CREATE",
    "DROP_THROUGH",
    "INSERT_PARTITION",
    "INSERT_RECORD",
    "INSERT_TOPIC",
    "MOVE_TAIL",
    "OLDEST",
    "READ",
    "SCHEMA_VERSION",
    "TAIL",
    "TOPICS",
    "UPDATE_TOPIC",
]

APPLICATION_ID = 0x47504C47
"""``GPLG`` in ASCII: says whose SQLite file it is."""
SCHEMA_VERSION = 1

CREATE = (
    """
    create table topic (
        topic_id integer primary key,
        name text not null unique,
        partitions integer not null,
        retention_seconds real,
        is_compacted integer not null
    ) strict
    """,
    # next_offset is kept apart from the records, so that offsets never go back when
    # retention has dropped them all.
    """
    create table partition (
        partition_id integer primary key,
        topic_id integer not null references topic,
        number integer not null,
        next_offset integer not null,
        last_appended_ms integer not null,
        unique (topic_id, number)
    ) strict
    """,
    """
    create table record (
        partition_id integer not null references partition,
        log_offset integer not null,
        appended_ms integer not null,
        key blob,
        is_deflated integer not null,
        value blob,
        primary key (partition_id, log_offset)
    ) strict, without rowid
    """,
    """
    create table committed (
        group_name text not null,
        partition_id integer not null references partition,
        next_offset integer not null,
        primary key (group_name, partition_id)
    ) strict, without rowid
    """,
    f"pragma application_id = {APPLICATION_ID}",
    f"pragma user_version = {SCHEMA_VERSION}",
)

TOPICS = """
    select name, topic_id, partitions, retention_seconds, is_compacted, partition_id
    from topic join partition using (topic_id)
    order by topic_id, number
"""
INSERT_TOPIC = """
    insert into topic (name, partitions, retention_seconds, is_compacted)
    values (?, ?, ?, ?)
"""
UPDATE_TOPIC = "update topic set retention_seconds = ?, is_compacted = ? where topic_id = ?"
INSERT_PARTITION = """
    insert into partition (topic_id, number, next_offset, last_appended_ms)
    values (?, ?, 0, 0)
"""
BOUNDS = """
    select
        coalesce(
            (
                select min(log_offset) from record
                where record.partition_id = partition.partition_id
            ),
            next_offset
        ),
        next_offset
    from partition
    where partition_id = ?
"""
TAIL = "select next_offset, last_appended_ms from partition where partition_id = ?"
MOVE_TAIL = """
    update partition set next_offset = ?, last_appended_ms = ? where partition_id = ?
"""
INSERT_RECORD = "insert into record values (?, ?, ?, ?, ?, ?)"
READ = """
    select log_offset, appended_ms, key, is_deflated, value
    from record
    where partition_id = ? and log_offset >= ?
    order by log_offset
    limit ?
"""
OLDEST = """
    select log_offset, appended_ms
    from record
    where partition_id = ?
    order by log_offset
    limit ?
"""
DROP_THROUGH = "delete from record where partition_id = ? and log_offset <= ?"
COMPACT = """
    delete from record
    where
        partition_id = :partition_id
        and log_offset not in (
            select max(log_offset) from record
            where partition_id = :partition_id
            group by key
        )
"""
COMMITTED = """
    select number, committed.next_offset
    from committed join partition using (partition_id)
    where group_name = ? and topic_id = ?
"""
COMMIT = """
    insert into committed (group_name, partition_id, next_offset)
    values (?, ?, ?)
    on conflict (group_name, partition_id) do update set next_offset = excluded.next_offset
"""
