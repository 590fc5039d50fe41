require("node:http").createServer().listen(8025);
