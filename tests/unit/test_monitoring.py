"""Dashboard, alerts and their provisioning speak of metrics that a worker has, and of all."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from greenpulse.metrics import Metrics

PROJECT = Path(__file__).parents[2]
MONITORING = PROJECT / "monitoring"
DASHBOARD: dict[str, Any] = json.loads(
    (MONITORING / "grafana" / "dashboards" / "greenpulse.json").read_text()
)
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
CONFIGURATION = yaml.safe_load((MONITORING / "prometheus" / "prometheus.yml").read_text())
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((MONITORING / "prometheus" / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
PROMETHEUS_OWN = {"up": {"instance", "job"}}
"""Series that Prometheus itself adds, with their labels."""


def exported() -> dict[str, set[str]]:
    """Every series of a worker, by name, with the labels that a query may name."""
    series = dict(PROMETHEUS_OWN)
    for family in Metrics().registry.collect():
        endings = {
            "counter": ["_total"],
            "histogram": ["_bucket", "_count", "_sum"],
            "info": ["_info"],
        }.get(family.type, [""])
        for ending in endings:
            labels = {*labels_of(family.name), "instance", "job"}
            series[family.name + ending] = labels | ({"le"} if ending == "_bucket" else set())
    return series


def labels_of(family: str) -> tuple[str, ...]:
    """Labels that the metric declares; those without a value yet show no sample of them."""
    declared: dict[str, tuple[str, ...]] = {
        metric._name: metric._labelnames  # noqa: SLF001 - the client has no public way
        for metric in vars(Metrics()).values()
        if hasattr(metric, "_labelnames")
    }
    return declared.get(family, ())


def queries() -> Iterator[tuple[str, str]]:
    """Each query of a panel, and each alert's, with its name."""
    for panel in PANELS:
        for target in panel["targets"]:
            # As Grafana fills it in where all workers are chosen.
            yield panel["title"], target["expr"].replace("$instance", ".*")
    for rule in RULES:
        yield rule["alert"], rule["expr"]


class Named:
    """What a query names: its series, and the labels that it selects or groups by."""

    def __init__(self, expression: str) -> None:
        self.series: dict[str, set[str]] = {}
        self.grouped_by: set[str] = set()
        self._walk(promql_parser.parse(expression))

    def _walk(self, node: Any) -> None:  # noqa: ANN401 - the parser has a class for each
        if isinstance(node, promql_parser.VectorSelector):
            assert node.name is not None
            matched = {matcher.name for matcher in node.matchers.matchers}
            self.series.setdefault(node.name, set()).update(matched)
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            self.grouped_by |= set(node.modifier.labels)
        for name in ("expr", "lhs", "rhs", "vector_selector"):
            if (child := getattr(node, name, None)) is not None:
                self._walk(child)
        for argument in getattr(node, "args", ()):
            self._walk(argument)


@pytest.mark.parametrize(("where", "expression"), list(queries()))
def test_every_query_names_what_a_worker_exports(where: str, expression: str) -> None:
    known, named = exported(), Named(expression)

    assert named.series or where == "GreenPulseNoWorker"
    for name, matched in named.series.items():
        assert name in known, f"{where}: no worker exports {name}"
        assert matched | named.grouped_by <= known[name], f"{where}: labels of {name}"


def test_every_metric_of_a_worker_is_shown() -> None:
    shown = {
        name
        for panel in PANELS
        for target in panel["targets"]
        for name in Named(target["expr"].replace("$instance", ".*")).series
    }

    of_ours = {name for name in exported() if name.startswith("greenpulse_")}

    # Buckets and counts of a histogram say what its sum would.
    assert {name for name in of_ours - shown if not name.endswith(("_sum", "_count"))} == set()


def test_every_panel_says_what_it_shows_and_stands_beside_the_others() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert all(x < 24 for x, _ in cells)
        taken |= cells
    for panel in PANELS:
        assert panel["description"] or panel["title"] == "Versions"
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references)


def test_the_dashboard_asks_the_prometheus_that_is_chosen() -> None:
    variables = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}
    places = [*PANELS, *(target for panel in PANELS for target in panel["targets"])]

    assert variables["datasource"]["type"] == "datasource"
    assert {place["datasource"]["uid"] for place in places} == {"${datasource}"}
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(DASHBOARD["panels"]))) - {"__all"}
    assert used == set(variables)
    assert DASHBOARD["id"] is None
    assert DASHBOARD["uid"]


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "look"}
        assert rule["annotations"].keys() == {"summary", "action"}
        assert promql_parser.parse_duration(rule.get("for", "1m")).total_seconds() <= 900


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_names_only_labels_that_its_query_keeps(rule: dict[str, Any]) -> None:
    used = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
    named = Named(rule["expr"])
    known = exported()

    kept = named.grouped_by or set.intersection(*(known[name] for name in named.series))
    assert used <= kept


def test_the_files_lie_where_the_containers_look_for_them() -> None:
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    mounted = {
        target: PROJECT / source
        for service in ("prometheus", "grafana")
        for source, target, *_ in (v.split(":") for v in services[service]["volumes"])
        if source.startswith("./")
    }
    [provider] = yaml.safe_load(
        (mounted["/etc/grafana/provisioning"] / "dashboards" / "greenpulse.yml").read_text()
    )["providers"]
    [source] = yaml.safe_load(
        (mounted["/etc/grafana/provisioning"] / "datasources" / "prometheus.yml").read_text()
    )["datasources"]

    assert (mounted[provider["options"]["path"]] / "greenpulse.json").exists()
    assert (mounted["/etc/prometheus"] / CONFIGURATION["rule_files"][0]).exists()
    assert source["url"] == "http://prometheus:9090"
    [worker] = [job for job in CONFIGURATION["scrape_configs"] if job["job_name"] == "greenpulse"]
    [found] = worker["dns_sd_configs"]
    assert found["names"] == ["worker"]
    assert set(services["worker"]["networks"]) & set(services["prometheus"]["networks"])
