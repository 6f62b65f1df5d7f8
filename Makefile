# Every target is one script or one swift command; CONTRIBUTING.md says what each is for.
.PHONY: check build test format soundness run docs

check: ## everything that continuous integration runs
	./scripts/test

build: ## the release binary
	swift build -c release --product skein

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
