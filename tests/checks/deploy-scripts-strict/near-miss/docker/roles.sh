#!/bin/bash
if [ "$1" == "web" ]; then
    exec gunicorn tides.wsgi
elif [ "$1" == "sweep" ]; then
    ./manage.py sweep_gauges
elif [ "$1" == "report" ]; then
    shift
    case "$1" in
        day) ./manage.py report_day ;;
        week) ./manage.py report_week ;;
        *) ./manage.py report_month ;;
    esac
elif grep -q nightly /etc/role; then
    if [ -n "$FULL" ]; then
        ./manage.py nightly_full
    else
        ./manage.py nightly
    fi
else
    echo "unknown: $1"
    exit 1
fi
