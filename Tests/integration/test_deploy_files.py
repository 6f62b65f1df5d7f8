"""The files under deploy/ and those of Docker: each is sound by itself, and all of them speak of the same nodes."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from support.command_line import skein
from support.deploy import (
    CLUSTERS,
    CONFIGURATION_STATUS,
    DEPLOY,
    KUBERNETES,
    PING_SECONDS,
    SECRETS,
    SYSTEMD,
    check,
    compose,
    directive,
    ring,
    seconds,
    servers,
    settings,
    stop_seconds,
)
from support.haproxy_process import executable
from support.node import REPOSITORY, binary

clusters = pytest.mark.parametrize("cluster", CLUSTERS)


# What nodes and HAProxy are told


@clusters
def test_the_configuration_can_be_used_with_the_secrets_and_not_without(cluster):
    file, _, secrets = CLUSTERS[cluster]
    for name in ring(cluster):
        checked = check(file, secrets | {"SKEIN_NODE_NAME": name})
        assert checked.returncode == 0, checked.stderr
    for missing in SECRETS:
        rest = {name: value for name, value in secrets.items() if name != missing}
        assert check(file, rest).returncode == CONFIGURATION_STATUS, f"usable without {missing}"


@clusters
def test_the_balancer_knows_the_nodes_by_the_same_names_ids_and_addresses(cluster):
    file = CLUSTERS[cluster][1]
    assert len(ring(cluster)) == 3
    assert servers(file.read_text()) == ring(cluster)


@clusters
def test_haproxy_accepts_its_configuration(cluster, tmp_path):
    file = CLUSTERS[cluster][1]
    checked = subprocess.run([executable(), "-c", "-f", file], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    # Names of nodes are those of another network. Everything else must not even be warned of.
    assert [line for line in checked.stderr.splitlines() if "WARNING" in line and "could not resolve" not in line] == []
    broken = tmp_path / "haproxy.cfg"
    broken.write_text(file.read_text().replace("hash-type consistent", "hash-type persistent"))
    assert subprocess.run([executable(), "-c", "-f", broken], capture_output=True).returncode != 0


@clusters
def test_the_balancer_fits_what_the_nodes_do(cluster):
    values, text = settings(cluster), CLUSTERS[cluster][1].read_text()
    assert values["ring"]["profile"] == "haproxy(crc32,avalanche,id)"
    assert re.search(r"^\s+hash-type consistent crc32 avalanche$", text, re.MULTILINE)
    assert re.search(r"^\s+balance hash var\(txn\.cid\)$", text, re.MULTILINE)
    assert re.search(r"^\s+http-check disable-on-404$", text, re.MULTILINE)
    assert seconds(values["drain"]["delay"]) >= 2 * seconds(directive(text, "check inter"))
    assert seconds(directive(text, "timeout tunnel")) >= 3 * PING_SECONDS
    per_server = int(re.search(r"default-server .*\bmaxconn (\d+)", text)[1])
    assert per_server > values["client"]["connections"]
    assert int(directive(text, "maxconn")) > len(ring(cluster)) * values["client"]["connections"]
    assert text.index("del-header x-skein-cid") < text.index("set-header x-skein-cid")
    assert text.index("del-header x-forwarded-for") < text.index("option forwardfor")


def test_the_two_balancers_differ_in_their_servers_alone():
    def rest(cluster: str) -> str:
        text = CLUSTERS[cluster][1].read_text()
        return "\n".join(line for line in text[text.index("\nglobal\n") :].splitlines() if "    server " not in line)

    assert rest("compose") == rest("kubernetes")


@clusters
def test_the_file_of_the_balancer_is_what_the_command_in_it_prints(cluster):
    _, file, secrets = CLUSTERS[cluster]
    head, body = file.read_text().split("\nglobal\n")
    told = head.replace("\\\n#", "")
    command = re.search(r"^# +skein (ring haproxy .*)$", told, re.MULTILINE)[1].split()
    printed = skein(*command, env=secrets, folder=REPOSITORY if cluster == "compose" else KUBERNETES)
    assert printed.returncode == 0, printed.stderr
    assert body == printed.stdout.split("\nglobal\n")[1]
    assert "resolvers names" in body


# Docker


def test_every_service_has_a_health_check_limits_and_a_restart_policy():
    for name, service in compose()["services"].items():
        health = service["healthcheck"]
        assert health["test"][0] in ("CMD", "CMD-SHELL") and len(health["test"]) > 1, name
        assert {"interval", "timeout", "retries", "start_period"} <= health.keys(), name
        assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys(), name
        assert service["restart"] == "unless-stopped", name
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name
        assert "stop_grace_period" in service, name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_services_start_in_order():
    services = compose()["services"]
    nodes = ring("compose")
    assert services.keys() == {"redis", "haproxy", *nodes}
    for node in nodes:
        assert services[node]["depends_on"] == {"redis": {"condition": "service_healthy"}}
    assert services["haproxy"]["depends_on"] == {node: {"condition": "service_healthy"} for node in nodes}
    assert "depends_on" not in services["redis"]


def test_each_service_of_a_node_has_its_name_and_the_one_configuration():
    for node, (_, address) in ring("compose").items():
        service = compose()["services"][node]
        assert service["environment"]["SKEIN_NODE_NAME"] == node
        assert service["environment"]["SKEIN_CONFIG"] == "/etc/skein/skein.yaml"
        assert service["volumes"] == ["./deploy:/etc/skein:ro"]
        assert address == f"{node}:{settings('compose')['listeners']['client']['port']}"


def test_one_port_is_published_and_for_development_only_to_this_machine():
    published = {name: service["ports"] for name, service in compose()["services"].items() if "ports" in service}
    assert published == {"haproxy": ["${EDGE_PORT:-8000}:8000"]}
    over = compose("docker-compose.override.yml")["services"]
    ports = [port for service in over.values() for port in service["ports"]]
    assert len(ports) == len(set(ports)) == 3 * len(ring("compose")) + 2
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_nobody_reaches_redis_but_the_nodes():
    document = compose()
    members = {name for name, service in document["services"].items() if "back" in service["networks"]}
    assert members == {"redis", *ring("compose")}
    assert document["services"]["redis"]["networks"] == ["back"]
    assert document["networks"]["back"]["internal"] is True


def test_volumes_are_declared_and_mounted_folders_are_there():
    document = compose()
    for name, service in document["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in document["volumes"] or (REPOSITORY / source).is_dir(), f"{name}: {volume}"


def test_compose_refuses_to_start_without_secrets_and_the_example_names_every_variable():
    text = (REPOSITORY / "docker-compose.yml").read_text()
    used = set(re.findall(r"\$\{(\w+)", text))
    example = (REPOSITORY / ".env.example").read_text()
    assert used - {"IMAGE_TAG"} == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    for secret in SECRETS:
        assert re.search(rf"\${{{secret}:\?[^}}]+}}", text), f"{secret} may be missing"
        assert re.search(rf"^{secret}=$", example, re.MULTILINE), f"{secret} has a value in the example"


@pytest.mark.parametrize("override", [False, True], ids=["production", "development"])
def test_nodes_accept_the_environment_that_compose_gives_them(override):
    for node in ring("compose"):
        environment = dict(compose()["services"][node]["environment"])
        arguments = []
        if override:
            over = compose("docker-compose.override.yml")["services"][node]
            environment |= over["environment"]
            arguments = over["command"][1:]
            assert over["command"][0] == "serve"
        default = re.compile(r"\$\{\w+:-([^}]*)\}")
        environment = {key: default.sub(r"\1", str(value)) for key, value in environment.items()} | SECRETS
        del environment["SKEIN_CONFIG"]
        checked = check(DEPLOY / "skein.yaml", environment, *arguments)
        assert checked.returncode == 0, checked.stderr


def test_compose_waits_for_a_drain():
    for node in ring("compose"):
        assert seconds(compose()["services"][node]["stop_grace_period"]) > stop_seconds("compose")
        descriptors = compose()["services"][node]["ulimits"]["nofile"]["hard"]
        assert descriptors >= 2 * settings("compose")["client"]["connections"]
    balancer = compose()["services"]["haproxy"]["ulimits"]["nofile"]["hard"]
    assert balancer > 2 * int(directive(CLUSTERS["compose"][1].read_text(), "maxconn"))


def test_the_image_is_small_and_does_not_run_as_root():
    text = re.sub(r"^\s*#.*\n", "", (REPOSITORY / "Dockerfile").read_text(), flags=re.MULTILINE)
    instructions = text.replace("\\\n", " ")
    stages = re.split(r"^FROM ", instructions, flags=re.MULTILINE)[1:]
    assert len(stages) == 2
    assert "AS build" in stages[0] and "--static-swift-stdlib" in stages[0]
    last = stages[1]
    assert last.split()[0].endswith("-slim")
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.MULTILINE)
    assert re.findall(r"^COPY (\S+)", last, re.MULTILINE) == ["--from=build"]
    assert re.search(r'^HEALTHCHECK .*CMD \["skein", ', last, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["skein"\]$', last, re.MULTILINE)
    assert "libhiredis0.14" in last and "ca-certificates" in last


def test_the_build_gets_all_that_it_copies_and_no_secrets():
    patterns = [line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert patterns[0] == "*"
    allowed = {pattern[1:] for pattern in patterns if pattern.startswith("!")}
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE)
    copied = {source.rstrip("*") for line in copies for source in line.split()}
    assert copied == allowed
    assert not any(name.startswith((".env", "deploy")) for name in allowed)
    # SwiftPM refuses a manifest when the folder of any target is missing, that of a test as well.
    manifest = (REPOSITORY / "Package.swift").read_text()
    declared = re.split(r"\.(testTarget|target|executableTarget|systemLibrary)\(", manifest[manifest.index("targets: [") :])
    folders = []
    for kind, text in zip(declared[1::2], declared[2::2], strict=True):
        name = re.search(r'name: "([\w-]+)"', text)[1]
        path = re.search(r'^\s*path: "([^"]+)"|, path: "([^"]+)"', text, re.MULTILINE)
        top = "Tests" if kind == "testTarget" else "Sources"
        folders.append((path[1] or path[2]) if path else f"{top}/{name}")
    assert {"Sources/skein", "Sources/CHiredis", "Benchmarks/Micro/CAllocationCounter"} < set(folders)
    for folder in folders:
        assert any(folder.startswith(f"{name}/") for name in allowed) and (REPOSITORY / folder).is_dir(), folder


# systemd


def unit(file: Path) -> dict[str, list[str]]:
    """The values of every key; a key may be there more than once."""
    values: dict[str, list[str]] = {}
    for line in file.read_text().splitlines():
        if line and line[0] not in "#;[":
            key, _, value = line.partition("=")
            values.setdefault(key, []).append(value)
    return values


@pytest.mark.parametrize("name", ["skein.service", "skein@.service"])
def test_systemd_accepts_the_unit(name, tmp_path):
    instance = tmp_path / name.replace("@", "@n1")
    instance.write_text((SYSTEMD / name).read_text().replace("/usr/local/bin/skein", str(binary())))
    verified = subprocess.run(["systemd-analyze", "verify", instance], capture_output=True, text=True)
    # It ends with 0 also when it ignores a key.
    complaints = [line for line in verified.stderr.splitlines() if instance.name in line]
    assert (verified.returncode, complaints) == (0, [])
    instance.write_text(instance.read_text().replace("TimeoutStopSec=", "TimeoutStopSecond="))
    verified = subprocess.run(["systemd-analyze", "verify", instance], capture_output=True, text=True)
    assert instance.name in verified.stderr


@pytest.mark.parametrize("name", ["skein.service", "skein@.service"])
def test_the_unit_stops_nodes_as_they_want_to_be_stopped(name):
    values = unit(SYSTEMD / name)
    assert values["ExecStart"] == ["/usr/local/bin/skein serve --config /etc/skein/skein.yaml"]
    assert values["KillSignal"] == ["SIGTERM"] and values["KillMode"] == ["mixed"]
    assert int(values["TimeoutStopSec"][0]) > stop_seconds("compose")
    assert values["Restart"] == ["on-failure"] and values["RestartPreventExitStatus"] == [str(CONFIGURATION_STATUS)]
    assert values["User"] == ["skein"] and values["NoNewPrivileges"] == ["yes"]
    assert int(values["LimitNOFILE"][0]) >= 2 * settings("compose")["client"]["connections"]
    if "@" in name:
        assert values["Environment"] == ["SKEIN_NODE_NAME=%i"]


# Kubernetes


def manifests() -> list[dict]:
    resources = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())["resources"]
    return [document for file in resources for document in yaml.safe_load_all((KUBERNETES / file).read_text())]


def manifest(kind: str, name: str) -> dict:
    [found] = [document for document in manifests() if (document["kind"], document["metadata"]["name"]) == (kind, name)]
    return found


def workloads() -> list[dict]:
    return [manifest("StatefulSet", "skein"), manifest("Deployment", "haproxy")]


def pod_labels(workload: dict) -> dict[str, str]:
    return workload["spec"]["template"]["metadata"]["labels"]


def test_every_manifest_is_listed_and_every_kind_is_there():
    kustomization = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    files = {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml", "skein.yaml"}
    assert files == set(kustomization["resources"])
    kinds = sorted((document["kind"], document["metadata"]["name"]) for document in manifests())
    assert kinds == [
        ("Deployment", "haproxy"),
        ("Namespace", "skein"),
        ("NetworkPolicy", "skein-nodes"),
        ("PodDisruptionBudget", "haproxy"),
        ("PodDisruptionBudget", "skein"),
        ("Service", "skein"),
        ("Service", "skein-api"),
        ("Service", "skein-nodes"),
        ("StatefulSet", "skein"),
    ]
    for generator in kustomization["configMapGenerator"]:
        assert all((KUBERNETES / file).is_file() for file in generator["files"])
    example = (KUBERNETES / "secret.env.example").read_text()
    assert set(re.findall(r"^(\w+)=$", example, re.MULTILINE)) == CLUSTERS["kubernetes"][2].keys()


def test_selectors_select_what_they_are_for():
    labels = {workload["metadata"]["name"]: pod_labels(workload) for workload in workloads()}
    assert labels["skein"] != labels["haproxy"]
    for workload in workloads():
        assert workload["spec"]["selector"]["matchLabels"] == pod_labels(workload)
        assert manifest("PodDisruptionBudget", workload["metadata"]["name"])["spec"] == {
            "maxUnavailable": 1,
            "selector": {"matchLabels": pod_labels(workload)},
        }
    for service, pods in {"skein": "haproxy", "skein-api": "skein", "skein-nodes": "skein"}.items():
        assert manifest("Service", service)["spec"]["selector"] == labels[pods], service
    assert manifest("NetworkPolicy", "skein-nodes")["spec"]["podSelector"]["matchLabels"] == labels["skein"]


def test_ports_are_those_of_the_configuration():
    listeners = settings("kubernetes")["listeners"]
    [node] = manifest("StatefulSet", "skein")["spec"]["template"]["spec"]["containers"]
    assert {port["name"]: port["containerPort"] for port in node["ports"]} == {
        role: listener["port"] for role, listener in listeners.items()
    }
    for service in ("skein-nodes", "skein-api"):
        for port in manifest("Service", service)["spec"]["ports"]:
            assert port["port"] == listeners[port["targetPort"]]["port"]


def test_nodes_of_the_set_are_the_nodes_of_the_ring():
    nodes = manifest("StatefulSet", "skein")["spec"]
    service = manifest("Service", nodes["serviceName"])["spec"]
    assert service["clusterIP"] == "None" and service["publishNotReadyAddresses"] is True
    namespace = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())["namespace"]
    domain = f"{nodes['serviceName']}.{namespace}.svc.cluster.local"
    assert ring("kubernetes") == {
        f"skein-{at}": (at + 1, f"skein-{at}.{domain}:8000") for at in range(nodes["replicas"])
    }


def test_kubernetes_waits_for_a_drain_and_does_not_kill_what_drains():
    spec = manifest("StatefulSet", "skein")["spec"]["template"]["spec"]
    [node] = spec["containers"]
    assert spec["terminationGracePeriodSeconds"] > stop_seconds("kubernetes")
    assert "skein drain" in node["lifecycle"]["preStop"]["exec"]["command"][-1]
    liveness = node["livenessProbe"]
    # Both turn red while the process is well: /health in a drain, /ready also when Redis is away.
    assert liveness["httpGet"]["path"] not in ("/health", "/ready")
    # The listeners are closed while the last connections have their grace.
    patience = liveness["periodSeconds"] * liveness["failureThreshold"]
    assert patience > seconds(settings("kubernetes")["shutdown"]["grace"]) + liveness["periodSeconds"]
    assert node["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "admin"}


def test_pods_have_bounds_no_rights_and_only_the_environment_that_nodes_know():
    for workload in workloads():
        spec = workload["spec"]["template"]["spec"]
        [container] = spec["containers"]
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        # Kubernetes would add SKEIN_PORT and more for the service called skein, and nodes refuse what they do not know.
        assert spec["enableServiceLinks"] is False
    [node] = manifest("StatefulSet", "skein")["spec"]["template"]["spec"]["containers"]
    fixed = {entry["name"]: entry.get("value", "skein-0") for entry in node["env"]}
    assert fixed.pop("SKEIN_CONFIG") == "/etc/skein/skein.yaml"
    checked = check(KUBERNETES / "skein.yaml", fixed | CLUSTERS["kubernetes"][2])
    assert checked.returncode == 0, checked.stderr
