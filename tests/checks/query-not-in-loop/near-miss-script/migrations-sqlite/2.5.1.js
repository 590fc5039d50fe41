exports.up = async (knex) => {
  const methods = await knex("login_methods");
  let position = 1;
  for (const method of methods) {
    await knex("login_methods").where("key", method.key).update({ position: position++ });
  }
};
