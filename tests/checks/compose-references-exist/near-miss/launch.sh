#!/usr/bin/env bash
# The stack is put together of the parts that are asked for.
declare -A parts=(["base"]="stack/base.compose.yml")
chosen=("${parts["base"]}")
for name in "$@"; do
  parts["${name}"]+="extras/${name}/compose.yml"
  chosen+=("${parts["${name}"]}")
done
for file in "${chosen[@]}"; do
  listed+=("-f" "$file")
done
docker compose --project-directory stack "${listed[@]}" up -d
