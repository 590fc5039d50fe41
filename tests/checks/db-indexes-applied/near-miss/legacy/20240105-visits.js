"use strict";
const async = require("async");

exports.up = function (db, callback) {
  async.series(
    [
      db.runSql.bind(db, "CREATE TABLE visits (id bigint PRIMARY KEY, day date NOT NULL);"),
      db.runSql.bind(db, "CREATE INDEX visits_day_idx ON visits (day);"),
    ],
    callback,
  );
};
