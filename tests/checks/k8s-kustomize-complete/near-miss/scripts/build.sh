#!/bin/sh
set -eu
kubectl kustomize --load-restrictor LoadRestrictionsNone free/one
envsubst < tpl > gen/made.yaml
