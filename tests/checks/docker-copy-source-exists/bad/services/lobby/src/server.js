require("node:http").createServer().listen(4100);
