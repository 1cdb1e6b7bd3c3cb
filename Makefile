# make demo      install what is missing, build, run the paper's Table 1 on two small clips, show table, plot, contact sheet and page
# make reports   run all suites on all clips and score the recorded benchmark, into Reports (an hour or two: it says so first)
# make test      install what is missing, build and run the tests
# make sanitize  run the tests of the file readers, with 10,000 mutated videos, under the address sanitizer (minutes)
# make accept    measure what the shipped model does against what it is asked to do (minutes)
# make bench     measure against the Python reference and PyTorch (minutes; 25 GB of disk)
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PACKAGES := libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libavformat-dev libavcodec-dev \
	libswscale-dev libavutil-dev libopenblas-dev \
	libsentencepiece-dev libsqlite3-dev libssl-dev zlib1g-dev libgnuplot-iostream-dev gnuplot-nox fonts-dejavu-core fontconfig ffmpeg \
	libstdc++-12-dev libc6-dev binutils git ca-certificates pkg-config python3-venv python3-pip
# Networks run through ONNX Runtime, which is a file to load; TRANSFERBENCH_ONNXRUNTIME names another one.
ONNXRUNTIME_VERSION := 1.31.1
ONNXRUNTIME := $(or $(XDG_DATA_HOME),$(HOME)/.local/share)/transferbench/onnxruntime
BIN := .build/release/transferbench
RECORDED := Fixtures/recorded
VENV := .venv

.PHONY: help setup build demo reports accept test sanitize bench fixtures format lint clean

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

# Nine configurations, two clips, three prompts: made by the embedded model and scored.
demo: build
	@mkdir -p demo
	$(BIN) doctor
	$(BIN) run Fixtures/suites/table1.yaml --clips 2 --store demo/table1.sqlite --remake --sheet demo/sheet.png
	$(BIN) report --latest --store demo/table1.sqlite --interval --out demo/report
	@echo "Open demo/report/index.html and demo/sheet.png"

# All that ship but the smallest, which is for trying things.
SUITES := $(filter-out smoke,$(basename $(notdir $(wildcard Fixtures/suites/*.yaml))))
# Processor time of making and scoring a video: 2.1 s were measured for Table 1 on a server's core of 2023; others have regions too.
SECONDS_A_VIDEO := 3

# Tables, plots and sheets without what names this machine. CLIPS=N takes so many clips of the suites only. What was made and
# scored before is not made again.
reports: build
	@mkdir -p demo
	@total=0; cores=$$(nproc); \
	for suite in $(SUITES); do \
		videos=$$({ $(BIN) run Fixtures/suites/$$suite.yaml $(if $(CLIPS),--clips $(CLIPS)) --store demo/$$suite-all.sqlite --remake --dry-run \
			|| true; } 2>/dev/null | sed -n 's/.* exist, \([0-9]*\) to make.*/\1/p'); \
		echo "$$suite: $${videos:-0} videos to make"; total=$$((total + $${videos:-0})); \
	done; \
	echo "$$total videos in all: about $$(((total * $(SECONDS_A_VIDEO) / cores + 59) / 60)) minutes on $$cores cores"
	for suite in $(SUITES); do \
		$(BIN) run Fixtures/suites/$$suite.yaml $(if $(CLIPS),--clips $(CLIPS)) --store demo/$$suite-all.sqlite --remake --sheet demo/$$suite.jpg; \
		$(BIN) report --latest --store demo/$$suite-all.sqlite --interval --out demo/$$suite-report; \
		mkdir -p Reports/$$suite/plots; \
		cp demo/$$suite-report/table.md demo/$$suite-report/table.csv demo/$$suite-report/table.tex Reports/$$suite/; cp demo/$$suite.jpg Reports/$$suite/sheet.jpg; \
		cp demo/$$suite-report/plots/*.png Reports/$$suite/plots/; \
	done
	$(BIN) score --store demo/recorded.sqlite --name recorded --dataset $(RECORDED)/dataset \
		--videos $(RECORDED)/vis --videos $(RECORDED)/edge --videos $(RECORDED)/uniform
	$(BIN) report --store demo/recorded.sqlite --interval --out demo/recorded-report
	@mkdir -p Reports/recorded/plots
	cp demo/recorded-report/table.md demo/recorded-report/table.csv demo/recorded-report/table.tex Reports/recorded/
	cp demo/recorded-report/plots/*.png Reports/recorded/plots/

# What the shipped model is asked to do, on clips that it was not trained on (minutes).
accept: build
	python3 Fixtures/tinyworld/acceptance/accept.py $(BIN) demo/acceptance $(CLIPS)

test: setup
	swift test --disable-xctest

# Hostile and damaged files must be read or refused without touching memory that is not theirs.
sanitize: setup
	LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/known-leaks.txt TRANSFERBENCH_MUTATIONS=10000 \
		swift test --disable-xctest --sanitize=address --scratch-path .build-asan \
		--filter TensorsTests --filter MutatedBoxFileTests \
		--filter 'VideoTests\.(Mutated|NotVideo|VideoDamage|VideoTags|VideoReader|Image)'

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
	@echo "Installing into $(VENV)-nuscenes: $$(tr '\n' ' ' < Benchmarks/peers/requirements-nuscenes.txt)"
	@test -x $(VENV)-nuscenes/bin/python || python3 -m venv $(VENV)-nuscenes
	@$(VENV)-nuscenes/bin/python -m pip install -q --disable-pip-version-check -r Benchmarks/peers/requirements-nuscenes.txt
	python3 Benchmarks/detection_speed.py --transferbench $(BIN) --python $(VENV)-nuscenes/bin/python \
		--out Benchmarks/detection_speed.json
	python3 Benchmarks/sweep_speed.py --transferbench $(BIN) --out Benchmarks/sweep_speed.json
	swift build -c release --product store-scale
	python3 Benchmarks/store_scale.py --transferbench $(BIN) --writer $(dir $(BIN))store-scale --out Benchmarks/store_scale.json

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
