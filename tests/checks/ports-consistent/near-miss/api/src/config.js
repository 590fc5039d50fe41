module.exports = {
  // the platform sets PORT; 3000 is for people without one
  port: Number(process.env.PORT || 3000),
};
