# Two commands for newcomers: `make run` and `make test`. `make help` lists the rest.

PREFIX  ?= /usr
DESTDIR ?=

.DEFAULT_GOAL := help
.PHONY: help run test bench build packages install

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

packages: ## installs what is missing of the Debian packages that are needed
	@tests/install-packages
	@command -v cargo >/dev/null || { echo 'the Rust toolchain is missing: install it as https://rustup.rs says' >&2; exit 1; }

run: packages ## builds and starts the demonstration, in the foreground until Ctrl-C
	@echo 'building (the first time takes a few minutes)'
	cargo build --release --locked
	@config/demo/run

test: packages ## runs every test
	@tests/newer-restic
	@tests/validators/install
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo build --workspace --locked
	cargo test --workspace --locked

bench: packages ## measures what watching a large city, its history, its pages, proven backups and the website cost (45 minutes; CASES="ping" takes those with this word)
	cargo build --release --locked
	cargo bench --locked --package rotused --bench history -- $(CASES)
	cargo bench --locked --package tests --bench pages -- $(CASES)
	cargo bench --locked --package tests --bench backup -- $(CASES)
	cargo bench --locked --package tests --bench site -- $(CASES)
	cargo bench --locked --package tests --bench scale -- $(CASES)

build: ## builds both programs for installation
	cargo build --release --locked

# Configuration that is there is never overwritten: the new one is put beside it as NAME.new.
install: ## installs what `make build` built, with units and configuration (DESTDIR, PREFIX)
	install -D -m 755 target/release/rotused $(DESTDIR)$(PREFIX)/bin/rotused
	install -D -m 755 target/release/sitegen $(DESTDIR)$(PREFIX)/bin/sitegen
	install -D -m 644 systemd/rotused.service $(DESTDIR)$(PREFIX)/lib/systemd/system/rotused.service
	install -D -m 644 systemd/rotused.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/rotused.conf
	install -D -m 644 systemd/rotused.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/rotused.conf
	for unit in service path timer; do \
		install -D -m 644 systemd/sitegen-publish.$$unit $(DESTDIR)$(PREFIX)/lib/systemd/system/sitegen-publish.$$unit; \
	done
	for name in digest links; do for unit in service timer; do \
		install -D -m 644 systemd/sitegen-$$name.$$unit $(DESTDIR)$(PREFIX)/lib/systemd/system/sitegen-$$name.$$unit; \
	done; done
	install -D -m 644 systemd/sitegen.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/sitegen.conf
	install -D -m 644 systemd/sitegen.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/sitegen.conf
	install -D -m 755 config/post-receive $(DESTDIR)$(PREFIX)/share/sitegen/post-receive
	install -D -m 644 config/nginx-site.conf $(DESTDIR)$(PREFIX)/share/sitegen/nginx-site.conf
	install -D -m 644 config/postfix-subscriptions.cf $(DESTDIR)$(PREFIX)/share/sitegen/postfix-subscriptions.cf
	install -d -m 755 $(DESTDIR)/etc/sitegen
	install -d -m 755 $(DESTDIR)/etc/rotused/devices $(DESTDIR)/etc/rotused/jobs $(DESTDIR)/etc/rotused/maintenance \
		$(DESTDIR)/etc/rotused/profiles
	install -d -m 700 $(DESTDIR)/etc/rotused/secrets
	for file in rotused/rotused.toml rotused/devices/pavyzdys.toml rotused/jobs/pavyzdys.toml rotused/maintenance/pavyzdys.toml \
		sitegen/publish.toml; do \
		source=config/$${file#*/}; target=$(DESTDIR)/etc/$$file; \
		if [ -e $$target ] && ! cmp -s $$source $$target; then target=$$target.new; fi; \
		install -m 644 $$source $$target; \
	done
