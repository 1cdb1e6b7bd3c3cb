# make demo      install what is missing, build, score the recorded benchmark, show table, plots and page
# make test      install what is missing, build and run the tests
# make sanitize  run the tests of the file readers under the address sanitizer (minutes)
# make bench     measure against the Python reference and PyTorch (minutes; 25 GB of disk)
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PACKAGES := libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libopencv-videoio-dev libopenblas-dev \
	libsentencepiece-dev libsqlite3-dev libssl-dev zlib1g-dev libgnuplot-iostream-dev gnuplot-nox fonts-dejavu-core fontconfig ffmpeg \
	libstdc++-12-dev libc6-dev binutils git ca-certificates pkg-config python3-venv python3-pip
# Networks run through ONNX Runtime, which is a file to load; TRANSFERBENCH_ONNXRUNTIME names another one.
ONNXRUNTIME_VERSION := 1.31.1
ONNXRUNTIME := $(or $(XDG_DATA_HOME),$(HOME)/.local/share)/transferbench/onnxruntime
BIN := .build/release/transferbench
RECORDED := Fixtures/recorded
VENV := .venv

.PHONY: help setup build demo reports test sanitize bench fixtures format lint clean

help:
	@sed -n 's/^# //p' $(firstword $(MAKEFILE_LIST))

# Says what it installs, asks nothing, and does nothing when all is there.
setup:
	@command -v swift >/dev/null || { echo "Swift 6.3 is missing: install it from https://www.swift.org/install/linux/" >&2; exit 69; }
	@missing=(); \
	for package in $(PACKAGES); do \
		dpkg-query -W -f='$${Status}' "$$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$$package"); \
	done; \
	if [ "$${#missing[@]}" -gt 0 ]; then \
		echo "Installing: $${missing[*]}"; \
		as_root=(); \
		if [ "$$(id -u)" -ne 0 ]; then \
			command -v sudo >/dev/null || { echo "Run as root, or install sudo: apt-get install $${missing[*]}" >&2; exit 69; }; \
			as_root=(sudo); \
		fi; \
		"$${as_root[@]}" apt-get update -qq; \
		"$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}" </dev/null >/dev/null; \
	fi
	@if [ -z "$${TRANSFERBENCH_ONNXRUNTIME:-}" ] && ! [ -e "$(ONNXRUNTIME)/onnxruntime/capi/libonnxruntime.so.$(ONNXRUNTIME_VERSION)" ]; then \
		echo "Installing: onnxruntime $(ONNXRUNTIME_VERSION) into $(ONNXRUNTIME)"; \
		PIP_ROOT_USER_ACTION=ignore python3 -m pip install -q --disable-pip-version-check --no-deps --upgrade --target "$(ONNXRUNTIME)" \
			"onnxruntime==$(ONNXRUNTIME_VERSION)"; \
	fi

build: setup
	swift build -c release --product transferbench

demo: build
	@mkdir -p demo
	$(BIN) doctor
	$(BIN) score --store demo/results.sqlite --name recorded --dataset $(RECORDED)/dataset \
		--videos $(RECORDED)/vis --videos $(RECORDED)/edge --videos $(RECORDED)/uniform
	$(BIN) report --store demo/results.sqlite --interval --out demo/report
	@echo "Open demo/report/index.html"

# Reports/recorded is the demo's report without what names this machine.
reports: demo
	@mkdir -p Reports/recorded/plots
	cp demo/report/table.md demo/report/table.csv demo/report/table.tex Reports/recorded/
	cp demo/report/plots/*.png Reports/recorded/plots/

test: setup
	swift test --disable-xctest

# Hostile and damaged files must be read or refused without touching memory that is not theirs.
sanitize: setup
	swift test --disable-xctest --sanitize=address --scratch-path .build-asan --filter TensorsTests

# The peers' packages go to a virtual environment in $(VENV).
bench: build
	@echo "Installing into $(VENV): $$(tr '\n' ' ' < Benchmarks/peers/requirements.txt)"
	@test -x $(VENV)/bin/python || python3 -m venv $(VENV)
	@$(VENV)/bin/python -m pip install -q --disable-pip-version-check -r Benchmarks/peers/requirements.txt
	python3 Benchmarks/score_speed.py --transferbench $(BIN) --python $(VENV)/bin/python --out Benchmarks/score_speed.json
	@echo "Installing into $(VENV)-torch: $$(tr '\n' ' ' < Benchmarks/peers/requirements-torch.txt)"
	@test -x $(VENV)-torch/bin/python || python3 -m venv $(VENV)-torch
	@$(VENV)-torch/bin/python -m pip install -q --disable-pip-version-check -r Benchmarks/peers/requirements-torch.txt
	python3 Benchmarks/network_speed.py --transferbench $(BIN) --python $(VENV)-torch/bin/python \
		--out Benchmarks/network_speed.json
	python3 Benchmarks/diversity_speed.py --transferbench $(BIN) --python $(VENV)-torch/bin/python \
		--out Benchmarks/diversity_speed.json

fixtures: setup
	@test -x $(VENV)/bin/python || python3 -m venv $(VENV)
	@$(VENV)/bin/python -m pip install -q --disable-pip-version-check -r $(RECORDED)/requirements.txt
	cd $(RECORDED) && ../../$(VENV)/bin/python render.py && ../../$(VENV)/bin/python peer_scores.py

format:
	swift format -i --recursive Sources Tests Package.swift

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

clean:
	rm -rf .build demo
