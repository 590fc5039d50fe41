import { prisma } from "./db";
import { mailer } from "./mailer";
import { s3 } from "./s3";
import { PutObjectCommand } from "@aws-sdk/client-s3";

const BATCH_SIZE = 500;
const STATES = ["open", "late"] as const;

export async function store(rows: Row[]) {
  for (let start = 0; start < rows.length; start += BATCH_SIZE) {
    await prisma.letter.createMany({ data: rows.slice(start, start + BATCH_SIZE) });
  }
  for (const chunk of chunked(rows, 100)) {
    await prisma.letter.createMany({ data: chunk });
  }
}

// The client joins these into one statement.
export async function doctorsOf(ids: string[]) {
  return Promise.all(ids.map(async (id) => prisma.doctor.findUnique({ where: { id } })));
}

// One transaction, sent as one batch.
export async function renumber(ids: string[]) {
  await prisma.$transaction(
    ids.map((id, number) => prisma.bed.update({ where: { id }, data: { number } })),
  );
  const moves = ids.map((id) => prisma.bed.update({ where: { id }, data: { moved: true } }));
  await prisma.$transaction(moves);
}

export async function countStates() {
  const counts: Record<string, number> = {};
  for (const state of STATES) {
    counts[state] = await prisma.letter.count({ where: { state } });
  }
  for (const kind of ["bill", "recall"]) {
    counts[kind] = await prisma.letter.count({ where: { kind } });
  }
  for (const role of Object.values(Role)) {
    counts[role] = await prisma.person.count({ where: { role } });
  }
  return counts;
}

export async function connect() {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      return await prisma.clinic.findFirst({ where: { main: true } });
    } catch (error) {
      await sleep(200 * attempt);
    }
  }
}

export async function exportAll(write: (rows: unknown[]) => void) {
  let cursor: string | undefined;
  while (true) {
    const page = await prisma.visit.findMany({ take: 200, skip: cursor ? 1 : 0, cursor: cursor ? { id: cursor } : undefined });
    if (page.length === 0) break;
    write(page);
    cursor = page[page.length - 1].id;
  }
}

export async function send(people: Person[]) {
  for (const person of people) {
    await mailer.sendMail({ to: person.mail, subject: "Recall" });
    await s3.send(new PutObjectCommand({ Bucket: "letters", Key: person.id, Body: person.letter }));
  }
}

// Asked for once; the loop only reads.
export async function names() {
  const out: string[] = [];
  for (const doctor of await prisma.doctor.findMany({ take: 50 })) {
    out.push(doctor.name);
  }
  const wards = await prisma.ward.findMany({ where: { id: { in: out } } });
  return wards.map((ward) => ward.name);
}

// Looks like a model, is a map.
export function remember(seen: Map<string, number>, ids: string[]) {
  for (const id of ids) {
    seen.delete(id);
    seen.set(id, 1);
  }
}

// Put together here, sent as one transaction by the caller.
export async function relabel(ids: string[]) {
  const known = await prisma.label.findMany({ where: { id: { in: ids } } });
  const sent = [prisma.label.create({ data: { kind: "new" } })];
  known.forEach((label) => {
    sent.push(prisma.label.update({ where: { id: label.id }, data: { old: true } }));
  });
  return sent;
}
