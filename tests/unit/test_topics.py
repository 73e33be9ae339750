"""The topics that are made before Faust starts are all that it would make by itself."""

from pathlib import Path
from typing import Any, cast

from greenpulse.main import build
from greenpulse.settings import Settings
from greenpulse.topics import topic_specs


def test_faust_finds_each_of_its_own_topics_made_already(tmp_path: Path) -> None:
    app = cast("Any", build(Settings.read({"GREENPULSE_DATA": str(tmp_path)}, {})))
    wanted = {spec.name: spec for spec in topic_specs(3, 1)}

    changelogs = [table.changelog_topic for table in app.tables.values()]
    leader = app._leader_assignor._leader_topic  # noqa: SLF001 - Faust shows it nowhere else

    assert len(changelogs) == 3
    for topic in (*changelogs, leader):
        assert wanted[topic.get_topic_name()].partitions == topic.partitions
        assert wanted[topic.get_topic_name()].is_compacted == bool(topic.compacting)
