#!/bin/sh
tail -f gauge.log
