"""Each wrong setting of an S3, and each right that is missing, in one sentence."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import trustme
from minio import MinioAdmin
from minio.credentials.providers import StaticProvider
from support.s3_stores import account_of
from support.scripted_s3 import ScriptedS3
from support.service_fixtures import running
from support.services.addresses import S3Address
from support.services.minio import MinioServer
from support.services.ports import free_port

from greenpulse.errors import SettingsError, StoreUnavailable
from greenpulse.lake.s3 import S3Store
from greenpulse.lake.s3_client import S3Account
from greenpulse.lake.self_test import prove_create_only

RIGHTS = "allow this user s3:ListBucket on the bucket, s3:GetObject and s3:PutObject"
LIST, GET, PUT = "s3:ListBucket", "s3:GetObject", "s3:PutObject"


@pytest.fixture(scope="module")
def admin_minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MinioServer]:
    """A MinIO to which users may be added."""
    with running(MinioServer, tmp_path_factory.mktemp("minio")) as server:
        yield server


@pytest.fixture
async def bucket(admin_minio: MinioServer) -> str:
    """A bucket with a lake in it."""
    bucket = f"greenpulse-{uuid4()}"
    store = S3Store(bucket, account_of(address_of(admin_minio)))
    assert await store.create("claims/lake", b"{}")
    await store.close()
    return bucket


def address_of(server: MinioServer) -> S3Address:
    return S3Address(server.endpoint, server.access_key, server.secret_key)


def user_of(server: MinioServer, *rights: str) -> S3Account:
    """A new user who may do so much, in any bucket."""
    root = StaticProvider(server.access_key, server.secret_key)
    host = server.endpoint.removeprefix("http://")
    admin = MinioAdmin(endpoint=host, credentials=root, secure=False)
    user, secret = f"user-{uuid4().hex[:8]}", uuid4().hex
    statement = {"Effect": "Allow", "Action": list(rights), "Resource": ["arn:aws:s3:::*"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    admin.user_add(user, secret)
    admin.policy_add(f"{user}-rights", policy=policy)
    admin.policy_set(f"{user}-rights", user=user)
    return S3Account(server.endpoint, user, secret)


async def start(store: S3Store) -> None:
    """What a worker does first."""
    await prove_create_only(store, uuid4)
    await store.keys("topic=")


async def refusal(store: S3Store, expected: type[Exception] = SettingsError) -> str:
    """The sentence with which the start of a worker on ``store`` fails."""
    with pytest.raises(expected) as raised:
        await start(store)
    await store.close()
    sentence = str(raised.value)
    assert "\n" not in sentence
    return sentence


async def test_a_user_who_may_not_delete_may_do_all_that_is_needed(
    admin_minio: MinioServer, bucket: str
) -> None:
    store = S3Store(bucket, user_of(admin_minio, LIST, GET, PUT))

    await prove_create_only(store, uuid4)
    assert await store.create("claims/source", b"{}")

    assert await store.read("claims/lake") is not None
    assert await store.keys("claims/l") == ["claims/lake"]
    await store.close()


@pytest.mark.parametrize(
    ("rights", "action"),
    [
        ([GET, PUT], "listing 'topic='"),
        ([LIST, PUT], "reading 'claims/probe-"),
        ([LIST, GET], "creating 'claims/probe-"),
    ],
)
async def test_a_missing_right_is_named(
    admin_minio: MinioServer, bucket: str, rights: list[str], action: str
) -> None:
    sentence = await refusal(S3Store(bucket, user_of(admin_minio, *rights)))

    assert sentence.startswith(action)
    assert f"in the lake 's3://{bucket}' at '{admin_minio.endpoint}'" in sentence
    assert "AccessDenied" in sentence
    assert RIGHTS in sentence


async def test_a_bucket_that_may_not_be_made_is_to_be_made_by_hand(
    admin_minio: MinioServer,
) -> None:
    account = user_of(admin_minio, LIST, GET, PUT)

    sentence = await refusal(S3Store("no-such-bucket", account))

    assert sentence.startswith("making the bucket of the lake 's3://no-such-bucket'")
    assert "make the bucket 'no-such-bucket' by hand, allow this user s3:CreateBucket" in sentence


async def test_a_bucket_is_made_where_that_is_allowed(admin_minio: MinioServer) -> None:
    bucket = f"made-{uuid4()}"
    store = S3Store(bucket, user_of(admin_minio, LIST, GET, PUT, "s3:CreateBucket"))

    assert await store.server() is None
    assert await store.create("claims/lake", b"{}")
    assert await store.server() == "MinIO"
    await store.close()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"access_key": "nobody"}, "InvalidAccessKeyId"),
        ({"secret_key": "wrong-secret"}, "SignatureDoesNotMatch"),
    ],
)
async def test_wrong_keys_are_told_apart(
    admin_minio: MinioServer, bucket: str, changes: dict[str, str], reason: str
) -> None:
    keys = {"access_key": admin_minio.access_key, "secret_key": admin_minio.secret_key}
    account = S3Account(admin_minio.endpoint, **{**keys, **changes})

    sentence = await refusal(S3Store(bucket, account))

    assert reason in sentence
    assert "set GREENPULSE_S3_ACCESS_KEY and GREENPULSE_S3_SECRET_KEY" in sentence
    assert "wrong-secret" not in sentence


async def test_another_region_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIO_REGION", "eu-north-1")
    with running(MinioServer, tmp_path / "minio") as server:
        keys = (server.endpoint, server.access_key, server.secret_key)
        sentence = await refusal(S3Store("greenpulse", S3Account(*keys, region="eu-west-2")))
        store = S3Store("greenpulse", S3Account(*keys, region="eu-north-1"))
        await prove_create_only(store, uuid4)
        await store.close()

    assert "set GREENPULSE_S3_REGION to the bucket's region" in sentence


async def test_a_region_that_is_none_is_wrong(minio: S3Address) -> None:
    account = S3Account(minio.endpoint, minio.access_key, minio.secret_key, region="no region")

    assert "set GREENPULSE_S3_REGION" in await refusal(S3Store("bucket", account))


async def test_without_credentials_it_says_where_to_put_them(
    minio: S3Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_aws_chain(tmp_path, monkeypatch)

    sentence = await refusal(S3Store("bucket", S3Account(minio.endpoint)))

    assert "no credentials were found; set GREENPULSE_S3_ACCESS_KEY" in sentence


async def test_the_usual_aws_chain_gives_credentials(
    minio: S3Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_aws_chain(tmp_path, monkeypatch)
    (tmp_path / "credentials").write_text(
        f"[lake]\naws_access_key_id={minio.access_key}\naws_secret_access_key={minio.secret_key}\n"
    )
    monkeypatch.setenv("AWS_PROFILE", "lake")
    store = S3Store(f"greenpulse-{uuid4()}", S3Account(minio.endpoint))

    await prove_create_only(store, uuid4)
    await store.close()

    (tmp_path / "config").write_text("[profile broken]\ncredential_process = false\n")
    monkeypatch.setenv("AWS_PROFILE", "broken")
    silent = await refusal(S3Store("bucket", S3Account(minio.endpoint)), StoreUnavailable)
    assert "custom-process" in silent
    assert "or see why the AWS chain gives none" in silent

    monkeypatch.setenv("AWS_PROFILE", "absent")
    assert "absent" in await refusal(S3Store("bucket", S3Account(minio.endpoint)))


def empty_aws_chain(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


async def test_where_nobody_listens_it_may_be_there_later() -> None:
    account = S3Account(f"http://127.0.0.1:{free_port()}", "key", "secret")

    sentence = await refusal(S3Store("bucket", account), StoreUnavailable)

    assert "connection refused; see whether it runs" in sentence
    assert "GREENPULSE_S3_ENDPOINT" in sentence


async def test_an_unknown_host_may_be_known_later() -> None:
    account = S3Account("http://no-such-host.invalid:9000", "key", "secret")

    sentence = await refusal(S3Store("bucket", account), StoreUnavailable)

    assert "no host of that name is known" in sentence
    assert "GREENPULSE_S3_ENDPOINT" in sentence


async def test_a_host_that_botocore_takes_for_none_is_wrong() -> None:
    sentence = await refusal(S3Store("bucket", S3Account("http://my_minio:9000", "key", "secret")))

    assert "GREENPULSE_S3_ENDPOINT" in sentence


def tls_of(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server presents, and the file of the authority that signed it."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    return context, file


async def test_a_certificate_that_is_not_trusted_can_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority_file = tls_of(tmp_path)
    async with ScriptedS3(context) as s3:
        account = account_of(s3.address)
        sentence = await refusal(S3Store("bucket", account))
        monkeypatch.setenv("AWS_CA_BUNDLE", str(authority_file))
        store = S3Store("bucket", account)
        await prove_create_only(store, uuid4)
        await store.close()

    assert "its certificate is not trusted; set AWS_CA_BUNDLE to the file" in sentence


async def test_https_where_http_is_spoken_is_named(minio: S3Address) -> None:
    endpoint = minio.endpoint.replace("http://", "https://")

    sentence = await refusal(S3Store("bucket", S3Account(endpoint, "key", "secret")))

    assert "it speaks no TLS; write http://" in sentence
