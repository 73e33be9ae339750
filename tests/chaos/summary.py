"""What a storm did, in figures, for whoever reads the output of the test."""

from collections import Counter, defaultdict

from chaos.load import Load
from chaos.scene import Findings, Scene
from chaos.storm import Storm

__all__ = ["summary"]


async def summary(scene: Scene, storm: Storm, load: Load, findings: Findings) -> str:
    """Some lines of text."""
    crew, chain = scene.crew, findings.chain
    poison = load.sent.total() - load.sent["usual"] - load.sent["huge"]
    lines = [
        f"events: {dict(sorted(storm.happened.items()))}",
        f"lake requests: {dict(scene.proxy.counts)}",
        f"ends of workers: {dict(Counter(map(str, crew.exits)))}",
        f"records in the topic: {findings.records}",
        f"of the load: {findings.acknowledged} acknowledged, {load.unsure} unsure",
        f"bad ones: {poison}; huge ones: {load.sent['huge']}",
        f"files: {chain.file_count} by {len(chain.writers)} processes",
        f"counted by workers as long as they lived: {dict(crew.counts)}",
    ]
    for kind, seconds in sorted((await _recoveries(scene, storm)).items()):
        known = sorted(seconds)
        lines.append(
            f"seconds from '{kind}' to the next file of a partition: median "
            f"{known[len(known) // 2]:.1f}, worst {known[-1]:.1f} of {len(known)}"
        )
    return "\n".join([*lines, str(findings)])


async def _recoveries(scene: Scene, storm: Storm) -> dict[str, list[float]]:
    """Seconds from each moment that a partition lost its worker to its next file, by kind."""
    created = sorted((v.created_at, v.key) for v in await scene.bucket.versions() if v.etag)
    found: dict[str, list[float]] = defaultdict(list)
    for taken in storm.taken:
        for partition in taken.partitions:
            name = f"/partition={partition:04d}/"
            later = (at for at, key in created if at > taken.at and name in key)
            first = next(later, None)
            if first is not None:
                found[taken.kind].append((first - taken.at).total_seconds())
    return found
