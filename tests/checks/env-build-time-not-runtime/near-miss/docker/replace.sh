#!/bin/sh
sed -i "s#__API_URL__#${VITE_API_URL}#g" /usr/share/nginx/html/assets/*.js
