import { DataSource } from "typeorm"
import { ChoirUser, OrganizationUser, Rehearsal, Score, Song } from "./entities"

export async function listMembers(req: Request, res: Response) {
  const queryRunner = source.createQueryRunner()
  const found = await queryRunner.manager
    .createQueryBuilder(OrganizationUser, "organizationUser")
    .where("organizationUser.organizationId = :organizationId", { organizationId: req.organizationId })
    .getMany()
  // one connection for all of them
  const members = await Promise.all(
    found.map(async (member) => ({
      ...member,
      rehearsals: await queryRunner.manager.countBy(Rehearsal, { memberId: member.id }),
    })),
  )
  res.json(members)
}

export async function listOwn(req: Request, res: Response) {
  const own = await source
    .createQueryBuilder(ChoirUser, "choirUser")
    .where("choirUser.userId = :userId", { userId: req.userId })
    .getMany()
  for (const one of own) {
    one.next = await source.getRepository(Rehearsal).findOneBy({ choirId: one.choirId })
  }
  res.json(own)
}

export async function listSongs(req: Request, res: Response) {
  const songs = await source.getRepository(Song).find()
  for (const song of songs) {
    song.sung = await source.getRepository(Rehearsal).countBy({ songId: song.id })
  }
  res.json(songs)
}

export async function listScores(req: Request, res: Response) {
  const scores = await source.getRepository(Score).find()
  for (const score of scores) {
    score.lent = await source.getRepository(Rehearsal).countBy({ scoreId: score.id })
  }
  res.json(scores)
}
