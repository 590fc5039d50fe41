#!/bin/bash
cargo build || exit 1
cargo run --bin three || exit 1
echo done
