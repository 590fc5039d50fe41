const { spawn } = require('child_process')

spawn('npm', ['run', 'dev'], { stdio: 'inherit' })
