"""Which release, and so which glibc, an image's name tells."""

import pytest

from pytest_reconaudit.facts.docker.glibc_releases import release_of
from pytest_reconaudit.readers.dockerfile import image_reference

DIGEST = "@sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("image", "codename"),
    [
        ("debian:bookworm-20241111-slim", "bookworm"),
        ("debian:12.11-slim", "bookworm"),
        ("debian:11", "bullseye"),
        ("debian:stable-slim", "trixie"),
        ("ubuntu:22.04", "jammy"),
        ("ubuntu:noble-20250101", "noble"),
        ("gcr.io/distroless/cc-debian12:nonroot", "bookworm"),
        ("nvidia/cuda:12.4.1-runtime-ubuntu22.04", "jammy"),
        ("docker.io/library/rust:1.84", "bookworm"),
        ("public.ecr.aws/docker/library/rust:1.92-slim", "trixie"),
        ("rust:1.84-slim-bullseye", "bullseye"),
        ("rust:1.54", "buster"),
        ("rust:1.55", "bullseye"),
        ("rust:1.70.0", "bullseye"),
        ("rust:1.72", "bookworm"),
        ("rust:1.88.0", "bookworm"),
        ("rust:1.89", "trixie"),
        ("rust", "trixie"),
        ("rust:1-slim", "trixie"),
        ("lukemathwalker/cargo-chef:latest-rust-1.92.0", "trixie"),
        ("lukemathwalker/cargo-chef:0.1.77-rust-1.96-slim-bookworm", "bookworm"),
        ("python:3.12-slim-bookworm", "bookworm"),
    ],
)
def test_a_name_that_tells_its_release(image: str, codename: str) -> None:
    found = release_of(image_reference(image))
    assert found is not None
    assert found.codename == codename


@pytest.mark.parametrize(
    "image",
    [
        "rust:1.92-alpine", "rust:1.71", "rust:nightly", f"rust:1{DIGEST}", f"rust:1.89{DIGEST}",
        "lukemathwalker/cargo-chef:latest", "lukemathwalker/cargo-chef:latest-rust-1.89",
        "clux/muslrust:stable", "registry.example.com/base/rust:1.92", "debian:sid-slim",
        "debian:20240101", "ubuntu:latest", "ubuntu:24.10", "node:22-slim", "scratch", "alpine:3.20",
        "gcr.io/distroless/static-debian12", "gcr.io/distroless/cc", "fedora:41",
        "example/tool:bookworm-on-jammy",
    ],
)  # fmt: skip
def test_a_name_that_does_not(image: str) -> None:
    assert release_of(image_reference(image)) is None


def test_a_moving_tag_says_so() -> None:
    moving = release_of(image_reference("rust:latest"))
    pinned = release_of(image_reference("rust:1.92"))
    assert moving is not None
    assert pinned is not None
    assert moving.moving
    assert not pinned.moving
