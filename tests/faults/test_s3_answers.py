"""What each answer of an S3 means: taken, later, or somebody has to change something."""

from collections.abc import AsyncIterator

import pytest
from support.s3_stores import account_of
from support.scripted_s3 import Misbehaviour, ScriptedS3, redirects, says, says_nothing

from greenpulse.errors import SettingsError, StoreUnavailable
from greenpulse.lake.s3 import S3Store

KEY = "topic=greenpulse.polls/partition=0000/00000000000000000000.ndjson.gz"
PATH = f"/bucket/lake/{KEY}"

LATER = [
    (307, "TemporaryRedirect"),
    (200, "InternalError"),
    (409, "ConditionalRequestConflict"),
    (409, "OperationAborted"),
    (429, "TooManyRequests"),
    (500, "InternalError"),
    (503, "SlowDown"),
    (503, "ServiceUnavailable"),
    (400, "RequestTimeout"),
    (400, "IncompleteBody"),
    (507, "XMinioStorageFull"),
    (408, ""),
    (502, ""),
    (503, ""),
    (504, ""),
]
KEYS = "set GREENPULSE_S3_ACCESS_KEY and GREENPULSE_S3_SECRET_KEY to those of a user"
ADDRESS = "set GREENPULSE_S3_ENDPOINT to the address of an S3"
WRONG = [
    (403, "AccessDenied", "allow this user s3:ListBucket"),
    (403, "InvalidAccessKeyId", KEYS),
    (403, "SignatureDoesNotMatch", KEYS),
    (403, "RequestTimeTooSkewed", "turn on time synchronisation"),
    (400, "ExpiredToken", "renew the credentials"),
    (501, "NotImplemented", "must name a store that creates a key only once"),
    (400, "IllegalLocationConstraintException", "set GREENPULSE_S3_REGION"),
    (400, "InvalidArgument", "InvalidArgument (as the test says)"),
    (413, "", "take bodies of 32 MiB"),
    (400, "EntityTooLarge", "take bodies of 32 MiB"),
    (400, "", ADDRESS),
    (404, "", ADDRESS),
    (405, "", ADDRESS),
    (200, "", ADDRESS),
]


@pytest.fixture
async def s3() -> AsyncIterator[ScriptedS3]:
    async with ScriptedS3() as s3:
        yield s3


@pytest.fixture
async def store(s3: ScriptedS3) -> AsyncIterator[S3Store]:
    store = S3Store("bucket/lake", account_of(s3.address))
    yield store
    await store.close()


def puts(s3: ScriptedS3) -> list[str]:
    """What it was asked to store; where a region is in doubt, botocore asks for it by a HEAD."""
    return [asked for asked in s3.asked if asked.startswith("PUT")]


@pytest.mark.parametrize(
    ("status", "code"),
    [(412, "PreconditionFailed"), (304, "NotModified"), (304, ""), (200, "PreconditionFailed")],
)
async def test_a_key_that_is_taken_is_not_created(
    s3: ScriptedS3, store: S3Store, status: int, code: str
) -> None:
    s3.script.append(says(status, code))

    assert await store.create(KEY, b"mine") is False

    assert s3.asked == [f"PUT {PATH}"]


@pytest.mark.parametrize(("status", "code"), LATER)
async def test_what_may_succeed_later_is_unavailable_and_was_asked_once(
    s3: ScriptedS3, store: S3Store, status: int, code: str
) -> None:
    s3.script.append(says(status, code))

    with pytest.raises(StoreUnavailable) as raised:
        await store.create(KEY, b"mine")

    assert str(raised.value).startswith(f"creating '{KEY}' in the lake 's3://bucket/lake' at 'http")
    assert (code or str(status)) in str(raised.value)
    assert puts(s3) == [f"PUT {PATH}"]
    assert await store.create(KEY, b"mine") is True


@pytest.mark.parametrize(("status", "code", "way_out"), WRONG)
async def test_what_somebody_has_to_change_is_said_with_the_way_out(
    s3: ScriptedS3, store: S3Store, status: int, code: str, way_out: str
) -> None:
    s3.script.append(says(status, code))

    with pytest.raises(SettingsError) as raised:
        await store.create(KEY, b"mine")

    assert way_out in str(raised.value)
    assert "\n" not in str(raised.value)
    assert puts(s3) == [f"PUT {PATH}"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(s3: ScriptedS3, store: S3Store, status: int) -> None:
    s3.script.append(redirects(status, f"{s3.address.endpoint}/sign-in"))

    with pytest.raises(SettingsError, match="GREENPULSE_S3_"):
        await store.create(KEY, b"mine")

    assert "/sign-in" not in "".join(s3.asked)


@pytest.mark.parametrize("content", ["text/html", "application/json"])
async def test_a_page_is_no_object_and_no_listing(
    s3: ScriptedS3, store: S3Store, content: str
) -> None:
    page: Misbehaviour = says(200, content=content)
    s3.script.extend([page, page])

    with pytest.raises(SettingsError, match="no S3"):
        await store.read(KEY)
    with pytest.raises(SettingsError, match="no S3"):
        await store.keys("topic=")


async def test_a_success_without_a_hash_is_no_success_of_an_s3(
    s3: ScriptedS3, store: S3Store
) -> None:
    s3.script.append(says_nothing)

    with pytest.raises(SettingsError, match="no S3"):
        await store.create(KEY, b"mine")


async def test_a_site_that_knows_no_such_page_is_not_an_empty_lake(
    s3: ScriptedS3, store: S3Store
) -> None:
    s3.script.extend([says(404), says(404)])

    with pytest.raises(SettingsError, match=ADDRESS):
        await store.read(KEY)
    with pytest.raises(SettingsError, match=ADDRESS):
        await store.keys("topic=")


@pytest.mark.parametrize(("status", "code"), LATER[2:])
async def test_reading_and_listing_fail_alike(
    s3: ScriptedS3, store: S3Store, status: int, code: str
) -> None:
    s3.script.extend([says(status, code), says(status, code)])

    with pytest.raises(StoreUnavailable):
        await store.read(KEY)
    with pytest.raises(StoreUnavailable):
        await store.keys("topic=")


async def test_no_secret_is_in_any_error(s3: ScriptedS3, store: S3Store) -> None:
    s3.script.append(says(403, "SignatureDoesNotMatch"))

    with pytest.raises(SettingsError) as raised:
        await store.create(KEY, b"mine")

    for text in (str(raised.value), repr(raised.value), repr(account_of(s3.address))):
        assert s3.address.secret_key not in text
        assert s3.address.access_key not in text
