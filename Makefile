# Every target is one script or one swift command; CONTRIBUTING.md says what each is for.
.PHONY: check build test format soundness run docs bench-micro bench-check bench-compare microbenchmark

check: ## everything that continuous integration runs
	./scripts/test

# As in scripts/lib.sh.
release = -c release --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked

build: ## the release binary
	swift build $(release) --product skein

test: ## soundness and unit tests only
	./scripts/test --unit

format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests

soundness:
	./scripts/soundness

run: ## one development node with its page
	./scripts/run

docs: build ## the generated reference pages
	for page in configuration metrics codes; do .build/release/skein docs $$page > docs/reference/$$page.md; done

microbenchmark:
	swift build $(release) --product skein-microbenchmark

bench-micro: microbenchmark ## time, allocations and ratios of the steps that a message goes through
	.build/release/skein-microbenchmark

bench-check: microbenchmark ## the same, against the ceilings in Benchmarks/Micro/thresholds.json
	.build/release/skein-microbenchmark --check

bench-compare: build ## Skein beside other servers, on two cores: about 40 minutes, writes docs/reference/comparison.md
	Benchmarks/Compare/compare.py --install --check --json .build/compare/runs.json
