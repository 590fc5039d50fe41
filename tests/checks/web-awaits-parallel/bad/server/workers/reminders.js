const { mailer } = require("../mail");

async function remind(appointments) {
  for (const appointment of appointments) {
    await mailer.send(appointment.patient.email, "reminder", appointment);
  }
}

module.exports = { remind };
