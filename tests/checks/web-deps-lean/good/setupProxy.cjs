const tools = ['http-proxy-middleware']

module.exports = tools.map((name) => require(name))
