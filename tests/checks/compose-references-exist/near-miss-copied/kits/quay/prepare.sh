cp compose.yaml ../../
