function setting(name) {
  return process.env[name];
}
const fee = setting('MOORING_FEE');
const all = ['A', 'B'].map((quay) => process.env[`QUAY_${quay}_NAME`]);
module.exports = { fee, all, names: ['LEGACY_NAME'] };
