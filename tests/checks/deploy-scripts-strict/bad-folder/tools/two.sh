#!/bin/bash
cargo build || exit 1
cargo run --bin two || exit 1
echo done
