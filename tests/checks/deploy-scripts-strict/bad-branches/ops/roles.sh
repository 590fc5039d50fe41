#!/bin/bash
if [ "$1" == "sweep" ]; then
    ./manage.py sweep_gauges
elif [ "$1" == "report" ]; then
    ./manage.py collect_tides
    ./manage.py report_week
fi
if [ -n "$2" ]; then
    ./manage.py notify
elif [ -n "$3" ]; then
    ./manage.py archive
fi
case "$4" in
    gauge)
        make gauge
        make gauge-report
        ;;
    *) make all ;;
esac
