# Everything starts here: make help.
SHELL := /bin/bash
.DEFAULT_GOAL := help
GO ?= go
BIN := bin/vesper
DEMO_ARGS ?=
WEB_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts web/package-lock.json -type f 2>/dev/null)
CLIPS := cmd/vesper/demo/clips

.PHONY: help run dev web build clips generate test check lint bench bench-year go-test web-test e2e tools-run tools-test screenshots

help: ## this list
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: build ## build everything and show a working evening on http://127.0.0.1:8080
	./$(BIN) demo --listen 127.0.0.1:8080 $(DEMO_ARGS)

dev: build ## the demo, and the page from source with reload on http://127.0.0.1:5173
	./$(BIN) demo --listen 127.0.0.1:8080 $(DEMO_ARGS) & demo=$$!; trap "kill $$demo" EXIT; cd web && npm run dev

build: web clips ## the program, bin/vesper
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/vesper

web: web/dist/app/index.html ## build the page

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-fund --no-audit
	@touch $@

web/dist/app/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run build
	@touch $@

generate: web/node_modules/.package-lock.json ## the page's types of the HTTP interface
	$(GO) run ./cmd/vesper openapi > web/src/protocol/openapi.json
	cd web && npm run generate

clips: tools-run ## draw and encode the demo's small clips
	$(CLIPS)/make.sh

test: check go-test web-test e2e ## all that CI runs
	@echo "make test: all passed"

check: web ## the quick part: format, vet, staticcheck, layout, types
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod staticcheck ./...
	$(GO) test -count=1 .
	cd web && npm run check
	@$(GO) run ./cmd/vesper openapi | diff -q - web/src/protocol/openapi.json >/dev/null && (cd web && npx --no-install openapi-typescript src/protocol/openapi.json --check -o src/protocol/api.gen.ts >/dev/null) || { echo "the page's types of the interface are not clean: make generate"; exit 1; }

lint: check ## the same as check

# SQLite is C in Go's clothes, and its memory is not Go's: the race detector looks
# away from it, and only pays for being asked. What calls it is watched as all else.
UNWATCHED := -gcflags=modernc.org/sqlite/lib=-race=false

go-test: tools-test web clips ## Go tests with the race detector
	$(GO) test -race $(UNWATCHED) -timeout 20m ./...

web-test: web/node_modules/.package-lock.json ## unit tests of the page
	cd web && npm test

e2e: build tools-test ## one evening in real Chromium
	cd web && npm run e2e

screenshots: build tools-test ## pictures of every page from the running demo, into docs/pictures
	cd web && npm run screenshots

bench: build ## measure, and write docs/performance.md
	$(GO) run ./cmd/vesper/bench -write docs/performance.md
	@echo "A clinic's year on both databases is measured by: make bench-year (about 15 minutes)"

bench-year: build ## fill a clinic's year (2 million entries) on both databases, time every page, and write it into docs/performance.md
	$(GO) run ./cmd/vesper/bench/year -write docs/performance.md $(YEAR_ARGS)

tools-run:
	@./scripts/need.sh ffmpeg:ffmpeg

tools-test: tools-run
	@command -v initdb >/dev/null || ./scripts/need.sh "/usr/lib/postgresql/*/bin/initdb:postgresql"
	@./scripts/need.sh redis-server:redis-server chromium:chromium
