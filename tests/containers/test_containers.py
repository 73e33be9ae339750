"""docker-compose.yml on a real engine: three workers, killed and restarted, and the proof.

Run by ``make containers``. The tests share one project, and each leaves three workers ready.
"""

import json
import os
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.compose_project import ComposeProject, docker, eventually

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.timeout(600)

POLLS_A_RUN = 500
COULD_NOT_DO = 2
FAMILIES = ("national", "generation", "regional")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeProject]:
    if not os.environ.get("GREENPULSE_TEST_CONTAINERS"):  # noqa: TID251 - a test may ask
        pytest.skip("run 'make containers', which starts containers and sets what is needed")
    project = ComposeProject(tmp_path_factory.mktemp("containers"))
    project.down()
    try:
        project.up(workers=3)
        yield project
    finally:
        project.down()


@pytest.fixture
def polls(tmp_path: Path) -> Path:
    """A recording of polls, all of different moments."""
    file = tmp_path / "polls.ndjson"
    began = datetime.now(UTC) - timedelta(days=1)  # noqa: TID251 - the simulator's time is real
    file.write_text(
        "".join(recorded_poll(number, began) for number in range(POLLS_A_RUN * len(FAMILIES)))
    )
    return file


def recorded_poll(number: int, began: datetime) -> str:
    answered = began + timedelta(seconds=number)
    poll = {
        "family": FAMILIES[number % len(FAMILIES)],
        "url": "http://simulator:6067/intensity",
        "answered_at": f"{answered:%Y-%m-%dT%H:%M:%S.%f}Z",
        "status": 200,
        "headers": {"x-greenpulse-simulated": "seed=1"},
        "body": '{"data":[]}',
    }
    return json.dumps(poll) + "\n"


def proven(project: ComposeProject) -> int:
    """The records that log, chain and warehouse agree on, once all is reached and at rest."""

    said = ""

    def records() -> int:
        nonlocal said
        ended = project.command("audit", "--complete", "--json")
        said = ended.said
        if ended.code == COULD_NOT_DO:
            return 0
        report = json.loads(said[said.index("{") : said.rindex("}") + 1])
        wrong = [
            difference
            for part in report["partitions"]
            for difference in part["differences"]
            # Heartbeats go on: what is not there yet may come.
            if difference["reason"] not in {"not archived yet", "not loaded yet"}
        ]
        assert (wrong, report["problems"]) == ([], [])
        return 0 if ended.code else sum(part["records"] for part in report["partitions"])

    return eventually(records, within_seconds=180, otherwise=lambda: said + project.logs("worker"))


def page(port: int | None, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        text: str = answer.read().decode()
        return text


def test_each_worker_shows_its_pages_at_a_port_of_this_machine(project: ComposeProject) -> None:
    ports = {worker.port for worker in project.workers()}

    assert len(ports) == 3
    assert all("simulated" in page(port, "/").lower() for port in ports)


def test_a_worker_has_no_rights_and_no_root_to_write_on(project: ComposeProject) -> None:
    said = project.done(
        *("exec", "-T", "worker", "sh", "-c"),
        "id --user; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status;"
        " touch /opt/greenpulse/x 2>&1; touch /x 2>&1; touch /tmp/x && echo has room",
    )

    assert said.split("\n")[0] == "10001"
    assert "CapEff:\t0000000000000000" in said
    assert "CapBnd:\t0000000000000000" in said
    assert "NoNewPrivs:\t1" in said
    assert said.count("Read-only file system") == 2
    assert "has room" in said


def test_the_workers_user_may_not_delete(project: ComposeProject) -> None:
    script = """
        mc alias set worker http://minio:9000 "$WORKER_ACCESS_KEY" "$WORKER_SECRET_KEY" >/dev/null
        key=$(mc find worker/greenpulse --name '*.ndjson.gz' | head -n 1)
        mc stat "$key" >/dev/null && echo reads "$key"
        mc rm "$key"; mc rm --recursive --force worker/greenpulse; mc rb --force worker/greenpulse
        mc mb worker/another
        mc stat "$key" >/dev/null && echo still reads "$key"
    """
    proven(project)

    said = project.compose(
        *("run", "--rm", "--no-deps", "-T", "--entrypoint", "sh", "minio-prepared", "-c", script)
    ).said

    assert said.count("Access Denied") == 4
    assert "\nstill reads worker/greenpulse/simulated/topic=greenpulse.polls/" in said


def test_a_worker_that_is_killed_under_load_costs_nothing(
    project: ComposeProject, polls: Path
) -> None:
    before = proven(project)
    load = [importing(project, polls)]
    victim = project.workers()[0].container

    docker("kill", "--signal", "KILL", victim)
    load.append(importing(project, polls))
    project.workers_ready(2)
    for process in load:
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said

    assert proven(project) >= before + 2 * POLLS_A_RUN * len(FAMILIES)
    project.up(workers=3)


def importing(project: ComposeProject, polls: Path) -> "subprocess.Popen[str]":
    """``greenpulse import`` of a recording, which goes on beside the test."""
    return project.background(
        "run", "--rm", "--no-deps", "-T", "worker", "import", "-", stdin=polls
    )


def test_a_worker_that_crashes_is_started_again(project: ComposeProject) -> None:
    victim = project.workers()[0].container

    # All but the container's first process, which ends when the worker does.
    docker("exec", victim, "sh", "-c", "kill -KILL -1")

    eventually(
        lambda: docker("inspect", "--format", "{{.RestartCount}}", victim).strip() == "1",
        within_seconds=60,
    )
    project.workers_ready(3)
    assert proven(project) > 0


def test_workers_stop_in_time_with_0(project: ComposeProject, polls: Path) -> None:
    load = importing(project, polls)
    began = time.monotonic()

    project.done("stop", "worker")

    took_seconds = time.monotonic() - began
    load.communicate(timeout=120)
    codes = [worker.exit_code for worker in project.workers()]
    project.up(workers=3)
    assert codes == [0, 0, 0]
    assert took_seconds < 60


@pytest.mark.parametrize("service", ["worker", "kafka", "minio"])
def test_a_restart_loses_nothing(project: ComposeProject, polls: Path, service: str) -> None:
    load = importing(project, polls)

    project.done("restart", service)

    load.communicate(timeout=120)
    project.workers_ready(3)
    assert proven(project) > 0


def test_prometheus_finds_every_worker(project: ComposeProject) -> None:
    project.done("--profile", "monitoring", "up", "--detach", "--no-deps", "prometheus")

    def found() -> list[str]:
        answer = project.compose(
            *("--profile", "monitoring", "exec", "-T", "worker", "python", "-c"),
            "import urllib.request as r;"
            "print(r.urlopen('http://prometheus:9090/api/v1/targets').read().decode())",
        )
        if answer.code:
            return []
        targets = json.loads(answer.said)["data"]["activeTargets"]
        up = [t for t in targets if (t["labels"]["job"], t["health"]) == ("greenpulse", "up")]
        return [target["scrapeUrl"] for target in up] if len(up) == 3 else []

    assert len(set(eventually(found, within_seconds=90))) == 3
