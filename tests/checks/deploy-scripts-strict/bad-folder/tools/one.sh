#!/bin/bash
cargo build || exit 1
cargo run --bin one || exit 1
echo done
