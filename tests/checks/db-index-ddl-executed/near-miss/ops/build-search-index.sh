#!/bin/sh
echo "the index of the handbook is built by the site"
