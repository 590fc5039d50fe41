#!/bin/sh
# kubectl apply -n wrong -f kube/hpa.yaml
kubectl apply \
    --namespace=shop -f ../kube/hpa.yaml
