import { prisma } from "../db";
import { harbourBot, mailer, payments } from "./base";

// One chat: the order of what is sent is the order of what is read.
export async function tell(groups: Photo[][]) {
  for (const group of groups) {
    await harbourBot.sendMediaGroup(group);
  }
}

// The provider of mail counts what it is asked per second.
export async function remind(people: Person[]) {
  for (const person of people) {
    await mailer.sendEmail(person.address, "Recall");
  }
}

export async function giveBack(charges: string[]) {
  for (const charge of charges) {
    await payments.refunds.create({ charge });
  }
}

// Held by a class of its own, a database all the same.
export class Quays {
  constructor(private readonly _quays: Held<"quay">) {}

  async close(ids: string[]) {
    for (const id of ids) {
      await this._quays.model.quay.update({ where: { id }, data: { open: false } });
    }
  }
}

async function saveBerth(berth: Berth) {
  return storeBerth(berth);
}

async function storeBerth(berth: Berth) {
  return prisma.berth.upsert({ where: { id: berth.id }, update: berth, create: berth });
}

// Ends in writes to the database, two functions further.
export async function importBerths(berths: Berth[]) {
  for (const berth of berths) {
    await saveBerth(berth);
  }
}

// Cleared away behind the scenes: nobody looks at how long it takes.
export async function sweep(names: string[]) {
  for (const name of names) {
    try {
      await deleteRecording(name);
    } catch {
      console.warn("kept", name);
    }
  }
}

// One thread: all at once takes as long.
export async function openNotes(notes: Sealed[]) {
  const open = [];
  for (const note of notes) open.push(await decryptNote(note, key));
  return open;
}

// What was changed last is what the list shows first.
export async function markAll(rows: Row[]) {
  for (const row of rows) {
    try {
      await updateRow(row.id, { seen: true });
    } catch {
      console.warn("unseen", row.id);
    }
  }
}
