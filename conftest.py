"""Our own tests only; an audit never reads this file."""

pytest_plugins = ["pytester"]
