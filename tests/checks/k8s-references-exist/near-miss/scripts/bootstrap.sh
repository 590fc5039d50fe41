#!/usr/bin/env bash
SECRET_NAME=from-script
kubectl create namespace made-by-script --dry-run=client -o yaml | kubectl apply -f -
kubectl -n default create secret generic "$SECRET_NAME" \
  --from-literal=a="$(openssl rand -hex 16)"
eksctl create iamserviceaccount --cluster tw --name from-eksctl --namespace default
helm upgrade --install helmed ./elsewhere -n from-helm --create-namespace
kubectl apply -f - <<YAML
apiVersion: v1
kind: Secret
metadata:
  name: from-heredoc
YAML
