"""Settings: what people read when one is wrong, where values come from, what never prints."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.dotenv_file import read_dotenv_file
from greenpulse.errors import SettingsError
from greenpulse.settings import Settings

SECRETS = [setting.name for setting in Settings.all() if setting.is_secret]


def problems_of(environ: dict[str, str], dotenv: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.read(environ, dotenv or {})
    return str(caught.value).split("\n")


def test_without_any_setting_all_is_embedded_in_the_data_folder() -> None:
    settings = Settings.read({}, {})

    assert settings.broker.path == Path("data/log.sqlite")
    assert settings.lake.path == Path("data/lake")
    assert settings.warehouse.path == Path("data/warehouse.duckdb")
    assert settings.api_url == "https://api.carbonintensity.org.uk"
    assert settings.poll_seconds == 10
    assert settings.load_seconds == 0


def test_the_data_folder_moves_all_embedded_parts_that_name_no_place() -> None:
    settings = Settings.read(
        {"GREENPULSE_DATA": "elsewhere", "GREENPULSE_LAKE": "file:///srv/lake"}, {}
    )

    assert settings.broker.path == Path("elsewhere/log.sqlite")
    assert settings.lake.path == Path("/srv/lake")
    assert settings.warehouse.path == Path("elsewhere/warehouse.duckdb")


def test_a_path_without_a_slash_in_front_is_relative_to_the_working_directory() -> None:
    settings = Settings.read({"GREENPULSE_WAREHOUSE": "duckdb://here/w.duckdb"}, {})

    assert settings.warehouse.path == Path("here/w.duckdb")
    assert str(settings.warehouse) == "duckdb://here/w.duckdb"


def test_loads_on_snowflake_wait_for_multiples_of_five_minutes() -> None:
    settings = Settings.read({"GREENPULSE_WAREHOUSE": "snowflake://ACCOUNT/ENERGY_PROJECT"}, {})

    assert settings.load_seconds == 300


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_default() -> None:
    environ = {"GREENPULSE_POLL_SECONDS": "20", "GREENPULSE_WEB_HOST": ""}
    dotenv = {"GREENPULSE_POLL_SECONDS": "30", "GREENPULSE_WEB_HOST": "0.0.0.0"}  # noqa: S104 - a setting under test

    shown = {row.name: row for row in Settings.read(environ, dotenv).shown()}

    assert (shown["GREENPULSE_POLL_SECONDS"].value, shown["GREENPULSE_POLL_SECONDS"].origin) == (
        "20",
        "environment",
    )
    assert (shown["GREENPULSE_WEB_HOST"].value, shown["GREENPULSE_WEB_HOST"].origin) == (
        "0.0.0.0",  # noqa: S104 - a setting under test
        ".env",
    )
    assert shown["GREENPULSE_WEB_PORT"].origin == "default"


WRONG = {
    "GREENPULSE_DATA": "~/greenpulse",
    "GREENPULSE_BROKER": "localhost:9092",
    "GREENPULSE_LAKE": "s3://",
    "GREENPULSE_WAREHOUSE": "postgres://host/base",
    "GREENPULSE_API_URL": "api.carbonintensity.org.uk",
    "GREENPULSE_POLL_SECONDS": "ten",
    "GREENPULSE_PARTITIONS": "0",
    "GREENPULSE_RETENTION_DAYS": "-1",
    "GREENPULSE_ARCHIVE_WINDOW_SECONDS": "nan",
    "GREENPULSE_ARCHIVE_MAX_RECORDS": "1e4",
    "GREENPULSE_ARCHIVE_MAX_BYTES": "8 MB",
    "GREENPULSE_LOAD_SECONDS": "inf",
    "GREENPULSE_LAKE_VERIFY": "all",
    "GREENPULSE_WEB_HOST": "http://localhost",
    "GREENPULSE_WEB_PORT": "70000",
    "GREENPULSE_LOG_LEVEL": "loud",
    "GREENPULSE_LOG_FORMAT": "xml",
    "GREENPULSE_KAFKA_SECURITY_PROTOCOL": "TLS",
    "GREENPULSE_KAFKA_SASL_MECHANISM": "MD5",
    "GREENPULSE_S3_ENDPOINT": "minio:9000",
    "GREENPULSE_SNOWFLAKE_HOST": "a host",
    "GREENPULSE_SNOWFLAKE_PORT": "https",
    "GREENPULSE_SNOWFLAKE_PROTOCOL": "ftp",
}


def test_all_wrong_settings_are_named_at_once_each_with_value_expectation_and_example() -> None:
    problems = problems_of(WRONG)

    assert [problem.partition("=")[0] for problem in problems] == list(WRONG)
    for problem, value in zip(problems, WRONG.values(), strict=True):
        assert f"={value!r}: want " in problem
        assert "such as " in problem


@pytest.mark.parametrize("name", list(WRONG))
def test_the_example_in_a_message_is_a_right_value(name: str) -> None:
    (problem,) = problems_of({name: WRONG[name]})
    example = problem.rpartition("such as ")[2]

    Settings.read({name: example, **_beside(name)}, {})


def _beside(name: str) -> dict[str, str]:
    if name != "GREENPULSE_KAFKA_SASL_MECHANISM":
        return {}
    return {
        "GREENPULSE_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "GREENPULSE_KAFKA_USERNAME": "me",
        "GREENPULSE_KAFKA_PASSWORD": "secret",
    }


@pytest.mark.parametrize(
    "place", ["lake", "green-pulse.lake/a/b_c=1", "123/v1.0", "a" * 63 + "/" + "b" * 448]
)
def test_a_lake_is_a_bucket_and_a_prefix(place: str) -> None:
    for text in (f"s3://{place}", f"s3://{place}/"):
        assert Settings.read({"GREENPULSE_LAKE": text}, {}).lake.location == place


@pytest.mark.parametrize(
    "place",
    [
        "ab",
        "Lake",
        "lake_1",
        "a" * 64,
        "lake//a",
        "lake/.a",
        "lake/a b",
        "lake/ä",
        "lake/" + "b" * 508,
    ],
)
def test_a_place_that_not_every_s3_takes_is_refused(place: str) -> None:
    (problem,) = problems_of({"GREENPULSE_LAKE": f"s3://{place}"})

    assert "want a bucket, of 3 to 63 letters and digits, and a prefix" in problem


def test_a_misspelt_name_is_refused_with_the_name_that_was_meant() -> None:
    problems = problems_of({"GREENPULSE_BROKR": "embedded://"}, {"GREENPULSE_WEBPORT": "80"})

    assert problems == [
        "GREENPULSE_BROKR is no setting of GreenPulse: did you mean GREENPULSE_BROKER?",
        "GREENPULSE_WEBPORT is no setting of GreenPulse: did you mean GREENPULSE_WEB_PORT?",
    ]


def test_a_name_that_resembles_none_leads_to_the_list_of_settings() -> None:
    assert problems_of({"GREENPULSE_COLOUR": "green"}) == [
        "GREENPULSE_COLOUR is no setting of GreenPulse: see 'greenpulse settings'"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "BROKER_URL",
        "GREENPULSE_TEST_KAFKA",
        "GREENPULSE_FAUST_WEB_BIND",
        "GREENPULSE_RECORDED_DATA",
        "GREENPULSE_SERVICE_HOST",
        "GREENPULSE_SERVICE_PORT_HTTP",
        "GREENPULSE_PORT_6066_TCP_ADDR",
        "GREENPULSE_PORT",
    ],
)
def test_names_that_others_own_are_left_alone(name: str) -> None:
    assert Settings.read({name: "tcp://10.0.0.7:6066"}, {}) == Settings.read({}, {})


def test_the_port_of_the_pages_is_told_from_what_kubernetes_calls_port() -> None:
    assert problems_of({"GREENPULSE_PORT": "8080"}) == [
        "GREENPULSE_PORT is no setting of GreenPulse: did you mean GREENPULSE_WEB_PORT?"
    ]


def test_half_a_pair_of_keys_is_refused() -> None:
    assert problems_of({"GREENPULSE_S3_ACCESS_KEY": "AKIA"}) == [
        "GREENPULSE_S3_SECRET_KEY is not set: GREENPULSE_S3_ACCESS_KEY is of no use without it"
    ]


def test_signing_in_to_kafka_wants_mechanism_user_and_password() -> None:
    without_mechanism = problems_of({"GREENPULSE_KAFKA_SECURITY_PROTOCOL": "SASL_SSL"})
    without_user = problems_of(
        {
            "GREENPULSE_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
            "GREENPULSE_KAFKA_SASL_MECHANISM": "PLAIN",
        }
    )

    assert [p.partition(" ")[0] for p in without_mechanism] == ["GREENPULSE_KAFKA_SASL_MECHANISM"]
    assert [p.partition(" ")[0] for p in without_user] == [
        "GREENPULSE_KAFKA_USERNAME",
        "GREENPULSE_KAFKA_PASSWORD",
    ]


def test_nobody_is_left_to_believe_that_the_way_to_kafka_is_safe() -> None:
    sasl = {
        "GREENPULSE_KAFKA_SASL_MECHANISM": "PLAIN",
        "GREENPULSE_KAFKA_USERNAME": "me",
        "GREENPULSE_KAFKA_PASSWORD": "secret",
    }

    without_sasl = problems_of(sasl)
    (without_tls,) = problems_of({"GREENPULSE_KAFKA_CA_FILE": "ca.pem"})

    assert without_sasl == [
        f"{name} is of no use: GREENPULSE_KAFKA_SECURITY_PROTOCOL is PLAINTEXT, want one with "
        "SASL in it, such as SASL_SSL"
        for name in sasl
    ]
    assert "GREENPULSE_KAFKA_CA_FILE is of no use" in without_tls


@pytest.mark.parametrize(
    "address",
    [
        "kafka://",
        "kafka://host:port",
        "kafka://one:9092/topic",
        "kafka://one:1,,two:2",
        "kafka://a:0",
    ],
)
def test_an_address_of_kafka_is_hosts_with_ports_and_no_more(address: str) -> None:
    (problem,) = problems_of({"GREENPULSE_BROKER": address})

    assert problem.endswith("such as kafka://localhost:9092 or kafka://one:9092,two:9092")


@pytest.mark.parametrize("address", ["kafka://one:9092,two:9093", "kafka://one", "kafka://[::1]:9"])
def test_kafka_may_have_several_hosts_a_default_port_and_ip_6(address: str) -> None:
    assert str(Settings.read({"GREENPULSE_BROKER": address}, {}).broker) == address


def test_secrets_are_in_no_text_about_the_settings() -> None:
    beside = {
        "GREENPULSE_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "GREENPULSE_KAFKA_SASL_MECHANISM": "PLAIN",
        "GREENPULSE_KAFKA_USERNAME": "me",
    }
    settings = Settings.read(dict.fromkeys(SECRETS, "hunter2") | beside, {})

    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings)
    assert "hunter2" not in str(settings.shown())
    assert {row.value for row in settings.shown() if row.name in SECRETS} == {"***"}


def test_secrets_are_in_no_message_about_another_wrong_setting() -> None:
    environ = dict.fromkeys(SECRETS, "hunter2") | {"GREENPULSE_WEB_PORT": "x"}

    assert "hunter2" not in "\n".join(problems_of(environ))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GREENPULSE_API_URL", "https://me:hunter2@proxy.example"),
        ("GREENPULSE_S3_ENDPOINT", "http://me:hunter2@minio:9000"),
        ("GREENPULSE_BROKER", "kafka://me:hunter2@broker:9092"),
        ("GREENPULSE_BROKER", "kafka://me:hun/ter2@broker:9092"),
        ("GREENPULSE_WAREHOUSE", "snowflake://me:hunter2@account/ENERGY_PROJECT"),
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(name: str, value: str) -> None:
    (problem,) = problems_of({name: value})

    assert "without user and password" in problem
    assert "://***@" in problem
    assert "ter2" not in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GREENPULSE_API_URL", "https://proxy.example/api?key=hunter2"),
        ("GREENPULSE_BROKER", "kafka://broker:9092?password=hunter2"),
    ],
)
def test_what_may_be_a_password_behind_an_address_is_not_repeated(name: str, value: str) -> None:
    (problem,) = problems_of({name: value})

    assert "?***'" in problem
    assert "hunter2" not in problem


@given(
    st.dictionaries(
        st.sampled_from([setting.name for setting in Settings.all()]),
        st.text(st.characters(exclude_categories=["Cs"])),
    )
)
def test_whatever_the_environment_holds_only_our_own_error_is_raised(
    environ: dict[str, str],
) -> None:
    try:
        settings = Settings.read(environ, {})
    except SettingsError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, another exception is not
    else:
        assert len(settings.shown()) == len(Settings.all())


@given(st.sampled_from(Settings.all()))
def test_every_setting_says_why_it_is_there(setting: object) -> None:
    assert getattr(setting, "why", "").endswith(".")


def test_every_default_but_an_empty_one_can_be_written_down_and_read_again() -> None:
    defaults = {s.name: s.default for s in Settings.all() if s.default}

    written = Settings.read(defaults, {})
    unset = Settings.read({}, {})

    assert dataclasses.replace(written, origins={}) == dataclasses.replace(unset, origins={})


def test_an_absent_dotenv_file_says_nothing(tmp_path: Path) -> None:
    file = read_dotenv_file(tmp_path / ".env")

    assert (file.values, file.problems) == ({}, ())


def test_a_dotenv_file_is_read_literally(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(
        "\ufeff# my settings\n"
        "export GREENPULSE_POLL_SECONDS=20\n"
        "\n"
        "GREENPULSE_KAFKA_PASSWORD='pa${HOME}ss#word'\n"
        'GREENPULSE_DATA="my data" # quoted\r\n',
        encoding="utf-8",
    )

    file = read_dotenv_file(path)

    assert file.problems == ()
    assert file.values == {
        "GREENPULSE_POLL_SECONDS": "20",
        "GREENPULSE_KAFKA_PASSWORD": "pa${HOME}ss#word",
        "GREENPULSE_DATA": "my data",
    }
    assert "ss#word" not in repr(file)


def test_a_line_of_a_dotenv_file_that_says_nothing_is_named_but_not_quoted(
    tmp_path: Path,
) -> None:
    path = tmp_path / ".env"
    path.write_text(
        "\n\nGREENPULSE_KAFKA_PASSWORD hunter2\nGREENPULSE_DATA='open\n", encoding="utf-8"
    )

    problems = read_dotenv_file(path).problems

    assert [problem.partition(": ")[2].partition(" is ")[0] for problem in problems] == [
        "line 3",
        "line 4",
    ]
    assert "hunter2" not in str(problems)


def test_a_dotenv_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    no_text = tmp_path / "bytes"
    no_text.write_bytes(b"GREENPULSE_DATA=\xff\n")

    assert read_dotenv_file(no_text).problems == (f"reading '{no_text}': it is no UTF-8 text",)
    assert read_dotenv_file(tmp_path).problems == (f"reading '{tmp_path}': Is a directory",)


def test_what_is_wrong_with_dotenv_is_reported_beside_wrong_settings() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read({"GREENPULSE_WEB_PORT": "x"}, {}, ["reading '.env': Permission denied"])

    assert str(caught.value).split("\n")[0] == "reading '.env': Permission denied"
    assert "GREENPULSE_WEB_PORT='x'" in str(caught.value)
