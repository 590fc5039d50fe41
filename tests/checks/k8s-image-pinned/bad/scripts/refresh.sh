#!/bin/sh
kubectl set image deployment/portal portal=ghcr.io/harbour/portal
kubectl rollout restart deployment/portal
