# Each target sets up what it needs in .venv; stamps make the second time quick.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The built wheel is installed here, ahead of the editable install, for the tests alone.
WHEEL := $(CURDIR)/$(VENV)/wheel
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test test-long check demo screenshots space train large bench fuzz clean

run: $(VENV)/small.stamp  ## extract from seeds/: on screen, out/seeds.jsonl, out/seeds.html
	$(BIN)/nghiquyet predict seeds --format table --out out/seeds.jsonl --out out/seeds.html

test: check  ## everything: lint, types, contracts, then the suite on the built and installed wheel
	rm -rf dist $(WHEEL)
	$(BIN)/python -m build --wheel --no-isolation --outdir dist > /dev/null
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(WHEEL) dist/*.whl
	PYTHONPATH=$(WHEEL) $(BIN)/python -c "import nghiquyet as n; assert '$(WHEEL)' in n.__file__, n.__file__"
	PYTHONPATH=$(WHEEL) OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile

test-long: $(VENV)/full.stamp  ## what takes minutes: a checkpoint of PhoBERT's size, trained and exported
	$(BIN)/python -m pytest -m long -s

check: $(VENV)/full.stamp  ## lint, types, import contracts
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

demo: $(VENV)/full.stamp  ## the demo in a browser
	$(BIN)/nghiquyet-demo

screenshots: $(VENV)/full.stamp  ## docs/demo.png and docs/demo-phone.png, by the browser tests (chromium)
	NGHIQUYET_SCREENSHOTS=$(CURDIR)/out/screenshots $(BIN)/python -m pytest tests/demo -k "test_a_result_fits_and_is_seen"
	cp out/screenshots/laptop-light-view.png docs/demo.png
	cp out/screenshots/phone-dark-view.png docs/demo-phone.png

space: $(VENV)/full.stamp  ## out/space: the page as a container or a Hugging Face Space
	rm -rf out/space && mkdir -p out/space
	$(BIN)/python -m build --wheel --no-isolation --outdir out/space > /dev/null
	cp deploy/Dockerfile deploy/README.md constraints.txt out/space

train: $(VENV)/full.stamp  ## fine-tune on data/ (and DATA="more.jsonl ...") into runs/default/model
	$(BIN)/nghiquyet-train run training/default.toml $(foreach file,$(DATA),--data $(file))

# The model of the package with two layers more, which say nothing until they have learnt to.
large: $(VENV)/full.stamp runs/deeper/nghiquyet.json  ## take the packaged model further with 12 layers in place of 10, on data/ (and DATA="more.jsonl ...") into runs/large/model
	$(BIN)/nghiquyet-train run training/further.toml --base runs/deeper --output runs/large $(foreach file,$(DATA),--data $(file))

runs/deeper/nghiquyet.json: inference/nghiquyet/model/nghiquyet.json | $(VENV)/full.stamp
	$(BIN)/nghiquyet-train deepen inference/nghiquyet/model runs/deeper --layers 12 --texts data/written.jsonl

bench: $(VENV)/full.stamp  ## speed, as ratios measured in one run
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/long_text.py

# Seconds that each fuzzer runs; FUZZ_SECONDS=3600 make fuzz for an hour.
FUZZ_SECONDS ?= 120
fuzz: $(VENV)/full.stamp  ## look for inputs that break a law: predict, file readers, model folders
	$(PIP) --editable ".[fuzz]"
	for target in predict readers checkpoints; do \
		mkdir -p out/fuzz/$$target && $(BIN)/python fuzz/$$target.py out/fuzz/$$target fuzz/seeds/$$target \
			-max_total_time=$(FUZZ_SECONDS) -timeout=60 -rss_limit_mb=4096 -artifact_prefix=out/fuzz/ || exit 1; \
	done

clean:
	rm -rf $(VENV) dist out

$(VENV)/created.stamp:
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/small.stamp: $(VENV)/created.stamp pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

# torch first and alone: the pinned version is the one that a CPU build is looked for.
$(VENV)/full.stamp: $(VENV)/small.stamp
	$(PIP) torch hatchling && $(PIP) --editable ".[dev]"
	touch $@
