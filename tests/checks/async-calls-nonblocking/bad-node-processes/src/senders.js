const childProcess = require("child_process");

class Pager {
  name = "pager";

  async send(message, destination) {
    const sent = childProcess.spawnSync("pager", ["--to", destination, message]);
    if (sent.status !== 0) {
      throw new Error(String(sent.stderr));
    }
  }
}

class Release {
  // Asks where the program is: over in no time.
  async locate() {
    return childProcess.execSync("which pager").toString().trim();
  }
}

exports.senders = { pager: new Pager(), release: new Release() };
