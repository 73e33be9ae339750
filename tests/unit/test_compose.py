"""What docker-compose.yml promises: nothing open, nothing secret, nothing as root, all awaited."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from greenpulse.settings import Settings

PROJECT = Path(__file__).parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())[
    "services"
]
SIMULATED: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.simulated.yml").read_text())
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
EXAMPLE = (PROJECT / ".env.example").read_text()
ALL = {**SERVICES, "simulator": SIMULATED["services"]["simulator"]}
ONCE = {name for name, service in ALL.items() if service["restart"] == "no"}
each_service = pytest.mark.parametrize("name", ALL)


@each_service
def test_ports_are_published_to_this_machine_alone(name: str) -> None:
    ports = ALL[name].get("ports", [])

    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_each_worker_of_ten_finds_a_port() -> None:
    assert SERVICES["worker"]["ports"] == ["127.0.0.1:6066-6075:6066"]


@each_service
def test_no_secret_is_written_down(name: str) -> None:
    environment = ALL[name].get("environment", {})
    secrets = {
        key: value
        for key, value in environment.items()
        if re.search("PASSWORD|PASSPHRASE|SECRET|ACCESS_KEY", key)
    }

    assert [key for key, value in secrets.items() if not re.match(r"\$\{\w+:\?", value)] == []


def test_the_example_names_each_secret_and_gives_none() -> None:
    wanted = set(re.findall(r"\$\{(\w+):\?", (PROJECT / "docker-compose.yml").read_text()))

    lines = dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE, flags=re.MULTILINE))

    assert lines == dict.fromkeys(wanted, "")


def test_no_worker_knows_the_administrator_of_the_store() -> None:
    told = {name for name in ALL if "MINIO_ROOT_PASSWORD" in ALL[name].get("environment", {})}

    assert told == {"minio", "minio-prepared"}


@each_service
def test_every_service_says_how_it_is_or_ends_by_itself(name: str) -> None:
    assert (name in ONCE) != ("healthcheck" in ALL[name])


@each_service
def test_images_are_pinned(name: str) -> None:
    image = ALL[name]["image"]

    assert image == "greenpulse:local" or re.search(r":(v|RELEASE\.)?\d[\w.-]*\d[\w.-]*$", image)


def test_the_image_of_python_is_pinned_to_what_the_package_needs() -> None:
    assert re.search(r"^ARG BASE=python:3\.11\.\d+-slim-bookworm$", DOCKERFILE, re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${BASE}"}


@each_service
def test_nobody_is_root_but_who_makes_the_volume_and_sees_no_network(name: str) -> None:
    service = ALL[name]
    user = service.get("user") or re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1]

    if name == "minio-volume":
        assert (service["cap_add"], service["network_mode"]) == (["CHOWN"], "none")
    else:
        assert user.split(":")[0] not in {"0", "root"}
        assert "cap_add" not in service


@each_service
def test_nobody_gets_more_rights_or_a_root_to_write_on(name: str) -> None:
    service = ALL[name]

    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    # Kafka's own image writes its configuration below /opt/kafka.
    assert service.get("read_only", False) is (name != "kafka")


def test_each_setting_is_one_of_greenpulse() -> None:
    texts = (EXAMPLE, json.dumps(SERVICES), json.dumps(SIMULATED), DOCKERFILE)

    named = set(re.findall(r"\bGREENPULSE_\w+", "\n".join(texts)))

    assert len(named) > 5
    assert named - {setting.name for setting in Settings.all()} == set()


def test_a_worker_waits_for_broker_and_bucket() -> None:
    assert SERVICES["worker"]["depends_on"] == {
        "kafka": {"condition": "service_healthy"},
        "minio-prepared": {"condition": "service_completed_successfully"},
    }


def test_a_worker_has_the_time_to_flush_that_it_is_promised() -> None:
    assert SERVICES["worker"]["stop_grace_period"] == "60s"


def test_the_workers_user_may_neither_delete_nor_make_a_bucket() -> None:
    policy = json.loads((PROJECT / "docker/minio/worker-policy.json").read_text())

    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}

    assert allowed == {"s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject", "s3:PutObject"}


def test_nothing_simulated_shares_a_place_with_what_is_real() -> None:
    real, simulated = SERVICES["worker"], SIMULATED["services"]["worker"]

    assert SIMULATED["name"] == "greenpulse-simulated"
    assert "volumes" not in simulated
    assert simulated["environment"]["GREENPULSE_API_URL"] == "http://simulator:6067"
    assert simulated["environment"]["GREENPULSE_LAKE"] != real["environment"]["GREENPULSE_LAKE"]


def test_the_context_of_the_image_has_all_that_the_dockerfile_copies() -> None:
    lines = re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE)

    copied = {name for line in lines for name in line.split()}

    assert copied == set(
        re.findall(r"^!(\S+)", (PROJECT / ".dockerignore").read_text(), re.MULTILINE)
    )
    assert all((PROJECT / name).exists() for name in copied)


class TestAsDockerComposeReadsIt:
    """Schema, references and interpolation, by the library that Docker Compose is made of."""

    @pytest.fixture
    def compose(self, tmp_path: Path) -> "Compose":
        go = shutil.which("go")
        if go is None:
            pytest.skip("install go 1.24 or newer: compose files are checked by compose-go")
        return Compose(go, tmp_path)

    def test_both_files_are_accepted(self, compose: "Compose") -> None:
        filled = re.sub(r"^(\w+)=$", r"\1=a-secret", EXAMPLE, flags=re.MULTILINE)

        real = json.loads(compose.read(filled, "docker-compose.yml").stdout)
        simulated = json.loads(
            compose.read(filled, "docker-compose.yml", "docker-compose.simulated.yml").stdout
        )

        assert set(real["services"]) == set(SERVICES)
        assert set(simulated["services"]) == set(ALL)
        assert (real["name"], simulated["name"]) == ("greenpulse", "greenpulse-simulated")

    def test_a_secret_that_is_not_set_is_named_with_the_way_out(self, compose: "Compose") -> None:
        refused = compose.read(EXAMPLE, "docker-compose.yml")

        assert refused.returncode == 1
        for name in re.findall(r"^(\w+)=$", EXAMPLE, flags=re.MULTILINE):
            assert f"{name} is missing a value: set it in .env, see .env.example" in refused.stderr


class Compose:
    """The program in tests/compose, which prints a project as JSON."""

    def __init__(self, go: str, folder: Path) -> None:
        self._go = go
        self._environment = folder / ".env"

    def read(self, environment: str, *files: str) -> subprocess.CompletedProcess[str]:
        self._environment.write_text(environment)
        return subprocess.run(
            [
                *(self._go, "run", ".", "--env-file", str(self._environment)),
                *(str(PROJECT / name) for name in files),
            ],
            cwd=PROJECT / "tests/compose",
            capture_output=True,
            text=True,
            check=False,
        )
