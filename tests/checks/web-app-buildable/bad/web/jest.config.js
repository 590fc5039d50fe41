# Jest configuration
# for the components

module.exports = { testEnvironment: 'jsdom' }
