"""An S3 that heeds no condition is never trusted with a chain."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from support.s3_stores import account_of, own_bucket, serving_moto
from support.scripted_s3 import ScriptedS3, loses_the_answer, says
from support.services.addresses import S3Address
from support.services.ports import free_port
from support.worker_process import WorkerProcess

from greenpulse.errors import SettingsError, StoreUnavailable
from greenpulse.lake.s3 import S3Store
from greenpulse.lake.self_test import prove_create_only

REFUSAL = "16 of 16 writers of one key were told that they won; GREENPULSE_LAKE must name a store"


class HeedsNoCondition:
    """Hides ``If-None-Match`` from the S3 behind it, which so overwrites as S3s once did."""

    def __init__(self, s3: Callable[..., Iterable[bytes]]) -> None:
        self._s3 = s3

    def __call__(self, environ: Mapping[str, Any], start_response: object) -> Iterable[bytes]:
        without = {name: v for name, v in environ.items() if name != "HTTP_IF_NONE_MATCH"}
        return self._s3(without, start_response)


@pytest.fixture
def old_s3() -> Iterator[S3Address]:
    """A whole S3 (moto), but for conditions."""
    with serving_moto(HeedsNoCondition) as address:
        yield address


async def test_an_s3_that_heeds_no_condition_is_refused(old_s3: S3Address) -> None:
    store = own_bucket(old_s3)

    with pytest.raises(SettingsError) as raised:
        await prove_create_only(store, uuid4)
    await store.close()

    assert REFUSAL in str(raised.value)


async def test_a_worker_does_not_start_on_it_and_writes_no_chain(
    old_s3: S3Address, tmp_path: Path
) -> None:
    lake = f"greenpulse-{uuid4()}/lake"
    worker = WorkerProcess(
        tmp_path,
        f"http://127.0.0.1:{free_port()}",
        LAKE=f"s3://{lake}",
        S3_ENDPOINT=old_s3.endpoint,
        S3_ACCESS_KEY=old_s3.access_key,
        S3_SECRET_KEY=old_s3.secret_key,
    )

    code, _, stderr = await worker.command("worker")

    assert code == 2
    assert REFUSAL in stderr.splitlines()[-1]
    assert "Traceback" not in stderr
    store = S3Store(lake, account_of(old_s3))
    keys = await store.keys("")
    await store.close()
    assert len(keys) == 1
    assert keys[0].startswith("claims/probe-")


async def test_where_all_answers_got_lost_another_key_is_tried() -> None:
    async with ScriptedS3() as s3:
        s3.script.append(loses_the_answer)
        s3.script.extend([says(503, "SlowDown")] * 15)
        store = S3Store("bucket", account_of(s3.address))

        await prove_create_only(store, uuid4)
        await store.close()

        assert len(s3.objects) == 2
        assert sum(asked.startswith("PUT") for asked in s3.asked) == 32


async def test_an_s3_that_is_busy_is_not_refused() -> None:
    async with ScriptedS3() as s3:
        s3.script.extend([says(503, "SlowDown")] * 80)
        store = S3Store("bucket", account_of(s3.address))

        with pytest.raises(StoreUnavailable, match="SlowDown"):
            await prove_create_only(store, uuid4)
        await store.close()

        assert len({asked for asked in s3.asked if asked.startswith("PUT")}) == 5
