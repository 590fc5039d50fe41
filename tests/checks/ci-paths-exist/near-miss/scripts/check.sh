#!/bin/sh
echo services: > stack.out.yml
