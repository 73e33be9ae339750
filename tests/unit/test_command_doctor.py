"""``doctor``: each part well, absent or wrong, in one sentence with the way out."""

import asyncio
import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.manual_clock import ManualClock
from support.services.fakesnow import FakesnowServer
from support.small_way import SmallWay
from support.snowflakes import stand_in_warehouse
from support.staging import batch

from greenpulse.clock import SystemClock
from greenpulse.commands.doctor import doctor_command
from greenpulse.lake.claims import Claims
from greenpulse.lake.folder import FolderStore
from greenpulse.warehouse.warehouse import Identity


class Api(ThreadingHTTPServer):
    """Answers every question; a test sets with what, and how late its clock is."""

    status = 200
    late = timedelta()

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.questions: list[str] = []


class _Answers(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        self.server.questions.append(self.path)
        self.send_response_only(self.server.status)
        now = datetime.now(UTC)  # noqa: TID251 - doctor compares it with the machine's clock
        self.send_header("Date", format_datetime(now - self.server.late, usegmt=True))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def api(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    # First, for it takes all settings out of the environment.
    request.getfixturevalue("working_directory")
    server = Api()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("GREENPULSE_API_URL", f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def begun_way(tmp_path_factory: pytest.TempPathFactory) -> SmallWay:
    way = SmallWay(tmp_path_factory.mktemp("begun") / "data")
    way.append_polls(3)
    way.archive()
    way.load()
    return way


@pytest.fixture
def way(begun_way: SmallWay, working_directory: Path) -> SmallWay:
    shutil.copytree(begun_way.folder, working_directory / "data")
    return SmallWay(working_directory / "data")


def doctor() -> dict[str, tuple[str, str]]:
    """State and sentence of each part."""
    result = CliRunner().invoke(doctor_command, ["--json"])
    report = json.loads(result.stdout)
    found = {f["part"]: (f["state"], f["sentence"]) for f in report["findings"]}
    is_well = all(state != "wrong" for state, _ in found.values())
    assert report["is_well"] is is_well
    assert result.exit_code == (0 if is_well else 1)
    assert all("\n" not in sentence for _, sentence in found.values())
    return found


@pytest.mark.usefixtures("way")
def test_where_all_is_well_it_says_so_of_each_part_and_asks_the_api_once(api: Api) -> None:
    found = doctor()

    assert {part: state for part, (state, _) in found.items()} == {
        "python": "well",
        "packages": "well",
        "faust": found["faust"][0],
        "disk": "well",
        "broker": "well",
        "topics": "well",
        "lake": "well",
        "warehouse": "well",
        "api": "well",
        "clock": "well",
        "cost": "well",
    }
    assert api.questions == ["/intensity"]


@pytest.mark.usefixtures("way", "api")
def test_people_get_a_table() -> None:
    result = CliRunner().invoke(doctor_command, [])

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].split() == ["part", "state", "took", "finding"]
    assert "creates a key only once" in result.stdout


@pytest.mark.usefixtures("api")
def test_before_anything_began_nothing_is_wrong_and_nothing_is_made(
    working_directory: Path,
) -> None:
    found = doctor()

    assert [found[part][0] for part in ("broker", "lake", "warehouse")] == ["note"] * 3
    assert list(working_directory.iterdir()) == []


@pytest.mark.usefixtures("way", "api")
def test_without_a_warehouse_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENPULSE_WAREHOUSE", "none")

    assert doctor()["warehouse"] == ("note", "GREENPULSE_WAREHOUSE is none: nothing is loaded")


@pytest.mark.usefixtures("working_directory")
def test_an_api_that_is_away_is_wrong_and_the_demo_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GREENPULSE_API_URL", "http://127.0.0.1:1")

    state, sentence = doctor()["api"]

    assert state == "wrong"
    assert "greenpulse demo" in sentence


def test_an_api_that_fails_is_wrong(api: Api) -> None:
    api.status = 503

    state, sentence = doctor()["api"]

    assert state == "wrong"
    assert "503" in sentence


@pytest.mark.parametrize(
    ("late", "side"), [(timedelta(minutes=2), "ahead of"), (-timedelta(minutes=2), "behind")]
)
def test_a_clock_that_is_off_is_wrong(api: Api, late: timedelta, side: str) -> None:
    api.late = late

    state, sentence = doctor()["clock"]

    assert state == "wrong"
    assert side in sentence


@pytest.mark.usefixtures("way", "api")
def test_another_partition_count_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENPULSE_PARTITIONS", "4")

    state, sentence = doctor()["topics"]

    assert state == "wrong"
    assert "set GREENPULSE_PARTITIONS=3" in sentence


@pytest.mark.usefixtures("way", "api")
def test_another_retention_is_wrong_until_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENPULSE_RETENTION_DAYS", "7")

    state, sentence = doctor()["topics"]

    assert state == "wrong"
    assert "is 30 days, want 7 days: the next start of 'greenpulse worker' sets it" in sentence


@pytest.mark.usefixtures("api")
def test_the_warehouse_of_another_lake_is_wrong(way: SmallWay) -> None:
    way.change_rows("update ops.identity set lake_id = 'another'")

    state, sentence = doctor()["warehouse"]

    assert state == "wrong"
    assert "set GREENPULSE_WAREHOUSE" in sentence


@pytest.mark.usefixtures("api")
def test_an_empty_warehouse_beside_a_lake_that_feeds_another_one_is_wrong(
    way: SmallWay, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = asyncio.run(Claims(FolderStore(way.lake)).warehouse())
    monkeypatch.setenv("GREENPULSE_WAREHOUSE", "duckdb://elsewhere/warehouse.duckdb")

    state, sentence = doctor()["warehouse"]

    assert state == "wrong"
    assert claim is not None
    assert f"is new, and the lake feeds {claim.warehouse_id} already; set GREEN" in sentence
    assert not Path("elsewhere").exists()


@pytest.mark.usefixtures("api")
def test_each_damaged_part_is_wrong_and_does_not_hide_the_others(way: SmallWay) -> None:
    way.log.write_bytes(b"no database" * 100)
    way.warehouse.write_bytes(b"no database" * 100)
    (way.lake / "claims" / "lake").chmod(0o644)
    (way.lake / "claims" / "lake").write_bytes(b"?")

    found = doctor()

    assert {part for part, (state, _) in found.items() if state == "wrong"} == {
        "broker",
        "lake",
        "warehouse",
    }


@pytest.mark.usefixtures("api")
def test_a_lake_that_cannot_be_made_is_wrong(working_directory: Path) -> None:
    (working_directory / "data").write_text("a file", encoding="utf-8")

    assert doctor()["lake"] == (
        "wrong",
        "'data/lake' cannot be made by this user; set GREENPULSE_LAKE",
    )


async def load_thrice_in_two_hours(server: FakesnowServer, lake: Path) -> None:
    clock = ManualClock(SystemClock().now() - timedelta(hours=2))
    claims, warehouse = Claims(FolderStore(lake)), stand_in_warehouse(server, clock)
    claim, lake_id = await claims.warehouse(), await claims.lake_id()
    assert claim is not None
    assert lake_id is not None
    await warehouse.deploy()
    await warehouse.claim_identity(Identity(claim.warehouse_id, lake_id))
    for number in range(3):
        await warehouse.load(batch(5 * number))
        await clock.advance(600)
    await warehouse.close()


@pytest.mark.usefixtures("api")
def test_loads_that_really_cost_more_than_the_budget_are_wrong(
    way: SmallWay, fakesnow: FakesnowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(load_thrice_in_two_hours(fakesnow, way.lake))
    for name, text in {
        "WAREHOUSE": "snowflake://greenpulse/ENERGY_PROJECT",
        "SNOWFLAKE_HOST": "127.0.0.1",
        "SNOWFLAKE_PORT": str(fakesnow.port),
        "SNOWFLAKE_PROTOCOL": "http",
        "SNOWFLAKE_CREDITS_A_DAY": "0.5",
        "LOAD_SECONDS": "7200",
    }.items():
        monkeypatch.setenv(f"GREENPULSE_{name}", text)

    state, sentence = doctor()["cost"]

    assert state == "wrong"
    assert "Snowflake credits (36 wakes, 36 loads)" in sentence
    assert "GREENPULSE_SNOWFLAKE_CREDITS_A_DAY is 0.5" in sentence
