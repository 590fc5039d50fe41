const Users = {
  async find(name) {
    return { name, hash: '' };
  },

  async change(name, password) {
    const bcrypt = require('bcrypt');
    return { name, hash: bcrypt.hashSync(password, 10) };
  },
};

module.exports = { Users };
