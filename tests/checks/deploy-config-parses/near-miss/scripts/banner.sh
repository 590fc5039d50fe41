#!/bin/sh
cat <<'END'
<<<<<<< shop >>>>>>>
=======
env: see .env.example
END
