broker_url = "redis://queue/0"
# A task that hangs is ended, whatever it waits for.
task_time_limit = 120
