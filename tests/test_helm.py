"""Charts rendered by a real helm: what comes out, where it was written, and what it cannot do."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.k8s.chart_build import _aligned
from pytest_reconaudit.facts.k8s.pod_faults import resource_files
from pytest_reconaudit.facts.k8s.render_sets import RenderSet, render_sets
from pytest_reconaudit.model import Place
from pytest_reconaudit.probes.helm import find_helm, render
from pytest_reconaudit.target import Target
from tests.conftest import component

HELM = shutil.which("helm")

CHART = "apiVersion: v2\nname: ferry\nversion: 1.2.3\n"
DEPLOYMENT = """\
{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-sailings
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "ferry.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    metadata:
      labels: {app: sailings}
    spec:
      containers:
        {{- range .Values.containers }}
        - name: {{ .name }}
          image: "{{ .image }}:{{ $.Chart.Version }}"
        {{- end }}
          resources:
            {{- toYaml $.Values.resources | nindent 12 }}
{{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-sailings
  namespace: harbour
spec:
  selector: {app: sailings}
  ports:
    - port: {{ .Values.port }}
"""
VALUES = """\
enabled: true
replicas: 2
port: 8080
containers:
  - {name: sailings, image: ghcr.io/tidewater/sailings}
resources:
  limits: {memory: 1Gi}
"""
HELPERS = '{{- define "ferry.labels" -}}\nteam: timetable\n{{- end }}\n'
FILES = {
    "deploy/ferry/Chart.yaml": CHART,
    "deploy/ferry/values.yaml": VALUES,
    "deploy/ferry/templates/_helpers.tpl": HELPERS,
    "deploy/ferry/templates/sailings.yaml": DEPLOYMENT,
}


def need_helm() -> str:
    component(HELM is not None, "helm is not installed")
    assert HELM is not None
    return HELM


def lay(root: Path, files: dict[str, str]) -> Target:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(textwrap.dedent(text))
    return Target(root)


def charts(target: Target) -> dict[str, RenderSet]:
    return {one.id: one for one in render_sets(target) if one.kind == "chart"}


def test_a_chart_is_a_render_set_with_the_lines_of_its_templates(tmp_path: Path) -> None:
    need_helm()
    made = charts(lay(tmp_path, FILES))["deploy/ferry"]
    assert made.unrendered == ""
    service, deployment = made.objects
    path = "deploy/ferry/templates/sailings.yaml"
    assert str(deployment) == "Deployment/ferry-sailings"
    assert (deployment.namespace, service.namespace) == (None, "harbour")
    assert deployment.place == Place(path, 2, 1)
    assert deployment.name_place == Place(path, 5, 3)
    assert deployment.spec.key_place("replicas") == Place(path, 10, 3)
    assert deployment.replicas == 2
    assert deployment.pod is not None
    (container,) = deployment.pod.containers
    assert container.image == "ghcr.io/tidewater/sailings:1.2.3"
    assert container.image_place.line == 18
    assert container.root.key_place("resources").line == 20
    # What a value brought in as a whole belongs to the line that brings it in, or the one above.
    assert container.limits.key_place("memory").line in (20, 21)
    assert service.spec.maps("ports")[0].key_place("port").line == 32
    assert "deploy/ferry/values.yaml" in made.files


def test_each_values_file_is_a_render_set(tmp_path: Path) -> None:
    need_helm()
    more = {
        "deploy/ferry/values-staging.yaml": "replicas: 1\n",
        "deploy/ferry/values.prod.yaml": "replicas: 6\nenabled: true\n",
        "deploy/ferry/values-secrets.yaml": "replicas: 9\n",
        "deploy/ferry/values.schema.json": "{}",
    }
    made = charts(lay(tmp_path, FILES | more))
    assert list(made) == [
        "deploy/ferry",
        "deploy/ferry:values-staging.yaml",
        "deploy/ferry:values.prod.yaml",
    ]
    replicas = [
        next(one.replicas for one in within.objects if one.kind == "Deployment")
        for within in made.values()
    ]
    assert replicas == [2, 1, 6]
    assert made["deploy/ferry:values.prod.yaml"].place.path == "deploy/ferry/values.prod.yaml"


def test_what_the_values_leave_out_is_found_at_the_template(tmp_path: Path) -> None:
    need_helm()
    more = {
        "deploy/ferry/values-staging.yaml": "resources: {limits: {cpu: 1}}\n",
        "deploy/ferry/values-prod.yaml": "resources: {limits: {cpu: 1, memory: 2Gi}}\n",
    }
    (found,) = resource_files(lay(tmp_path, FILES | more))
    path = "deploy/ferry/templates/sailings.yaml"
    told = {(one.clause, one.place, one.off_path, one.only_in) for one in found.faults}
    assert told == {("a", Place(path, 20, 11), False, ("deploy/ferry",))}
    (group,) = found.groups()
    assert (
        group.listing == "sailings of Deployment/ferry-sailings (20), as rendered by deploy/ferry"
    )


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            {
                "deploy/ferry/Chart.yaml": CHART
                + "dependencies: [{name: redis, version: 1.x, repository: 'https://charts.io'}]\n"
            },
            "missing in charts/ directory: redis",
        ),
        ({"deploy/ferry/values.yaml": "enabled: [\n"}, "values.yaml"),
        (
            {
                "deploy/ferry/templates/need.yaml": "{{ required `image.tag is needed` .Values.tag }}"
            },
            "image.tag is needed",
        ),
        ({"deploy/ferry/templates/bad.yaml": "{{ .Values.x.y.z }}"}, "nil pointer"),
        ({"deploy/ferry/Chart.yaml": CHART + "type: library\n"}, "a library chart"),
        ({"deploy/ferry/Chart.yaml": "name: [\n"}, "helm template failed"),
    ],
    ids=["dependency", "values", "required", "nil", "library", "chart"],
)
def test_what_does_not_render_says_why(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    need_helm()
    made = charts(lay(tmp_path, FILES | files))["deploy/ferry"]
    assert made.objects == ()
    assert reason in made.unrendered
    assert str(tmp_path) not in made.unrendered
    assert "/recon-helm-" not in made.unrendered


def test_a_chart_beside_is_taken_without_a_download(tmp_path: Path) -> None:
    need_helm()
    files = {
        "charts/ferry/Chart.yaml": CHART
        + "dependencies: [{name: common, version: 0.1.0, repository: 'file://../common'}]\n",
        "charts/ferry/templates/app.yaml": '{{ include "common.map" . }}\n',
        "charts/common/Chart.yaml": "apiVersion: v2\nname: common\nversion: 0.1.0\ntype: library\n",
        "charts/common/templates/_map.tpl": '{{ define "common.map" }}apiVersion: v1\n'
        "kind: ConfigMap\nmetadata: {name: shared}\n{{ end }}",
    }
    made = charts(lay(tmp_path, files))
    assert [str(one) for one in made["charts/ferry"].objects] == ["ConfigMap/shared"]
    assert made["charts/ferry"].objects[0].path == "charts/ferry/templates/app.yaml"


def test_templates_reach_nothing_of_this_machine(tmp_path: Path) -> None:
    helm = need_helm()
    secret = tmp_path / "secret.txt"
    secret.write_text("drawbridge")
    chart = {
        "Chart.yaml": CHART,
        "templates/spy.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: spy}\ndata:\n"
        f"  file: {{{{ .Files.Get `{secret}` | quote }}}}\n"
        "  up: {{ .Files.Get `../../secret.txt` | quote }}\n"
        "  env: {{ env `HOME` | quote }}\n",
    }
    made = render(helm, {path: text.encode() for path, text in chart.items()})
    # sprig's env is not offered to charts at all.
    assert 'function "env" not defined' in made.reason
    chart["templates/spy.yaml"] = (
        chart["templates/spy.yaml"].replace(
            "env `HOME`", "(lookup `v1` `Namespace` `` `default`) | toString"
        )
        + "  dns: {{ getHostByName `localhost` | quote }}\n"
    )
    made = render(helm, {path: text.encode() for path, text in chart.items()})
    assert made.reason == ""
    assert "drawbridge" not in made.output
    assert 'env: "map[]"' in made.output
    assert 'dns: ""' in made.output


def test_files_outside_the_chart_are_refused(tmp_path: Path) -> None:
    made = render("/bin/false", {"../evil": b"x"})
    assert "leaves the chart" in made.reason


@pytest.mark.parametrize(
    "template",
    [
        "{{ range $i, $e := until 2147483647 }}x{{ end }}",
        "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}",
        "a: {{ repeat 2000000000 `x` }}",
        "{{ range until 3000 }}{{ repeat 20000 `x` }}\n{{ end }}",
        "{{ define `loop` }}{{ include `loop` . }}{{ end }}{{ include `loop` . }}",
    ],
    ids=["list", "time", "memory", "output", "recursion"],
)
def test_a_bomb_ends_and_is_told(template: str) -> None:
    helm = need_helm()
    start = time.monotonic()
    made = render(
        helm, {"Chart.yaml": CHART.encode(), "templates/x.yaml": template.encode()}, seconds=3
    )
    assert time.monotonic() - start < 8
    assert made.output == ""
    assert made.reason


def fake(root: Path, script: str) -> str:
    """An executable in helm's place, for what a real helm cannot be made to do."""
    path = root / "bin" / "helm"
    path.parent.mkdir()
    path.write_text(f"#!{sys.executable}\n{script}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_children_die_with_their_parent(tmp_path: Path) -> None:
    """A plugin's process, say, that helm itself would leave behind."""
    mark = tmp_path / "mark"
    helm = fake(
        tmp_path,
        "import os, time\n"
        "if os.fork() == 0:\n"
        f"    time.sleep(1.5); open({str(mark)!r}, 'w').write('alive')\n"
        "else:\n"
        "    time.sleep(60)\n",
    )
    made = render(helm, {"Chart.yaml": b"name: x"}, seconds=0.8)
    assert "took more than" in made.reason
    time.sleep(1.5)
    assert not mark.exists()


def test_nothing_of_the_user_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KUBECONFIG", "HELM_PLUGINS", "AWS_SECRET_ACCESS_KEY", "HELM_KUBETOKEN"):
        monkeypatch.setenv(name, "precious")
    helm = fake(
        tmp_path,
        "import os, sys\nprint(sorted(os.environ.items()), sys.argv, os.listdir(os.environ['HELM_PLUGINS']))",
    )
    made = render(helm, {"Chart.yaml": b"name: x", "values-a.yaml": b"{}"}, ["values-a.yaml"])
    assert "precious" not in made.output
    assert "'template', 'release'" in made.output
    assert "--skip-tests" in made.output
    assert "values-a.yaml" in made.output
    assert made.output.rstrip().endswith("[]")


def test_a_helm_of_the_target_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, "print('no')")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}.{os.pathsep}relative")
    monkeypatch.chdir(tmp_path / "bin")
    assert find_helm(tmp_path) is None
    assert find_helm(tmp_path / "elsewhere") == str(tmp_path / "bin" / "helm")


def test_without_helm_the_chart_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    made = charts(lay(tmp_path / "repo", FILES))["deploy/ferry"]
    assert made.unrendered == "a Helm chart, and no helm is on PATH"
    assert made.unrendered_at == Place("deploy/ferry/Chart.yaml", 1, 1)


LINES = st.lists(
    st.sampled_from(
        ["kind: Service", "  name: {{ .x }}", "  name: a", "---", "{{ if .y }}", "- b", "", "# c"]
    ),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(LINES, LINES)
def test_alignment_stays_within_the_template(rendered: list[str], template: list[str]) -> None:
    lines = _aligned("\n".join(rendered), "\n".join(template))
    assert len(lines) == len("\n".join(rendered).split("\n"))
    assert all(1 <= line <= len("\n".join(template).split("\n")) for line in lines)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_alignment_takes_any_text(rendered: str, template: str) -> None:
    assert all(line >= 1 for line in _aligned(rendered, template))
