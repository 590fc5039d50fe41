import { prisma } from "./db";
import { letterProvider, mailer } from "./outside";

/** Each letter is fetched from the provider; what became of it is written down at once. */
export async function collect(letters: Letter[]) {
  for (const letter of letters) {
    try {
      const state = await letterProvider.getState(letter.reference);
      await prisma.letter.update({ where: { id: letter.id }, data: { state } });
    } catch (error) {
      await prisma.letter.update({ where: { id: letter.id }, data: { state: "lost" } });
    }
  }
}

// What is read could have been read with the patients.
export async function remind(patients: Patient[]) {
  for (const patient of patients) {
    const visit = await prisma.visit.findFirst({ where: { patientId: patient.id } });
    await mailer.sendMail({ to: patient.mail, text: `Your visit: ${visit?.at}` });
  }
}

// Nobody is told unless it fails: the updates are what takes the time.
export async function renumber(patients: Patient[]) {
  for (const patient of patients) {
    try {
      await prisma.patient.update({ where: { id: patient.id }, data: { number: patient.row } });
    } catch (error) {
      await mailer.sendMail({ to: "ops@clinic.test", text: `${error}` });
    }
  }
}

/** One that is worked off: taken first, so that no other run takes it too. */
async function release(booking: Booking) {
  await prisma.booking.updateMany({ where: { id: booking.id, held: true }, data: { held: false } });
  await prisma.room.findUnique({ where: { id: booking.roomId } });
}

export async function releaseAll() {
  const bookings = await prisma.booking.findMany({ where: { held: true } });
  for (const booking of bookings) {
    await release(booking);
  }
}

/** What became of a letter is asked of the provider, one function further. */
async function follow(letter: Letter) {
  const state = await letterProvider.getState(letter.reference);
  await prisma.letter.update({ where: { id: letter.id }, data: { state } });
}

export async function followAll(letters: Letter[]) {
  for (const letter of letters) {
    await follow(letter);
  }
}
