# make test    everything: installs PostgreSQL, Node and chromium if they are missing, starts
#              throw-away clusters, runs all tests, the concurrent ones with -race
# make short   the tests that need neither
# make lint    golangci-lint, built from its pinned version
# make api     lints the document of the API and generates clients from it
# make golden  writes the generated documents anew

GO       ?= go
LINT     := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: test short lint api golden postgres node chromium

# The race detector makes everything several times slower, so it gets what runs
# at once: stores, sealers and delivery whole, and of the rest the tests whose
# names say so. The last run has everything.
AT_ONCE  := Wins|Repeat|Once|Cross|Workers|Interrupt|AtATime|Killed|Rotate|Revocation|LeavesNothing|UnderWay

test: postgres node chromium
	$(GO) vet ./...
	$(GO) test -race -timeout 8m -run '$(AT_ONCE)' ./workflow ./workflow/httpapi/... ./cmd/...
	$(GO) test -race -timeout 8m ./workflow/transparency ./workflow/delivery ./store/...
	$(GO) test -timeout 8m ./...

short:
	$(GO) test -short ./...

lint:
	$(GO) run $(LINT) run ./...

# Needs npm and Node 20.19, which is newer than some distributions have.
api: node
	.ci/api/check

golden:
	$(GO) test ./workflow -run 'Diagram|MapOfTheLaw' -update
	$(GO) test ./workflow/httpapi -run 'TheExamplesAre|InDocs' -update
	$(GO) test ./cmd/juece -run InDocs -update

postgres:
	@if ! command -v initdb >/dev/null 2>&1 && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
		if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then \
			echo "PostgreSQL is missing: install it, or run make short" >&2; exit 1; \
		fi; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; \
	fi

# For the second verifier, examples/verify-js.
node:
	@if ! command -v node >/dev/null 2>&1; then \
		if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then \
			echo "Node is missing: install it, or run make short" >&2; exit 1; \
		fi; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs; \
	fi

# For the page of the API's documentation.
chromium:
	@if ! command -v chromium >/dev/null 2>&1; then \
		if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then \
			echo "chromium is missing: install it, or run make short" >&2; exit 1; \
		fi; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; \
	fi
