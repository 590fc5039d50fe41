# Included by the Makefile of the root: its commands run there.
stack.up:
	docker compose -f tools/compose-stack.yml up -d
