#!/bin/sh
sed -i "s#%%TITLE%%#${VITE_TITLE}#g" /usr/share/nginx/html/index.html
