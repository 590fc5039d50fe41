const { common } = require('@quay/webpack');

module.exports = {
  ...common,
  optimization: {
    splitChunks: {
      cacheGroups: {
        style: { test: /[\\/]node_modules[\\/](@acme-style[\\/](engine|cache)|mooring-lines)[\\/]/ },
      },
    },
  },
};
