import type { NextApiRequest, NextApiResponse } from "next";

import { prisma } from "../../../../../../lib/prisma";

// The function is called as the module's default, whatever its name.
export default async function handle(req: NextApiRequest, res: NextApiResponse) {
  const { id } = req.query as { id: string };
  if (req.method === "GET") {
    // GET /api/teams/:teamId/albums/:id/photos
    const photos = await prisma.photo.findMany({ where: { albumId: id } });
    const listed = await Promise.all(
      photos.map(async (photo) => {
        const marks = await prisma.mark.findMany({ where: { items: { some: { photoId: photo.id } } } });
        return { ...photo, marks };
      }),
    );
    return res.status(200).json(listed);
  }
  return res.status(405).end();
}
