import { prisma } from "./db";

/** The newest visit comes along with each of them: that bounds the visits, not the referrals. */
export async function openReferrals() {
  const referrals = await prisma.referral.findMany({
    where: { open: true },
    include: { visits: { orderBy: { at: "desc" }, take: 1 } },
  });
  for (const referral of referrals) {
    referral.letters = await prisma.letter.count({ where: { referralId: referral.id } });
  }
  return referrals;
}
