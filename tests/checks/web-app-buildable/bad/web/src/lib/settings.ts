<<<<<<< HEAD
export const pageSize = 50
=======
export const pageSize = 25
>>>>>>> berth-list
