"""Crates that are slow to build."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex

__all__ = ["HEAVY"]

HEAVY = regex(
    r"aws-sdk-.*|aws-config|rusoto_.*|azure_.*|google-cloud-.*|wasmtime.*|wasmer.*|v8|deno_core"
    r"|rdkafka|rocksdb|tch|candle-.*|polars.*|datafusion.*|arrow|parquet|opencv|openssl|bindgen"
    r"|ffmpeg-.*|gstreamer.*|kube|k8s-openapi|tonic|tensorflow|ort|libp2p|windows"
)
