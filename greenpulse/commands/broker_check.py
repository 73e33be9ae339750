"""Check of the broker: reached, open to this user, its topics as they are wanted."""

from greenpulse.broker.log import Log, sentences
from greenpulse.commands.checkup import Finding, State
from greenpulse.errors import SettingsError
from greenpulse.settings import Settings
from greenpulse.topics import GROUP, topic_specs

__all__ = ["check_broker"]


async def check_broker(settings: Settings, log: Log) -> list[Finding]:
    """Whether the log is reached, lets this user in, and has the topics as wanted.

    Raises:
        GreenpulseError: it is not reached, or does not answer this user.
    """
    wanted = topic_specs(settings.partitions, settings.retention_days)
    product = await log.describe()
    present = [spec for spec in wanted if await log.bounds(spec.name)]
    if not present:
        sentence = f"{settings.broker} has no topics yet; 'greenpulse worker' makes them"
        return [Finding("broker", State.NOTE, sentence)]
    findings = [Finding("broker", State.WELL, f"{settings.broker} is reached: {product}")]
    differing = sentences(await log.compare_topics(wanted))
    findings += [Finding("topics", State.WRONG, sentence) for sentence in differing]
    absent = [f"'{spec.name}'" for spec in wanted if spec not in present]
    if absent:
        sentence = f"{', '.join(absent)} not there yet; 'greenpulse worker' makes what is absent"
        findings.append(Finding("topics", State.NOTE, sentence))
    elif not differing:
        sentence = f"all {len(wanted)} topics are there, {settings.partitions} partitions each"
        findings.append(Finding("topics", State.WELL, f"{sentence}, as wanted"))
    try:
        await log.prove_access([spec.name for spec in present], GROUP)
    except SettingsError as error:
        findings.append(Finding("rights", State.WRONG, str(error)))
    return findings
