from depot.embedded import started

engine = started()
