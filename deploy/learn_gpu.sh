#!/bin/sh
# Train the network of the preset `whole` on a machine with a GPU of NVIDIA's, and bring out what people and programs want of it.
# deploy/learn_gpu.sh HOME MINUTES OUT
#   HOME     a GREENLIT_HOME with a corpus, made by `greenlit corpus clone` there or elsewhere
#   MINUTES  of training; the next run with more of them goes on from HOME/models/lstm/checkpoints
#   OUT      where the model, its card, curves and log are copied, also where the training ends early
# PYTHON names a Python of 3.11 or newer. One that has all packages is used as it is; else they are installed into .venv-gpu.
# Without a GPU it installs, checks the whole chain on the processor, says so, and ends with 1.
set -eu

if [ $# != 3 ]; then
	echo "Usage: $0 HOME MINUTES OUT" >&2
	exit 2
fi
if [ ! -d "$1/corpus" ]; then
	echo "$1 has no corpus. Make one: GREENLIT_HOME=$1 greenlit corpus clone PATH" >&2
	exit 2
fi
mkdir -p "$1" "$3"
home=$(cd "$1" && pwd) minutes=$2 out=$(cd "$3" && pwd)
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

has_all() {
	PYTHONPATH=. "$1" -c 'import bot.cli.learn, bot.cli.check_learning' 2>/dev/null
}

find_gpu() {
	PYTHONPATH=. "$python" -c 'import jax; raise SystemExit(jax.default_backend() != "gpu")' 2>/dev/null
}

# The driver says up to which CUDA it goes; JAX brings the rest as packages.
choose_jax() {
	case $(nvidia-smi 2>/dev/null | sed -n 's/.*CUDA Version: *\([0-9]*\).*/\1/p') in
	"") echo jax ;;
	1[3-9]) echo 'jax[cuda13]' ;;
	*) echo 'jax[cuda12]' ;;
	esac
}

copy_out() {
	for name in model.keras card.json README.md curves.png; do
		[ ! -f "$home/models/lstm/$name" ] || cp "$home/models/lstm/$name" "$out/"
	done
	[ ! -d "$home/models/lstm/events" ] || cp -r "$home/models/lstm/events" "$out/"
}

if ! has_all "$python"; then
	[ -d .venv-gpu ] || "$python" -m venv .venv-gpu
	python=.venv-gpu/bin/python
	has_all "$python" || "$python" -m pip --disable-pip-version-check --quiet install '.[learn]' "$(choose_jax)"
fi

export PYTHONPATH=. GREENLIT_HOME="$home"
# Sums in the same order each time: training that goes on comes to the same numbers.
export XLA_FLAGS="${XLA_FLAGS:-} --xla_gpu_deterministic_ops=true"
"$python" -m bot learn --check 2>&1 | tee "$out/check.txt"
grep -q '^NOT' "$out/check.txt" && exit 1

if ! find_gpu; then
	echo "JAX finds no GPU here: the check ran on the processor, and nothing was trained." | tee -a "$out/check.txt" >&2
	exit 1
fi
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader | tee -a "$out/check.txt"
trap copy_out EXIT
"$python" -m bot learn --preset whole --minutes "$minutes" --only lstm >"$out/learn.txt" 2>&1 || {
	status=$?
	cat "$out/learn.txt"
	exit $status
}
cat "$out/learn.txt"
