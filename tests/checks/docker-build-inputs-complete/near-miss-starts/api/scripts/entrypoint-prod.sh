#!/bin/bash
exec uvicorn app.main:app --host 0.0.0.0
