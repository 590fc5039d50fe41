"""``Run`` → text. Each report is a pure function of the run; none knows pytest or the target."""
