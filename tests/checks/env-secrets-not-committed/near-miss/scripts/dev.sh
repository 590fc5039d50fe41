#!/bin/sh
export DATABASE_URL=postgres://berths:password@localhost:5432/berths
