#!/bin/sh
exec git -C /src describe --always
