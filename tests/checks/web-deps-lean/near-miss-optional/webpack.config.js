module.exports = { entry: "./src/index.jsx", module: { rules: [{ test: /\.png$/, use: "squeeze-webpack-loader" }] } };
